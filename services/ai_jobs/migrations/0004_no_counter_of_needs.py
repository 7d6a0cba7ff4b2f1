"""A waiting step's needs are looked at as they stand: a number of them that nobody reads is gone."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Drop the column."""
    op.execute("ALTER TABLE ai_jobs.render_steps DROP COLUMN waiting_for")
