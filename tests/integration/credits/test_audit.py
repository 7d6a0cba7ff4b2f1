"""The audit finds each way in which the books can be wrong, says where, and fails."""

import asyncio
import json
from uuid import uuid4

import asyncpg
import pytest

from services.credits import audit
from services.credits.payments import ObjectKind
from tests.support.ledger import open_till

# what is broken, and the invariants that must notice
BREAKS = {
    "a balance made larger": (
        "UPDATE credits.accounts SET available = available + 1",
        {"cached balances are the sums of entries", "what is available remains of grants"},
    ),
    "an entry changed": (
        "UPDATE credits.entries SET amount = amount + 1 WHERE account = 'available'",
        {
            "entries sum to zero overall",
            "entries of each transaction sum to zero and are its own",
            "cached balances are the sums of entries",
            "each user's chain of hashes verifies",
        },
    ),
    "a reason rewritten": (
        "UPDATE credits.transactions SET reason = 'another' WHERE seq = 1",
        {"each user's chain of hashes verifies"},
    ),
    "the newest transaction removed with its entries": (
        "WITH gone AS (DELETE FROM credits.transactions WHERE kind = 'capture' RETURNING id) "
        "DELETE FROM credits.entries WHERE transaction_id IN (SELECT id FROM gone)",
        {
            "each user's chain of hashes verifies",
            "cached balances are the sums of entries",
            "each hold was posted once, and ended once",
        },
    ),
    "a live hold forgotten": (
        "DELETE FROM credits.holds WHERE state = 'live'",
        {"what is held is the sum of live holds", "each grant is remaining, reserved, captured, expired or revoked"},
    ),
    "a hold that returned more than it took": (
        "UPDATE credits.holds SET released = released + 1 WHERE state = 'captured'",
        {"captured + returned = held", "each hold was posted once, and ended once"},
    ),
    "a grant given twice": (
        "INSERT INTO credits.grants SELECT gen_random_uuid(), user_id, transaction_id, business_key, amount, remaining, "
        "expired, priority, expires_at, reason, actor_id, created_at, revoked FROM credits.grants WHERE business_key LIKE 'signup%'",
        {"one grant per business key", "what is available remains of grants"},
    ),
    "a reservation gone": (
        "DELETE FROM credits.reservations",
        {
            "each hold is reserved from grants of its user",
            "each grant is remaining, reserved, captured, expired or revoked",
        },
    ),
    "an overdrawn account": (
        "UPDATE credits.accounts SET available = -1",
        {"nothing is overdrawn", "cached balances are the sums of entries"},
    ),
    "the books opened for changes": (
        "GRANT UPDATE ON credits.entries TO credits",
        {"what is posted can't be changed by the service"},
    ),
}
# the same for money: a pack that is bought and half refunded, and a subscription
PAYMENT_BREAKS = {
    "a pack given twice for one payment": (
        "UPDATE credits.payments SET credits = 60 WHERE order_id IS NOT NULL",
        {
            "one grant per payment, of its credits",
            "each pack that is paid gave what was ordered",
            "what was sold is what was paid for",
        },
    ),
    "a payment forgotten": (
        "DELETE FROM credits.payments WHERE order_id IS NOT NULL",
        {"what was sold is what was paid for", "each pack that is paid gave what was ordered"},
    ),
    "an order that says it wasn't paid": (
        "UPDATE credits.orders SET state = 'open' WHERE kind = 'pack'",
        {"each pack that is paid gave what was ordered"},
    ),
    "an invoice that says it wasn't paid": (
        "UPDATE credits.invoices SET paid_at = NULL",
        {"each paid invoice belongs to its subscription's user"},
    ),
    "more returned than was paid": (
        "UPDATE credits.payments SET returned_cents = amount_cents + 1 WHERE order_id IS NOT NULL",
        {"no more is taken back than was paid and given"},
    ),
    "a refund forgotten": (
        "DELETE FROM credits.reversals",
        {"no more is taken back than was paid and given"},
    ),
    "credits taken back twice": (
        "UPDATE credits.payments SET revoked_credits = revoked_credits + 1 WHERE order_id IS NOT NULL",
        {"no more is taken back than was paid and given"},
    ),
    "a debt made up": (
        "UPDATE credits.accounts SET debt = 5",
        {"nothing is available while something is owed", "cached balances are the sums of entries"},
    ),
    "a plan that nobody pays for": (
        "UPDATE credits.accounts SET plan_id = 'enterprise'",
        {"the plan is the subscription's, unless an administrator set it"},
    ),
    "a plan that outlived its subscription": (
        "UPDATE credits.subscriptions SET state = 'ended'",
        {"the plan is the subscription's, unless an administrator set it"},
    ),
    "an event nobody follows": (
        "UPDATE credits.payment_events SET given_up_at = now(), handled_at = NULL",
        {"no payment event was given up"},
    ),
}
JOBS = """
CREATE SCHEMA IF NOT EXISTS ai_jobs;
CREATE TABLE IF NOT EXISTS ai_jobs.jobs
    (id uuid, status text, attempt int, hold_id text, held bigint, captured bigint, finished_at timestamptz)
"""


async def use(ledger):
    """A user with a captured hold and a live one."""
    user = uuid4()
    ended = await ledger.credits.hold(user, 1, str(uuid4()), 1, "r1")
    await ledger.credits.end_hold(ended.id, 1)
    live = await ledger.credits.hold(user, 1, str(uuid4()), 1, "r2")
    return ended, live


