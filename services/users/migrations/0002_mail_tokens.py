"""Verified addresses, the language of mail, tokens that travel by mail, deleted accounts."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("""
        ALTER TABLE users.users
            ADD COLUMN email_verified boolean NOT NULL DEFAULT false,
            ADD COLUMN language varchar(35) NOT NULL DEFAULT 'en',
            ADD COLUMN deleted_at timestamptz""")
    op.execute("CREATE INDEX ix_users_deleted_at ON users.users (deleted_at) WHERE deleted_at IS NOT NULL")
    op.execute("""
        CREATE TABLE users.mail_tokens (
            token_hash bytea CONSTRAINT pk_mail_tokens PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_mail_tokens_user_id_users REFERENCES users.users (id) ON DELETE CASCADE,
            purpose varchar(16) NOT NULL,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX ix_mail_tokens_user_id ON users.mail_tokens (user_id)")
    op.execute("CREATE INDEX ix_mail_tokens_expires_at ON users.mail_tokens (expires_at)")


def downgrade() -> None:
    op.execute("DROP TABLE users.mail_tokens")
    op.execute("ALTER TABLE users.users DROP COLUMN email_verified, DROP COLUMN language, DROP COLUMN deleted_at")
