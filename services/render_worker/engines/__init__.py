"""The engines by name. A class is imported when it is first asked for, so that a worker loads only what it serves.

Adding an engine is a file beside this one and a line here.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.engines.base import Engine


@dataclass(frozen=True)
class Entry:
    """Where an engine's class is ("module:Class"), and the step kind it does."""

    kind: pb.StepKind.ValueType
    path: str


_HERE = "services.render_worker.engines"

ENGINES: dict[str, Entry] = {
    "rules@3": Entry(pb.STEP_KIND_ANALYZE_SCRIPT, f"{_HERE}.rules:Rules"),
    "illustrator@3": Entry(pb.STEP_KIND_DRAW_FRAME, f"{_HERE}.illustrator:Illustrator"),
    "stage@2": Entry(pb.STEP_KIND_ANIMATE_SHOT, f"{_HERE}.stage:Stage"),
    "poster@2": Entry(pb.STEP_KIND_MAKE_THUMBNAIL, f"{_HERE}.poster:Poster"),
    "wait@1": Entry(pb.STEP_KIND_WAIT, f"{_HERE}.wait:Wait"),
    "espeak@3": Entry(pb.STEP_KIND_SPEAK_LINE, f"{_HERE}.espeak:Espeak"),
    "composer@3": Entry(pb.STEP_KIND_COMPOSE_MUSIC, f"{_HERE}.composer:Composer"),
    "mixer@2": Entry(pb.STEP_KIND_MIX_AUDIO, f"{_HERE}.mixer:Mixer"),
    "cues@3": Entry(pb.STEP_KIND_WRITE_SUBTITLES, f"{_HERE}.cues:Cues"),
    "concat@2": Entry(pb.STEP_KIND_ASSEMBLE_FILM, f"{_HERE}.concat:Concat"),
    "probe@3": Entry(pb.STEP_KIND_CHECK_QUALITY, f"{_HERE}.probe:Probe"),
    "storyteller@1": Entry(pb.STEP_KIND_WRITE_SCRIPT, f"{_HERE}.storyteller:Storyteller"),
    "lips@1": Entry(pb.STEP_KIND_SYNC_LIPS, f"{_HERE}.lips:Lips"),
    "sheet@2": Entry(pb.STEP_KIND_DRAW_STORYBOARD, f"{_HERE}.sheet:Sheet"),
    "cutter@1": Entry(pb.STEP_KIND_CUT_SCENES, f"{_HERE}.cutter:Cutter"),
    "webm@1": Entry(pb.STEP_KIND_ENCODE_WEBM, f"{_HERE}.webm:Webm"),
}


def kind_of(name: str) -> pb.StepKind.ValueType:
    """The step kind that engine does; KeyError for a name nobody wrote."""
    return ENGINES[name].kind


def load(name: str) -> Engine:
    """A new instance of that engine; KeyError for a name nobody wrote."""
    module, _, class_name = ENGINES[name].path.partition(":")
    return cast(Engine, getattr(import_module(module), class_name)())
