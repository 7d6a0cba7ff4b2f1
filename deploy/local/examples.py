"""`make examples`: the films of `examples/`, one after the other, through a whole studio, into out/.

Uses the studio that is up, and leaves it up; else starts one and stops it in the end. NAME.json is the job, with the film's
scenes and shots besides.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from cli import outputs, progress
from cli.client import ENDED, Client, Json, script_format
from cli.errors import JOB_FAILED, StudioError
from cli.main import read_script
from deploy.local import examples_files
from deploy.local.demo import OUT, plain_endings, sign_up, studio
from deploy.local.examples_files import Attached, Example
from deploy.local.layout import DEFAULT_ROOT
from deploy.local.stack import Stack

_UPLOAD_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Made:
    """How one example went. `problem` is empty for a film that is there."""

    name: str
    wall_s: float
    job: Json | None
    problem: str = ""


def make(client: Client, example: Example, resolution: str | None, out: Path) -> Made:
    """The example's film, fetched into `out`; what went wrong where something did. Canceled where we are interrupted."""
    started = time.monotonic()
    job: Json | None = None
    try:
        job = client.generate(*_ordered(client, example, resolution))
        print(f"\n{example.name}: job {job['id']}, {job['credits']['held']} credits held.", flush=True)
        progress.follow(client.watch(job["id"]), sys.stdout)
        job = client.job(job["id"])
        wall_s = time.monotonic() - started
        outputs.fetch(client, job, out, example.name)
        _add_scenes(client, job, out / f"{example.name}.json")
    except StudioError as error:
        print(f"{example.name}: {error.message}", file=sys.stderr, flush=True)
        return Made(example.name, time.monotonic() - started, job, error.message)
    except BaseException:
        if job is not None and client.job(job["id"])["status"] not in ENDED:
            client.cancel(job["id"])
        raise
    return Made(example.name, wall_s, job)


def _ordered(client: Client, example: Example, resolution: str | None) -> tuple[str, Json]:
    """The project with its script and its files, and the options of its film."""
    text = read_script(example.script)
    project_id = client.create_project(example.name)["id"]
    client.put_script(project_id, text, script_format(example.script), example.language)
    assets = {file.path: _upload(client, project_id, file) for file in example.files()}
    return project_id, {**example.order(assets), **({"resolution": resolution} if resolution else {})}


def _upload(client: Client, project_id: str, file: Attached) -> str:
    """The id of the file as an asset of the project."""
    data = file.path.read_bytes()
    announced = {
        "project_id": project_id,
        "kind": file.kind,
        "filename": file.path.name,
        "content_type": file.content_type,
        "size_bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    place = client.post("/api/v1/assets/upload", announced)
    try:
        sent = httpx.request(
            place["method"], place["url"], content=data, headers=place["headers"], timeout=_UPLOAD_TIMEOUT_S
        )
    except httpx.TransportError as error:
        raise StudioError(f"{file.path.name} could not be uploaded ({type(error).__name__})", "try again") from None
    if not sent.is_success:
        raise StudioError(f"{file.path.name} could not be uploaded: storage answered {sent.status_code}")
    client.post(f"/api/v1/assets/{place['asset_id']}/complete")
    return str(place["asset_id"])


def _add_scenes(client: Client, job: Json, path: Path) -> None:
    """The shot list of the film goes into its JSON: `make craft-report` shows it."""
    project = client.get(f"/api/v1/projects/{job['project_id']}")
    scenes = client.get(f"/api/v1/projects/{job['project_id']}/scenes")["items"]
    told = {**json.loads(path.read_text(encoding="utf-8")), "title": project["title"], "scenes": scenes}
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(all_made: Sequence[Made]) -> str:
    """A line for each film: its length, the wall time it took, what it cost, what was measured."""
    rows = [("film", "seconds", "made in", "credits", "quality"), *map(_row, all_made)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = []
    for name, *figures, quality in rows:
        cells = [name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True))]
        lines.append("  ".join([*cells, quality]))
    return "\n".join(lines)


def _row(made: Made) -> tuple[str, str, str, str, str]:
    job = made.job or {}
    credits = str(job["credits"]["captured"]) if job else "-"
    if made.problem:
        return made.name, "-", f"{made.wall_s:.1f} s", credits, f"FAILED: {made.problem}"
    film = next(output for output in job["outputs"] if output["kind"] == "film")
    return made.name, f"{film['duration_s']:.1f}", f"{made.wall_s:.1f} s", credits, _quality(job["quality"])


def _quality(quality: Json) -> str:
    told = [
        "passed" if quality["passed"] else "NOT PASSED",
        f"{quality['loudness_lufs']:.1f} LUFS",
        f"lips {quality['lip_sync_offset_ms']:.0f} ms",
        f"speech +{quality['speech_over_music_db']:.0f} dB",
        f"jitter {quality['jitter_px']:.2f} px",
    ]
    if quality["caption_contrast"]:
        told.append(f"contrast {quality['caption_contrast']:.1f}")
    return ", ".join(told)


def run(examples: Sequence[Example], resolution: str | None, stack: Stack, out: Path = OUT) -> list[Made]:
    """All of them, in order; one that fails doesn't keep the others from being made."""
    with studio(stack) as env, sign_up(env) as client:
        all_made = [make(client, example, resolution, out) for example in examples]
        print(f"\n{table(all_made)}\n\nThe films are in {out}/; make craft-report NAME=… looks closer at one.")
    return all_made


def main() -> None:
    """Run them, and end with 1 where one failed."""
    parser = argparse.ArgumentParser(prog="make examples", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", help="some of the examples; default: all")
    parser.add_argument("--resolution", help="480p, 720p or 1080p; default: 1080p")
    parser.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="the stack's folder (default: .local)")
    asked = parser.parse_args()
    with plain_endings():
        chosen = [examples_files.read(name) for name in asked.names or examples_files.names()]
        all_made = run(chosen, asked.resolution, Stack(asked.root))
    if any(made.problem for made in all_made):
        sys.exit(JOB_FAILED)


if __name__ == "__main__":
    main()