async def drop_guards(ledger):
    """Take away what would refuse the damage: this is what the audit is for when nothing else has."""
    constraints = await ledger.as_owner(
        "SELECT conrelid::regclass::text AS of, conname FROM pg_constraint "
        "WHERE connamespace = 'credits'::regnamespace AND contype IN ('c', 'u', 'f') ORDER BY contype DESC"
    )
    for row in constraints:
        await ledger.as_owner(f"ALTER TABLE {row['of']} DROP CONSTRAINT {row['conname']}")


@pytest.mark.parametrize("broken", BREAKS)
async def test_it_notices(scratch_ledger, broken):
    damage, noticed_by = BREAKS[broken]
    await use(scratch_ledger)
    assert await scratch_ledger.violations() == {}
    await drop_guards(scratch_ledger)
    await scratch_ledger.as_owner(damage)
    assert noticed_by <= set(await scratch_ledger.violations())


@pytest.mark.parametrize("broken", PAYMENT_BREAKS)
async def test_it_notices_about_money(scratch_ledger, broken):
    damage, noticed_by = PAYMENT_BREAKS[broken]
    till, user = open_till(scratch_ledger), uuid4()
    _, payment = await till.buy(user, "pack_30")
    await till.settlement.follow(ObjectKind.REFUND, till.provider.refund_of(payment, 700))
    await till.subscribe(user, "pro")
    assert await scratch_ledger.violations() == {}
    await drop_guards(scratch_ledger)
    await scratch_ledger.as_owner(damage)
    assert noticed_by <= set(await scratch_ledger.violations())


async def put_job(ledger, hold, status, captured=0, finished_s_ago=0, hold_id=None):
    connection = await asyncpg.connect(ledger.url)
    try:
        await connection.execute(JOBS)
        await connection.execute(
            "INSERT INTO ai_jobs.jobs VALUES ($1::text::uuid, $2, 1, $3, $4, $5, now() - make_interval(secs => $6))",
            hold.job_id,
            status,
            str(hold.id) if hold_id is None else hold_id,
            hold.amount,
            captured,
            finished_s_ago,
        )
    finally:
        await connection.close()


async def test_jobs_that_agree_with_their_holds_are_in_order(scratch_ledger):
    ended, live = await use(scratch_ledger)
    await put_job(scratch_ledger, ended, "succeeded", captured=1, finished_s_ago=999)
    await put_job(scratch_ledger, live, "running")
    assert await scratch_ledger.violations() == {}


@pytest.mark.parametrize(("finished_s_ago", "orphans"), [(10, 0), (200, 1)])
async def test_a_live_hold_of_an_ended_job_is_an_orphan_once_the_reconciler_has_had_its_time(
    scratch_ledger, finished_s_ago, orphans
):
    _, live = await use(scratch_ledger)
    await put_job(scratch_ledger, live, "failed", finished_s_ago=finished_s_ago)
    found = (await scratch_ledger.violations()).get("no live hold of a job that has ended", [])
    assert len(found) == orphans


async def test_a_live_hold_that_its_job_does_not_know_is_an_orphan_after_minutes(scratch_ledger):
    await put_job(scratch_ledger, (await use(scratch_ledger))[1], "running", hold_id="")
    assert await scratch_ledger.violations() == {}
    await scratch_ledger.as_owner("UPDATE credits.holds SET created_at = now() - interval '1 hour'")
    assert set(await scratch_ledger.violations()) == {"no live hold of a job that has ended"}


async def test_a_job_that_captured_something_else_than_its_hold_is_found(scratch_ledger):
    ended, _ = await use(scratch_ledger)
    await put_job(scratch_ledger, ended, "succeeded", captured=0)
    assert "what a job has captured, its hold has" in await scratch_ledger.violations()


async def test_a_job_that_charged_without_a_hold_is_found(scratch_ledger):
    ended, _ = await use(scratch_ledger)
    await put_job(scratch_ledger, ended, "succeeded", captured=1, hold_id="")
    assert "a job that charges has a hold" in await scratch_ledger.violations()


async def run_command(url, tmp_path, monkeypatch):
    """The command as `make audit` runs it, its exit status and what it wrote."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    env_file = tmp_path / "env"
    env_file.write_text(f"REDIS_URL=redis://nowhere\nDATABASE_URL={url}\n")
    out = tmp_path / "out" / "audit.json"
    status = await asyncio.to_thread(audit.main, ["--env-file", str(env_file), "--out", str(out)])
    return status, json.loads(out.read_text())


async def test_the_command_prints_a_line_an_invariant_writes_them_and_exits_by_them(
    scratch_ledger, tmp_path, monkeypatch, capsys
):
    await use(scratch_ledger)
    # the log of what was done
    capsys.readouterr()
    status, written = await run_command(scratch_ledger.url, tmp_path, monkeypatch)
    printed = capsys.readouterr().out.splitlines()
    assert (status, written["passed"]) == (0, True)
    assert len(printed) == len(written["invariants"]) + 2
    await scratch_ledger.as_owner("UPDATE credits.accounts SET available = available + 1")
    status, written = await run_command(scratch_ledger.url, tmp_path, monkeypatch)
    assert (status, written["passed"]) == (1, False)
    assert "available 2 of 1" in capsys.readouterr().out


async def test_without_a_database_to_look_at_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(SystemExit, match="make up"):
        audit.main(["--env-file", str(tmp_path / "none"), "--out", str(tmp_path / "audit.json")])
