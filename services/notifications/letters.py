"""Letters: the words of a mail in its reader's language, as text and as HTML of the same content.

One catalog a language (`languages/xx.json`), one layout for all kinds (`templates/`). A line that needs something which isn't
known (a reason, a day) is left out. What comes from outside is put into headers by the mail library, which refuses line
breaks, and into HTML by a template that escapes.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.mail_models import MailKind
from services.notifications.users_client import Addressee

_HERE = Path(__file__).resolve().parent
LANGUAGES = _HERE / "languages"
FALLBACK = "en"
# a line that runs on is folded by the mail library; a subject that runs on is cut
_MAX_SUBJECT_CHARS = 150


@dataclass(frozen=True)
class Letter:
    """A mail's words."""

    language: str
    subject: str
    text: str
    html: str
    # where its reader ends mails of this kind; empty: a security mail
    unsubscribe_url: str


@cache
def catalog(language: str) -> Mapping[str, Any]:
    """The words of a language there is."""
    words: Mapping[str, Any] = json.loads((LANGUAGES / f"{language}.json").read_text(encoding="utf-8"))
    return words


def languages() -> list[str]:
    """What there are catalogs of."""
    return sorted(path.stem for path in LANGUAGES.glob("*.json"))


def spoken(asked: str) -> str:
    """The language to write in: of "pt-BR" pt, of one that we don't speak English."""
    base = asked.replace("_", "-").partition("-")[0].lower()
    return base if base in languages() else FALLBACK


class Writer:
    """Writes letters. `url` is the public base address that links begin with."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        shared: dict[str, Any] = {"undefined": StrictUndefined, "keep_trailing_newline": True}
        loader = FileSystemLoader(_HERE / "templates")
        self._html = Environment(loader=loader, autoescape=True, **shared).get_template("mail.html.j2")
        # plain text: there is nothing to escape
        self._text = Environment(loader=loader, autoescape=False, **shared).get_template("mail.txt.j2")  # noqa: S701

    def write(
        self, kind: MailKind, to: Addressee, subject_id: str, params: Mapping[str, str], unsubscribe_token: str
    ) -> Letter:
        """A mail of this kind. `unsubscribe_token` is empty for security mails."""
        language = spoken(to.language)
        words = catalog(language)
        mail = words["mails"][kind.value]
        link, api = self._links(kind, subject_id, to.token)
        known = {**params, "token": to.token, "api": api}
        if "duration_s" in known:
            known["duration"] = _minutes(int(known.pop("duration_s")))
        name = _one_line(to.name)
        content = {
            "language": language,
            "direction": words["direction"],
            "subject": _cut(_filled([mail["subject"]], known)[0]),
            "greeting": words["greeting"].format(name=name) if name else words["greeting_nameless"],
            "lines": _filled(mail["lines"], known),
            "link": link,
            "button": mail["button"],
            "copy_link": words["copy_link"],
            "notes": _filled([*mail.get("notes", []), *([words["without_browser"]] if api else [])], known),
            "why": words["why"] if unsubscribe_token else words["why_security"],
            "unsubscribe": words["unsubscribe"],
            "unsubscribe_link": f"{self._url}/unsubscribe?token={unsubscribe_token}" if unsubscribe_token else "",
        }
        one_click = f"{self._url}/api/v1/unsubscribe?token={quote(unsubscribe_token)}" if unsubscribe_token else ""
        return Letter(language, content["subject"], self._text.render(content), self._html.render(content), one_click)

    def _links(self, kind: MailKind, subject_id: str, token: str) -> tuple[str, str]:
        """The page to open, and for mails with a token the API's own way."""
        match kind:
            case MailKind.VERIFY_EMAIL:
                return f"{self._url}/verify?token={quote(token)}", f"{self._url}/api/v1/auth/email/verify"
            case MailKind.RESET_PASSWORD:
                return f"{self._url}/reset?token={quote(token)}", f"{self._url}/api/v1/auth/password/reset"
            case MailKind.FILM_READY:
                return f"{self._url}/api/v1/jobs/{quote(subject_id)}/outputs/film", ""
            case MailKind.FILM_FAILED:
                return f"{self._url}/api/v1/jobs/{quote(subject_id)}", ""
            case MailKind.PAYMENT_FAILED | MailKind.RECONNECT_YOUTUBE | MailKind.WEBHOOK_DISABLED:
                return f"{self._url}/", ""


def compose(letter: Letter, mail_id: UUID, sender: str, to: Addressee, now: datetime) -> EmailMessage:
    """The letter as it is handed over; ValueError where the addressee's address is none."""
    name, own_address = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(name, own_address)
    message["To"] = _address(_one_line(to.name), to.email)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail_id}@{own_address.rpartition('@')[2]}>"
    # nobody's holiday notice answers it (RFC 3834)
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    # of the whole letter: set before the parts it would go to the first of them
    message["Content-Language"] = letter.language
    return message


def _address(name: str, email: str) -> Address:
    """A header's address; ValueError where it is none, in whichever way the mail library finds out."""
    try:
        return Address(name, addr_spec=email)
    except (ValueError, IndexError, MessageError):
        raise ValueError("this is not a mail address") from None


def _filled(lines: list[str], known: Mapping[str, str]) -> list[str]:
    """The lines with their placeholders filled, without those that need something unknown."""
    return [line.format_map(known) for line in lines if all(known.get(field) for field in placeholders(line))]


def placeholders(line: str) -> set[str]:
    """What a line has to be given."""
    return {field for _, field, _, _ in string.Formatter().parse(line) if field}


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds else ""


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_SUBJECT_CHARS else f"{text[: _MAX_SUBJECT_CHARS - 1]}…"
