"""Connections with their sealed tokens, consents under way, grants that are to be given back at Google.

Only an active connection has tokens; the key that sealed a row stands beside it, so that a key nobody uses can be told.
"""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE youtube.connections (
        id uuid PRIMARY KEY,
        user_id text NOT NULL,
        state text NOT NULL,
        channel_id text NOT NULL,
        channel_title text NOT NULL,
        thumbnail_url text NOT NULL,
        google_subject text NOT NULL,
        key_id text,
        sealed bytea,
        tokens_version integer NOT NULL,
        refreshing_until timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_connections_user_channel UNIQUE (user_id, channel_id),
        CONSTRAINT ck_connections_state CHECK (state IN ('active', 'reconnect_needed', 'disconnected')),
        CONSTRAINT ck_connections_sealed CHECK ((sealed IS NULL) = (key_id IS NULL)),
        CONSTRAINT ck_connections_tokens CHECK ((state = 'active') = (sealed IS NOT NULL))
    )
    """,
    "CREATE INDEX ix_connections_key_id ON youtube.connections (key_id) WHERE key_id IS NOT NULL",
    "CREATE INDEX ix_connections_google_subject ON youtube.connections (google_subject)",
    """
    CREATE TABLE youtube.consents (
        state_hash bytea PRIMARY KEY,
        user_id text NOT NULL,
        key_id text NOT NULL,
        sealed bytea NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    "CREATE INDEX ix_consents_user_id ON youtube.consents (user_id, created_at)",
    "CREATE INDEX ix_consents_expires_at ON youtube.consents (expires_at)",
    """
    CREATE TABLE youtube.revocations (
        id uuid PRIMARY KEY,
        owner text NOT NULL,
        google_subject text NOT NULL,
        key_id text NOT NULL,
        sealed bytea NOT NULL,
        attempts integer NOT NULL,
        next_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_revocations_next_at ON youtube.revocations (next_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
