"""How many credits a subscription's invoice gives: the plan's for each month on it, and the same share of them as of the price
where a plan was changed in between.

Pro rata, since the difference of two whole months for the price of one last day would be a way to buy credits for cents: an
upgrade on the first day gives the whole difference, on the last day next to none of it.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from services.credits.payments import InvoiceLine, SubscriptionInvoice
from services.credits.plans import Plans


def _share(line: InvoiceLine, plans: Plans) -> Fraction:
    plan = plans.find(line.plan_id) if line.plan_id else None
    if plan is None or not plan.for_sale:
        return Fraction(0)
    if line.proration:
        # never more than the month itself, whatever the price was when it began
        part = max(Fraction(-1), min(Fraction(line.amount_cents, plan.price_cents), Fraction(1)))
        return part * plan.monthly_credits
    # a trial's line costs nothing and gives nothing; what a discount takes off the invoice isn't taken off its lines
    return Fraction(plan.monthly_credits if line.amount_cents > 0 else 0)


def credits_of(invoice: SubscriptionInvoice, plans: Plans) -> int:
    """The credits of a paid invoice, half a credit rounded up; 0 where what is given back outweighs what is new."""
    total = sum((_share(line, plans) for line in invoice.lines), Fraction(0))
    return max(0, int((2 * total + 1) // 2))


def is_whole(invoice: SubscriptionInvoice) -> bool:
    """Whether a month begins with it."""
    return any(not line.proration for line in invoice.lines)


def end_of(invoice: SubscriptionInvoice) -> datetime:
    """The end of the month that it pays for."""
    return max((line.period_end for line in invoice.lines), default=invoice.created)
