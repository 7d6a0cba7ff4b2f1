"""Endpoints with their lanes, messages and deliveries; preferences; the queue of mails."""

from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    """
    CREATE TABLE notifications.endpoints (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL,
        url text NOT NULL,
        events text[] NOT NULL,
        description text NOT NULL,
        state text NOT NULL,
        secret bytea NOT NULL,
        previous_secret bytea,
        previous_until timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        due_at timestamptz,
        lease_until timestamptz,
        fence bigint NOT NULL,
        slow boolean NOT NULL,
        failures integer NOT NULL,
        failing_since timestamptz,
        hold_until timestamptz,
        CONSTRAINT ck_endpoints_state CHECK (state IN ('active', 'paused', 'disabled')),
        CONSTRAINT ck_endpoints_due CHECK (due_at IS NULL OR state = 'active'),
        CONSTRAINT ck_endpoints_events CHECK (cardinality(events) > 0)
    )
    """,
    "CREATE INDEX ix_endpoints_user_id ON notifications.endpoints (user_id, id)",
    "CREATE INDEX ix_endpoints_due_at ON notifications.endpoints (slow, due_at) WHERE due_at IS NOT NULL",
    """
    CREATE TABLE notifications.messages (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL,
        event_type text NOT NULL,
        body text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_messages_user_id ON notifications.messages (user_id)",
    "CREATE INDEX ix_messages_created_at ON notifications.messages (created_at)",
    """
    CREATE TABLE notifications.deliveries (
        id uuid PRIMARY KEY,
        endpoint_id uuid NOT NULL REFERENCES notifications.endpoints ON DELETE CASCADE,
        message_id uuid NOT NULL REFERENCES notifications.messages ON DELETE CASCADE,
        event_type text NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL,
        response_status integer NOT NULL,
        response_excerpt text NOT NULL,
        duration_ms integer NOT NULL,
        created_at timestamptz NOT NULL,
        last_attempt_at timestamptz,
        next_attempt_at timestamptz,
        CONSTRAINT ck_deliveries_state CHECK (state IN ('pending', 'succeeded', 'failed')),
        CONSTRAINT ck_deliveries_next CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_deliveries_endpoint_id ON notifications.deliveries (endpoint_id, id)",
    "CREATE INDEX ix_deliveries_message_id ON notifications.deliveries (message_id)",
    """
    CREATE INDEX ix_deliveries_pending ON notifications.deliveries (endpoint_id, next_attempt_at, id)
        WHERE state = 'pending'
    """,
    """
    CREATE TABLE notifications.preferences (
        user_id uuid PRIMARY KEY,
        film_ready boolean NOT NULL,
        film_failed boolean NOT NULL,
        payment_failed boolean NOT NULL,
        youtube boolean NOT NULL,
        webhook_disabled boolean NOT NULL,
        marketing boolean NOT NULL,
        marketing_changed_at timestamptz,
        version integer NOT NULL
    )
    """,
    """
    CREATE TABLE notifications.mails (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL,
        kind text NOT NULL,
        subject_id text NOT NULL,
        params jsonb NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL,
        error text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        next_attempt_at timestamptz,
        lease_until timestamptz,
        fence bigint NOT NULL,
        ended_at timestamptz,
        CONSTRAINT ck_mails_state CHECK (state IN ('waiting', 'sent', 'skipped', 'refused', 'expired')),
        CONSTRAINT ck_mails_ended CHECK ((state = 'waiting') = (ended_at IS NULL)),
        CONSTRAINT ck_mails_next CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_mails_user_id ON notifications.mails (user_id, kind, created_at)",
    "CREATE INDEX ix_mails_waiting ON notifications.mails (next_attempt_at) WHERE state = 'waiting'",
    "CREATE INDEX ix_mails_ended_at ON notifications.mails (ended_at) WHERE state <> 'waiting'",
    """
    CREATE TABLE notifications.suppressions (
        user_id uuid PRIMARY KEY,
        address_mac bytea NOT NULL,
        refused_at timestamptz NOT NULL,
        answer text NOT NULL
    )
    """,
    """
    CREATE TABLE notifications.departed (
        user_id uuid PRIMARY KEY,
        departed_at timestamptz NOT NULL
    )
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
