"""The thumbnail: the best of the pictures, the title on it and off the face."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering import thumbnail
from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.poster import Poster


def _with_face(picture: Picture, x: float, y: float) -> Picture:
    """The picture with a head in it."""
    drawn = picture.copy()
    height, width = picture.shape[:2]
    middle, radius = (round(x * width), round(y * height)), round(min(height, width) * 0.14)
    cv2.circle(drawn, middle, radius, (120, 165, 225), -1, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.circle(
            drawn, (middle[0] + side * radius // 3, middle[1] - radius // 5), radius // 8, (30, 20, 20), -1, cv2.LINE_AA
        )
    return drawn


def test_a_sharp_face_is_chosen_before_a_blurred_one_and_an_empty_place(scenery: Callable[[int, int], Picture]) -> None:
    place = scenery(640, 360)
    face = _with_face(place, 0.6, 0.45)
    pictures = [place, np.asarray(cv2.GaussianBlur(face, (0, 0), 6), np.uint8), face]
    assert thumbnail.best(pictures, [(0.6, 0.45)] * 3) == 2


def test_of_two_alike_the_first_is_chosen(scenery: Callable[[int, int], Picture]) -> None:
    picture = scenery(640, 360)
    assert thumbnail.best([picture, picture], [(0.5, 0.5)] * 2) == 0


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (1080, 1080)])
@pytest.mark.parametrize("face", [(0.3, 0.4), (0.7, 0.4), (0.5, 0.5)])
def test_the_title_leaves_the_face_free(
    face: tuple[float, float], size: tuple[int, int], scenery: Callable[[int, int], Picture]
) -> None:
    picture = _with_face(scenery(size[0], size[1]), *face)
    titled = thumbnail.composed(picture, face, "The Keeper of the Light", "en", size)
    # words are lighter than anything that is drawn here
    ink = (titled > 232).all(axis=2)
    skin = (np.abs(titled.astype(int) - np.median(titled[_skin(titled)], axis=0)).max(axis=2) < 25).sum()
    assert ink.sum() > 2000
    whole = np.pi * (min(picture.shape[:2]) * 0.14 / 0.84) ** 2
    assert skin > 0.6 * whole


def _skin(picture: Picture) -> np.ndarray:
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB).astype(int)
    return (lab[:, :, 1] > 134) & (lab[:, :, 2] > 146) & (lab[:, :, 0] > 120)


@pytest.mark.parametrize(
    ("width", "height", "size"), [(256, 144, (720, 1280)), (144, 256, (1280, 720)), (144, 144, (1080, 1080))]
)
def test_a_thumbnail_has_the_films_shape_and_is_small_enough_for_youtube(
    make_work, tmp_path: Path, scenery: Callable[[int, int], Picture], width: int, height: int, size: tuple[int, int]
) -> None:
    inputs = {}
    noise = np.random.default_rng(1).integers(0, 255, (height * 5, width * 5, 3), np.uint8)
    for number, picture in enumerate((scenery(width * 5, height * 5), noise)):
        inputs[f"frame-{number:04d}"] = tmp_path / f"{number}.png"
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture)
    params = pb.MakeThumbnailParams(
        profile=pb.FilmProfile(width=width, height=height, fps=24), title="The Light", language="en",
        focuses=[pb.DrawFrameResult(focus_x=0.25, focus_y=0.25)] * 2,
    )  # fmt: skip
    done = Poster().run(make_work(make_thumbnail=params, inputs=inputs))
    [output] = done.outputs
    assert cv2.imread(str(output.path)).shape[:2] == size
    assert (output.height, output.width) == size
    assert output.path.stat().st_size < 2_000_000
    assert done.result.make_thumbnail.chosen in (0, 1)


def test_a_film_without_a_title_has_a_thumbnail_without_one(scenery: Callable[[int, int], Picture]) -> None:
    picture = thumbnail.composed(scenery(640, 360), (0.5, 0.5), "  ", "en", (1280, 720))
    assert picture.shape == (720, 1280, 3)
    assert not (picture > 250).all(axis=2).any()


def test_without_pictures_there_is_nothing_to_choose(make_work) -> None:
    with pytest.raises(StepFailed) as failure:
        Poster().run(make_work(make_thumbnail=pb.MakeThumbnailParams(title="x")))
    assert failure.value.code == "INPUT_MISSING"


def test_a_title_with_a_sign_that_nobody_has_is_refused_by_its_name(
    make_work, tmp_path: Path, scenery: Callable[[int, int], Picture]
) -> None:
    cv2.imwrite(str(tmp_path / "frame.png"), scenery(320, 180))
    params = pb.MakeThumbnailParams(profile=pb.FilmProfile(width=256, height=144, fps=24), title="The \u13a0 Light")
    with pytest.raises(StepFailed, match="CHEROKEE LETTER A") as failure:
        Poster().run(make_work(make_thumbnail=params, inputs={"frame-0000": tmp_path / "frame.png"}))
    assert failure.value.code == "GLYPH_MISSING"
