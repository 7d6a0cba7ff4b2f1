"""make demo: what it asks for, and whose studio it uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.errors import StudioError
from deploy.local import demo


def test_without_arguments_it_is_the_example_as_a_minute_in_full_hd() -> None:
    asked = demo.wish([])
    assert (asked.script, asked.duration_s, asked.resolution, asked.aspect, asked.name) == (
        demo.EXAMPLE, 60.0, "1080p", "16:9", "demo",
    )  # fmt: skip


def test_a_short_film_gets_a_script_that_fits() -> None:
    assert demo.wish(["--duration", "15"]).script == demo.SHORT_EXAMPLE
    assert demo.SHORT_EXAMPLE.exists()


def test_a_script_of_ones_own_names_the_files_and_is_as_long_as_it_needs() -> None:
    asked = demo.wish(["--script", "my.fountain", "--language", "hi"])
    assert (asked.script, asked.duration_s, asked.name, asked.language) == (Path("my.fountain"), None, "my", "hi")


class FakeStack:
    def __init__(self, was_up: bool) -> None:
        self.was_up = was_up
        self.did: list[str] = []

    def status(self) -> list[str]:
        return ["gateway"] if self.was_up else []

    def env(self) -> dict[str, str]:
        return {"FILMSTUDIO_URL": "http://127.0.0.1:1"}

    def up(self, port: int | None = None) -> dict[str, str]:
        self.did.append("up")
        return self.env()

    def down(self) -> None:
        self.did.append("down")


def test_a_studio_that_is_up_is_used_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    stack: Any = FakeStack(was_up=True)
    monkeypatch.setattr(demo, "is_ready", lambda _url: True)
    with demo.studio(stack) as env:
        assert env == stack.env()
    assert stack.did == []


def test_a_studio_that_is_up_and_ailing_is_completed_and_left(monkeypatch: pytest.MonkeyPatch) -> None:
    stack: Any = FakeStack(was_up=True)
    monkeypatch.setattr(demo, "is_ready", lambda _url: False)
    with demo.studio(stack):
        assert stack.did == ["up"]
    assert stack.did == ["up"]


def test_what_it_started_it_stops_even_when_the_film_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    # another checkout's studio may answer at our address: it isn't ours to use
    monkeypatch.setattr(demo, "is_ready", lambda _url: True)
    stack: Any = FakeStack(was_up=False)
    with pytest.raises(StudioError), demo.studio(stack):
        raise StudioError("no film")
    assert stack.did == ["up", "down"]


def test_the_report_tells_files_credits_and_stages() -> None:
    job = {
        "credits": {"held": 3, "captured": 3, "released": 0},
        "stage_times": [{"stage": "draw_frame", "steps": 8, "wall_s": 2.5, "work_s": 4.75}],
    }
    text = demo.report(job, {"available": 30}, [Path("out/demo.mp4")], 40.0)
    assert "out/demo.mp4" in text
    assert "3 held, 3 captured, 0 released; 30 available" in text
    assert "drawing      8      2.5      4.8" in text
