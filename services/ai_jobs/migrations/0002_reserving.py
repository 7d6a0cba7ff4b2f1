"""The sweeper finds reservations that nobody finished without reading every job there ever was."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """An index over the few jobs that are being reserved."""
    op.execute("CREATE INDEX ix_jobs_reserving ON ai_jobs.jobs (reserving_since) WHERE reserving_attempt IS NOT NULL")
