from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.face import tones_of
from services.render_worker.craft.painting import paint
from services.render_worker.craft.palette import from_hex, light_of, to_hex
from services.render_worker.craft.shot_picture import ShotPicture
from services.render_worker.engines.base import Finished, StepFailed
from tests.unit.craft_picture.support import run

SMALL = pb.FilmProfile(width=256, height=144, fps=24)
MARA = sb.Character(
    id="c-mara", name="Mara", age=sb.AGE_GROUP_SENIOR, gender=sb.GENDER_FEMALE,
    look=sb.Look(skin_color="#e6b48d", hair_color="#dedcd8", hair_style="bun", clothes_color="#eab63e", accent_color="#3c5a78"),
)  # fmt: skip
NOON = sb.Setting(place=sb.PLACE_FIELD, description="field", time_of_day=sb.TIME_OF_DAY_DAY, weather=sb.WEATHER_CLEAR)


def draw(folder: Path, inputs: dict[str, Path] | None = None, **params: object) -> Finished:
    asked = pb.DrawFrameParams(profile=SMALL, **params)  # type: ignore[arg-type]
    return run("illustrator@1", pb.StepParams(draw_frame=asked), folder, inputs)


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


@pytest.mark.parametrize("place", [value for value in sb.Place.values() if value])
def test_every_place_can_be_drawn_and_none_is_blank(place: sb.Place.ValueType) -> None:
    for time in (sb.TIME_OF_DAY_DAY, sb.TIME_OF_DAY_NIGHT):
        setting = sb.Setting(place=place, description="x", interior=place == sb.PLACE_ROOM, time_of_day=time)
        picture, _ = paint(ShotPicture(160, 90, setting, seed=2))
        assert picture.std() > 8


def test_every_shape_size_and_weather_can_be_drawn() -> None:
    for index, weather in enumerate(sb.Weather.values()):
        width, height = ((160, 90), (90, 160), (120, 120))[index % 3]
        setting = sb.Setting(place=sb.PLACE_MOUNTAIN, time_of_day=sb.TIME_OF_DAY_DUSK, weather=weather)
        for size in sb.ShotSize.values():
            people = [sb.Presence(character_id="c-mara", position=0.7, feeling=sb.FEELING_HAPPY)]
            shot = ShotPicture(
                width, height, setting, size=size, presences=people, characters=[MARA], props=["lantern"]
            )
            picture, (x, y) = paint(shot)
            assert picture.shape == (height, width, 3)
            assert 0 < x < 1
            assert 0 < y < 1


def test_somebody_wears_the_same_colour_in_two_shots_of_a_scene() -> None:
    light = light_of(NOON.time_of_day, NOON.weather, sb.MOOD_CALM, interior=False)
    coat = np.array([int(tones_of(MARA.look, light).clothes[i : i + 2], 16) for i in (5, 3, 1)])
    for size in (sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM, sb.SHOT_SIZE_CLOSE_UP):
        people = [sb.Presence(character_id="c-mara", position=0.5)]
        picture, _ = paint(ShotPicture(640, 360, NOON, size=size, presences=people, characters=[MARA], seed=5))
        near = np.abs(picture.astype(int) - coat).max(axis=2) < 26
        assert near.mean() > 0.008, size


def test_the_styles_look_truly_different() -> None:
    flat, water, noir = (
        paint(ShotPicture(320, 180, NOON, seed=1, style=style))[0].astype(int)
        for style in ("flat", "watercolor", "noir")
    )
    assert np.abs(flat - water).mean() > 6
    assert np.ptp(noir, axis=2).mean() < 12 < np.ptp(flat, axis=2).mean()


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
    assert "devanagari" in failure.value.message


@pytest.mark.parametrize("color", ["#000000", "#ffffff", "#eab63e", "#2f5d62"])
def test_a_colour_survives_the_way_through_oklab(color: str) -> None:
    assert to_hex(from_hex(color)) == color
