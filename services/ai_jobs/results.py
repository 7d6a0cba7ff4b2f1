"""What the steps of a finished plan have made: the film's outputs, and the segments it is priced by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from google.protobuf.json_format import MessageToDict

from services.ai_jobs.step_models import RenderStep

# the kinds of steps whose files are the filmmaker's, and what those are called; in the order they are offered in
OFFERED = {
    "assemble_film": "film",
    "make_thumbnail": "thumbnail",
    "write_subtitles": "subtitles",
    "mix_audio": "audio",
    "draw_storyboard": "storyboard",
    "cut_scenes": "scene",
    "encode_webm": "webm",
}


def segments(steps: Sequence[RenderStep]) -> list[tuple[str, float]]:
    """Input hash and seconds of every segment, what a film is priced by. `steps`: those that animate shots."""
    seconds = []
    for step in steps:
        shot = pb.StepParams.FromString(step.params).animate_shot
        seconds.append((step.input_hash, shot.frames / shot.profile.fps))
    return seconds


def film_outputs(steps: Sequence[RenderStep]) -> list[dict[str, Any]]:
    """What the finished job offers, film first, as its row keeps it. `steps`: those of the kinds in OFFERED."""
    outputs = []
    for step in sorted(steps, key=lambda step: list(OFFERED).index(step.kind)):
        for made in step.outputs:
            known = {key: value for key, value in made.items() if key != "name" and value}
            outputs.append({"kind": OFFERED[step.kind], **known, **_more(step, made)})
    return outputs


def _more(step: RenderStep, made: dict[str, Any]) -> dict[str, Any]:
    """What the order of the step says of its output, besides what the worker does."""
    match step.kind:
        case "write_subtitles":
            return {"format": made["name"]}
        case "cut_scenes":
            return {"scene": int(made["name"].removeprefix("scene-"))}
        case "assemble_film":
            chapters = pb.StepParams.FromString(step.params).assemble_film.chapters
            return {"chapters": [MessageToDict(chapter, preserving_proto_field_name=True) for chapter in chapters]}
        case _:
            return {}
