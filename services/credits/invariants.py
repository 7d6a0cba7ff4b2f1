"""What must hold of the ledger at every moment, as queries: each gives how many things it looked at, and those that break it.

Used by the audit of a running database and by the tests after every step. Read-only, plain SQL, so that a mistake in the
models can't hide itself.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """A promise and the queries that test it."""

    name: str
    # how many things there are to look at: one number
    checked: str
    # one text per violation, empty when the promise is kept
    violations: str


LEDGER = (
    Invariant(
        "entries sum to zero overall",
        "SELECT count(*) FROM credits.entries",
        "SELECT 'the sum is ' || sum(amount) FROM credits.entries HAVING sum(amount) <> 0",
    ),
    Invariant(
        "entries of each transaction sum to zero and are its own",
        "SELECT count(*) FROM credits.transactions",
        """
        SELECT 'transaction ' || t.id || ': ' || count(e.amount) || ' entries, sum ' || coalesce(sum(e.amount), 0)
        FROM credits.transactions t LEFT JOIN credits.entries e ON e.transaction_id = t.id
        GROUP BY t.id, t.amount, t.user_id
        HAVING count(e.amount) < 2 OR sum(e.amount) <> 0
            OR coalesce(sum(e.amount) FILTER (WHERE e.account = 'available'), 0) <> t.amount
            OR bool_or(e.user_id <> t.user_id)
        """,
    ),
    Invariant(
        "cached balances are the sums of entries",
        "SELECT count(*) FROM credits.accounts",
        """
        SELECT 'account ' || coalesce(a.user_id, s.user_id) || ': available ' || coalesce(a.available, 0) || ' of '
            || coalesce(s.available, 0) || ', held ' || coalesce(a.held, 0) || ' of ' || coalesce(s.held, 0)
            || ', owed ' || coalesce(a.debt, 0) || ' of ' || coalesce(s.debt, 0)
        FROM credits.accounts a FULL JOIN (
            SELECT user_id, coalesce(sum(amount) FILTER (WHERE account = 'available'), 0) AS available,
                   coalesce(sum(amount) FILTER (WHERE account = 'held'), 0) AS held,
                   coalesce(-sum(amount) FILTER (WHERE account = 'debt'), 0) AS debt
            FROM credits.entries WHERE user_id IS NOT NULL GROUP BY user_id
        ) s ON s.user_id = a.user_id
        WHERE (coalesce(a.available, 0), coalesce(a.held, 0), coalesce(a.debt, 0))
            <> (coalesce(s.available, 0), coalesce(s.held, 0), coalesce(s.debt, 0))
        """,
    ),
    Invariant(
        "each balance follows from the one before",
        "SELECT count(*) FROM credits.transactions",
        """
        SELECT 'transaction ' || id || ': ' || before || ' and ' || amount || ' make ' || balance_after
        FROM (SELECT id, amount, balance_after,
                     lag(balance_after, 1, 0::bigint) OVER (PARTITION BY user_id ORDER BY seq) AS before
              FROM credits.transactions) t
        WHERE before + amount <> balance_after
        """,
    ),
    Invariant(
        "nothing is overdrawn",
        "SELECT count(*) FROM credits.accounts",
        """
        SELECT 'account ' || user_id FROM credits.accounts WHERE available < 0 OR held < 0 OR debt < 0
        UNION ALL SELECT 'transaction ' || id FROM credits.transactions WHERE balance_after < 0
        """,
    ),
    Invariant(
        "what is held is the sum of live holds",
        "SELECT count(*) FROM credits.holds WHERE state = 'live'",
        """
        SELECT 'account ' || a.user_id || ': held ' || a.held || ', live holds ' || coalesce(sum(h.amount), 0)
        FROM credits.accounts a LEFT JOIN credits.holds h ON h.user_id = a.user_id AND h.state = 'live'
        GROUP BY a.user_id, a.held HAVING a.held <> coalesce(sum(h.amount), 0)
        """,
    ),
    Invariant(
        "captured + returned = held",
        "SELECT count(*) FROM credits.holds WHERE state <> 'live'",
        """
        SELECT 'hold ' || id FROM credits.holds
        WHERE (state = 'live' AND (captured <> 0 OR released <> 0))
            OR (state = 'captured' AND (captured <= 0 OR captured + released <> amount))
            OR (state = 'released' AND (captured <> 0 OR released <> amount))
        """,
    ),
    Invariant(
        "each hold was posted once, and ended once",
        "SELECT count(*) FROM credits.holds",
        """
        SELECT 'hold ' || h.id FROM credits.holds h LEFT JOIN (
            SELECT t.hold_id, count(*) FILTER (WHERE t.kind = 'hold') AS taken,
                   count(*) FILTER (WHERE t.kind = 'capture') AS captures,
                   count(*) FILTER (WHERE t.kind = 'release') AS releases,
                   coalesce(sum(-t.amount) FILTER (WHERE t.kind = 'hold'), 0) AS amount,
                   coalesce(sum(t.amount) FILTER (WHERE t.kind = 'release'), 0) AS released,
                   coalesce(sum((SELECT sum(e.amount) FROM credits.entries e
                                 WHERE e.transaction_id = t.id AND e.account = 'revenue')), 0) AS captured
            FROM credits.transactions t WHERE t.hold_id IS NOT NULL GROUP BY t.hold_id
        ) p ON p.hold_id = h.id
        WHERE (p.taken, p.amount, p.captured, p.released) IS DISTINCT FROM (1::bigint, h.amount, h.captured, h.released)
            OR p.captures > 1 OR p.releases > 1
        """,
    ),
    Invariant(
        "one grant per business key",
        "SELECT count(*) FROM credits.grants",
        """
        SELECT business_key FROM credits.grants GROUP BY business_key HAVING count(*) > 1
        UNION ALL
        SELECT 'transaction ' || t.id || ' of grant ' || coalesce(t.grant_id::text, 'none') FROM credits.transactions t
        LEFT JOIN credits.grants g ON g.transaction_id = t.id AND g.user_id = t.user_id AND g.amount = t.amount
        WHERE t.kind IN ('grant', 'purchase') AND g.id IS NULL
        """,
    ),
    Invariant(
        "each grant is remaining, reserved, captured, expired or revoked",
        "SELECT count(*) FROM credits.grants",
        """
        SELECT 'grant ' || g.id FROM credits.grants g
        LEFT JOIN credits.reservations r ON r.grant_id = g.id LEFT JOIN credits.holds h ON h.id = r.hold_id
        GROUP BY g.id
        HAVING g.amount <> g.remaining + g.expired + g.revoked
            + coalesce(sum(CASE h.state WHEN 'live' THEN r.amount ELSE r.captured END), 0)
        """,
    ),
    Invariant(
        "what is available remains of grants",
        "SELECT count(*) FROM credits.accounts",
        """
        SELECT 'account ' || a.user_id || ': available ' || a.available || ', in grants ' || coalesce(sum(g.remaining), 0)
        FROM credits.accounts a LEFT JOIN credits.grants g ON g.user_id = a.user_id
        GROUP BY a.user_id, a.available HAVING a.available <> coalesce(sum(g.remaining), 0)
        """,
    ),
    Invariant(
        "each hold is reserved from grants of its user",
        "SELECT count(*) FROM credits.holds",
        """
        SELECT 'hold ' || h.id FROM credits.holds h
        LEFT JOIN credits.reservations r ON r.hold_id = h.id LEFT JOIN credits.grants g ON g.id = r.grant_id
        GROUP BY h.id
        HAVING coalesce(sum(r.amount), 0) <> h.amount OR coalesce(sum(r.captured), 0) <> h.captured
            OR bool_or(g.user_id <> h.user_id)
        """,
    ),
    Invariant(
        "what is posted can't be changed by the service",
        "SELECT 2",
        """
        SELECT right_name || ' on ' || table_name
        FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS right_name,
             unnest(ARRAY['credits.transactions', 'credits.entries']) AS table_name
        WHERE has_table_privilege('credits', table_name, right_name)
        """,
    ),
)

# Whether jobs can be looked at: their schema is there, and this login may read it.
JOBS_READABLE = """
SELECT coalesce(has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'), false)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'ai_jobs' AND c.relname = 'jobs'
"""

# :grace_s, how long an end may be on its way; :unknown_s, how long a hold may be before its job says that it knows it
WITH_JOBS = (
    Invariant(
        "no live hold of a job that has ended",
        "SELECT count(*) FROM credits.holds WHERE state = 'live'",
        """
        SELECT 'hold ' || h.id || ' of job ' || h.job_id || ', attempt ' || h.attempt || ': '
            || coalesce(j.status::text, 'no such job')
        FROM credits.holds h LEFT JOIN ai_jobs.jobs j ON j.id::text = h.job_id
        WHERE h.state = 'live' AND CASE
            WHEN j.hold_id = h.id::text THEN j.status IN ('succeeded', 'failed', 'canceled', 'expired')
                AND j.finished_at < now() - make_interval(secs => :grace_s)
            ELSE h.created_at < now() - make_interval(secs => :unknown_s)
        END
        """,
    ),
    Invariant(
        "what a job has captured, its hold has",
        "SELECT count(*) FROM credits.holds h JOIN ai_jobs.jobs j ON j.hold_id = h.id::text WHERE h.state <> 'live'",
        """
        SELECT 'job ' || j.id || ' (' || j.status || '): captured ' || j.captured || ', its hold ' || h.captured
        FROM credits.holds h JOIN ai_jobs.jobs j ON j.hold_id = h.id::text
        WHERE h.state <> 'live' AND j.status IN ('succeeded', 'failed', 'canceled', 'expired')
            AND (j.captured <> h.captured OR j.held <> h.amount)
        """,
    ),
    Invariant(
        "a job that charges has a hold",
        "SELECT count(*) FROM ai_jobs.jobs WHERE captured > 0",
        """
        SELECT 'job ' || j.id || ': captured ' || j.captured FROM ai_jobs.jobs j
        LEFT JOIN credits.holds h ON h.id::text = j.hold_id
        WHERE j.captured > 0 AND h.id IS NULL
        """,
    ),
)
