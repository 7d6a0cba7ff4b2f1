"""What must hold between money and credits, as queries: read-only, plain SQL, like those of the ledger (`invariants.py`)."""

from __future__ import annotations

from services.credits.invariants import Invariant

PAYMENTS = (
    Invariant(
        "one grant per payment, of its credits",
        "SELECT count(*) FROM credits.payments",
        """
        SELECT 'payment ' || p.id || ': ' || p.credits || ' credits, grant of ' || coalesce(g.amount::text, 'none')
        FROM credits.payments p
        LEFT JOIN credits.grants g ON g.id = p.grant_id AND g.user_id = p.user_id
        LEFT JOIN credits.transactions t ON t.id = g.transaction_id AND t.kind = 'purchase'
        WHERE g.amount IS DISTINCT FROM p.credits OR t.id IS NULL
        UNION ALL
        SELECT 'grant ' || grant_id FROM credits.payments GROUP BY grant_id HAVING count(*) > 1
        UNION ALL
        SELECT 'payment ' || coalesce(order_id::text, invoice_id) || ' is booked ' || count(*) || ' times'
        FROM credits.payments GROUP BY order_id, invoice_id HAVING count(*) > 1
        """,
    ),
    Invariant(
        "what was sold is what was paid for",
        "SELECT count(*) FROM credits.transactions WHERE kind = 'purchase'",
        """
        SELECT 'transaction ' || t.id || ' of no payment' FROM credits.transactions t
        LEFT JOIN credits.payments p ON p.grant_id = t.grant_id WHERE t.kind = 'purchase' AND p.id IS NULL
        UNION ALL
        SELECT 'sold ' || -coalesce(sum(amount), 0) || ' of ' || (SELECT coalesce(sum(credits), 0) FROM credits.payments)
        FROM credits.entries WHERE account = 'stripe_clearing'
        HAVING -coalesce(sum(amount), 0) <> (SELECT coalesce(sum(credits), 0) FROM credits.payments)
        """,
    ),
    Invariant(
        "each pack that is paid gave what was ordered",
        "SELECT count(*) FROM credits.orders WHERE state = 'paid'",
        """
        SELECT 'order ' || o.id || ' (' || o.state || '): ' || o.credits || ' credits, payment of '
            || coalesce(p.credits::text, 'none')
        FROM credits.orders o FULL JOIN credits.payments p ON p.order_id = o.id
        WHERE CASE WHEN o.state = 'paid' AND o.kind = 'pack' THEN (p.user_id, p.credits) IS DISTINCT FROM (o.user_id, o.credits)
                   ELSE p.order_id IS NOT NULL END
        """,
    ),
    Invariant(
        "each paid invoice belongs to its subscription's user",
        "SELECT count(*) FROM credits.invoices",
        """
        SELECT 'invoice ' || i.id FROM credits.invoices i LEFT JOIN credits.subscriptions s ON s.id = i.subscription_id
        WHERE s.user_id IS DISTINCT FROM i.user_id
        UNION ALL
        SELECT 'payment ' || p.id FROM credits.payments p JOIN credits.invoices i ON i.id = p.invoice_id
        WHERE i.paid_at IS NULL OR i.user_id <> p.user_id
        """,
    ),
    Invariant(
        "no more is taken back than was paid and given",
        "SELECT count(*) FROM credits.reversals",
        """
        SELECT 'payment ' || p.id || ': ' || p.returned_cents || ' of ' || p.amount_cents || ' cents, ' || p.revoked_credits
            || ' of ' || p.credits || ' credits'
        FROM credits.payments p LEFT JOIN credits.reversals r ON r.payment_id = p.id
        GROUP BY p.id
        HAVING p.returned_cents NOT BETWEEN 0 AND p.amount_cents OR p.revoked_credits NOT BETWEEN 0 AND p.credits
            OR p.revoked_credits <> coalesce(sum(r.credits), 0)
            OR p.returned_cents <> least(p.amount_cents, coalesce(sum(r.amount_cents) FILTER (WHERE r.stands), 0))
        UNION ALL
        SELECT 'taken back ' || coalesce(sum(amount), 0) || ' of '
            || (SELECT coalesce(sum(revoked_credits), 0) FROM credits.payments)
        FROM credits.entries WHERE account = 'refunds'
        HAVING coalesce(sum(amount), 0) <> (SELECT coalesce(sum(revoked_credits), 0) FROM credits.payments)
        """,
    ),
    Invariant(
        "nothing is available while something is owed",
        "SELECT count(*) FROM credits.accounts WHERE debt > 0",
        "SELECT 'account ' || user_id FROM credits.accounts WHERE debt > 0 AND available > 0",
    ),
    Invariant(
        "the plan is the subscription's, unless an administrator set it",
        "SELECT count(*) FROM credits.accounts WHERE NOT plan_by_admin",
        """
        SELECT 'account ' || a.user_id || ': on ' || a.plan_id || ', subscribed to ' || coalesce(s.plan_id, 'nothing')
        FROM credits.accounts a
        LEFT JOIN credits.subscriptions s ON s.id = a.subscription_id AND s.user_id = a.user_id
        WHERE NOT a.plan_by_admin AND a.plan_id
            <> CASE WHEN s.state IN ('active', 'past_due') AND NOT s.lapsed THEN s.plan_id ELSE 'free' END
        """,
    ),
    Invariant(
        "no payment event was given up",
        "SELECT count(*) FROM credits.payment_events",
        "SELECT 'event ' || id || ' (' || type || '): ' || error FROM credits.payment_events WHERE given_up_at IS NOT NULL",
    ),
)
