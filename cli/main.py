"""The commands: filmstudio login | register | logout | films new, watch, get, list | credits | youtube | webhooks | …

Money is in `billing`, channels in `youtube`, webhooks in `webhooks`; what they share in `terminal`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cli import billing, config, outputs, progress, webhooks, youtube
from cli.client import Client, Json, script_format
from cli.errors import JOB_FAILED, USAGE, StudioError
from cli.terminal import AsJson, command, say, signed_in, tell

app = typer.Typer(help="AI Film Studio from a terminal: a script goes in, a film comes out.", no_args_is_help=True)
films = typer.Typer(help="Make films and fetch them.", no_args_is_help=True)
app.add_typer(films, name="films")
app.add_typer(billing.credits, name="credits")
app.add_typer(youtube.app, name="youtube")
app.add_typer(webhooks.app, name="webhooks")
Url = Annotated[str | None, typer.Option(help="The studio's address.")]
Email = Annotated[str, typer.Option(prompt=True, help="The account's e-mail address.")]
Password = Annotated[str, typer.Option(prompt=True, hide_input=True, envvar="FILMSTUDIO_PASSWORD")]


def _enter(url: str | None, as_json: bool, enter: Callable[[Client], Json]) -> None:
    settings = config.load()
    settings.url = url or settings.url
    with config.client(settings, signed_in=False) as client:
        user = enter(client)
    say(as_json, user, f"Signed in at {settings.url} as {user['email']} ({user['subscription_tier']}).")


@app.command()
@command
def login(email: Email, password: Password, url: Url = None, as_json: AsJson = False) -> None:
    """Sign in."""
    _enter(url, as_json, lambda client: client.login(email, password))


@app.command()
@command
def register(
    email: Email,
    password: Annotated[
        str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True, envvar="FILMSTUDIO_PASSWORD")
    ],
    name: Annotated[str, typer.Option(help="Your name.")] = "",
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Open an account and sign in."""
    _enter(url, as_json, lambda client: client.register(email, password, name))


@app.command()
@command
def logout(
    everywhere: Annotated[bool, typer.Option("--all", help="End all of your sessions.")] = False,
    as_json: AsJson = False,
) -> None:
    """Sign out."""
    with signed_in() as client:
        client.logout(everywhere)
    say(as_json, {}, "Signed out.")


@films.command()
@command
def new(
    script: Annotated[Path, typer.Argument(help="A .fountain, .fdx, .md or .txt file.")],
    duration: Annotated[float | None, typer.Option(help="Seconds, 15 to 300; without it as long as it needs.")] = None,
    aspect: Annotated[str | None, typer.Option(help="16:9, 9:16 or 1:1.")] = None,
    resolution: Annotated[str | None, typer.Option(help="480p, 720p or 1080p.")] = None,
    language: Annotated[str, typer.Option(help="What the script is written in.")] = "en",
    style: Annotated[str | None, typer.Option(help="flat, paper, watercolor or noir.")] = None,
    music: Annotated[str | None, typer.Option(help="A mood, auto or none.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, another film.")] = None,
    name: Annotated[str | None, typer.Option(help="The project's title and the files' name.")] = None,
    out: Annotated[Path, typer.Option(help="Where the files go.")] = Path("out"),
    publish: Annotated[
        str | None, typer.Option(metavar="CONNECTION", help="Put it on this channel (filmstudio youtube list).")
    ] = None,
    privacy: youtube.Privacy = "private",
    as_json: AsJson = False,
) -> None:
    """Make a film from a script, show how it goes, fetch it."""
    text = read_script(script)
    named = name or script.stem
    options = film_options(duration, aspect, resolution, style, music, seed)
    with signed_in() as client:
        project = client.create_project(named[:100])
        client.put_script(project["id"], text, script_format(script), language)
        more: Json = {"publish": {"connection_id": publish, "privacy": privacy}} if publish else {}
        job = client.generate(project["id"], options, **more)
        if not as_json:
            print(f"Job {job['id']}, {job['credits']['held']} credits held.", file=sys.stderr)
        _finish(client, job["id"], out, named, as_json)
    if publish and not as_json:
        print(f"It goes to YouTube now: filmstudio youtube status --job {job['id']}")


@films.command()
@command
def watch(job_id: Annotated[str, typer.Argument(metavar="ID", help="A job.")], as_json: AsJson = False) -> None:
    """Show how a job goes until it has ended. With --json: its events, one a line."""
    with signed_in() as client:
        events = client.watch(job_id)
        if as_json:
            for event in events:
                print(json.dumps(event, ensure_ascii=False), flush=True)
        else:
            progress.follow(events)
        job = client.job(job_id)
    if job["status"] != "succeeded":
        raise StudioError(outputs.failure(job), exit_code=JOB_FAILED)
    if not as_json:
        print(f"Done. Fetch it with: filmstudio films get {job_id}")


@films.command()
@command
def get(
    job_id: Annotated[str, typer.Argument(metavar="ID", help="A job.")],
    out: Annotated[Path, typer.Option(help="Where the files go.")] = Path("out"),
    name: Annotated[str | None, typer.Option(help="The files' name; default: the job's id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a finished film: the video, its poster, its subtitles, and the job as JSON."""
    with signed_in() as client:
        paths = outputs.fetch(client, client.job(job_id), out, file_stem(name or job_id))
    say(as_json, [str(path) for path in paths], "\n".join(map(str, paths)))


@films.command(name="list")
@command
def list_films(as_json: AsJson = False) -> None:
    """Show the newest jobs."""
    with signed_in() as client:
        jobs = client.get("/api/v1/jobs")["items"]
    columns = ("job", "kind", "status", "progress", "created")
    tell(
        as_json,
        jobs,
        columns,
        lambda job: (
            job["id"], job["kind"], job["status"], f"{job['progress']['value']:.0%}", job["created_at"][:19],
        ),
    )  # fmt: skip


def _finish(client: Client, job_id: str, out: Path, name: str, as_json: bool) -> None:
    if as_json:
        job = client.finished(job_id, 3600)
    else:
        progress.follow(client.watch(job_id))
        job = client.job(job_id)
    paths = outputs.fetch(client, job, out, file_stem(name))
    say(as_json, {"job": job, "files": [str(path) for path in paths]}, "\n".join(map(str, paths)))


def read_script(path: Path) -> str:
    """A script's text; StudioError where the file can't be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise StudioError(f"{path}: {error.strerror}", "give the path of a script", USAGE) from None
    except UnicodeDecodeError:
        raise StudioError(f"{path} is not text in UTF-8", "save it as UTF-8", USAGE) from None


def film_options(
    duration: float | None,
    aspect: str | None,
    resolution: str | None,
    style: str | None,
    music: str | None,
    seed: int | None,
) -> Json:
    """The options of a film, without what was not said."""
    said = {
        "duration_s": duration,
        "aspect": aspect,
        "resolution": resolution,
        "style": style,
        "music": {"mood": music} if music else None,
        "seed": seed,
    }
    return {key: value for key, value in said.items() if value is not None}


def file_stem(name: str) -> str:
    """A name that is a file's name and nothing else."""
    kept = "".join(
        character if character.isprintable() and character not in '/\\:*?"<>|' else "_" for character in name
    )
    return kept.strip(" .")[:100] or "film"


for billed in (billing.plans, billing.subscribe, billing.portal):
    app.command()(billed)

if __name__ == "__main__":
    app()
