"""Jobs and their events, quotes, render steps with their leases, what was rendered and what of it is paid for."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE ai_jobs.artifacts (
        project_id UUID NOT NULL,
        input_hash VARCHAR(64) NOT NULL,
        outputs JSONB NOT NULL,
        result BYTEA NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_artifacts PRIMARY KEY (project_id, input_hash)
    )
    """,
    """
    CREATE TABLE ai_jobs.jobs (
        id UUID NOT NULL,
        user_id VARCHAR(64) NOT NULL,
        project_id UUID,
        kind VARCHAR(16) NOT NULL,
        status VARCHAR(16) NOT NULL,
        attempt INTEGER NOT NULL,
        attempts_used INTEGER NOT NULL,
        reserving_attempt INTEGER,
        reserving_since TIMESTAMP WITH TIME ZONE,
        priority INTEGER NOT NULL,
        phase VARCHAR(16) NOT NULL,
        plan_due BOOLEAN NOT NULL,
        options BYTEA NOT NULL,
        spec JSONB NOT NULL,
        script BYTEA NOT NULL,
        script_version INTEGER NOT NULL,
        language VARCHAR(16) NOT NULL,
        project_title VARCHAR(100) NOT NULL,
        project_description VARCHAR NOT NULL,
        publish BYTEA,
        fingerprint VARCHAR(64) NOT NULL,
        storyboard BYTEA,
        shot_frames JSONB NOT NULL,
        quoted BIGINT NOT NULL,
        held BIGINT NOT NULL,
        captured BIGINT NOT NULL,
        released BIGINT NOT NULL,
        hold_id VARCHAR(64) NOT NULL,
        progress DOUBLE PRECISION NOT NULL,
        stage VARCHAR(32) NOT NULL,
        message VARCHAR NOT NULL,
        shots_total INTEGER NOT NULL,
        outputs JSONB NOT NULL,
        quality JSONB,
        error JSONB,
        last_seq BIGINT NOT NULL,
        progress_at TIMESTAMP WITH TIME ZONE,
        version INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        queued_at TIMESTAMP WITH TIME ZONE,
        started_at TIMESTAMP WITH TIME ZONE,
        finished_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_jobs PRIMARY KEY (id)
    )
    """,
    """
    CREATE INDEX ix_jobs_fingerprint ON ai_jobs.jobs (project_id, fingerprint) WHERE status = 'succeeded'
    """,
    """
    CREATE UNIQUE INDEX ix_jobs_live ON ai_jobs.jobs (project_id, kind) WHERE status IN ('reserving', 'queued', 'running', 'waiting_review', 'canceling')
    """,
    """
    CREATE INDEX ix_jobs_plan_due ON ai_jobs.jobs (id) WHERE plan_due
    """,
    """
    CREATE INDEX ix_jobs_status ON ai_jobs.jobs (status) WHERE status IN ('reserving', 'queued', 'running', 'waiting_review', 'canceling')
    """,
    """
    CREATE INDEX ix_jobs_user ON ai_jobs.jobs (user_id, id)
    """,
    """
    CREATE TABLE ai_jobs.paid_segments (
        project_id UUID NOT NULL,
        input_hash VARCHAR(64) NOT NULL,
        seconds DOUBLE PRECISION NOT NULL,
        job_id UUID NOT NULL,
        CONSTRAINT pk_paid_segments PRIMARY KEY (project_id, input_hash)
    )
    """,
    """
    CREATE TABLE ai_jobs.quotes (
        id UUID NOT NULL,
        user_id VARCHAR(64) NOT NULL,
        project_id UUID NOT NULL,
        kind VARCHAR(16) NOT NULL,
        options_sha256 VARCHAR(64) NOT NULL,
        script_version INTEGER NOT NULL,
        credits BIGINT NOT NULL,
        breakdown JSONB NOT NULL,
        eta_seconds INTEGER NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_quotes PRIMARY KEY (id)
    )
    """,
    """
    CREATE TABLE ai_jobs.step_times (
        kind VARCHAR(32) NOT NULL,
        engine VARCHAR(64) NOT NULL,
        seconds_per_unit DOUBLE PRECISION NOT NULL,
        samples INTEGER NOT NULL,
        CONSTRAINT pk_step_times PRIMARY KEY (kind, engine)
    )
    """,
    """
    CREATE TABLE ai_jobs.user_turns (
        user_id VARCHAR(64) NOT NULL,
        last_claim_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_user_turns PRIMARY KEY (user_id)
    )
    """,
    """
    CREATE TABLE ai_jobs.workers (
        name VARCHAR(64) NOT NULL,
        lanes VARCHAR(8)[] NOT NULL,
        engines VARCHAR(64)[] NOT NULL,
        slots INTEGER NOT NULL,
        seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_workers PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE ai_jobs.job_events (
        job_id UUID NOT NULL,
        seq BIGINT NOT NULL,
        id UUID NOT NULL,
        type VARCHAR(32) NOT NULL,
        data JSONB NOT NULL,
        final BOOLEAN NOT NULL,
        created_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_job_events PRIMARY KEY (job_id, seq),
        CONSTRAINT fk_job_events_job_id_jobs FOREIGN KEY(job_id) REFERENCES ai_jobs.jobs (id) ON DELETE CASCADE,
        CONSTRAINT uq_job_events_id UNIQUE (id)
    )
    """,
    """
    CREATE TABLE ai_jobs.render_steps (
        id UUID NOT NULL,
        job_id UUID NOT NULL,
        project_id UUID,
        user_id VARCHAR(64) NOT NULL,
        name VARCHAR(64) NOT NULL,
        kind VARCHAR(32) NOT NULL,
        lane VARCHAR(8) NOT NULL,
        engine VARCHAR(64) NOT NULL,
        priority INTEGER NOT NULL,
        position INTEGER NOT NULL,
        state VARCHAR(16) NOT NULL,
        needs UUID[] NOT NULL,
        waiting_for INTEGER NOT NULL,
        params BYTEA NOT NULL,
        inputs JSONB NOT NULL,
        input_hash VARCHAR(64) NOT NULL,
        seed INTEGER NOT NULL,
        weight DOUBLE PRECISION NOT NULL,
        progress DOUBLE PRECISION NOT NULL,
        fence INTEGER NOT NULL,
        worker VARCHAR(64) NOT NULL,
        lease_expires_at TIMESTAMP WITH TIME ZONE,
        failures INTEGER NOT NULL,
        lost_leases INTEGER NOT NULL,
        cached BOOLEAN NOT NULL,
        outputs JSONB NOT NULL,
        result BYTEA NOT NULL,
        work_s DOUBLE PRECISION NOT NULL,
        ready_at TIMESTAMP WITH TIME ZONE,
        started_at TIMESTAMP WITH TIME ZONE,
        finished_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_render_steps PRIMARY KEY (id),
        CONSTRAINT uq_render_steps_name UNIQUE (job_id, name),
        CONSTRAINT fk_render_steps_job_id_jobs FOREIGN KEY(job_id) REFERENCES ai_jobs.jobs (id) ON DELETE CASCADE
    )
    """,
    """
    CREATE INDEX ix_render_steps_leased ON ai_jobs.render_steps (lease_expires_at) WHERE state = 'leased'
    """,
    """
    CREATE INDEX ix_render_steps_ready ON ai_jobs.render_steps (lane, user_id) WHERE state = 'ready'
    """,
)


def upgrade() -> None:
    """Make the schema's tables."""
    for statement in STATEMENTS:
        op.execute(statement)
