"""Whatever is asked of the ledger, in whatever order: its answers are a plain model's, and the books are in order after each step."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from services.credits.errors import HoldEnded, InsufficientCredits
from tests.support.ledger import open_ledger

AMOUNTS = st.integers(1, 12)


@dataclass
class HoldModel:
    """What the test knows of a hold."""

    id: UUID
    user: UUID
    amount: int
    job_id: str
    captured: int | None = None


class LedgerMachine(RuleBasedStateMachine):
    """Two users, grants that keep and grants that expire, holds and their ends, repeats of everything."""

    url: str
    holds = Bundle("holds")
    ended = Bundle("ended")
    granted = Bundle("granted")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.ledger = self.run(self.stack.enter_async_context(open_ledger(self.url, pool_size=2)))
        self.users = [uuid4(), uuid4()]
        self.available = dict.fromkeys(self.users, 3)
        self.held = dict.fromkeys(self.users, 0)
        # whether expiry may have taken credits that the model doesn't follow one by one
        self.expiring = dict.fromkeys(self.users, False)

    def run(self, awaitable):
        return self.runner.run(awaitable)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()

    @rule(target=granted, who=st.integers(0, 1), amount=AMOUNTS, hours=st.none() | st.integers(1, 3))
    def grant(self, who, amount, hours):
        user, key = self.users[who], f"test:{uuid4()}"
        expires_at = None if hours is None else self.ledger.clock() + timedelta(hours=hours)
        account, _ = self.run(self.ledger.credits.grant(user, amount, key, "", expires_at=expires_at))
        self.expiring[user] |= hours is not None
        self.available[user] += amount
        self.agree(user, account)
        return (user, amount, key)

    @rule(grant=granted)
    def grant_again(self, grant):
        user, amount, key = grant
        account, transaction = self.run(self.ledger.credits.grant(user, amount, key, ""))
        assert transaction.amount == amount
        self.agree(user, account)

    @rule(target=holds, who=st.integers(0, 1), amount=AMOUNTS)
    def hold(self, who, amount):
        user, job_id = self.users[who], str(uuid4())
        try:
            hold = self.run(self.ledger.credits.hold(user, amount, job_id, 1, job_id))
        except InsufficientCredits as error:
            hold, available = None, int(error.metadata["available"])
        if hold is None:
            assert amount > available
            assert self.expiring[user] or available == self.available[user]
            return multiple()
        assert amount <= self.available[user]
        self.available[user] -= amount
        self.held[user] += amount
        return HoldModel(hold.id, user, amount, job_id)

    @rule(hold=holds)
    def hold_again(self, hold):
        again = self.run(self.ledger.credits.hold(hold.user, hold.amount, hold.job_id, 1, hold.job_id))
        assert (again.id, again.amount) == (hold.id, hold.amount)

    @rule(target=ended, hold=consumes(holds), share=st.sampled_from([0, 0.5, 1]), by_event=st.booleans())
    def end(self, hold, share, by_event):
        hold.captured = int(hold.amount * share)
        if by_event:
            self.run(self.ledger.credits.follow_job(uuid4(), hold.id, hold.captured))
        else:
            answer = self.run(self.ledger.credits.end_hold(hold.id, hold.captured))
            assert (answer.captured, answer.released) == (hold.captured, hold.amount - hold.captured)
        self.held[hold.user] -= hold.amount
        self.available[hold.user] += hold.amount - hold.captured
        return hold

    @rule(hold=ended, captured=st.integers(0, 12), by_event=st.booleans())
    def end_again(self, hold, captured, by_event):
        captured = min(captured, hold.amount)
        if by_event:
            self.run(self.ledger.credits.follow_job(uuid4(), hold.id, captured))
        elif captured == hold.captured:
            assert self.run(self.ledger.credits.end_hold(hold.id, captured)).captured == captured
        else:
            with pytest.raises(HoldEnded):
                self.run(self.ledger.credits.end_hold(hold.id, captured))

    @rule(hold=ended)
    def hold_after_its_end(self, hold):
        with pytest.raises(HoldEnded):
            self.run(self.ledger.credits.hold(hold.user, hold.amount, hold.job_id, 1, hold.job_id))

    @rule(hours=st.integers(1, 2))
    def time_passes(self, hours):
        self.ledger.clock.advance(hours=hours)

    @rule()
    def what_is_due_expires(self):
        self.run(self.ledger.credits.expire_grants())

    def agree(self, user, account):
        """The account is as the model has it; where credits may have expired there can only be fewer available."""
        assert account.held == self.held[user]
        if self.expiring[user]:
            assert account.available <= self.available[user]
            self.available[user] = account.available
        else:
            assert account.available == self.available[user]

    @invariant()
    def the_books_are_in_order(self):
        for user in self.users:
            self.agree(user, self.run(self.ledger.credits.account(user)))
        assert self.run(self.ledger.violations()) == {}


def test_any_sequence_of_requests_keeps_the_books_in_order(ledger_url):
    LedgerMachine.url = ledger_url
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=25,
            stateful_step_count=15,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
