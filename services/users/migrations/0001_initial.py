"""Accounts, sign-ins, refresh tokens, live tickets, the activity log."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE users.users (
            id uuid CONSTRAINT pk_users PRIMARY KEY,
            email varchar(320) NOT NULL CONSTRAINT uq_users_email UNIQUE,
            name varchar(100) NOT NULL,
            password_hash varchar(255) NOT NULL,
            subscription_tier varchar(32) NOT NULL,
            account_seq bigint NOT NULL DEFAULT 0,
            admin boolean NOT NULL DEFAULT false,
            suspended boolean NOT NULL DEFAULT false,
            not_before timestamptz,
            version integer NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT ck_users_email_lower CHECK (email = lower(email))
        )""")
    op.execute("CREATE INDEX ix_users_not_before ON users.users (not_before) WHERE not_before IS NOT NULL")
    op.execute("""
        CREATE TABLE users.sign_ins (
            id uuid CONSTRAINT pk_sign_ins PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_sign_ins_user_id_users REFERENCES users.users (id),
            created_at timestamptz NOT NULL,
            ended_at timestamptz
        )""")
    op.execute("CREATE INDEX ix_sign_ins_user_id ON users.sign_ins (user_id)")
    op.execute("""
        CREATE TABLE users.refresh_tokens (
            token_hash bytea CONSTRAINT pk_refresh_tokens PRIMARY KEY,
            sign_in_id uuid NOT NULL CONSTRAINT fk_refresh_tokens_sign_in_id_sign_ins
                REFERENCES users.sign_ins (id) ON DELETE CASCADE,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            rotated_at timestamptz
        )""")
    op.execute("CREATE INDEX ix_refresh_tokens_sign_in_id ON users.refresh_tokens (sign_in_id)")
    op.execute("CREATE INDEX ix_refresh_tokens_expires_at ON users.refresh_tokens (expires_at)")
    op.execute("""
        CREATE TABLE users.live_tickets (
            token_hash bytea CONSTRAINT pk_live_tickets PRIMARY KEY,
            user_id uuid NOT NULL CONSTRAINT fk_live_tickets_user_id_users REFERENCES users.users (id),
            expires_at timestamptz NOT NULL,
            used_at timestamptz
        )""")
    op.execute("CREATE INDEX ix_live_tickets_expires_at ON users.live_tickets (expires_at)")
    op.execute("""
        CREATE TABLE users.activities (
            id uuid CONSTRAINT pk_activities PRIMARY KEY,
            actor_id uuid,
            subject_id uuid,
            action varchar(64) NOT NULL,
            details jsonb NOT NULL DEFAULT '{}',
            created_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX ix_activities_subject_id ON users.activities (subject_id, id)")
    op.execute("CREATE INDEX ix_activities_actor_id ON users.activities (actor_id, id)")
    # a log that its writer could rewrite would be none
    op.execute("REVOKE UPDATE, DELETE ON users.activities FROM users")


def downgrade() -> None:
    for table in ("activities", "live_tickets", "refresh_tokens", "sign_ins", "users"):
        op.execute(f"DROP TABLE users.{table}")
