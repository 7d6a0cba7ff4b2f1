"""Pictures with next to nothing in them, or too much: the check of a film isn't misled by either."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from services.render_worker.craft.delivery import picture_checks
from services.render_worker.craft.stage import encoder, yuv
from services.render_worker.craft.stage.jitter import jitter_px

_SIZE = (320, 180)


def _film(path: Path, zoom_a_frame: float) -> Path:
    """Two seconds of an empty sky with a sun in it."""
    with encoder.segment(*_SIZE, 24, path, 60) as writer:
        for number in range(48):
            sky = np.full((_SIZE[1], _SIZE[0], 3), (220, 190, 150), np.uint8)
            radius = round(16 * 30 * (1 + zoom_a_frame * number))
            cv2.circle(sky, (160 * 16, 70 * 16), radius, (200, 240, 250), -1, cv2.LINE_AA, 4)
            frame, whole = yuv.blank(*_SIZE)
            whole.take(yuv.planes_of(sky))
            writer.write(frame)
    return path


def test_a_slow_pull_over_an_empty_sky_is_not_frozen(tmp_path: Path) -> None:
    assert picture_checks.frozen(picture_checks.look(_film(tmp_path / "film.mp4", 0.001)), []) == []


def test_an_empty_sky_that_stands_still_is_frozen(tmp_path: Path) -> None:
    assert picture_checks.frozen(picture_checks.look(_film(tmp_path / "film.mp4", 0.0)), []) != []


def _panned(shake_px: float, *, rain: bool) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """A second of a pan over a place, perhaps shaken, perhaps behind streaks that fall."""
    random = np.random.default_rng(5)
    place = cv2.resize(random.integers(40, 200, (30, 50), np.uint8), (900, 540), interpolation=cv2.INTER_CUBIC)
    off = random.normal(0, shake_px / np.sqrt(2), (24, 2))
    frames = []
    for number in range(24):
        at = np.array([[1.0, 0, 40 + 1.5 * number + off[number, 0]], [0, 1.0, 30 + off[number, 1]]])
        frame = cv2.warpAffine(place, at, (512, 288), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
        for x, y in random.integers(0, (512, 288), (250 if rain else 0, 2)):
            streak = frame[y : y + 14, x]
            frame[y : y + 14, x] = np.minimum(streak.astype(int) + 30, 255)
        frames.append(np.asarray(frame, np.uint8))
    return frames


def test_rain_is_not_a_camera_that_shakes() -> None:
    assert jitter_px(_panned(0.0, rain=True)) < 0.06


def test_a_camera_that_shakes_is_seen_through_rain() -> None:
    assert jitter_px(_panned(0.3, rain=True)) > 0.2
