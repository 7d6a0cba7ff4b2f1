"""filmstudio youtube connect | list | publish | status: channels, and films put there."""

from __future__ import annotations

import json
import sys
import time
from typing import Annotated

import typer

from cli.client import Client, Json
from cli.errors import JOB_FAILED, USAGE, StudioError
from cli.terminal import AsJson, command, say, show_page, signed_in, tell

app = typer.Typer(help="Publish films on YouTube.", no_args_is_help=True)
CONNECTIONS = "/api/v1/youtube/connections"
PUBLICATIONS = "/api/v1/youtube/publications"
# Google's page is good for ten minutes
CONSENT_S = 600.0
LOOK_S = 1.0
UP = {"published", "scheduled"}
ENDED = UP | {"failed", "canceled"}

Privacy = Annotated[str, typer.Option(help="private, unlisted or public.")]


@app.command()
@command
def connect(
    wait: Annotated[bool, typer.Option(help="Wait until the channel is connected.")] = True, as_json: AsJson = False
) -> None:
    """Connect a channel: opens Google's page and waits for its answer."""
    with signed_in() as client:
        before = {one["id"]: one["updated_at"] for one in client.items(CONNECTIONS)}
        started = client.post(CONNECTIONS)
        if not wait:
            say(as_json, started, started["authorization_url"])
            return
        if as_json:
            # the one line of the answer is the channel
            print(started["authorization_url"], file=sys.stderr, flush=True)
        else:
            show_page(False, started, started["authorization_url"], "Let the studio publish to your channel here")
        connection = _connected(client, before)
    say(as_json, connection, f"{connection['channel_title']} is connected: {connection['id']}")


def _connected(client: Client, before: dict[str, str]) -> Json:
    """The channel that was connected, or connected again, since; StudioError where that takes too long."""
    until = time.monotonic() + CONSENT_S
    while time.monotonic() < until:
        for one in client.items(CONNECTIONS):
            if one["status"] == "active" and before.get(one["id"]) != one["updated_at"]:
                return one
        time.sleep(LOOK_S)
    raise StudioError("no channel was connected in time", "run it again: filmstudio youtube connect")


@app.command(name="list")
@command
def list_connections(as_json: AsJson = False) -> None:
    """Show my channels."""
    with signed_in() as client:
        connections = list(client.items(CONNECTIONS))
    columns = ("connection", "channel", "status")
    tell(as_json, connections, columns, lambda one: (one["id"], one["channel_title"], one["status"]))


@app.command()
@command
def publish(
    job_id: Annotated[str, typer.Argument(metavar="JOB", help="The job that made the film.")],
    connection_id: Annotated[
        str | None, typer.Argument(metavar="CONNECTION", help="A channel; not needed where there is one only.")
    ] = None,
    title: Annotated[str, typer.Option(help="Without it the project's.")] = "",
    description: Annotated[str, typer.Option()] = "",
    tag: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
    privacy: Privacy = "private",
    publish_at: Annotated[str | None, typer.Option(help="2027-03-01T18:00:00Z; private until then.")] = None,
    playlist: Annotated[str, typer.Option(help="Its title or id; made if it is missing.")] = "",
    made_for_kids: Annotated[bool, typer.Option("--made-for-kids")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until it is up.")] = True,
    as_json: AsJson = False,
) -> None:
    """Publish a finished film."""
    said = {
        "title": title, "description": description, "tags": tag, "publish_at": publish_at, "playlist": playlist,
        "made_for_kids": made_for_kids,
    }  # fmt: skip
    with signed_in() as client:
        order = {"job_id": job_id, "connection_id": connection_id or _only(client), "privacy": privacy}
        publication = client.post(PUBLICATIONS, order | {key: value for key, value in said.items() if value})
        if wait:
            publication = _followed(client, publication, quiet=as_json)
    say(as_json, publication, _told(publication))
    if publication["status"] in ("failed", "canceled"):
        raise typer.Exit(JOB_FAILED)


def _only(client: Client) -> str:
    """The one active channel; StudioError where there is none, or a choice."""
    active = [str(one["id"]) for one in client.items(CONNECTIONS) if one["status"] == "active"]
    if len(active) == 1:
        return active[0]
    if not active:
        raise StudioError("no channel is connected", "connect one: filmstudio youtube connect", USAGE)
    raise StudioError("there are several channels", "name one of filmstudio youtube list", USAGE)


def _followed(client: Client, publication: Json, *, quiet: bool) -> Json:
    """The publication once it has ended, or waits for another day's quota; how far it is, on the way."""
    shown = ""
    while publication["status"] not in ENDED | {"waiting_quota"}:
        line = f"{publication['progress']:4.0%} {publication['status']}"
        if line != shown and not quiet:
            print(line, file=sys.stderr, flush=True)
            shown = line
        time.sleep(LOOK_S)
        publication = client.get(f"{PUBLICATIONS}/{publication['id']}")
    return publication


@app.command()
@command
def status(
    publication_id: Annotated[str | None, typer.Argument(metavar="PUBLICATION", help="Without it, the newest.")] = None,
    job: Annotated[str | None, typer.Option(help="Only those of this job.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how a publication goes, or the newest ones."""
    with signed_in() as client:
        if publication_id:
            publication = client.get(f"{PUBLICATIONS}/{publication_id}")
            print(json.dumps(publication, ensure_ascii=False) if as_json else _told(publication))
            return
        found = client.get(PUBLICATIONS, job_id=job)["items"]
    columns = ("publication", "status", "progress", "title", "where")
    tell(
        as_json,
        found,
        columns,
        lambda one: (one["id"], one["status"], f"{one['progress']:.0%}", one["title"], one["url"] or one["eta"] or ""),
    )


def _told(publication: Json) -> str:
    """A publication in a few lines."""
    lines = [f"{publication['id']}: {publication['status']}"]
    if publication["url"]:
        lines.append(f"  {publication['url']} ({publication['privacy_status'] or publication['privacy']})")
    if publication["eta"]:
        lines.append(f"  will be uploaded at {publication['eta']}")
    if error := publication["error"]:
        lines.append(f"  {error['message']} ({error['code']})")
    lines += [f"  {line}" for line in (publication["notice"], *publication["warnings"]) if line]
    return "\n".join(lines)
