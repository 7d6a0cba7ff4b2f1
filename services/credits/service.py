"""What happens to credits: one method, one transaction. Every change is made under the account's row lock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from uuid import UUID

from services.credits import bounds, errors, events, repository
from services.credits.books import Books, Income
from services.credits.ledger import Transaction
from services.credits.models import Account, GrantPriority, Hold, HoldState
from services.credits.plans import ENTERPRISE, FREE, Pack, Plan
from services.kit import paging, telemetry
from services.kit.db import Work
from services.kit.errors import Invalid, NotFound

# accounts swept of expired credits in one turn
SWEEP_ACCOUNTS = 200


class Credits:
    """The use cases of the ledger. `work` opens a unit of work."""

    def __init__(self, work: Callable[[], AbstractAsyncContextManager[Work]], books: Books) -> None:
        self._work = work
        self._books = books

    def plans(self) -> Sequence[Plan]:
        """What is offered."""
        return self._books.plans.plans

    def packs(self) -> Sequence[Pack]:
        """What can be bought once."""
        return self._books.plans.packs

    async def plan_of(self, user_id: UUID, *, admin: bool = False) -> Plan:
        """The user's plan."""
        return self._books.plans.get((await self.account(user_id, admin=admin)).plan_id)

    async def account(self, user_id: UUID, *, admin: bool = False) -> Account:
        """The user's account, opened if this is the first that is heard of them."""
        async with self._work() as work:
            if account := await repository.account(work.session, user_id):
                return account
            return await self._books.locked(work, user_id, admin=admin)

    async def transactions(
        self, user_id: UUID, page_size: int, page_token: str, *, admin: bool = False
    ) -> tuple[Sequence[Transaction], str]:
        """A page of the user's transactions, newest first, and the token of the next."""
        size, after = paging.size(page_size), paging.after(page_token)
        async with self._work() as work:
            if await repository.account(work.session, user_id) is None:
                await self._books.locked(work, user_id, admin=admin)
                await work.session.flush()
            rows = await repository.transactions(work.session, user_id, after, size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def hold(
        self, user_id: UUID, amount: int, job_id: str, attempt: int, request_id: str, *, admin: bool = False
    ) -> Hold:
        """Set credits aside for an attempt of a job; the same request, the same hold.

        InsufficientCredits; HoldEnded where that hold is over; Invalid; IdempotencyKeyReused.
        """
        bounds.check_hold(amount, job_id, attempt, request_id)
        async with self._work() as work:
            account = await self._books.locked(work, user_id, admin=admin)
            if made := await repository.hold_by_request(work.session, user_id, request_id, job_id, attempt):
                return made.again(user_id, amount, job_id, attempt)
            now = self._books.now()
            grants = await self._books.unexpired(work, account, now)
            hold = Hold(
                id=self._books.new_id(),
                user_id=user_id,
                job_id=job_id,
                attempt=attempt,
                request_id=request_id or None,
                amount=amount,
                captured=0,
                released=0,
                state=HoldState.LIVE,
                created_at=now,
            )
            transaction = account.hold(hold, grants, self._books.new_id(), now)
            work.save(hold, transaction, events.credits_held(account, transaction, hold))
            self._books.changed(work, account)
        telemetry.log().info("credits held", hold_id=str(hold.id), job_id=job_id, attempt=attempt, amount=amount)
        return hold

    async def end_hold(self, hold_id: UUID, captured: int) -> Hold:
        """Capture so many credits of a hold and release the rest.

        The first end stands: the same again answers the same, another is HoldEnded. Invalid for more than is held.
        """
        async with self._work() as work:
            account, hold = await self._locked_hold(work, hold_id)
            if not 0 <= captured <= hold.amount:
                raise Invalid(f"captured must be 0 to the {hold.amount} credits held", field="captured")
            if hold.state is HoldState.LIVE:
                self._end(work, account, hold, captured)
            elif hold.captured != captured:
                raise hold.has_ended()
            return hold

    async def follow_job(self, event_id: UUID, hold_id: UUID, captured: int) -> None:
        """A job has ended: its hold ends so, unless it has ended before. Invalid for more than is held."""
        async with self._work() as work:
            if not await work.first_time(event_id):
                return
            account, hold = await self._locked_hold(work, hold_id)
            if not 0 <= captured <= hold.amount:
                raise Invalid(f"the job captured {captured} of {hold.amount} credits held", field="captured")
            if hold.state is HoldState.LIVE:
                self._end(work, account, hold, captured)
            elif hold.captured != captured:
                telemetry.log().warning(
                    "a hold had ended otherwise than its job",
                    hold_id=str(hold_id),
                    job_id=hold.job_id,
                    captured=hold.captured,
                    job_captured=captured,
                )

    async def live_holds(self, before: datetime, page_size: int, page_token: str) -> tuple[Sequence[Hold], str]:
        """A page of everybody's live holds made before a time, oldest first, and the token of the next."""
        size, after = paging.size(page_size), paging.after(page_token)
        async with self._work() as work:
            rows = await repository.live_holds(work.session, before, after, size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def grant(
        self,
        user_id: UUID,
        amount: int,
        business_key: str,
        reason: str,
        *,
        expires_at: datetime | None = None,
        actor_id: str = "",
    ) -> tuple[Account, Transaction]:
        """Give credits, once per business key: the account as it is now, and the grant's transaction."""
        now = self._books.now()
        bounds.check_grant(amount, business_key, reason, expires_at, now)
        async with self._work() as work:
            account = await self._books.locked(work, user_id)
            if made := await repository.grant_by_key(work.session, business_key):
                given = made.same_as(user_id, amount)
                return account, await repository.transaction(work.session, given.transaction_id)
            income = Income(amount, business_key, reason, GrantPriority.GIVEN, expires_at, actor_id)
            _, transaction = self._books.take_in(work, account, income, now)
        telemetry.log().info("credits granted", user_id=str(user_id), amount=amount, actor_id=actor_id)
        return account, transaction

    async def set_plan(self, user_id: UUID, plan_id: str, actor_id: str) -> Account:
        """Put the user on a plan, at once. Grants nothing. Invalid for a plan that isn't offered.

        It stands whatever becomes of a subscription, until an invoice of one is paid: that sets the plan anew.
        """
        plan = self._books.plans.get(plan_id)
        async with self._work() as work:
            account = await self._books.locked(work, user_id)
            self._books.set_plan(work, account, plan.id, by_admin=True, actor_id=actor_id)
        return account

    async def open_account(self, event_id: UUID, user_id: UUID, sequence: int, *, admin: bool) -> None:
        """A user has registered: their account is open, an administrator's on the enterprise plan."""
        async with self._work() as work:
            if not await work.first_time(event_id):
                return
            account = await self._books.locked(work, user_id, admin=admin)
            if sequence <= account.users_seq:
                return
            account.users_seq = sequence
            # whoever has been put on a plan since, by hand, stays there
            if admin and account.plan_id == FREE:
                self._books.set_plan(work, account, ENTERPRISE, by_admin=True)

    async def close_account(self, event_id: UUID, user_id: UUID) -> None:
        """A user is deleted: what they subscribed to is ended soon after, the ledger stays. Nothing for one never heard of."""
        async with self._work() as work:
            if not await work.first_time(event_id):
                return
            account = await repository.locked_account(work.session, user_id)
            if account is not None and account.closed_at is None:
                account.closed_at = self._books.now()

    async def expire_grants(self) -> int:
        """What remains of grants whose time is over becomes breakage: one transaction a user. How many users."""
        now = self._books.now()
        async with self._work() as work:
            users = await repository.users_with_expired(work.session, now, SWEEP_ACCOUNTS)
        for user_id in users:
            async with self._work() as work:
                await self._books.unexpired(work, await self._books.locked(work, user_id), now)
        return len(users)

    async def _locked_hold(self, work: Work, hold_id: UUID) -> tuple[Account, Hold]:
        owner = await repository.hold_owner(work.session, hold_id)
        if owner is None:
            raise NotFound("there is no such hold")
        account = await self._books.locked(work, owner)
        hold = await repository.hold(work.session, hold_id)
        if hold is None:
            raise errors.LedgerBroken(f"hold {hold_id} is gone")
        return account, hold

    def _end(self, work: Work, account: Account, hold: Hold, captured: int) -> None:
        posted = account.end(hold, captured, self._books.new_id, self._books.now())
        work.save(*posted, *events.hold_ended(account, hold, posted))
        self._books.changed(work, account)
        telemetry.log().info("a hold ends", hold_id=str(hold.id), job_id=hold.job_id, captured=captured)
