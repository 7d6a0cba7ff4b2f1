"""What the parameters of a step take from the results of the steps that it needed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

# step kinds whose parameters take something from what they need
KINDS = frozenset({"animate_shot", "make_thumbnail", "check_quality"})


def complete(params: pb.StepParams, results: Mapping[str, pb.StepResult], needs: Sequence[str]) -> None:
    """What a step's parameters take from the results of the steps it needed (by name), known only now."""
    match params.WhichOneof("kind"):
        case "animate_shot":
            # a camera looks where the drawing says there is something to see
            drawn = results[needs[0]].draw_frame
            params.animate_shot.focus_x, params.animate_shot.focus_y = drawn.focus_x, drawn.focus_y
        case "make_thumbnail":
            params.make_thumbnail.ClearField("focuses")
            params.make_thumbnail.focuses.extend(results[name].draw_frame for name in needs)
        case "check_quality":
            params.check_quality.speech_over_music_db = results["mix"].mix_audio.speech_over_music_db
