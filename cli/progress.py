"""A job on the screen: a live bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from cli.client import Json

STAGES = {
    "analyze_script": "reading the script",
    "draw_frame": "drawing",
    "animate_shot": "animating",
    "speak_line": "speaking",
    "sync_lips": "moving lips",
    "compose_music": "composing music",
    "mix_audio": "mixing the sound",
    "write_subtitles": "writing subtitles",
    "translate_subtitles": "translating subtitles",
    "assemble_film": "assembling the film",
    "make_thumbnail": "making the poster",
    "check_quality": "checking the film",
    "wait": "waiting",
}


def stage_name(stage: str) -> str:
    """A stage in words."""
    return STAGES.get(stage, stage.replace("_", " "))


class View:
    """What is known of a job from its events so far."""

    def __init__(self) -> None:
        self.value = 0.0
        self.stage = "waiting for a worker"
        self.message = ""
        self.eta_seconds: int | None = None
        self.status = "queued"

    def hear(self, event: Json) -> None:
        """Take an event in: each carries a full snapshot, or only says that something has happened."""
        data = event.get("data") or {}
        progress = data.get("progress")
        if isinstance(progress, dict):
            self.value = float(progress.get("value") or 0)
            self.stage = stage_name(str(progress.get("stage") or "")) or self.stage
            self.message = str(progress.get("message") or "")
        if "eta_seconds" in data:
            self.eta_seconds = data["eta_seconds"]
        kind = str(event["type"]).removeprefix("job.")
        match kind:
            case "queued" | "started" | "waiting_review" | "succeeded" | "failed" | "canceled" | "expired":
                self.status = "running" if kind == "started" else kind
        if self.status == "succeeded":
            self.value, self.stage, self.message, self.eta_seconds = 1.0, "done", "", 0

    @property
    def eta(self) -> str:
        """How long it will take, in words; empty when it isn't known."""
        if self.eta_seconds is None or self.status == "succeeded":
            return ""
        minutes, seconds = divmod(int(self.eta_seconds), 60)
        return f"about {minutes} min {seconds:02d} s left" if minutes else f"about {seconds} s left"


def follow(events: Iterable[Json], stream: TextIO = sys.stderr) -> View:
    """Show a job's events until they end; what is known in the end."""
    return _bar(events, stream) if stream.isatty() else _lines(events, stream)


def _bar(events: Iterable[Json], stream: TextIO) -> View:
    view = View()
    columns = (
        TextColumn("[bold]{task.fields[stage]:<22}"),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.fields[message]}"),
        TextColumn("[dim]{task.fields[eta]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=stream), expand=True) as progress:
        task = progress.add_task("film", total=1.0, stage=view.stage, message="", eta="")
        for event in events:
            view.hear(event)
            progress.update(task, completed=view.value, stage=view.stage, message=view.message, eta=view.eta)
    return view


def _lines(events: Iterable[Json], stream: TextIO) -> View:
    """A line when the stage changes, and at every tenth of the way."""
    view = View()
    shown: tuple[str, int] | None = None
    for event in events:
        view.hear(event)
        now = (view.stage, int(view.value * 10))
        if now != shown:
            shown = now
            print(
                " ".join(filter(None, (f"{view.value:4.0%}", view.stage, view.message, view.eta))),
                file=stream,
                flush=True,
            )
    return view
