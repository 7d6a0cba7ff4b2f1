"""What a film's picture is checked for, on small films drawn here."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from services.render_worker.craft.delivery import picture_checks
from services.render_worker.craft.delivery.bars import JITTER_PX, SHOT_JITTER_PX

FPS = 24
WIDTH, HEIGHT = 320, 180
Draw = Callable[[int], np.ndarray]


def place(shift: float = 0.0, shiver: float = 0.0, seed: int = 3) -> np.ndarray:
    """A picture full of things, moved to the left by so many pixels and down by `shiver`."""
    random = np.random.default_rng(seed)
    grown = cv2.resize(random.integers(40, 220, (30, 80), np.uint8), (800, 300), interpolation=cv2.INTER_CUBIC)
    matrix = np.float32([[1, 0, -shift], [0, 1, shiver - 40]])
    return cv2.warpAffine(grown, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC)


def film(path: Path, seconds: float, draw: Draw) -> Path:
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"crf": "12", "preset": "veryfast", "g": "48"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(round(seconds * FPS)):
            grey = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
            grey[:HEIGHT] = draw(number)
            picture = av.VideoFrame.from_ndarray(grey, format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
    return path


def test_a_pan_is_neither_black_nor_frozen(tmp_path: Path) -> None:
    seen = picture_checks.look(film(tmp_path / "film.mp4", 3, lambda number: place(number * 0.8)))
    assert (picture_checks.black(seen, []), picture_checks.frozen(seen, [])) == ([], [])


def test_a_hold_of_a_second_is_found_where_it_is(tmp_path: Path) -> None:
    seen = picture_checks.look(film(tmp_path / "film.mp4", 4, lambda number: place(min(max(number, 24), 54) * 1.5)))
    (first, last) = picture_checks.frozen(seen, [])
    assert (first.start_s, first.end_s) == pytest.approx((0.0, 1.0), abs=0.25)
    assert (last.start_s, last.end_s) == pytest.approx((54 / FPS, 4.0), abs=0.25)


def test_a_hold_of_a_third_of_a_second_is_no_fault(tmp_path: Path) -> None:
    def draw(number: int) -> np.ndarray:
        return place((number if number < 24 else max(24, number - 8)) * 1.5)

    assert picture_checks.frozen(picture_checks.look(film(tmp_path / "film.mp4", 3, draw)), []) == []


def test_a_planned_hold_is_no_fault(tmp_path: Path) -> None:
    seen = picture_checks.look(film(tmp_path / "film.mp4", 2, lambda number: place()))
    assert picture_checks.frozen(seen, [(0, 2000)]) == []


def test_black_is_found_by_when_it_lasts(tmp_path: Path) -> None:
    def draw(number: int) -> np.ndarray:
        return np.full((HEIGHT, WIDTH), 16, np.uint8) if 24 <= number < 48 else place(number * 0.8)

    (fault,) = picture_checks.black(picture_checks.look(film(tmp_path / "film.mp4", 3, draw)), [])
    assert (fault.start_s, fault.end_s) == pytest.approx((1.0, 2.0), abs=0.25)


def test_a_stretch_is_seen_as_it_is_then(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 2, lambda number: np.full((HEIGHT, WIDTH), 60 if number < 24 else 200, np.uint8))
    pictures = picture_checks.look(path, [(300, 700), (1200, 1800)]).pictures
    assert pictures[300, 700].mean() < pictures[1200, 1800].mean() - 80


def test_a_stretch_with_a_key_frame_in_it_is_seen_there(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 5, lambda number: np.full((HEIGHT, WIDTH), 40 + number, np.uint8))
    picture = picture_checks.look(path, [(1800, 4000)]).pictures[1800, 4000]
    assert picture.mean() == pytest.approx(1.164 * (40 + 48 - 16), abs=3)


def test_a_hold_after_long_movement_is_found(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 7, lambda number: place(min(number, 100) * 1.5))
    faults = picture_checks.frozen(picture_checks.look(path), [])
    assert (faults[0].start_s, faults[-1].end_s) == pytest.approx((100 / FPS, 7.0), abs=0.25)
    assert sum(fault.length_s for fault in faults) > 2.4


def test_where_it_is_dark_though_something_moves_it_is_black(tmp_path: Path) -> None:
    def draw(number: int) -> np.ndarray:
        return place(number * 1.5) // 12 + 4 if number >= 48 else place(number * 1.5)

    (fault,) = picture_checks.black(picture_checks.look(film(tmp_path / "film.mp4", 4, draw)), [])
    assert (fault.start_s, fault.end_s) == pytest.approx((2.0, 4.0), abs=0.25)


def test_of_a_film_in_which_all_moves_little_more_than_key_frames_is_seen(tmp_path: Path) -> None:
    assert len(picture_checks.look(film(tmp_path / "film.mp4", 6, lambda number: place(seed=number))).greys) <= 6


SHOTS = [(number * 2000, number * 2000 + 2000) for number in range(12)]


def twelve_shots(path: Path, shake_px: float = 0.0, *, acting: bool = False) -> Path:
    """Twelve pans of two seconds over other places, the seventh shaken by that much (rms, both axes); `acting`: people who
    walk and nod on twos fill two fifths of the picture, and streaks of rain and petals fall before all of it.
    """
    random = np.random.default_rng(5)
    off = random.normal(0, shake_px / np.sqrt(2), (48, 2))

    def draw(number: int) -> np.ndarray:
        shot, at = divmod(number, 48)
        x, y = off[at] if shot == 6 else (0.0, 0.0)
        picture = place(20 + at * 0.7 + x, y, seed=shot)
        if not acting:
            return picture
        pose = at // 2 * 2
        for who, left in enumerate((30 + pose * 1.3, 200 - pose * 0.9)):
            body = place(40, seed=90 + who)[20:160, :62]
            top = 30 + round(6 * np.sin(pose * 0.8 + who))
            picture[top : top + 140, round(left) : round(left) + 62] = body
        rain = np.random.default_rng(number)
        for x, y in rain.integers(0, (WIDTH, HEIGHT - 12), (40, 2)):
            picture[y : y + 12, x] = np.minimum(picture[y : y + 12, x].astype(int) + 40, 255)
        for petal in range(8):
            middle = (int(40 * petal + 2 * number) % WIDTH, int(23 * petal + 3 * number) % HEIGHT)
            cv2.ellipse(picture, middle, (5, 3), number * 9, 0, 360, 235, -1, cv2.LINE_AA)
        return picture

    return film(path, 24, draw)


def test_one_shaken_shot_of_twelve_is_found(tmp_path: Path) -> None:
    found = {
        shake.start_s // 2: shake.px for shake in picture_checks.shakes(twelve_shots(tmp_path / "a.mp4", 0.5), SHOTS)
    }
    assert found.pop(6) == pytest.approx(0.5, rel=0.4)
    assert len(found) == 11
    assert max(found.values()) < JITTER_PX


def test_people_who_walk_rain_and_petals_are_not_a_camera_that_shakes(tmp_path: Path) -> None:
    found = picture_checks.shakes(twelve_shots(tmp_path / "a.mp4", acting=True), SHOTS)
    assert len(found) >= 10
    assert max(shake.px for shake in found) < SHOT_JITTER_PX


def test_a_shaken_shot_is_found_behind_people_rain_and_petals(tmp_path: Path) -> None:
    found = {
        shake.start_s // 2: shake.px
        for shake in picture_checks.shakes(twelve_shots(tmp_path / "a.mp4", 0.5, acting=True), SHOTS)
    }
    assert found[6] > SHOT_JITTER_PX
    assert max(found, key=lambda shot: found[shot]) == 6


def test_a_camera_that_goes_on_with_the_poses_only_is_found(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 4, lambda number: place(number // 2 * 2 * 0.7))
    (shake,) = picture_checks.shakes(path, [(0, 4000)])
    assert shake.px > 1.0


def test_where_the_camera_rests_no_shake_is_told(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 2, lambda number: place())
    assert picture_checks.shakes(path, [(0, 2000)]) == []
