"""The commands, their configuration and what they print."""

from __future__ import annotations

import asyncio
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2
from typer.testing import CliRunner, Result

from cli import config, progress
from cli.main import app, file_stem
from cli.outputs import failure, file_name
from tests.unit.gateway.conftest import Gateway

runner = CliRunner()


async def invoke(*arguments: str, **options: Any) -> Result:
    return await asyncio.to_thread(runner.invoke, app, list(arguments), **options)


def said(result: Result) -> Any:
    """The JSON answered; the gateway's own log lines may stand before it."""
    return json.loads(result.stdout.splitlines()[-1])


async def test_signing_in_keeps_the_tokens_for_the_owner_alone(served: Gateway, home: Path) -> None:
    arguments = ["--email", "mara@example.com", "--password", "x", "--url", f"http://{served.address}"]
    result = await invoke("login", *arguments)
    assert result.exit_code == 0, result.output
    kept = home / "filmstudio" / "config.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text())["refresh_token"] == "r" * 43
    result = await invoke("credits", "--json")
    assert said(result) == {"available": 27, "held": 3, "plan": "pro", "debt": 0, "subscription": None}
    assert "27 credits available, 3 held" in (await invoke("credits")).output


async def test_without_a_sign_in_the_exit_code_says_so() -> None:
    result = await invoke("credits", "--json")
    assert result.exit_code == 3
    assert said(result)["remedy"] == "sign in first: filmstudio login"


async def test_a_studio_that_is_not_there_has_its_own_exit_code(nowhere: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILMSTUDIO_URL", nowhere)
    monkeypatch.setenv("FILMSTUDIO_TOKEN", "t")
    assert (await invoke("credits")).exit_code == 4


async def test_a_refusal_is_printed_with_its_places(
    served: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILMSTUDIO_URL", f"http://{served.address}")
    monkeypatch.setenv("FILMSTUDIO_TOKEN", served.services.users.token())
    script = tmp_path / "a.fountain"
    script.write_text("MARA\nHello.")
    result = await invoke("films", "new", str(script), "--duration", "12", "--json")
    assert result.exit_code == 1
    assert said(result)["problem"]["errors"][0]["pointer"] == "/options/duration_s"


async def test_a_script_that_is_not_there_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILMSTUDIO_TOKEN", "t")
    assert (await invoke("films", "new", "nothing.fountain")).exit_code == 2


async def test_watching_a_failed_job_ends_with_why(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILMSTUDIO_URL", f"http://{served.address}")
    monkeypatch.setenv("FILMSTUDIO_TOKEN", served.services.users.token())
    jobs = served.services.jobs
    job = jobs.put()
    jobs.add("j1", "job.failed", final=True)
    job.status = jobs_pb2.JOB_STATUS_FAILED
    job.error.CopyFrom(jobs_pb2.JobError(code="SCRIPT_TOO_LONG", message="too much is said", stage="speak_line"))
    result = await invoke("films", "watch", "j1")
    assert result.exit_code == 5
    assert "too much is said (SCRIPT_TOO_LONG)" in result.output


def test_another_studios_token_is_not_sent_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    config.save(config.Config("http://one.example", "secret", "refresh"))
    monkeypatch.setenv("FILMSTUDIO_URL", "http://two.example")
    assert config.load() == config.Config("http://two.example", "", "")
    monkeypatch.setenv("FILMSTUDIO_URL", "http://one.example/")
    assert config.load().access_token == "secret"


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": f"job.{kind}", "seq": 1, "data": data}


def test_without_a_terminal_a_line_is_printed_per_stage_and_tenth() -> None:
    stream = io.StringIO()
    steps = [
        event("started"),
        event("progress", progress={"value": 0.11, "stage": "draw_frame", "message": "picture 1 of 8"}, eta_seconds=70),
        event("progress", progress={"value": 0.12, "stage": "draw_frame", "message": "picture 2 of 8"}, eta_seconds=69),
        event("progress", progress={"value": 0.5, "stage": "animate_shot", "message": "shot 3 of 8"}, eta_seconds=20),
        event("succeeded"),
    ]
    view = progress.follow(steps, stream)
    assert stream.getvalue().splitlines() == [
        "  0% waiting for a worker",
        " 11% drawing picture 1 of 8 about 1 min 10 s left",
        " 50% animating shot 3 of 8 about 20 s left",
        "100% done",
    ]
    assert view.status == "succeeded"


def test_outputs_are_named_by_what_they_are() -> None:
    subtitles = {"kind": "subtitles", "language": "hi", "format": "srt", "content_type": "application/x-subrip"}
    assert file_name(subtitles, "mine") == "mine.hi.srt"
    assert file_name({"kind": "thumbnail", "content_type": "image/jpeg"}, "mine") == "mine.jpg"
    assert file_name({"kind": "storyboard", "content_type": "image/jpeg"}, "mine") == "mine.storyboard.jpg"
    assert file_name({"kind": "scene", "scene": 2, "content_type": "video/mp4"}, "mine") == "mine.scene-2.mp4"
    assert file_name({"kind": "webm", "content_type": "video/webm"}, "mine") == "mine.webm"
    assert file_name({"kind": "another", "content_type": "text/plain"}, "mine") is None
    assert failure({"status": "canceled", "error": None}) == "the job is canceled"


def test_a_name_never_leaves_its_folder() -> None:
    assert file_stem("../../etc/passwd") == "_.._etc_passwd"
    assert file_stem("दीप") == "दीप"
    assert file_stem("..") == "film"
