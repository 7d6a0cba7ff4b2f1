"""Steps to be, as a plan is made of: what every half of the planning says its steps in. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2

from services.ai_jobs.specs import FilmSpec


@dataclass(frozen=True)
class DraftInput:
    """An input by the step (its name in the plan) and output it comes from, or a file of the filmmaker's own."""

    name: str
    step: str = ""
    output: str = ""
    file: dict[str, Any] | None = None
    # Left out where the step made no such output: only drawn scenes have a plate.
    optional: bool = False


@dataclass(frozen=True)
class StepDraft:
    """A step to be: `needs` are names of other drafts or of steps that are in the plan already."""

    name: str
    kind: str
    params: pb.StepParams
    needs: tuple[str, ...] = ()
    inputs: tuple[DraftInput, ...] = field(default=())


def profile(spec: FilmSpec) -> pb.FilmProfile:
    """The frame's shape, for every step that needs it."""
    return pb.FilmProfile(width=spec.width, height=spec.height, fps=spec.fps)


def shots_of(storyboard: storyboard_pb2.Storyboard) -> Iterator[tuple[storyboard_pb2.Scene, storyboard_pb2.Shot]]:
    """Every shot with its scene, in film order."""
    for scene in storyboard.scenes:
        for shot in scene.shots:
            yield scene, shot
