"""Publications, their caption tracks, and what is used of YouTube's allowances.

The database itself holds what must never be: two publications of one job's own wish to one channel, an upload further than
its film, a published film without a video.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """
    CREATE TABLE youtube.publications (
        id uuid PRIMARY KEY,
        user_id text NOT NULL,
        project_id text NOT NULL,
        job_id text NOT NULL,
        connection_id uuid,
        channel_id text NOT NULL,
        channel_title text NOT NULL,
        source text NOT NULL,
        spec jsonb NOT NULL,
        chapters jsonb NOT NULL,
        state text NOT NULL,
        film_sha256 text NOT NULL,
        size_bytes bigint NOT NULL,
        duration_ms bigint NOT NULL,
        film_language text NOT NULL,
        eta_at timestamptz,
        begun_at timestamptz,
        sessions integer NOT NULL DEFAULT 0,
        session_url text NOT NULL DEFAULT '',
        uploaded_bytes bigint NOT NULL DEFAULT 0,
        uploaded_sha256 text NOT NULL DEFAULT '',
        last_bytes boolean NOT NULL DEFAULT false,
        looks integer NOT NULL DEFAULT 0,
        video_id text NOT NULL DEFAULT '',
        url text NOT NULL DEFAULT '',
        uploaded_at timestamptz,
        privacy_status text NOT NULL DEFAULT '',
        locked_private boolean NOT NULL DEFAULT false,
        notice text NOT NULL DEFAULT '',
        error_code text NOT NULL DEFAULT '',
        error_message text NOT NULL DEFAULT '',
        error_retryable boolean NOT NULL DEFAULT false,
        thumbnail text NOT NULL DEFAULT 'none',
        playlist text NOT NULL DEFAULT 'none',
        playlist_id text NOT NULL DEFAULT '',
        warnings jsonb NOT NULL DEFAULT '[]',
        polls integer NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        failing_since timestamptz,
        next_at timestamptz,
        poll_at timestamptz,
        extras_at timestamptz,
        fence bigint NOT NULL DEFAULT 0,
        leased_until timestamptz,
        views bigint NOT NULL DEFAULT 0,
        likes bigint NOT NULL DEFAULT 0,
        statistics_at timestamptz,
        statistics_due_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT ck_publications_source CHECK (source IN ('asked', 'job')),
        CONSTRAINT ck_publications_state CHECK (state IN ('queued', 'waiting_quota', 'uploading', 'processing', 'scheduled',
            'published', 'failed', 'canceled')),
        CONSTRAINT ck_publications_thumbnail CHECK (thumbnail IN ('none', 'waiting', 'done', 'failed')),
        CONSTRAINT ck_publications_playlist CHECK (playlist IN ('none', 'waiting', 'done', 'failed')),
        CONSTRAINT ck_publications_uploaded CHECK (uploaded_bytes BETWEEN 0 AND size_bytes),
        CONSTRAINT ck_publications_session CHECK (session_url = '' OR state IN ('uploading', 'failed')),
        CONSTRAINT ck_publications_video CHECK (
            video_id <> '' OR state NOT IN ('processing', 'scheduled', 'published')
        )
    )
    """,
    "CREATE UNIQUE INDEX uq_publications_job ON youtube.publications (job_id, connection_id) WHERE source = 'job'",
    "CREATE INDEX ix_publications_user_id ON youtube.publications (user_id, id)",
    "CREATE INDEX ix_publications_begun_at ON youtube.publications (user_id, begun_at) WHERE begun_at IS NOT NULL",
    "CREATE INDEX ix_publications_job_id ON youtube.publications (job_id)",
    "CREATE INDEX ix_publications_connection_id ON youtube.publications (connection_id)",
    "CREATE INDEX ix_publications_next_at ON youtube.publications (next_at) WHERE next_at IS NOT NULL",
    """
    CREATE INDEX ix_publications_waiting ON youtube.publications (created_at)
        WHERE state IN ('queued', 'waiting_quota', 'uploading')
    """,
    """
    CREATE INDEX ix_publications_statistics ON youtube.publications (statistics_due_at)
        WHERE statistics_due_at IS NOT NULL
    """,
    """
    CREATE TABLE youtube.captions (
        publication_id uuid NOT NULL REFERENCES youtube.publications ON DELETE CASCADE,
        language text NOT NULL,
        position integer NOT NULL,
        state text NOT NULL,
        caption_id text NOT NULL,
        error text NOT NULL,
        begun boolean NOT NULL,
        PRIMARY KEY (publication_id, language),
        CONSTRAINT ck_captions_state CHECK (state IN ('waiting', 'uploaded', 'failed'))
    )
    """,
    """
    CREATE TABLE youtube.quota_uses (
        bucket text NOT NULL,
        key text NOT NULL,
        day date NOT NULL,
        used integer NOT NULL,
        PRIMARY KEY (bucket, key, day),
        CONSTRAINT ck_quota_uses_used CHECK (used >= 0)
    )
    """,
    """
    CREATE TABLE youtube.quota_closings (
        bucket text NOT NULL,
        key text NOT NULL,
        until timestamptz NOT NULL,
        PRIMARY KEY (bucket, key)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
