"""Records wanted in Salesforce, what they are made from, whom to erase, what support granted there, and the state of it all."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE crm_sync.records (
        object text NOT NULL,
        external_id text NOT NULL,
        user_id text NOT NULL,
        project_id text,
        parts jsonb NOT NULL,
        wanted_hash text NOT NULL,
        synced_hash text,
        state text NOT NULL,
        attempts integer NOT NULL,
        error text NOT NULL,
        record_id text,
        there jsonb NOT NULL,
        adopted boolean NOT NULL,
        gone boolean NOT NULL,
        changed_at timestamptz NOT NULL,
        next_attempt_at timestamptz NOT NULL,
        synced_at timestamptz,
        PRIMARY KEY (object, external_id),
        CONSTRAINT ck_records_object CHECK (
            object IN ('Contact', 'AI_Project__c', 'AI_Credit__c', 'YouTube_Integration__c')
        ),
        CONSTRAINT ck_records_state CHECK (state IN ('pending', 'synced', 'failed'))
    )
    """,
    "CREATE INDEX ix_records_pending ON crm_sync.records (object, next_attempt_at) WHERE state = 'pending'",
    "CREATE INDEX ix_records_failed ON crm_sync.records (changed_at) WHERE state = 'failed'",
    "CREATE INDEX ix_records_user_id ON crm_sync.records (user_id)",
    """
    CREATE TABLE crm_sync.films (
        job_id text PRIMARY KEY,
        user_id text NOT NULL
    )
    """,
    "CREATE INDEX ix_films_user_id ON crm_sync.films (user_id)",
    """
    CREATE TABLE crm_sync.connections (
        id text PRIMARY KEY,
        user_id text NOT NULL,
        sequence bigint NOT NULL,
        active boolean NOT NULL
    )
    """,
    "CREATE INDEX ix_connections_user_id ON crm_sync.connections (user_id)",
    """
    CREATE TABLE crm_sync.erasures (
        user_id text PRIMARY KEY,
        asked_at timestamptz NOT NULL,
        next_attempt_at timestamptz NOT NULL,
        attempts integer NOT NULL,
        error text NOT NULL,
        removed_at timestamptz,
        done_at timestamptz
    )
    """,
    "CREATE INDEX ix_erasures_open ON crm_sync.erasures (next_attempt_at) WHERE done_at IS NULL",
    """
    CREATE TABLE crm_sync.support_grants (
        record_id text PRIMARY KEY,
        user_id text NOT NULL,
        amount bigint NOT NULL,
        state text NOT NULL,
        error text NOT NULL,
        actor text NOT NULL,
        reason text NOT NULL,
        transaction_id text,
        decided_at timestamptz NOT NULL,
        CONSTRAINT ck_support_grants_state CHECK (state IN ('granting', 'granted', 'refused'))
    )
    """,
    "CREATE INDEX ix_support_grants_user_id ON crm_sync.support_grants (user_id, decided_at)",
    "CREATE INDEX ix_support_grants_open ON crm_sync.support_grants (decided_at) WHERE state <> 'granted'",
    """
    CREATE TABLE crm_sync.control (
        id smallint PRIMARY KEY,
        paused boolean NOT NULL,
        trouble text NOT NULL,
        reason text NOT NULL,
        resume_at timestamptz,
        calls_used bigint NOT NULL,
        calls_limit bigint NOT NULL,
        unproven_logins timestamptz[] NOT NULL,
        bulk_job_id text NOT NULL,
        contacts_seen_until timestamptz,
        credits_seen_until timestamptz,
        last_push_at timestamptz,
        last_poll_at timestamptz,
        CONSTRAINT ck_control_one CHECK (id = 1),
        CONSTRAINT ck_control_trouble CHECK (trouble IN ('', 'limited', 'refused', 'away'))
    )
    """,
    "INSERT INTO crm_sync.control VALUES (1, false, '', '', NULL, 0, 0, '{}', '', NULL, NULL, NULL, NULL)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
