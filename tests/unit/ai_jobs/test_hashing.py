"""Input hashes: equal for equal work, other for whatever changes the output."""

from __future__ import annotations

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import script_pb2

from services.ai_jobs.hashing import SEEDED, input_hash

FRAME = pb.StepParams(draw_frame=pb.DrawFrameParams(prompt="Waves.", scene_seed=7))
INPUTS = [("image", "aa"), ("mask", "bb")]


def frame_hash(**changes: object) -> str:
    asked = {"kind": "draw_frame", "engine": "illustrator@1", "params": FRAME, "inputs": INPUTS, "seed": 1, **changes}
    return input_hash(**asked)  # type: ignore[arg-type]


def test_equal_work_hashes_alike_in_whatever_order_its_inputs_come() -> None:
    assert frame_hash() == frame_hash(inputs=INPUTS[::-1])
    assert len(frame_hash()) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "make_thumbnail"},
        {"engine": "illustrator@2"},
        {"params": pb.StepParams(draw_frame=pb.DrawFrameParams(prompt="Waves!", scene_seed=7))},
        {"inputs": [("image", "ab"), ("mask", "bb")]},
        {"inputs": [("image", "bb"), ("mask", "aa")]},
        {"inputs": INPUTS[:1]},
        {"seed": 2},
    ],
)
def test_whatever_changes_the_output_changes_the_hash(change: dict[str, object]) -> None:
    assert frame_hash(**change) != frame_hash()


def test_the_seed_counts_only_where_it_is_used() -> None:
    line = pb.StepParams(speak_line=pb.SpeakLineParams(text="Hello."))
    spoken = [input_hash("speak_line", "espeak@1", line, [], seed) for seed in (1, 2)]
    assert spoken[0] == spoken[1]
    assert "speak_line" not in SEEDED


def test_an_analysis_goes_by_what_the_script_says_not_by_its_version() -> None:
    def of(sha256: str, version: int, duration_ms: int = 0) -> str:
        script = script_pb2.Script(version=version, text=f"{version}", elements_sha256=sha256)
        params = pb.StepParams(analyze_script=pb.AnalyzeScriptParams(script=script, duration_ms=duration_ms))
        return input_hash("analyze_script", "rules@1", params, [], 1)

    assert of("aa", 1) == of("aa", 5)
    assert of("aa", 1) != of("bb", 1)
    assert of("aa", 1) != of("aa", 1, duration_ms=1)


def test_hashing_leaves_the_parameters_as_they_were() -> None:
    params = pb.StepParams(analyze_script=pb.AnalyzeScriptParams(script=script_pb2.Script(version=1)))
    input_hash("analyze_script", "rules@1", params, [], 1)
    assert params.analyze_script.script.version == 1
