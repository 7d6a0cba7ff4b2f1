"""A mailbox that takes every letter, whoever it is for, and shows it: SMTP on a port of its own, pages and state over HTTP.

Faults are matched with the recipient's address. `status:550` or `status:451` refuses that recipient, `late` answers the
letter's end later, `cut` drops the connection there instead (the letter is kept where its size is at most BYTES).
"""

import asyncio
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox.core import Core, Json, Provider, Refused
from deploy.local.sandbox.pages import page
from deploy.local.sandbox.settings import Address

KIND = "Message"
MAX_BYTES = 10 * 1024 * 1024
# a letter's own scripts never run, its links open beside the page that shows it
LETTER_POLICY = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src * data:; style-src 'unsafe-inline'"


class Mailbox(Provider):
    """The letters, and the listener that they come through."""

    name = "mail"
    label = "A mailbox"
    general = frozenset()
    special = frozenset({"status", "late", "cut"})

    def __init__(self, core: Core, smtp: Address) -> None:
        self._core = core
        self._smtp = smtp
        self._listener: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen for letters."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            lambda: SMTP(
                _Door(self._core, self), hostname="sandbox.localhost", ident="Sandbox: nothing here is real", loop=loop,
                enable_SMTPUTF8=True, data_size_limit=MAX_BYTES,
            ),
            self._smtp.host,
            self._smtp.port,
        )  # fmt: skip

    async def stop(self) -> None:
        """Listen no more."""
        if self._listener:
            self._listener.close()

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The list (`?to=` narrows it), a letter, and a letter's HTML alone."""
        return [
            Route("/", self._listed),
            Route("/messages/{id}", self._shown),
            Route("/messages/{id}/html", self._html),
        ]

    def state(self) -> Json:
        """{records: {"Message": [{id, from, to, subject, text, html, headers, received_at}]}}, oldest first.

        `from` is the address in the letter, `to` the addresses that it was delivered to, `text` and `html` "" where the
        letter has no such part; of a header that is there twice, both values joined by ", ".
        """
        return {"records": {KIND: self._core.store.list(self.name, KIND)}}

    def keep(self, recipients: Sequence[str], content: bytes) -> None:
        """Put a letter into the box."""
        letter = message_from_bytes(content, policy=policy.default)
        headers: dict[str, str] = {}
        for name, value in letter.items():
            headers[name] = f"{headers[name]}, {value}" if name in headers else str(value)
        id = f"msg_{self._core.store.next_number('mail')}"
        kept = {
            "id": id,
            "from": parseaddr(headers.get("From", ""))[1],
            "to": list(recipients),
            "subject": headers.get("Subject", ""),
            "text": _part(letter, "plain"),
            "html": _part(letter, "html"),
            "headers": headers,
            "received_at": self._core.now().isoformat(),
        }
        self._core.store.put(self.name, KIND, id, kept)

    async def _listed(self, request: Request) -> Response:
        wanted = request.query_params.get("to", "").strip().lower()
        letters = [
            letter
            for letter in reversed(self._core.store.list(self.name, KIND))
            if not wanted or any(wanted in address.lower() for address in letter["to"])
        ]
        return page("mail.html", letters=letters[:200], count=len(letters), to=wanted)

    async def _shown(self, request: Request) -> Response:
        return page("mail_letter.html", letter=self._letter(request))

    async def _html(self, request: Request) -> Response:
        html = f'<base target="_blank">{self._letter(request)["html"]}'
        return HTMLResponse(html, headers={"Content-Security-Policy": LETTER_POLICY})

    def _letter(self, request: Request) -> Json:
        letter = self._core.store.get(self.name, KIND, request.path_params["id"])
        if letter is None:
            raise Refused("no such letter", 404)
        return letter


class _Door:
    """What aiosmtpd asks of us; the names of the methods are its own."""

    def __init__(self, core: Core, box: Mailbox) -> None:
        self._faults = core.faults
        self._box = box

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """A recipient, taken unless a fault says no."""
        fault = self._faults.take(self._box.name, address, {"status"})
        if fault:
            return f"{fault.argument} by order of /_faults"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """A letter that has arrived whole."""
        content = envelope.content or b""
        content = content if isinstance(content, bytes) else content.encode()
        subject = " ".join(envelope.rcpt_tos)
        cut = self._faults.take(self._box.name, subject, {"cut"})
        late = self._faults.take(self._box.name, subject, {"late"})
        if not cut or cut.number >= len(content):
            self._box.keep(envelope.rcpt_tos, content)
        if cut and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        if late:
            await asyncio.sleep(late.number)
        return "250 OK"


def _part(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    try:
        return str(part.get_content()) if part else ""
    except (LookupError, UnicodeError):  # a charset that nobody knows
        payload = part.get_payload(decode=True) if part else b""
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""


def build(core: Core, smtp: Address) -> Mailbox:
    """The mailbox, which listens once it is started."""
    return Mailbox(core, smtp)
