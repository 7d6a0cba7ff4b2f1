"""`make demo`: one film from a script, through a whole studio, from sign-up to the files in out/.

Uses the studio that is up, and leaves it up; else starts one and stops it in the end. It is a thin user of `cli`.
`make demo PUBLISH=1` goes on to publish the film and leaves the studio running, so that one can look.
"""

import argparse
import contextlib
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from cli import outputs, progress
from cli.client import ENDED, Client, Json, script_format
from cli.errors import JOB_FAILED, USAGE, StudioError
from cli.main import file_stem, film_options, read_script
from deploy.local import demo_publish
from deploy.local.errors import StackError
from deploy.local.layout import CHECKOUT, DEFAULT_ROOT
from deploy.local.stack import Stack

EXAMPLE = CHECKOUT / "examples" / "demo.fountain"
EXAMPLE_S = 60.0
# for films too short to hold the example's speech
SHORT_EXAMPLE = CHECKOUT / "examples" / "short.fountain"
SHORT_BELOW_S = 45.0
RESOLUTION, ASPECT = "1080p", "16:9"
PLAN, GIFT = "pro", 30
OUT = Path("out")


@dataclass(frozen=True)
class Wish:
    """The film that is asked for."""

    script: Path
    duration_s: float | None
    aspect: str
    resolution: str
    language: str
    name: str
    # where a studio of our own listens; None: the usual place
    port: int | None = None
    publish: bool = False


def wish(arguments: Sequence[str] | None = None) -> Wish:
    """What the command line asks for. Without a script: the example, as a film of a minute."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--script", type=Path, help="a .fountain, .fdx, .md or .txt file")
    parser.add_argument("--duration", type=float, help="seconds, 15 to 300")
    parser.add_argument("--aspect", default=ASPECT, help="16:9, 9:16 or 1:1")
    parser.add_argument("--resolution", default=RESOLUTION, help="480p, 720p or 1080p")
    parser.add_argument("--language", default="en", help="what the script is written in")
    parser.add_argument("--name", help="the files' name")
    parser.add_argument("--port", type=int, help="the port of the studio that is started")
    parser.add_argument("--publish", action="store_true", help="put the film on YouTube (or the sandbox's) as well")
    asked = parser.parse_args(arguments)
    script, duration_s = asked.script, asked.duration
    if script is None:
        duration_s = EXAMPLE_S if duration_s is None else duration_s
        script = SHORT_EXAMPLE if duration_s < SHORT_BELOW_S else EXAMPLE
    name = asked.name or (asked.script.stem if asked.script else "demo")
    return Wish(
        script, duration_s, asked.aspect, asked.resolution, asked.language, file_stem(name), asked.port, asked.publish
    )


@contextlib.contextmanager
def studio(stack: Stack, port: int | None = None, *, stays: bool = False) -> Iterator[dict[str, str]]:
    """The environment of a studio that answers: the one that is up, or one of our own.

    One of our own lasts as long as the block, unless it `stays` because the block ended well.
    """
    env = stack.env()
    # what answers at our address may be another checkout's studio
    was_up = bool(stack.status())
    if was_up and is_ready(env.get("FILMSTUDIO_URL", "")):
        print(f"Using the studio at {env['FILMSTUDIO_URL']}.")
        yield env
        return
    print("Starting the studio …", flush=True)
    started = time.monotonic()
    try:
        env = stack.up(port)
        print(f"It is up at {env['FILMSTUDIO_URL']} after {time.monotonic() - started:.1f} s.")
        yield env
        was_up = was_up or stays
    finally:
        if not was_up:
            print("Stopping the studio.", flush=True)
            stack.down()


def is_ready(url: str) -> bool:
    """There is a studio at this address and it can make films."""
    try:
        return bool(url) and httpx.get(f"{url}/ready", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def sign_up(env: dict[str, str]) -> Client:
    """A new filmmaker with plan pro and 30 credits, given by the administrator."""
    client = Client(env["FILMSTUDIO_URL"])
    user = client.register(f"demo-{secrets.token_hex(6)}@example.com", secrets.token_urlsafe(18), "Demo")
    with Client(env["FILMSTUDIO_URL"]) as admin:
        admin.login(env["FILMSTUDIO_ADMIN_EMAIL"], env["FILMSTUDIO_ADMIN_PASSWORD"])
        admin.call("PATCH", f"/api/v1/admin/users/{user['id']}", {"subscription_tier": PLAN})
        admin.post(f"/api/v1/admin/users/{user['id']}/credits", {"amount": GIFT, "reason": "a gift for the first film"})
    return client


def make(client: Client, asked: Wish, text: str) -> Json:
    """The job of the film, once it has ended; canceled where we are interrupted."""
    project = client.create_project(asked.name)
    script = client.put_script(project["id"], text, script_format(asked.script), asked.language)
    print(
        f"Script: {asked.script.name}, {script['scenes']} scenes, speaking: {', '.join(script['characters']) or 'a narrator'}, "
        f"about {script['spoken_seconds']:.0f} s of speech."
    )
    options = film_options(asked.duration_s, asked.aspect, asked.resolution, None, None, None)
    job = client.generate(project["id"], options)
    print(f"Job {job['id']}: {job['credits']['held']} credits held.", flush=True)
    try:
        progress.follow(client.watch(job["id"]), sys.stdout)
    except BaseException:
        if client.job(job["id"])["status"] not in ENDED:
            client.cancel(job["id"])
        raise
    return client.job(job["id"])


def report(job: Json, credits: Json, paths: Sequence[Path], seconds: float) -> str:
    """Where the files are, what they cost, how long each stage took."""
    lines = [f"\nThe film is finished after {seconds:.1f} s:"]
    lines += [f"  {path}" for path in paths]
    spent = job["credits"]
    lines.append(
        f"Credits: {spent['held']} held, {spent['captured']} captured, {spent['released']} released; "
        f"{credits['available']} available."
    )
    rows = [
        (progress.stage_name(stage["stage"]), str(stage["steps"]), f"{stage['wall_s']:.1f}", f"{stage['work_s']:.1f}")
        for stage in job["stage_times"]
    ]
    header = ("stage", "steps", "seconds", "of work")
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for row in [header, *rows]:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  " + "  ".join(cells))
    return "\n".join(lines)


def job_title(client: Client, job: Json) -> str:
    """The film's title."""
    return str(client.get(f"/api/v1/projects/{job['project_id']}")["title"])


