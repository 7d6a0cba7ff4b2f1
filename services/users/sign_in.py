"""What happens at the door: sign-in, refresh with rotating families, sign-out, live tickets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.kit.clock import Now, utc_now
from services.kit.db import Database, Work
from services.kit.errors import Invalid
from services.kit.ids import new_id, parse_id
from services.users import emails, repository, tokens
from services.users.errors import Suspended, Unauthenticated
from services.users.models import Activity, LiveTicket, RefreshToken, SignIn, User
from services.users.passwords import Passwords
from services.users.tokens import AccessTokens

_WRONG = "the e-mail address or the password is wrong"
_ENDED = "the session has ended; sign in again"


@dataclass(frozen=True)
class Session:
    """A signed-in user, the refresh token that keeps the session, and until when it does."""

    user: User
    refresh_token: str
    refresh_expires_at: datetime


class SignIns:
    """Use cases at the door; each method is one transaction."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        access_tokens: AccessTokens,
        *,
        refresh_lives: timedelta,
        ticket_lives: timedelta,
        now: Now = utc_now,
        new_id: Callable[[], UUID] = new_id,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = database
        self._passwords = passwords
        self._access_tokens = access_tokens
        self._refresh_lives = refresh_lives
        self._ticket_lives = ticket_lives
        self._now = now
        self._new_id = new_id
        self._sleep = sleep

    @property
    def access_token_s(self) -> int:
        """Seconds an access token lives."""
        return self._access_tokens.lives_s

    async def access_token(self, user: User) -> str:
        """A signed access token. Where the user's tokens of this very second are refused, it is issued in the next."""
        await self._sleep(self._access_tokens.wait_s(user, self._now()))
        now = self._now()
        # the event loop's timers are rounded to milliseconds: a sleeper may wake before the second has changed
        return self._access_tokens.issue(user, max(now, user.not_before or now))

    async def begin(self, work: Work, user: User) -> Session:
        """A new session of this user, within the caller's transaction."""
        family = SignIn(id=self._new_id(), user_id=user.id, created_at=self._now())
        work.save(family)
        # its first token refers to it
        await work.session.flush()
        return self._next(work, user, family)

    def _next(self, work: Work, user: User, family: SignIn) -> Session:
        now, token = self._now(), tokens.opaque()
        expires_at = now + self._refresh_lives
        work.save(
            RefreshToken(token_hash=tokens.digest(token), sign_in_id=family.id, created_at=now, expires_at=expires_at)
        )
        return Session(user, token, expires_at)

    async def sign_in(self, email: str, password: str) -> Session:
        """A session; Unauthenticated for a wrong address or password alike, Suspended for a suspended account."""
        try:
            email = emails.normalize(email)
        except Invalid:
            email = ""
        async with self._db.work() as work:
            known = await repository.user_by_email(work.session, email) if email else None
        right = await self._passwords.verify(password, known.password_hash if known else None)
        fresh_hash = None
        if known and right and self._passwords.outdated(known.password_hash):
            fresh_hash = await self._passwords.hash(password)
        async with self._db.work() as work:
            user = await repository.user_locked(work.session, known.id) if known and right else None
            # a password changed in between is as good as wrong
            session = (
                await self._admit(work, user) if user and known and user.password_hash == known.password_hash else None
            )
            if session and user and fresh_hash:
                user.password_hash = fresh_hash
            if session is None:
                reason = "suspended" if user and user.suspended else "wrong_password" if known else "unknown_email"
                self._note(work, "user.sign_in_failed", known.id if known else None, reason=reason)
        if session is not None:
            return session
        if user is not None and user.suspended:
            raise Suspended
        raise Unauthenticated(_WRONG)

    async def _admit(self, work: Work, user: User) -> Session | None:
        if user.suspended:
            return None
        self._note(work, "user.signed_in", user.id)
        return await self.begin(work, user)

    async def refresh(self, refresh_token: str) -> Session:
        """The next token of the family. A token that was exchanged before has been copied: the family ends.

        Unauthenticated when the token is unknown, expired, used or of an ended session; Suspended for a suspended account.
        """
        async with self._db.work() as work:
            found = await repository.refresh_token_locked(work.session, tokens.digest(refresh_token))
            user = await repository.user(work.session, found[1].user_id) if found else None
            session = None
            if found and user and not user.suspended:
                session = self._rotate(work, user, *found)
        if session is not None:
            return session
        if user is not None and user.suspended:
            raise Suspended
        raise Unauthenticated(_ENDED)

    def _rotate(self, work: Work, user: User, token: RefreshToken, family: SignIn) -> Session | None:
        now = self._now()
        if family.ended_at is not None:
            return None
        if token.rotated_at is not None:
            family.end(now)
            self._note(work, "user.refresh_reused", user.id)
            return None
        if token.expires_at <= now:
            return None
        token.rotated_at = now
        return self._next(work, user, family)

    async def sign_out(self, refresh_token: str, asking: str, *, everywhere: bool) -> None:
        """End the token's session, or every session of its user (without a token: of the user who asks)."""
        async with self._db.work() as work:
            found = await repository.refresh_token_locked(work.session, tokens.digest(refresh_token))
            user_id = found[1].user_id if found else parse_id(asking)
            now = self._now()
            if found:
                found[1].end(now)
            if everywhere and user_id:
                await work.session.flush()
                await repository.end_sign_ins(work.session, user_id, now)
            if found or (everywhere and user_id):
                self._note(work, "user.signed_out", user_id, everywhere="yes" if everywhere else "no")

    async def create_ticket(self, user_id: str) -> tuple[str, datetime]:
        """A ticket for one WebSocket, and when it expires; Unauthenticated for a user that isn't there or suspended."""
        token, expires_at = tokens.opaque(), self._now() + self._ticket_lives
        async with self._db.work() as work:
            known = parse_id(user_id)
            user = await repository.user(work.session, known) if known else None
            if user is None or user.suspended:
                raise Unauthenticated(_ENDED)
            work.save(LiveTicket(token_hash=tokens.digest(token), user_id=user.id, expires_at=expires_at))
        return token, expires_at

    async def redeem_ticket(self, ticket: str) -> User:
        """Whose ticket it is; Unauthenticated when it is unknown, used, or expired, or its owner suspended."""
        async with self._db.work() as work:
            user_id = await repository.redeem_ticket(work.session, tokens.digest(ticket), self._now())
            user = await repository.user(work.session, user_id) if user_id else None
        if user is None or user.suspended:
            raise Unauthenticated("the ticket is used, expired or unknown; ask for a new one")
        return user

    async def forget_expired(self) -> None:
        """Delete what has expired; called hourly."""
        async with self._db.work() as work:
            await repository.forget_expired(work.session, self._now())

    def _note(self, work: Work, action: str, user_id: UUID | None, **details: str) -> None:
        work.save(
            Activity(
                id=self._new_id(),
                actor_id=None if action == "user.sign_in_failed" else user_id,
                subject_id=user_id,
                action=action,
                details=details,
                created_at=self._now(),
            )
        )
