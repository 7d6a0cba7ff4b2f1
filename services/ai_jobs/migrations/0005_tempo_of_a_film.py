"""A film remembers how fast its lines are said: the next one of its project says them as fast, where it can."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column; films of before have none."""
    op.execute("ALTER TABLE ai_jobs.jobs ADD COLUMN tempo DOUBLE PRECISION")
