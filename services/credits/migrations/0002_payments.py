"""Money: customers, orders, subscriptions, invoices, payments, what was taken back of them, the provider's events; debt.

The rules hold in the database, whatever a program does: an order and an invoice are paid once and give one grant, no more is taken
back than was paid and given, nothing is available while something is owed, an event is received once.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = (
    """
    CREATE TABLE credits.customers (
        id text PRIMARY KEY,
        provider text NOT NULL,
        user_id uuid NOT NULL REFERENCES credits.accounts DEFERRABLE INITIALLY DEFERRED,
        created_at timestamptz NOT NULL,
        deleted_at timestamptz
    )
    """,
    "CREATE UNIQUE INDEX uq_customers_user ON credits.customers (user_id, provider) WHERE deleted_at IS NULL",
    """
    CREATE TABLE credits.orders (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES credits.accounts DEFERRABLE INITIALLY DEFERRED,
        provider text NOT NULL,
        kind text NOT NULL,
        item_id text NOT NULL,
        credits bigint NOT NULL,
        price_cents bigint NOT NULL,
        currency text NOT NULL,
        state text NOT NULL,
        checkout_id text,
        url text,
        created_at timestamptz NOT NULL,
        paid_at timestamptz,
        CONSTRAINT uq_orders_checkout_id UNIQUE (checkout_id),
        CONSTRAINT ck_orders_kind CHECK (CASE kind WHEN 'pack' THEN credits > 0 WHEN 'plan' THEN credits = 0 ELSE false END),
        CONSTRAINT ck_orders_price CHECK (price_cents > 0),
        CONSTRAINT ck_orders_state CHECK (
            CASE state
                WHEN 'opening' THEN paid_at IS NULL
                WHEN 'open' THEN checkout_id IS NOT NULL AND url IS NOT NULL AND paid_at IS NULL
                WHEN 'expired' THEN paid_at IS NULL
                WHEN 'paid' THEN paid_at IS NOT NULL
                ELSE false
            END
        )
    )
    """,
    "CREATE INDEX ix_orders_user_id ON credits.orders (user_id, state)",
    """
    CREATE TABLE credits.subscriptions (
        id text PRIMARY KEY,
        provider text NOT NULL,
        user_id uuid NOT NULL REFERENCES credits.accounts DEFERRABLE INITIALLY DEFERRED,
        plan_id text NOT NULL,
        state text NOT NULL,
        period_start_at timestamptz NOT NULL,
        period_end_at timestamptz NOT NULL,
        cancel_at_period_end boolean NOT NULL,
        grace_end_at timestamptz,
        lapsed boolean NOT NULL,
        read_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT ck_subscriptions_state CHECK (
            CASE state
                WHEN 'past_due' THEN grace_end_at IS NOT NULL
                WHEN 'incomplete' THEN grace_end_at IS NULL AND NOT lapsed
                WHEN 'active' THEN grace_end_at IS NULL AND NOT lapsed
                WHEN 'ended' THEN grace_end_at IS NULL AND NOT lapsed
                ELSE false
            END
        )
    )
    """,
    "CREATE INDEX ix_subscriptions_user_id ON credits.subscriptions (user_id)",
    "CREATE INDEX ix_subscriptions_grace ON credits.subscriptions (grace_end_at) WHERE state = 'past_due' AND NOT lapsed",
    """
    CREATE TABLE credits.invoices (
        id text PRIMARY KEY,
        provider text NOT NULL,
        user_id uuid NOT NULL REFERENCES credits.accounts DEFERRABLE INITIALLY DEFERRED,
        subscription_id text NOT NULL REFERENCES credits.subscriptions DEFERRABLE INITIALLY DEFERRED,
        paid_at timestamptz,
        failure_told_at timestamptz
    )
    """,
    """
    CREATE TABLE credits.payments (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES credits.accounts DEFERRABLE INITIALLY DEFERRED,
        provider text NOT NULL,
        order_id uuid REFERENCES credits.orders DEFERRABLE INITIALLY DEFERRED,
        invoice_id text REFERENCES credits.invoices DEFERRABLE INITIALLY DEFERRED,
        payment_ref text,
        amount_cents bigint NOT NULL,
        currency text NOT NULL,
        credits bigint NOT NULL,
        grant_id uuid NOT NULL REFERENCES credits.grants DEFERRABLE INITIALLY DEFERRED,
        returned_cents bigint NOT NULL,
        revoked_credits bigint NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT uq_payments_order_id UNIQUE (order_id),
        CONSTRAINT uq_payments_invoice_id UNIQUE (invoice_id),
        CONSTRAINT uq_payments_payment_ref UNIQUE (payment_ref),
        CONSTRAINT uq_payments_grant_id UNIQUE (grant_id),
        CONSTRAINT ck_payments_source CHECK ((order_id IS NULL) <> (invoice_id IS NULL)),
        CONSTRAINT ck_payments_returned CHECK (amount_cents >= 0 AND returned_cents BETWEEN 0 AND amount_cents),
        CONSTRAINT ck_payments_revoked CHECK (credits > 0 AND revoked_credits BETWEEN 0 AND credits)
    )
    """,
    """
    CREATE TABLE credits.reversals (
        id text PRIMARY KEY,
        provider text NOT NULL,
        payment_id uuid NOT NULL REFERENCES credits.payments DEFERRABLE INITIALLY DEFERRED,
        cause text NOT NULL,
        amount_cents bigint NOT NULL,
        stands boolean NOT NULL,
        credits bigint NOT NULL,
        returns integer NOT NULL,
        read_at timestamptz NOT NULL,
        CONSTRAINT ck_reversals_cause CHECK (cause IN ('refund', 'dispute')),
        CONSTRAINT ck_reversals_amount CHECK (amount_cents > 0)
    )
    """,
    "CREATE INDEX ix_reversals_payment_id ON credits.reversals (payment_id)",
    """
    CREATE TABLE credits.payment_events (
        id text PRIMARY KEY,
        provider text NOT NULL,
        type text NOT NULL,
        kind text NOT NULL,
        object_id text NOT NULL,
        created_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL,
        handled_at timestamptz,
        given_up_at timestamptz,
        attempts integer NOT NULL,
        next_attempt_at timestamptz NOT NULL,
        error text NOT NULL,
        CONSTRAINT ck_payment_events_end CHECK (handled_at IS NULL OR given_up_at IS NULL)
    )
    """,
    """
    CREATE INDEX ix_payment_events_due ON credits.payment_events (next_attempt_at)
        WHERE handled_at IS NULL AND given_up_at IS NULL
    """,
    "CREATE INDEX ix_payment_events_created_at ON credits.payment_events (created_at)",
)

LEDGER = (
    """
    ALTER TABLE credits.accounts
        ADD COLUMN debt bigint NOT NULL DEFAULT 0,
        ADD COLUMN plan_by_admin boolean NOT NULL DEFAULT false,
        ADD COLUMN subscription_id text REFERENCES credits.subscriptions DEFERRABLE INITIALLY DEFERRED,
        ADD COLUMN closed_at timestamptz,
        ADD CONSTRAINT ck_accounts_debt CHECK (debt >= 0 AND (debt = 0 OR available = 0))
    """,
    # nothing was for sale before, so whoever is on a plan was put there
    "UPDATE credits.accounts SET plan_by_admin = true WHERE plan_id <> 'free'",
    "CREATE INDEX ix_accounts_closed_at ON credits.accounts (closed_at) WHERE closed_at IS NOT NULL",
    """
    ALTER TABLE credits.grants
        ADD COLUMN revoked bigint NOT NULL DEFAULT 0,
        DROP CONSTRAINT ck_grants_remaining,
        ADD CONSTRAINT ck_grants_remaining CHECK (
            remaining >= 0 AND expired >= 0 AND revoked >= 0 AND remaining + expired + revoked <= amount
        )
    """,
    """
    ALTER TABLE credits.transactions
        ADD COLUMN payment_id text NOT NULL DEFAULT '',
        DROP CONSTRAINT ck_transactions_kind,
        ADD CONSTRAINT ck_transactions_kind CHECK (
            kind IN ('grant', 'hold', 'capture', 'release', 'expiry', 'refund', 'purchase')
        )
    """,
    """
    ALTER TABLE credits.entries
        DROP CONSTRAINT ck_entries_account,
        ADD CONSTRAINT ck_entries_account CHECK (
            account IN (
                'available', 'held', 'debt', 'revenue', 'promotions', 'breakage', 'refunds', 'stripe_clearing'
            )
        ),
        DROP CONSTRAINT ck_entries_owner,
        ADD CONSTRAINT ck_entries_owner CHECK ((account IN ('available', 'held', 'debt')) = (user_id IS NOT NULL))
    """,
)


def upgrade() -> None:
    for statement in (*TABLES, *LEDGER):
        op.execute(statement)
