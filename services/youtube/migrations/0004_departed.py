"""Users who are gone, remembered so that nothing that comes late is kept of them."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("CREATE TABLE youtube.departed (user_id text PRIMARY KEY, departed_at timestamptz NOT NULL)")
