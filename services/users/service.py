"""What happens to accounts: registration, profile, rights, what follows from the credits account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.kit import paging
from services.kit.clock import Now, utc_now
from services.kit.db import Database, Work
from services.kit.errors import Invalid, NotFound
from services.kit.ids import new_id, parse_id
from services.users import emails, events, repository
from services.users.errors import EmailTaken, LastAdmin
from services.users.models import DEFAULT_LANGUAGE, FREE_TIER, TOP_TIER, Activity, User, clean_name
from services.users.passwords import Passwords
from services.users.sign_in import Session, SignIns

# longer than any access token lives, so that the gateway misses no floor that still matters
FLOORS_FOR = timedelta(hours=1)


async def required_user(work: Work, user_id: str) -> User:
    """The account, its row locked until the transaction ends; NotFound."""
    known = parse_id(user_id)
    user = await repository.user_locked(work.session, known) if known else None
    if user is None:
        raise NotFound("no such user")
    return user


class Users:
    """Use cases on accounts; each method is one transaction."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        sign_ins: SignIns,
        now: Now = utc_now,
        new_id: Callable[[], UUID] = new_id,
    ) -> None:
        self._db = database
        self._passwords = passwords
        self._sign_ins = sign_ins
        self._now = now
        self._new_id = new_id

    async def register(self, email: str, password: str, name: str) -> Session:
        """A new account and its first session. Invalid with the field, EmailTaken."""
        email, name = emails.normalize(email), clean_name(name)
        await self._passwords.require_good(password, email, name)
        password_hash = await self._passwords.hash(password)
        async with self._db.work() as work:
            user = await self._open(work, email, name, password_hash)
            return await self._sign_ins.begin(work, user)

    async def _open(self, work: Work, email: str, name: str, password_hash: str, *, admin: bool = False) -> User:
        now = self._now()
        user = User(
            id=self._new_id(),
            email=email,
            name=name,
            password_hash=password_hash,
            subscription_tier=TOP_TIER if admin else FREE_TIER,
            account_seq=0,
            admin=admin,
            suspended=False,
            # who installs the studio says whose address it is
            email_verified=admin,
            language=DEFAULT_LANGUAGE,
            version=1,
            created_at=now,
            updated_at=now,
        )
        work.save(user)
        try:
            await work.session.flush()
        except IntegrityError:
            raise EmailTaken("there is an account with this e-mail address; sign in instead") from None
        work.save(events.user_registered(user), self._activity("user.registered", user.id, user.id))
        return user

    async def ensure_admin(self, email: str, password: str) -> None:
        """Make sure that the account exists, is an administrator, and has this password; anything else about it stays."""
        email = emails.normalize(email)
        async with self._db.work() as work:
            known = await repository.user_by_email(work.session, email)
        same_password = known is not None and await self._passwords.verify(password, known.password_hash)
        if known is not None and same_password and known.admin:
            return
        password_hash = known.password_hash if known and same_password else await self._passwords.hash(password)
        async with self._db.work() as work:
            user = await repository.user_by_email(work.session, email, lock=True)
            if user is None:
                await self._open(work, email, "Administrator", password_hash, admin=True)
                return
            now = self._now()
            if not same_password:
                user.password_hash = password_hash
                await repository.end_sign_ins(work.session, user.id, now)
                work.save(self._activity("user.password_changed", None, user.id))
            actions = user.set_access(admin=True, suspended=None, now=now)
            work.save(*(self._activity(action, None, user.id) for action in actions))
            if actions:
                work.save(events.user_updated(user))

    async def get(self, user_id: str, asking: str, *, admin: bool) -> User:
        """An account: one's own, anybody's for an administrator; NotFound otherwise."""
        wanted = parse_id(user_id or asking)
        async with self._db.work() as work:
            user = await repository.user(work.session, wanted) if wanted else None
        if user is None or not (admin or str(user.id) == asking):
            raise NotFound("no such user")
        return user

    async def change(self, user_id: str, name: str | None, language: str | None, if_match: str) -> User:
        """Change one's own name or language; EtagMismatch when the account has changed since."""
        async with self._db.work() as work:
            user = await required_user(work, user_id)
            user.require_etag(if_match)
            if user.change(name, language, self._now()):
                work.save(events.user_updated(user))
            return user

    async def delete(self, user_id: str, if_match: str) -> None:
        """Delete one's own account: everything personal goes with this transaction, others hear that they are to follow.

        NotFound, EtagMismatch, LastAdmin.
        """
        async with self._db.work() as work:
            user = await required_user(work, user_id)
            user.require_etag(if_match)
            if user.admin and not await repository.other_admins(work.session, user.id):
                raise LastAdmin
            now = self._now()
            user.delete(now)
            await repository.forget_sign_ins(work.session, user.id)
            work.save(events.user_deleted(user.id, now), self._activity("user.deleted", user.id, user.id))

    async def forget_deleted(self) -> None:
        """Remove the last of accounts whose tokens nobody can try any more; called hourly."""
        async with self._db.work() as work:
            await repository.forget_deleted(work.session, self._now() - FLOORS_FOR)

    async def contact(self, user_id: str) -> User:
        """The account, for those who may write to its owner."""
        return await self.get(user_id, asking="", admin=True)

    async def find(self, query: str, page_size: int, page_token: str) -> tuple[Sequence[User], str]:
        """A page of the accounts whose address or name holds the text, newest first, and the next page's token."""
        size, before = paging.size(page_size), paging.after(page_token)
        async with self._db.work() as work:
            rows = await repository.users_page(work.session, query.replace("\0", ""), before, size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def set_access(
        self, actor_id: str, user_id: str, *, admin: bool | None, suspended: bool | None, if_match: str = ""
    ) -> User:
        """Make or unmake an administrator, suspend or reinstate; sessions end with the rights they were begun with.

        Invalid, NotFound, EtagMismatch. Asked for neither, it only compares the version.
        """
        if actor_id == user_id and (admin is False or suspended):
            field = "suspended" if suspended else "admin"
            raise Invalid("administrators can't lock themselves out; ask another one", field=field)
        async with self._db.work() as work:
            user = await required_user(work, user_id)
            user.require_etag(if_match)
            now = self._now()
            floor = user.not_before
            actions = user.set_access(admin=admin, suspended=suspended, now=now)
            if user.not_before != floor:
                await repository.end_sign_ins(work.session, user.id, now)
            work.save(*(self._activity(action, parse_id(actor_id), user.id) for action in actions))
            if actions:
                work.save(events.user_updated(user))
            return user

    async def floors(self) -> list[tuple[UUID, datetime]]:
        """Users and the time before which their tokens are refused, as far as it was set within the last hour."""
        async with self._db.work() as work:
            rows = await repository.floors_since(work.session, self._now() - FLOORS_FOR)
        return [(row.id, row.not_before) for row in rows if row.not_before is not None]

    async def activities(self, user_id: str, page_size: int, page_token: str) -> tuple[Sequence[Activity], str]:
        """A page of the activity log, newest first: everybody's, or one user's."""
        size, before = paging.size(page_size), paging.after(page_token)
        whose = parse_id(user_id)
        if user_id and whose is None:
            return [], ""
        async with self._db.work() as work:
            rows = await repository.activities_page(work.session, whose, before, size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def follow_subscription(
        self, event_id: UUID, sequence: int, user_id: str, plan_id: str, previous_plan_id: str, actor_id: str
    ) -> None:
        """The user's tier becomes the account's plan, unless this was seen before or something newer was."""
        async with self._db.work() as work:
            known = parse_id(user_id)
            user = await repository.user_locked(work.session, known) if known else None
            if user is None or not await work.first_time(event_id):
                return
            if user.follow_account(sequence, plan_id, self._now()):
                work.save(events.user_updated(user))
            # of a subscription more than its plan may change: a payment fails, its end is put off
            if plan_id != previous_plan_id:
                details = {"plan": plan_id, "previous_plan": previous_plan_id}
                work.save(self._activity("plan.changed", parse_id(actor_id), user.id, details))

    async def note_grant(self, event_id: UUID, user_id: str, amount: int, reason: str, actor_id: str) -> None:
        """Credits that somebody gave enter the activity log, once. `actor_id`: the administrator; empty for support, whom the reason names."""
        async with self._db.work() as work:
            if await work.first_time(event_id):
                details = {"amount": str(amount), "reason": reason}
                work.save(self._activity("credits.granted", parse_id(actor_id), parse_id(user_id), details))

    def _activity(
        self, action: str, actor_id: UUID | None, subject_id: UUID | None, details: dict[str, str] | None = None
    ) -> Activity:
        return Activity(
            id=self._new_id(),
            actor_id=actor_id,
            subject_id=subject_id,
            action=action,
            details=details or {},
            created_at=self._now(),
        )
