"""The commands: filmstudio login | register | logout | films new | films watch | films get | films list | credits."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console
from rich.table import Table

from cli import config, outputs, progress
from cli.client import Client, Json, script_format
from cli.errors import JOB_FAILED, USAGE, StudioError

P = ParamSpec("P")
app = typer.Typer(help="AI Film Studio from a terminal: a script goes in, a film comes out.", no_args_is_help=True)
films = typer.Typer(help="Make films and fetch them.", no_args_is_help=True)
app.add_typer(films, name="films")
_console = Console()

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Url = Annotated[str | None, typer.Option(help="The studio's address.")]
Email = Annotated[str, typer.Option(prompt=True, help="The account's e-mail address.")]
Password = Annotated[str, typer.Option(prompt=True, hide_input=True, envvar="FILMSTUDIO_PASSWORD")]


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Ends with a message, what to do and an exit code instead of a traceback."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except StudioError as error:
            if kwargs.get("as_json"):
                print(json.dumps(error.members(), ensure_ascii=False))
            else:
                print(f"Error: {error.message}", file=sys.stderr)
                if error.remedy:
                    print(f"  What to do: {error.remedy}", file=sys.stderr)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None

    return guarded


@contextmanager
def _signed_in() -> Iterator[Client]:
    with config.client(config.load()) as client:
        yield client


def _say(as_json: bool, content: Any, text: str) -> None:
    print(json.dumps(content, ensure_ascii=False) if as_json else text)


def _enter(url: str | None, as_json: bool, enter: Callable[[Client], Json]) -> None:
    settings = config.load()
    settings.url = url or settings.url
    with config.client(settings, signed_in=False) as client:
        user = enter(client)
    _say(as_json, user, f"Signed in at {settings.url} as {user['email']} ({user['subscription_tier']}).")


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
    with _signed_in() as client:
        client.logout(everywhere)
    _say(as_json, {}, "Signed out.")


@app.command(name="credits")
@command
def show_credits(as_json: AsJson = False) -> None:
    """Show what is available and what is held."""
    with _signed_in() as client:
        balance = client.credits()
    held = f", {balance['held']} held" if balance["held"] else ""
    _say(as_json, balance, f"{balance['available']} credits available{held}, plan {balance['plan']}.")


@films.command()
@command
def new(
    script: Annotated[Path, typer.Argument(help="A .fountain, .fdx, .md or .txt file.")],
    duration: Annotated[float | None, typer.Option(help="Seconds, 15 to 300; without it as long as it needs.")] = None,
    aspect: Annotated[str | None, typer.Option(help="16:9, 9:16 or 1:1.")] = None,
    resolution: Annotated[str | None, typer.Option(help="480p, 720p or 1080p.")] = None,
    language: Annotated[str, typer.Option(help="What the script is written in.")] = "en",
    style: Annotated[str | None, typer.Option(help="flat, watercolor or noir.")] = None,
    music: Annotated[str | None, typer.Option(help="A mood, auto or none.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, another film.")] = None,
    name: Annotated[str | None, typer.Option(help="The project's title and the files' name.")] = None,
    out: Annotated[Path, typer.Option(help="Where the files go.")] = Path("out"),
    as_json: AsJson = False,
) -> None:
    """Make a film from a script, show how it goes, fetch it."""
    text = read_script(script)
    named = name or script.stem
    options = film_options(duration, aspect, resolution, style, music, seed)
    with _signed_in() as client:
        project = client.create_project(named[:100])
        client.put_script(project["id"], text, script_format(script), language)
        job = client.generate(project["id"], options)
        if not as_json:
            print(f"Job {job['id']}, {job['credits']['held']} credits held.", file=sys.stderr)
        _finish(client, job["id"], out, named, as_json)


@films.command()
@command
def watch(job_id: Annotated[str, typer.Argument(metavar="ID", help="A job.")], as_json: AsJson = False) -> None:
    """Show how a job goes until it has ended. With --json: its events, one a line."""
    with _signed_in() as client:
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
    with _signed_in() as client:
        paths = outputs.fetch(client, client.job(job_id), out, file_stem(name or job_id))
    _say(as_json, [str(path) for path in paths], "\n".join(map(str, paths)))


@films.command(name="list")
@command
def list_films(as_json: AsJson = False) -> None:
    """Show the newest jobs."""
    with _signed_in() as client:
        jobs = client.get("/api/v1/jobs")["items"]
    if as_json:
        print(json.dumps(jobs, ensure_ascii=False))
        return
    table = Table(box=None)
    for column in ("job", "kind", "status", "progress", "created"):
        # an id that is cut short can't be used
        table.add_column(column, no_wrap=column == "job", min_width=36 if column == "job" else None)
    for job in jobs:
        table.add_row(job["id"], job["kind"], job["status"], f"{job['progress']['value']:.0%}", job["created_at"][:19])
    _console.print(table)


def _finish(client: Client, job_id: str, out: Path, name: str, as_json: bool) -> None:
    if as_json:
        job = client.finished(job_id, 3600)
    else:
        progress.follow(client.watch(job_id))
        job = client.job(job_id)
    paths = outputs.fetch(client, job, out, file_stem(name))
    _say(as_json, {"job": job, "files": [str(path) for path in paths]}, "\n".join(map(str, paths)))


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


if __name__ == "__main__":
    app()
