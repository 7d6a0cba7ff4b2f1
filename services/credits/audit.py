"""`python -m services.credits.audit`: checks the ledger's invariants on a running database, in one read-only snapshot.

Prints a line for each, writes them to out/audit.json, and exits 1 when one is violated.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import selectinload
from sqlalchemy.pool import NullPool

from services.credits.invariants import JOBS_READABLE, LEDGER, WITH_JOBS, Invariant
from services.credits.ledger import GENESIS, Transaction
from services.credits.models import Account
from services.credits.payment_invariants import PAYMENTS
from services.kit.db import asyncpg_url
from services.kit.settings import SettingsError

# violations named for each invariant; all are counted
NAMED = 10
# the reconciler ends within a minute what the events did not
DEFAULT_GRACE_S = 90.0
# a hold that no job knows is released after 3 minutes, by the reconciler's next turn
UNKNOWN_AFTER_S = 180.0


@dataclass(frozen=True)
class Finding:
    """What became of one invariant."""

    invariant: str
    checked: int
    violations: int
    examples: list[str]


async def _check(session: AsyncSession, invariant: Invariant, parameters: dict[str, float]) -> Finding:
    checked = (await session.execute(text(invariant.checked))).scalar_one()
    used = {name: value for name, value in parameters.items() if f":{name}" in invariant.violations}
    found = (await session.execute(text(invariant.violations), used)).scalars().all()
    return Finding(invariant.name, checked, len(found), [str(violation) for violation in found[:NAMED]])


async def _check_chains(session: AsyncSession) -> Finding:
    """Walk every user's chain from its beginning and compare its head with the account's."""
    heads: dict[UUID, tuple[int, bytes]] = {}
    broken: list[str] = []
    checked = 0
    statement = (
        select(Transaction)
        .options(selectinload(Transaction.entries))
        .order_by(Transaction.user_id, Transaction.seq)
        .execution_options(yield_per=1000)
    )
    async for transaction in await session.stream_scalars(statement):
        checked += 1
        seq, previous = heads.get(transaction.user_id, (0, GENESIS))
        if transaction.seq != seq + 1 or transaction.previous_hash != previous:
            broken.append(f"transaction {transaction.id} does not follow number {seq} of {transaction.user_id}")
        if transaction.hash != transaction.digest():
            broken.append(f"transaction {transaction.id} is not what was posted")
        heads[transaction.user_id] = (transaction.seq, transaction.hash)
    accounts = await session.stream(select(Account.user_id, Account.last_seq, Account.last_hash))
    async for user_id, last_seq, last_hash in accounts:
        if heads.get(user_id, (0, GENESIS)) != (last_seq, last_hash):
            broken.append(f"the chain of {user_id} does not end where the account says")
    return Finding("each user's chain of hashes verifies", checked, len(broken), broken[:NAMED])


async def audit(database_url: str, *, grace_s: float = DEFAULT_GRACE_S) -> list[Finding]:
    """Every invariant of the ledger, and those that it shares with the jobs where they can be read."""
    engine = create_async_engine(asyncpg_url(database_url), poolclass=NullPool)
    parameters = {"grace_s": grace_s, "unknown_s": UNKNOWN_AFTER_S + grace_s}
    try:
        async with AsyncSession(engine) as session, session.begin():
            await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            findings = [await _check(session, invariant, parameters) for invariant in (*LEDGER, *PAYMENTS)]
            findings.append(await _check_chains(session))
            if (await session.execute(text(JOBS_READABLE))).scalar_one_or_none():
                findings += [await _check(session, invariant, parameters) for invariant in WITH_JOBS]
            return findings
    finally:
        await engine.dispose()


def _database_url(env_file: Path) -> str:
    if url := os.environ.get("DATABASE_URL"):
        return url
    if env_file.is_file():
        for line in env_file.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            if name == "DATABASE_URL":
                return value.strip()
    raise SettingsError(f"DATABASE_URL is neither in the environment nor in {env_file}; is the studio up? (make up)")


def report(findings: Sequence[Finding]) -> str:
    """A line for each invariant, its violations below it."""
    width = max(len(finding.invariant) for finding in findings)
    lines = [f"{'invariant':<{width}}  {'checked':>9}  {'violations':>10}"]
    for finding in findings:
        lines.append(f"{finding.invariant:<{width}}  {finding.checked:>9}  {finding.violations:>10}")
        lines += [f"    {example}" for example in finding.examples]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 when every invariant holds, 1 when one does not."""
    parser = argparse.ArgumentParser(description="Check the ledger's invariants on a running database.")
    parser.add_argument("--env-file", type=Path, default=Path(".local/env"), help="where DATABASE_URL is looked up")
    parser.add_argument("--out", type=Path, default=Path("out/audit.json"), help="where the findings are written")
    parser.add_argument(
        "--grace-s",
        type=float,
        default=DEFAULT_GRACE_S,
        help="seconds that the end of a job may take to reach its hold",
    )
    options = parser.parse_args(arguments)
    findings = asyncio.run(audit(_database_url(options.env_file), grace_s=options.grace_s))
    passed = not any(finding.violations for finding in findings)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    written = {
        "at": datetime.now(UTC).isoformat(),
        "passed": passed,
        "invariants": [asdict(finding) for finding in findings],
    }
    options.out.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(report(findings))
    sys.stdout.write(f"{'all invariants hold' if passed else 'the ledger is broken'}; written to {options.out}\n")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
