"""Users who are gone: what is asked with a token that outlives its account is refused."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE projects.departed (
            user_id varchar(64) CONSTRAINT pk_departed PRIMARY KEY,
            departed_at timestamptz NOT NULL
        )""")


def downgrade() -> None:
    op.execute("DROP TABLE projects.departed")
