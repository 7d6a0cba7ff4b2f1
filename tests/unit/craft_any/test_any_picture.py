"""Pictures with next to nothing in them: a camera that moves over one isn't taken for a held picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from services.render_worker.craft.delivery import picture_checks
from services.render_worker.craft.stage import encoder, yuv

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
