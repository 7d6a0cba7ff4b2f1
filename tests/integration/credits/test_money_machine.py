"""Purchases, refunds, disputes, films and gifts in whatever order: a plain model agrees, and the books are in order after each step."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID, uuid4

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

from services.credits.errors import InsufficientCredits
from services.credits.payments import ObjectKind
from tests.support.ledger import open_ledger, open_till

PACKS = {"pack_10": (10, 500), "pack_30": (30, 1400)}


@dataclass
class Money:
    """What the test knows of a payment."""

    ref: str
    user: UUID
    credits: int
    cents: int
    refunds: dict[str, int] = field(default_factory=dict)
    revoked: int = 0

    def due(self) -> int:
        """The credits that what has gone back stands for."""
        back = min(self.cents, sum(self.refunds.values()))
        return self.credits if back == self.cents else int(self.credits * back / self.cents + 0.5)


class MoneyMachine(RuleBasedStateMachine):
    """Two users; the model is one number for each: what they have, negative for what they owe."""

    url: str
    payments = Bundle("payments")
    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.ledger = self.run(self.stack.enter_async_context(open_ledger(self.url, pool_size=2)))
        self.till = open_till(self.ledger)
        self.users = [uuid4(), uuid4()]
        self.has = dict.fromkeys(self.users, 3)
        self.held = dict.fromkeys(self.users, 0)

    def run(self, awaitable):
        return self.runner.run(awaitable)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.runner.close()

    @rule(target=payments, who=st.integers(0, 1), pack=st.sampled_from(sorted(PACKS)))
    def buy(self, who, pack):
        user, (credits, cents) = self.users[who], PACKS[pack]
        _, ref = self.run(self.till.buy(user, pack))
        self.has[user] += credits
        return Money(ref, user, credits, cents)

    @rule(who=st.integers(0, 1), amount=st.integers(1, 9))
    def give(self, who, amount):
        self.run(self.ledger.credits.grant(self.users[who], amount, f"test:{uuid4()}", ""))
        self.has[self.users[who]] += amount

    @rule(target=holds, who=st.integers(0, 1), amount=st.integers(1, 15))
    def hold(self, who, amount):
        user, job_id = self.users[who], str(uuid4())
        try:
            hold = self.run(self.ledger.credits.hold(user, amount, job_id, 1, job_id))
        except InsufficientCredits as error:
            hold, needed = None, int(error.metadata["needed"])
        if hold is None:
            assert amount > self.has[user]
            assert needed == amount + max(0, -self.has[user])
            return multiple()
        self.has[user] -= amount
        self.held[user] += amount
        return hold

    @rule(hold=consumes(holds), share=st.sampled_from([0, 0.5, 1]))
    def end(self, hold, share):
        captured = int(hold.amount * share)
        self.run(self.ledger.credits.end_hold(hold.id, captured))
        self.held[hold.user_id] -= hold.amount
        self.has[hold.user_id] += hold.amount - captured

    @rule(money=payments, number=st.integers(1, 3), part=st.sampled_from([0.1, 0.33, 0.5, 1.0]), stands=st.booleans())
    def refund(self, money, number, part, stands):
        cents = max(1, int(money.cents * part))
        self.follow(ObjectKind.REFUND, self.till.provider.refund_of(money.ref, cents, number, stands=stands))
        self.went_back(money, f"refund {number}", cents if stands else 0)

    @rule(money=payments, stands=st.booleans())
    def dispute(self, money, stands):
        self.follow(ObjectKind.DISPUTE, self.till.provider.dispute_of(money.ref, money.cents, stands=stands))
        self.went_back(money, "dispute", money.cents if stands else 0)

    @rule(money=payments)
    def the_payment_again(self, money):
        self.follow(ObjectKind.PAYMENT, money.ref)

    def follow(self, kind, object_id):
        for _ in range(2):
            self.run(self.till.settlement.follow(kind, object_id))

    def went_back(self, money, what, cents):
        money.refunds[what] = cents
        self.has[money.user] -= money.due() - money.revoked
        money.revoked = money.due()

    @invariant()
    def the_model_and_the_books_agree(self):
        for user in self.users:
            account = self.run(self.ledger.credits.account(user))
            assert (account.available - account.debt, account.held) == (self.has[user], self.held[user])
            assert account.available == 0 or account.debt == 0
        assert self.run(self.ledger.violations()) == {}


def test_any_sequence_of_purchases_and_refunds_keeps_the_books_in_order(ledger_url):
    MoneyMachine.url = ledger_url
    run_state_machine_as_test(
        MoneyMachine,
        settings=settings(
            max_examples=10,
            stateful_step_count=12,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
