"""The postman: takes mails that wait, asks users for whom they are, hands them to the mail server.

At least once: a process that dies between the mail server's answer and our note sends the mail again, under the same
Message-ID. Without a mail server nothing is taken, and what waits expires.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Counter

from services.kit import telemetry
from services.kit.clock import Now, utc_now
from services.kit.db import Database
from services.kit.errors import DependencyAway, RemoteError
from services.notifications import departed, mail_repository
from services.notifications.keys import Keyring
from services.notifications.letters import Writer, compose
from services.notifications.mail_models import Mail, MailState, address_mac
from services.notifications.smtp import MailServer, Refused, TryLater
from services.notifications.users_client import Addressee, People

# users is back sooner than any mail server
_USERS_AWAY_S = 15.0
_AGAIN_S = 0.5

_mails = Counter("mails", "Mails by kind and what became of them", ["kind", "outcome"])


@dataclass(frozen=True)
class Rounds:
    """How mails are sent, in seconds; the settings explain each. `jitter` gives factors around 1."""

    sender: str
    in_flight: int
    retry_delays_s: Sequence[float]
    lease: timedelta
    suppressed_for: timedelta
    jitter: Callable[[], float]


class Postman:
    """A part of the process. `deliver` is one round; a loop calls it, and what it has in hand is ended before we leave."""

    def __init__(
        self,
        database: Database,
        people: People,
        server: MailServer,
        writer: Writer,
        keyring: Keyring,
        rounds: Rounds,
        now: Now = utc_now,
    ) -> None:
        self._db = database
        self._people = people
        self._server = server
        self._writer = writer
        self._keyring = keyring
        self._rounds = rounds
        self._now = now
        self._in_hand: asyncio.Future[list[BaseException | None]] | None = None

    async def start(self) -> None:
        """Nothing to do: the loop begins."""

    async def stop(self) -> None:
        """Let what is in hand end."""
        if self._in_hand is not None:
            await self._in_hand

    async def deliver(self) -> int:
        """Send what is due, until nothing is. How many mails were in hand."""
        handled = 0
        while mails := await self._claim():
            self._in_hand = asyncio.gather(*(self._send(mail) for mail in mails), return_exceptions=True)
            # only once all have ended, and though the loop be stopped: a mail half handed over would go out twice
            for error in await asyncio.shield(self._in_hand):
                if isinstance(error, BaseException):
                    raise error
            handled += len(mails)
        return handled

    async def _claim(self) -> Sequence[Mail]:
        now = self._now()
        async with self._db.work() as work:
            mails = await mail_repository.due_mails(work.session, now, self._rounds.in_flight)
            for mail in mails:
                mail.claim(now + self._rounds.lease)
        return mails

    async def _send(self, mail: Mail) -> None:
        to: Addressee | None = None
        try:
            to = await self._addressee(mail)
            if to is None:
                return
            token = self._keyring.unsubscribe_token(mail.user_id, mail.kind.preference) if mail.kind.preference else ""
            letter = self._writer.write(mail.kind, to, mail.subject_id, mail.params, token)
            try:
                message = compose(letter, mail.id, self._rounds.sender, to, self._now())
            except ValueError:
                await self._end(mail, MailState.REFUSED, "the address is none")
                return
            await self._server.hand_over(message, to.email)
        except DependencyAway as error:
            await self._put_back(mail, f"{error.dependency} is away")
        except RemoteError as error:
            await self._try_again(mail, f"users refused: {error.reason}")
        except TryLater as error:
            await self._try_again(mail, str(error))
        except Refused as error:
            await self._refused(mail, to, error)
        except Exception:
            telemetry.log().exception("a mail could not be sent", mail_id=str(mail.id), kind=mail.kind)
            await self._try_again(mail, "it could not be written")
        else:
            await self._end(mail, MailState.SENT)

    async def _addressee(self, mail: Mail) -> Addressee | None:
        """Whom the mail goes to; None where it ends here, because nobody is to get it."""
        if mail.expires_at <= self._now():
            await self._end(mail, MailState.EXPIRED, mail.error)
            return None
        async with self._db.work() as work:
            wanted = (await mail_repository.preferences(work.session, mail.user_id)).wants(mail.kind)
            suppression = await mail_repository.suppression(work.session, mail.user_id)
        if not wanted:
            await self._end(mail, MailState.SKIPPED, "not wanted any more")
            return None
        to = await self._people.addressee(mail.user_id, mail.kind)
        security = mail.kind.preference is None
        if to is None:
            await self._end(mail, MailState.SKIPPED, "the account is gone")
        elif to.suspended and not security:
            await self._end(mail, MailState.SKIPPED, "the account is suspended")
        elif (
            suppression is not None
            # who asks for a mail says that the address works again
            and not security
            and suppression.covers(to.email, self._rounds.suppressed_for, self._now())
        ):
            await self._end(mail, MailState.SKIPPED, f"the address was refused ({suppression.answer})")
        else:
            return to
        return None

    async def _refused(self, mail: Mail, to: Addressee | None, error: Refused) -> None:
        if error.no_mailbox and to is not None:
            async with self._db.work() as work:
                if await departed.is_present(work, mail.user_id):
                    mac = address_mac(mail.user_id, to.email)
                    await mail_repository.suppress(work.session, mail.user_id, mac, str(error.code), self._now())
        await self._end(mail, MailState.REFUSED, str(error))

    async def _end(self, mail: Mail, state: MailState, error: str = "") -> None:
        await self._note(mail, lambda own: own.end(state, self._now(), error), worked=state is MailState.SENT)

    async def _try_again(self, mail: Mail, error: str) -> None:
        delays_s, jitter = self._rounds.retry_delays_s, self._rounds.jitter()
        await self._note(mail, lambda own: own.try_again(error, delays_s, jitter, self._now()))

    async def _put_back(self, mail: Mail, error: str) -> None:
        wait_s = _USERS_AWAY_S * self._rounds.jitter()
        await self._note(mail, lambda own: own.put_back(error, wait_s, self._now()))

    async def _note(self, mail: Mail, change: Callable[[Mail], None], *, worked: bool = False) -> None:
        """Write down what came of a mail, while the claim is ours; a PostgreSQL that is away is waited for as long."""
        while True:
            try:
                async with self._db.work() as work:
                    own = await mail_repository.claimed_mail(work.session, mail.id, mail.fence)
                    if own is None:
                        return
                    change(own)
                    if worked:
                        await mail_repository.unsuppress(work.session, mail.user_id)
            except DependencyAway:
                if mail.lease_until is None or self._now() >= mail.lease_until:
                    raise
                await asyncio.sleep(_AGAIN_S)
            else:
                break
        _mails.labels(own.kind.value, own.state.value).inc()
        quiet = own.state in (MailState.SENT, MailState.SKIPPED)
        log = telemetry.log().info if quiet else telemetry.log().warning
        log("mail", mail_id=str(own.id), kind=own.kind.value, outcome=own.state.value, why=own.error)
