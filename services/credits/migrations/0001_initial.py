"""The ledger: accounts, transactions and entries, grants, holds and what they reserve.

The database itself keeps the books straight, whatever a program does: entries of a transaction sum to zero and agree with
it, balances never fall below zero, a hold ends with captured + released = amount, and what is posted stays posted.
"""

from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE credits.accounts (
        user_id uuid PRIMARY KEY,
        plan_id text NOT NULL,
        available bigint NOT NULL,
        held bigint NOT NULL,
        last_seq bigint NOT NULL,
        last_hash bytea NOT NULL,
        users_seq bigint NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_accounts_available CHECK (available >= 0),
        CONSTRAINT ck_accounts_held CHECK (held >= 0)
    )
    """,
    """
    CREATE TABLE credits.transactions (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES credits.accounts DEFERRABLE INITIALLY DEFERRED,
        seq bigint NOT NULL,
        kind text NOT NULL,
        amount bigint NOT NULL,
        balance_after bigint NOT NULL,
        job_id text NOT NULL,
        hold_id uuid,
        grant_id uuid,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        previous_hash bytea NOT NULL,
        hash bytea NOT NULL,
        CONSTRAINT uq_transactions_user_seq UNIQUE (user_id, seq),
        CONSTRAINT ck_transactions_kind CHECK (kind IN ('grant', 'hold', 'capture', 'release', 'expiry', 'refund')),
        CONSTRAINT ck_transactions_seq CHECK (seq > 0),
        CONSTRAINT ck_transactions_balance CHECK (balance_after >= 0)
    )
    """,
    """
    CREATE TABLE credits.entries (
        transaction_id uuid NOT NULL REFERENCES credits.transactions DEFERRABLE INITIALLY DEFERRED,
        account text NOT NULL,
        user_id uuid,
        amount bigint NOT NULL,
        PRIMARY KEY (transaction_id, account),
        CONSTRAINT ck_entries_account CHECK (
            account IN ('available', 'held', 'revenue', 'promotions', 'breakage', 'refunds', 'stripe_clearing')
        ),
        CONSTRAINT ck_entries_owner CHECK ((account IN ('available', 'held')) = (user_id IS NOT NULL)),
        CONSTRAINT ck_entries_amount CHECK (amount <> 0)
    )
    """,
    "CREATE INDEX ix_entries_user_id ON credits.entries (user_id, account) WHERE user_id IS NOT NULL",
    """
    CREATE TABLE credits.grants (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES credits.accounts DEFERRABLE INITIALLY DEFERRED,
        transaction_id uuid NOT NULL REFERENCES credits.transactions DEFERRABLE INITIALLY DEFERRED,
        business_key text NOT NULL,
        amount bigint NOT NULL,
        remaining bigint NOT NULL,
        expired bigint NOT NULL,
        priority smallint NOT NULL,
        expires_at timestamptz,
        reason text NOT NULL,
        actor_id text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT uq_grants_business_key UNIQUE (business_key),
        CONSTRAINT ck_grants_amount CHECK (amount > 0),
        CONSTRAINT ck_grants_remaining CHECK (remaining >= 0 AND expired >= 0 AND remaining + expired <= amount)
    )
    """,
    "CREATE INDEX ix_grants_remaining ON credits.grants (user_id) WHERE remaining > 0",
    "CREATE INDEX ix_grants_expires_at ON credits.grants (expires_at) WHERE remaining > 0 AND expires_at IS NOT NULL",
    """
    CREATE TABLE credits.holds (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES credits.accounts DEFERRABLE INITIALLY DEFERRED,
        job_id text NOT NULL,
        attempt integer NOT NULL,
        request_id text,
        amount bigint NOT NULL,
        captured bigint NOT NULL,
        released bigint NOT NULL,
        state text NOT NULL,
        created_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT uq_holds_job_attempt UNIQUE (job_id, attempt),
        CONSTRAINT uq_holds_request UNIQUE (user_id, request_id),
        CONSTRAINT ck_holds_amount CHECK (amount > 0),
        CONSTRAINT ck_holds_state CHECK (
            CASE state
                WHEN 'live' THEN captured = 0 AND released = 0 AND ended_at IS NULL
                WHEN 'captured' THEN captured > 0 AND released >= 0 AND captured + released = amount AND ended_at IS NOT NULL
                WHEN 'released' THEN captured = 0 AND released = amount AND ended_at IS NOT NULL
                ELSE false
            END
        )
    )
    """,
    "CREATE INDEX ix_holds_live ON credits.holds (id) WHERE state = 'live'",
    """
    CREATE TABLE credits.reservations (
        hold_id uuid NOT NULL REFERENCES credits.holds DEFERRABLE INITIALLY DEFERRED,
        grant_id uuid NOT NULL REFERENCES credits.grants DEFERRABLE INITIALLY DEFERRED,
        position smallint NOT NULL,
        amount bigint NOT NULL,
        captured bigint NOT NULL,
        PRIMARY KEY (hold_id, grant_id),
        CONSTRAINT ck_reservations_amount CHECK (amount > 0),
        CONSTRAINT ck_reservations_captured CHECK (captured BETWEEN 0 AND amount)
    )
    """,
    "CREATE INDEX ix_reservations_grant_id ON credits.reservations (grant_id)",
)

# Checked at commit, once all entries are there, for each row that was added.
BALANCED = (
    """
    CREATE FUNCTION credits.check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        posted credits.transactions%ROWTYPE;
        total bigint;
        to_available bigint;
        strangers bigint;
    BEGIN
        SELECT * INTO posted FROM credits.transactions
        WHERE id = CASE TG_TABLE_NAME WHEN 'entries' THEN (to_jsonb(NEW) ->> 'transaction_id')::uuid
                                      ELSE (to_jsonb(NEW) ->> 'id')::uuid END;
        SELECT sum(amount), coalesce(sum(amount) FILTER (WHERE account = 'available'), 0),
               count(*) FILTER (WHERE user_id <> posted.user_id)
        INTO total, to_available, strangers
        FROM credits.entries WHERE transaction_id = posted.id;
        IF total IS DISTINCT FROM 0 OR to_available <> posted.amount OR strangers > 0 THEN
            RAISE EXCEPTION 'transaction % is not balanced: entries sum to %, % of % reach available', posted.id, total,
                to_available, posted.amount USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER tr_entries_balanced AFTER INSERT ON credits.entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credits.check_balanced()
    """,
    """
    CREATE CONSTRAINT TRIGGER tr_transactions_balanced AFTER INSERT ON credits.transactions
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION credits.check_balanced()
    """,
)

APPEND_ONLY = "REVOKE UPDATE, DELETE ON credits.transactions, credits.entries FROM credits"


def upgrade() -> None:
    for statement in (*TABLES, *BALANCED, APPEND_ONLY):
        op.execute(statement)
