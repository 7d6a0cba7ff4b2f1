"""Projects that are gone for good, until what was made for them is gone too."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.execute("""
        CREATE TABLE ai_jobs.purges (
            project_id UUID CONSTRAINT pk_purges PRIMARY KEY,
            user_id VARCHAR(64) NOT NULL
        )""")