def run(asked: Wish, stack: Stack) -> None:
    """The whole demo; StudioError or StackError where it can't go on."""
    text = read_script(asked.script)
    script_format(asked.script)
    with studio(stack, asked.port, stays=asked.publish) as env, sign_up(env) as client:
        started = time.monotonic()
        job = make(client, asked, text)
        if job["status"] != "succeeded":
            raise StudioError(outputs.failure(job), f"see the worker's log: {stack.layout.log}", JOB_FAILED)
        seconds = time.monotonic() - started
        paths = outputs.fetch(client, job, OUT, asked.name)
        print(report(job, client.credits(), paths, seconds))
        if asked.publish:
            lines = demo_publish.publish(client, job, job_title(client, job), env.get("SANDBOX_URL", ""))
            print("\n".join(["", "The film is published:", *lines, "The studio goes on running: make down ends it."]))


@contextlib.contextmanager
def plain_endings() -> Iterator[None]:
    """What ends the block early is told in a word, and is the program's exit status."""
    try:
        yield
    except StudioError as error:
        remedy = f"\n  What to do: {error.remedy}" if error.remedy else ""
        print(f"\nError: {error.message}{remedy}", file=sys.stderr)
        sys.exit(error.exit_code)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        sys.exit(USAGE if error.piece == "gateway" else 1)
    except KeyboardInterrupt:
        sys.exit(130)


def main() -> None:
    """Run it, and end with a clear word where it fails."""
    with plain_endings():
        try:
            run(wish(), Stack(DEFAULT_ROOT))
        except KeyError as error:
            sys.exit(f"\n{DEFAULT_ROOT / 'env'} has no {error}: make up writes it")


if __name__ == "__main__":
    main()
