"""Fetching what a job has made into a folder."""

from __future__ import annotations

import json
from pathlib import Path

from cli.client import Client, Json
from cli.errors import JOB_FAILED, StudioError

_ENDINGS = {"video/mp4": "mp4", "video/webm": "webm", "image/jpeg": "jpg", "image/png": "png", "audio/mp4": "m4a"}


def file_name(output: Json, name: str) -> str | None:
    """What an output is called on disk (NAME.mp4, NAME.jpg, NAME.en.vtt); None for what nobody downloads."""
    if output["kind"] == "subtitles":
        return f"{name}.{output.get('language', 'und')}.{output.get('format', 'vtt')}"
    ending = _ENDINGS.get(output["content_type"], "bin")
    if output["kind"] in ("film", "webm", "thumbnail", "audio"):
        return f"{name}.{ending}"
    if output["kind"] == "storyboard":
        return f"{name}.storyboard.{ending}"
    if output["kind"] == "scene":
        return f"{name}.scene-{output['scene']}.{ending}"
    return None


def fetch(client: Client, job: Json, folder: Path, name: str) -> list[Path]:
    """All of a job's files, and the job itself as NAME.json; StudioError for a job that has made no film."""
    if job["status"] != "succeeded":
        raise StudioError(failure(job), exit_code=JOB_FAILED)
    paths: list[Path] = []
    for output in job["outputs"]:
        if target := file_name(output, name):
            paths.append(client.download(job, output, folder / target))
    described = folder / f"{name}.json"
    folder.mkdir(parents=True, exist_ok=True)
    described.write_text(json.dumps(job, indent=2, ensure_ascii=False) + "\n")
    return [*paths, described]


def failure(job: Json) -> str:
    """Why a job has not made a film."""
    error = job.get("error")
    if error:
        return f"the film failed while {error['stage'] or 'it was made'}: {error['message']} ({error['code']})"
    return f"the job is {job['status']}"
