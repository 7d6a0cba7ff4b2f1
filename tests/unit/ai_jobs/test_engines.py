"""Which engine serves which kind: read from a file, checked whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.ai_jobs import engines
from services.kit.settings import SettingsError

ENTRY = "{engine: illustrator@3, lane: gpu, time_limit_s: 9, idle_limit_s: 3}"


def read(tmp_path: Path, text: str) -> engines.Engines:
    file = tmp_path / "engines.yaml"
    file.write_text(text)
    return engines.Engines.read(file)


def test_an_engine_is_found_by_kind_and_by_name(tmp_path: Path) -> None:
    chosen = read(tmp_path, f"draw_frame: {ENTRY}")
    choice = chosen.of("draw_frame")
    assert (choice.engine, choice.lane, choice.time_limit_s, choice.idle_limit_s) == ("illustrator@3", "gpu", 9, 3)
    assert chosen.named("draw_frame", "illustrator") == choice
    assert chosen.named("draw_frame", "illustrator@3") == choice
    assert chosen.named("draw_frame", "illustrator@2") is None
    assert chosen.named("speak_line", "illustrator") is None
    assert chosen.names() == {"draw_frame": "illustrator@3"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a list",
        f"paint_frame: {ENTRY}",
        "draw_frame: {engine: a@1, lane: tpu, time_limit_s: 1, idle_limit_s: 1}",
        "draw_frame: {engine: a@1, lane: cpu, time_limit_s: 1}",
        "draw_frame: {engine: a@1, lane: cpu, time_limit_s: 1, idle_limit_s: 1, colour: red}",
        "draw_frame: [",
    ],
)
def test_a_file_that_is_wrong_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"engines\.yaml"):
        read(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        engines.Engines.read(tmp_path / "none.yaml")


def test_kinds_and_lanes_have_one_name_each_way() -> None:
    for name, value in pb.StepKind.items()[1:]:
        assert engines.kind_to_proto(name.removeprefix("STEP_KIND_").lower()) == value
    for value in pb.Lane.values()[1:]:
        assert engines.lane_to_proto(engines.lane_from_proto(value)) == value
