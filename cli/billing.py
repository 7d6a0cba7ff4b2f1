"""filmstudio credits | credits buy | plans | subscribe | portal: the balance, and the payment provider's pages."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.client import Json
from cli.terminal import AsJson, command, say, show_page, signed_in

credits = typer.Typer(help="Show what is available, or buy more.", invoke_without_command=True)


@credits.callback()
@command
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what is available and what is held, or buy more."""
    if context.invoked_subcommand is not None:
        return
    with signed_in() as client:
        balance = client.credits()
    say(as_json, balance, _balance(balance))


def _balance(balance: Json) -> str:
    held = f", {balance['held']} held" if balance["held"] else ""
    lines = [f"{balance['available']} credits available{held}, plan {balance['plan']}."]
    if balance["debt"]:
        lines.append(f"{balance['debt']} credits are owed: nothing new is made until they are paid.")
    subscription = balance["subscription"]
    if subscription and subscription["status"] == "past_due":
        until = f" until {subscription['grace_ends_at'][:10]}" if subscription["grace_ends_at"] else ""
        lines.append(f"A payment has failed; the plan stays{until}. Mend it with: filmstudio portal")
    elif subscription and subscription["cancel_at_period_end"] and subscription["period_ends_at"]:
        lines.append(f"The subscription ends on {subscription['period_ends_at'][:10]}.")
    return "\n".join(lines)


@credits.command()
@command
def buy(
    pack: Annotated[str, typer.Argument(help="A pack of filmstudio plans: pack_30, or just 30.")],
    as_json: AsJson = False,
) -> None:
    """Buy a pack of credits, on the payment provider's page."""
    with signed_in() as client:
        order = client.post("/api/v1/credits/checkout", {"pack": f"pack_{pack}" if pack.isdecimal() else pack})
    show_page(as_json, order, order["url"], "Pay here; the credits are there a moment later")


@command
def plans(as_json: AsJson = False) -> None:
    """Show plans and packs with their prices."""
    with signed_in() as client:
        offered = client.get("/api/v1/plans")
    lines = [
        f"{plan['id']:12} {_price(plan)} a month, {plan['monthly_credits']} credits a month"
        for plan in offered["items"]
    ]
    lines += [f"{pack['id']:12} {_price(pack)}, {pack['credits']} credits once" for pack in offered["packs"]]
    say(as_json, offered, "\n".join(lines))


def _price(item: Json) -> str:
    return f"{item['price_cents'] / 100:>8.2f} {item['currency'].upper()}"


@command
def subscribe(plan: Annotated[str, typer.Argument(help="pro or enterprise.")], as_json: AsJson = False) -> None:
    """Begin a subscription, on the payment provider's page."""
    with signed_in() as client:
        order = client.post("/api/v1/subscriptions/checkout", {"plan": plan})
    show_page(as_json, order, order["url"], "Subscribe here")


@command
def portal(as_json: AsJson = False) -> None:
    """Change or cancel a subscription, on the payment provider's page."""
    with signed_in() as client:
        page = client.post("/api/v1/billing/portal")
    show_page(as_json, page, page["url"], "Change or cancel here")
