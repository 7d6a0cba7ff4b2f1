"""The mail server: a port, and SMTP behind it."""

from __future__ import annotations

import asyncio
import ssl
from email.message import EmailMessage
from typing import Literal, Protocol

import aiosmtplib

# the server's answers that say of a mailbox that there is none, or that it takes nothing (RFC 5321, 4.2.3; RFC 3463)
_NO_MAILBOX = frozenset({550, 551, 553, 556})
# what a mail server gets to answer our QUIT
_LEAVE_S = 2.0


class NotTaken(Exception):
    """The mail server did not take a mail. The text names no address: servers' own words may, and are left out."""


class TryLater(NotTaken):
    """It is away, or says that it will take the mail another time."""


class Refused(NotTaken):
    """It won't take this mail. `no_mailbox`: nor any other to this address."""

    def __init__(self, message: str, *, code: int, no_mailbox: bool) -> None:
        super().__init__(message)
        self.code = code
        self.no_mailbox = no_mailbox


class MailServer(Protocol):
    """The port."""

    async def hand_over(self, message: EmailMessage, recipient: str) -> None:
        """Return once the server has taken the mail; TryLater, Refused."""


class SmtpServer:
    """An SMTP server: a connection for each mail, within `timeout_s` in all."""

    def __init__(
        self,
        host: str,
        port: int,
        security: Literal["none", "starttls", "tls"],
        username: str,
        password: str,
        sender: str,
        timeout_s: float,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._username = username
        self._password = password
        self._sender = sender
        self._timeout_s = timeout_s
        self._tls = tls

    async def hand_over(self, message: EmailMessage, recipient: str) -> None:
        """Return once the server has taken the mail; TryLater, Refused."""
        client = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._security == "tls",
            # never in the clear where TLS was asked for, whatever the server says it can
            start_tls=self._security == "starttls",
            tls_context=self._tls,
            username=self._username or None,
            password=self._password or None,
            timeout=self._timeout_s,
            local_hostname="filmstudio",
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                await client.connect()
                await client.send_message(message, sender=self._sender, recipients=[recipient])
        except aiosmtplib.SMTPRecipientsRefused as error:
            code = error.recipients[0].code
            if 500 <= code < 600:
                raise Refused(f"{code}: the address was refused", code=code, no_mailbox=code in _NO_MAILBOX) from None
            raise TryLater(f"{code}: the address can't be reached just now") from None
        except aiosmtplib.SMTPDataError as error:
            if 500 <= error.code < 600:
                raise Refused(f"{error.code}: the mail was refused", code=error.code, no_mailbox=False) from None
            raise TryLater(f"{error.code}: the mail was not taken") from None
        except aiosmtplib.SMTPNotSupported:
            raise Refused("the mail server can't write to such an address", code=0, no_mailbox=False) from None
        except aiosmtplib.SMTPResponseException as error:
            # signing in, the sender: our own configuration, which somebody may mend
            raise TryLater(f"{error.code}: {type(error).__name__}") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TryLater(f"the mail server is away: {type(error).__name__}") from None
        finally:
            await _part(client)


async def _part(client: aiosmtplib.SMTP) -> None:
    """Take leave, if that is quick. Whatever becomes of it, a mail that was taken is taken."""
    try:
        async with asyncio.timeout(_LEAVE_S):
            await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        pass
    finally:
        client.close()
