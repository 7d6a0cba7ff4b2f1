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


def test_a_moment_is_seen_as_it_is_then(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 2, lambda number: np.full((HEIGHT, WIDTH), 60 if number < 24 else 200, np.uint8))
    moments = picture_checks.look(path, [500, 1500]).moments
    assert moments[500].mean() < moments[1500].mean() - 80


def test_a_steady_pan_has_hardly_any_shake(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 6, lambda number: place(number * 0.4))
    shake = picture_checks.shake_px(path, picture_checks.look(path), [])
    assert shake is not None
    assert shake < 0.1


def test_a_shaken_pan_is_measured(tmp_path: Path) -> None:
    shakes = np.random.default_rng(5).normal(0, 0.6, 144)
    path = film(tmp_path / "film.mp4", 6, lambda number: place(number * 0.4, shakes[number]))
    assert picture_checks.shake_px(path, picture_checks.look(path), []) == pytest.approx(0.6, rel=0.5)


def test_where_the_camera_rests_no_shake_is_told(tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", 2, lambda number: place())
    assert picture_checks.shake_px(path, picture_checks.look(path), []) is None
