"""The last uploads are found by an index: the plan of those that wait asks how long they took."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX ix_publications_uploaded_at ON youtube.publications (uploaded_at) WHERE uploaded_at IS NOT NULL"
    )
