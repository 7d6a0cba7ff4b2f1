"""The database keeps the books, whatever a program does; and where a guard is taken away, the checker notices."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from services.credits import repository
from services.credits.models import Hold
from tests.support.ledger import Ledger

POST = """
INSERT INTO credits.transactions (id, user_id, seq, kind, amount, balance_after, job_id, reason, created_at, previous_hash, hash)
VALUES ($1, $2, 999, 'grant', 5, 8, '', '', now(), '', '')
"""


@pytest.mark.parametrize("table", ["transactions", "entries"])
@pytest.mark.parametrize(
    "change", ["UPDATE credits.{} SET amount = 0", "DELETE FROM credits.{}", "TRUNCATE credits.{} CASCADE"]
)
async def test_the_service_cannot_change_what_is_posted(ledger, table, change):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ledger.as_service(change.format(table))


async def post(ledger: Ledger, user, entries) -> None:
    await ledger.credits.account(user)
    connection = await asyncpg.connect(ledger.url, server_settings={"role": "credits"})
    try:
        async with connection.transaction():
            transaction_id = uuid4()
            await connection.execute(POST, transaction_id, user)
            for account, owner, amount in entries:
                await connection.execute(
                    "INSERT INTO credits.entries (transaction_id, account, user_id, amount) VALUES ($1, $2, $3, $4)",
                    transaction_id,
                    account,
                    owner,
                    amount,
                )
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(lambda user: [], id="without entries"),
        pytest.param(lambda user: [("available", user, 5)], id="one-sided"),
        pytest.param(lambda user: [("available", user, 5), ("promotions", None, -4)], id="sides that differ"),
        pytest.param(lambda user: [("available", user, 4), ("promotions", None, -4)], id="another amount than it says"),
        pytest.param(lambda user: [("available", uuid4(), 5), ("promotions", None, -5)], id="somebody else's balance"),
    ],
)
async def test_an_unbalanced_transaction_is_refused_at_commit(ledger, user, entries):
    with pytest.raises(asyncpg.CheckViolationError, match="not balanced"):
        await post(ledger, user, entries(user))


async def test_entries_cannot_be_added_to_a_posted_transaction_out_of_balance(ledger, user):
    await ledger.credits.account(user)
    with pytest.raises(asyncpg.CheckViolationError, match="not balanced"):
        await ledger.as_service(
            "INSERT INTO credits.entries (transaction_id, account, amount) "
            "SELECT id, 'refunds', 5 FROM credits.transactions WHERE user_id = $1",
            user,
        )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE credits.accounts SET available = -1 WHERE user_id = $1",
        "UPDATE credits.accounts SET held = -1 WHERE user_id = $1",
        "UPDATE credits.grants SET remaining = amount + 1 WHERE user_id = $1",
        "UPDATE credits.holds SET captured = 1 WHERE user_id = $1",
        "UPDATE credits.holds SET state = 'captured', captured = 1, ended_at = now() WHERE user_id = $1",
    ],
)
async def test_rows_that_contradict_themselves_are_refused(ledger, user, change):
    await ledger.credits.hold(user, 2, str(uuid4()), 1, "r")
    with pytest.raises(asyncpg.CheckViolationError):
        await ledger.as_service(change, user)


async def hold_without_lock(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, user, clients: int) -> list[object]:
    """All clients read the balance before any of them writes it: the naive ledger, every time and not only by bad luck."""
    everybody_has_read = asyncio.Barrier(clients)

    async def read_without_lock(session, user_id):
        account = await repository.account(session, user_id)
        await everybody_has_read.wait()
        return account

    monkeypatch.setattr(repository, "locked_account", read_without_lock)
    return await asyncio.gather(
        *(ledger.credits.hold(user, 2, str(uuid4()), 1, f"r{n}") for n in range(clients)), return_exceptions=True
    )


async def test_without_the_lock_the_constraints_still_let_one_hold_through_and_no_more(ledger, user, monkeypatch):
    await ledger.credits.account(user)
    answers = await hold_without_lock(ledger, monkeypatch, user, 4)
    monkeypatch.undo()
    assert sum(isinstance(answer, Hold) for answer in answers) == 1
    account = await ledger.credits.account(user)
    assert (account.available, account.held) == (1, 2)


async def test_a_naive_balance_without_any_guard_is_caught_by_the_invariants(scratch_ledger, user, monkeypatch):
    ledger = scratch_ledger
    await ledger.credits.account(user)
    await ledger.as_owner("ALTER TABLE credits.transactions DROP CONSTRAINT uq_transactions_user_seq")
    answers = await hold_without_lock(ledger, monkeypatch, user, 4)
    monkeypatch.undo()
    assert all(isinstance(answer, Hold) for answer in answers)
    assert {
        "cached balances are the sums of entries",
        "each balance follows from the one before",
        "what is held is the sum of live holds",
        "each grant is remaining, reserved, captured, expired or revoked",
        "each user's chain of hashes verifies",
    } <= set(await ledger.violations())


# what the database itself refuses, whatever a program does
MONEY = {
    "a second payment of an order": "INSERT INTO credits.payments SELECT gen_random_uuid(), user_id, provider, order_id, invoice_id, "
    "'pi_another', amount_cents, currency, credits, gen_random_uuid(), 0, 0, created_at FROM credits.payments WHERE user_id = '{user}'",
    "one movement of money for two payments": "INSERT INTO credits.payments SELECT gen_random_uuid(), user_id, provider, gen_random_uuid(), "
    "NULL, payment_ref, amount_cents, currency, credits, gen_random_uuid(), 0, 0, created_at FROM credits.payments WHERE user_id = '{user}'",
    "one grant for two payments": "INSERT INTO credits.payments SELECT gen_random_uuid(), user_id, provider, gen_random_uuid(), "
    "NULL, 'pi_another', amount_cents, currency, credits, grant_id, 0, 0, created_at FROM credits.payments WHERE user_id = '{user}'",
    "more money returned than was paid": "UPDATE credits.payments SET returned_cents = amount_cents + 1 WHERE user_id = '{user}'",
    "more credits revoked than were given": "UPDATE credits.payments SET revoked_credits = credits + 1 WHERE user_id = '{user}'",
    "credits available while some are owed": "UPDATE credits.accounts SET debt = 1 WHERE user_id = '{user}'",
    "a negative debt": "UPDATE credits.accounts SET debt = -1, available = 0 WHERE user_id = '{user}'",
    "a grant that gives more than it has": "UPDATE credits.grants SET revoked = amount + 1 WHERE user_id = '{user}'",
    "a paid order that was paid never": "UPDATE credits.orders SET paid_at = NULL WHERE user_id = '{user}'",
    "a second customer of the same user": "INSERT INTO credits.customers SELECT 'cus_2', provider, user_id, now() FROM credits.customers "
    "WHERE user_id = '{user}'",
    "an event received twice": "INSERT INTO credits.payment_events SELECT * FROM credits.payment_events",
}


@pytest.mark.parametrize("wrong", MONEY)
async def test_the_database_refuses(ledger, till, user, wrong):
    await till.buy(user, "pack_10")
    with pytest.raises((asyncpg.UniqueViolationError, asyncpg.CheckViolationError)):
        await ledger.as_service(MONEY[wrong].format(user=user))
