"""filmstudio webhooks add | list | rm: programs that are told of events."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.terminal import AsJson, command, say, signed_in, tell

app = typer.Typer(help="Have programs told of events.", no_args_is_help=True)
WEBHOOKS = "/api/v1/webhooks"


@app.command()
@command
def add(
    url: Annotated[str, typer.Argument(help="An https address.")],
    events: Annotated[
        list[str] | None, typer.Argument(help="job.succeeded, publication.*, …; without any, all.")
    ] = None,
    description: Annotated[str, typer.Option()] = "",
    as_json: AsJson = False,
) -> None:
    """Tell a program of events; shows the secret that its messages are signed with, this once."""
    with signed_in() as client:
        webhook = client.post(WEBHOOKS, {"url": url, "events": events or ["*"], "description": description})
    # an answer that was lost on its way is repeated without the secret
    secret = webhook["secret"] or "was lost on its way; remove the webhook and add it again"
    say(as_json, webhook, f"{webhook['id']}\nIts secret, shown this once: {secret}")


@app.command(name="list")
@command
def list_webhooks(as_json: AsJson = False) -> None:
    """Show my webhooks."""
    with signed_in() as client:
        webhooks = list(client.items(WEBHOOKS))
    columns = ("webhook", "status", "events", "url")
    tell(as_json, webhooks, columns, lambda one: (one["id"], one["status"], " ".join(one["events"]), one["url"]))


@app.command()
@command
def rm(webhook_id: Annotated[str, typer.Argument(metavar="ID", help="A webhook.")], as_json: AsJson = False) -> None:
    """Remove a webhook."""
    with signed_in() as client:
        client.call("DELETE", f"{WEBHOOKS}/{webhook_id}")
    say(as_json, {}, f"{webhook_id} is removed.")
