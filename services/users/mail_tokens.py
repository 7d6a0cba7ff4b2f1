"""What a mailed token lets its reader do: prove that the address is theirs, choose a new password.

notifications fetches a token when it sends the mail; here only its hash is kept. Every token is good once, and using one
voids the others of its purpose.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.kit.clock import Now, utc_now
from services.kit.db import Database, Work
from services.kit.errors import Invalid
from services.kit.ids import new_id, parse_id
from services.users import emails, events, repository, tokens
from services.users.errors import TokenInvalid, Unauthenticated
from services.users.models import Activity, MailPurpose, MailToken, User
from services.users.passwords import Passwords
from services.users.service import required_user

# how many mails of a purpose somebody may ask for within an hour
MAILS_AN_HOUR = 5
# an answer about an unknown address takes as long as one about a known one
ANSWER_S = 0.1
_REQUESTED = {
    MailPurpose.VERIFY_EMAIL: "user.verification_requested",
    MailPurpose.RESET_PASSWORD: "user.password_reset_requested",
}
_NO_TOKEN = "the link is used, expired or unknown; ask for a new mail"  # noqa: S105 - a sentence


@dataclass(frozen=True)
class IssuedToken:
    """A token on its way into a mail, and whose it is."""

    token: str
    expires_at: datetime
    user: User


class MailTokens:
    """Use cases around mailed tokens; each method is one transaction."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        lives: Mapping[MailPurpose, timedelta],
        now: Now = utc_now,
        new_id: Callable[[], UUID] = new_id,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = database
        self._passwords = passwords
        self._lives = lives
        self._now = now
        self._new_id = new_id
        self._sleep = sleep

    async def issue(self, user_id: str, purpose: MailPurpose) -> IssuedToken:
        """A fresh token for a mail to this user; NotFound when the account is gone."""
        token, now = tokens.opaque(), self._now()
        async with self._db.work() as work:
            user = await required_user(work, user_id)
            expires_at = now + self._lives[purpose]
            work.save(
                MailToken(
                    token_hash=tokens.digest(token),
                    user_id=user.id,
                    purpose=purpose,
                    created_at=now,
                    expires_at=expires_at,
                )
            )
        return IssuedToken(token, expires_at, user)

    async def request_reset(self, email: str) -> None:
        """Have a reset mail sent where there is such an account. The caller can't tell, not by the time it takes either."""
        enough = asyncio.ensure_future(self._sleep(ANSWER_S))
        try:
            email = emails.normalize(email)
            async with self._db.work() as work:
                user = await repository.user_by_email(work.session, email, lock=True)
                if user is not None and not user.suspended:
                    await self._request(work, user, MailPurpose.RESET_PASSWORD)
        except Invalid:
            # an address that is none has no account
            return
        finally:
            await enough

    async def request_verification(self, user_id: str) -> None:
        """Have a verification mail sent to the user's own address; nothing to do where it is verified."""
        async with self._db.work() as work:
            user = await required_user(work, user_id)
            if not user.email_verified:
                await self._request(work, user, MailPurpose.VERIFY_EMAIL)

    async def _request(self, work: Work, user: User, purpose: MailPurpose) -> None:
        now, action = self._now(), _REQUESTED[purpose]
        if await repository.count_activities(work.session, user.id, action, now - timedelta(hours=1)) >= MAILS_AN_HOUR:
            return
        work.save(self._activity(action, user.id), events.mail_requested(user, purpose, now))

    async def verify_email(self, token: str) -> User:
        """The account, whose address is proven now; TokenInvalid."""
        async with self._db.work() as work:
            user = await self._use(work, token, MailPurpose.VERIFY_EMAIL)
            if user.verify_email(self._now()):
                work.save(self._activity("user.email_verified", user.id), events.user_updated(user))
            return user

    async def reset_password(self, token: str, password: str) -> None:
        """A new password by a mailed token; every session ends. TokenInvalid; Invalid for a password that isn't good."""
        async with self._db.work() as work:
            known = await repository.mail_token(work.session, tokens.digest(token), MailPurpose.RESET_PASSWORD)
            user = await repository.user(work.session, known.user_id) if known else None
        if user is None:
            raise TokenInvalid(_NO_TOKEN)
        await self._passwords.require_good(password, user.email, user.name)
        password_hash = await self._passwords.hash(password)
        async with self._db.work() as work:
            user = await self._use(work, token, MailPurpose.RESET_PASSWORD)
            now = self._now()
            # who reads the mail owns the address
            if user.verify_email(now):
                work.save(events.user_updated(user))
            user.password_hash = password_hash
            user.refuse_tokens_until(now)
            await repository.end_sign_ins(work.session, user.id, now)
            work.save(self._activity("user.password_reset", user.id))

    async def change_password(self, user_id: str, current: str, wanted: str, refresh_token: str) -> None:
        """A new password by the present one; every session ends but the refresh token's.

        Unauthenticated for a wrong present password; Invalid (field "password") for a new one that isn't good.
        """
        async with self._db.work() as work:
            known = parse_id(user_id)
            user = await repository.user(work.session, known) if known else None
        right = await self._passwords.verify(current, user.password_hash if user else None)
        if user is None or not right:
            raise Unauthenticated("the present password is wrong")
        await self._passwords.require_good(wanted, user.email, user.name)
        before, password_hash = user.password_hash, await self._passwords.hash(wanted)
        async with self._db.work() as work:
            user = await required_user(work, user_id)
            if user.password_hash != before:
                raise Unauthenticated("the password has just been changed; sign in again")
            user.password_hash = password_hash
            found = await repository.refresh_token_locked(work.session, tokens.digest(refresh_token))
            kept = found[1].id if found and found[1].user_id == user.id else None
            await repository.end_sign_ins(work.session, user.id, self._now(), but=kept)
            await repository.forget_mail_tokens(work.session, user.id, MailPurpose.RESET_PASSWORD)
            work.save(self._activity("user.password_changed", user.id))

    async def _use(self, work: Work, token: str, purpose: MailPurpose) -> User:
        known = await repository.mail_token(work.session, tokens.digest(token), purpose)
        user = await repository.user_locked(work.session, known.user_id) if known else None
        # of two that come at once, the second waits for the account's lock and finds its token gone
        if known is None or user is None or not await repository.take_mail_token(work.session, known.token_hash):
            raise TokenInvalid(_NO_TOKEN)
        await repository.forget_mail_tokens(work.session, user.id, purpose)
        if known.expires_at <= self._now():
            raise TokenInvalid(_NO_TOKEN)
        return user

    def _activity(self, action: str, user_id: UUID) -> Activity:
        return Activity(
            id=self._new_id(),
            actor_id=None if action in _REQUESTED.values() else user_id,
            subject_id=user_id,
            action=action,
            details={},
            created_at=self._now(),
        )
