from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import planes
from services.render_worker.craft.painting import painting
from services.render_worker.engines.base import Finished, StepFailed
from tests.unit.craft_picture.scenes import MARA, NOON
from tests.unit.craft_picture.support import run

SMALL = pb.FilmProfile(width=256, height=144, fps=24)


def draw(folder: Path, inputs: dict[str, Path] | None = None, **params: object) -> Finished:
    asked = pb.DrawFrameParams(profile=SMALL, **params)  # type: ignore[arg-type]
    return run("illustrator@3", pb.StepParams(draw_frame=asked), folder, inputs)


def pixels(finished: Finished) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    picture = cv2.imread(str(finished.outputs[0].path))
    assert picture is not None
    return np.asarray(picture, np.uint8)


def test_a_frame_is_a_quarter_larger_than_the_film(tmp_path: Path) -> None:
    finished = draw(tmp_path, setting=NOON, size=sb.SHOT_SIZE_WIDE, scene_seed=3)
    assert pixels(finished).shape == (180, 320, 3)
    assert (finished.outputs[0].width, finished.outputs[0].height) == (320, 180)


def test_the_same_parameters_draw_the_same_pixels(tmp_path: Path) -> None:
    asked = {"setting": NOON, "size": sb.SHOT_SIZE_MEDIUM, "scene_seed": 3, "characters": [MARA],
             "presences": [sb.Presence(character_id="c-mara", position=0.3, speaking=True)]}  # fmt: skip
    assert np.array_equal(pixels(draw(tmp_path, **asked)), pixels(draw(tmp_path, **asked)))


def test_another_scene_seed_draws_another_place_of_that_kind(tmp_path: Path) -> None:
    one, other = (pixels(draw(tmp_path, setting=NOON, scene_seed=seed)).astype(int) for seed in (3, 4))
    assert np.abs(one - other).mean() > 2


def test_somebody_is_seen_in_the_frame_but_not_on_the_plate(tmp_path: Path) -> None:
    asked = {"setting": NOON, "size": sb.SHOT_SIZE_MEDIUM, "scene_seed": 5, "characters": [MARA]}
    who = [sb.Presence(character_id="c-mara", position=0.5)]
    finished = draw(tmp_path, presences=who, **asked)
    assert [output.name for output in finished.outputs] == ["frame", "plate"]
    with_her, without = (
        pixels(finished).astype(int),
        painting.flattened(planes.load(finished.outputs[1].path)).astype(int),
    )
    assert (np.abs(with_her - without).max(axis=2) > 60).mean() > 0.04


def test_an_unknown_style_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as failure:
        draw(tmp_path, setting=NOON, style="cubist")
    assert failure.value.code == "STYLE_UNKNOWN"
    assert "watercolor" in failure.value.message


def test_the_filmmakers_own_picture_fills_the_frame(tmp_path: Path) -> None:
    own = np.full((300, 200, 3), 90, np.uint8)
    own[100:160, 60:120] = (40, 120, 230)
    cv2.imwrite(str(tmp_path / "own.png"), own)
    finished = draw(tmp_path, {"image": tmp_path / "own.png"}, own_image=True)
    assert pixels(finished).shape == (180, 320, 3)
    assert (pixels(finished)[:, :, 2] > 200).any()


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_an_unreadable_picture_is_refused_for_good(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "own.png").write_bytes(content)
    with pytest.raises(StepFailed) as failure:
        draw(tmp_path, {"image": tmp_path / "own.png"}, own_image=True)
    assert (failure.value.code, failure.value.retryable) == ("INPUT_UNREADABLE", False)


def test_a_title_card_sets_the_title_in_the_scripts_of_the_film(tmp_path: Path) -> None:
    plain = pixels(draw(tmp_path, setting=NOON, card=pb.Card(kind=pb.Card.KIND_TITLE), language="en")).astype(int)
    for title, language in (("The Light", "en"), ("समुद्र की रोशनी", "hi")):
        card = pb.Card(kind=pb.Card.KIND_TITLE, title=title)
        assert (
            np.abs(pixels(draw(tmp_path, setting=NOON, card=card, language=language)).astype(int) - plain).max() > 120
        )


def test_a_missing_font_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILMSTUDIO_FONTS_DIR", str(tmp_path))
    with pytest.raises(StepFailed) as failure:
        draw(tmp_path, setting=NOON, card=pb.Card(kind=pb.Card.KIND_END, title="समाप्त"), language="hi")
    assert failure.value.code == "FONT_MISSING"
    assert "typefaces" in failure.value.message
