from __future__ import annotations

import cv2
import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.images import Picture
from services.render_worker.craft.planes import Plate, Sheet
from services.render_worker.craft.stage.jitter import jitter_px
from tests.unit.craft_stage.support import Puppet, composed, opaque, plain, texture

GREY = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
# twice the little film's size, where points have room
FILM, PLATE = (512, 288), (640, 360)


def shaken(rms: float, frames: int = 24) -> list[GREY]:
    """A pan whose every frame is off by that much."""
    rng = np.random.default_rng(4)
    big = cv2.cvtColor(texture(*PLATE), cv2.COLOR_BGR2GRAY)
    off = rng.normal(0, rms / np.sqrt(2), (frames, 2))
    pictures = []
    for number in range(frames):
        at = np.array([[1.0, 0, 40 + 1.5 * number + off[number, 0]], [0, 1.0, 30 + off[number, 1]]])
        pictures.append(
            np.asarray(cv2.warpAffine(big, at, FILM, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP), np.uint8)
        )
    return pictures


def filmed(move: sb.CameraMove.ValueType, *sheets: Sheet, frames: int = 48) -> list[GREY]:
    of = Plate(*PLATE, sheets or (Sheet(opaque(texture(*PLATE)), 0, 0, 1.0),), 0)
    blocks = [plain(60, 60, (0, 0, 220)), plain(60, 60, (0, 220, 0))]
    film, _ = composed(of, [Puppet(blocks, x=300, y=200)], move, frames, FILM)
    pictures = []
    for number in range(frames):
        film.go(number)
        pictures.append(film.picture.y.copy())
    return pictures


@pytest.mark.parametrize("rms", [0.2, 0.5, 1.0])
def test_a_known_shake_is_measured(rms: float) -> None:
    assert jitter_px(shaken(rms)) == pytest.approx(rms, rel=0.3)


def test_a_steady_pan_has_none() -> None:
    assert jitter_px(shaken(0.0)) < 0.04


@pytest.mark.parametrize("move", [sb.CAMERA_MOVE_PUSH_IN, sb.CAMERA_MOVE_PAN_LEFT, sb.CAMERA_MOVE_TILT_UP])
def test_our_camera_keeps_below_a_tenth_of_a_pixel(move: sb.CameraMove.ValueType) -> None:
    assert 0.0 < jitter_px(filmed(move)) < 0.1


def test_parallax_is_not_mistaken_for_shake() -> None:
    def half(seed: int) -> Picture:
        return opaque(texture(PLATE[0], PLATE[1] // 2, seed))

    sheets = (Sheet(opaque(texture(*PLATE)), 0, 0, 0.2), Sheet(half(7), 0, 180, 1.0))
    assert 0.0 < jitter_px(filmed(sb.CAMERA_MOVE_PAN_RIGHT, *sheets)) < 0.1


def test_who_acts_before_a_resting_camera_is_not_shake() -> None:
    of = Plate(*PLATE, (Sheet(opaque(texture(*PLATE)), 0, 0, 1.0),), 0)
    who = Puppet([opaque(texture(120, 200, 9))], x=100, y=60, vx=6.0)
    film, _ = composed(of, [who], sb.CAMERA_MOVE_STATIC, 24, FILM)
    pictures = []
    for number in range(24):
        film.go(number)
        pictures.append(film.picture.y.copy())
    assert jitter_px(pictures) is None


def test_nothing_is_said_of_a_shot_that_stands_still() -> None:
    assert jitter_px(filmed(sb.CAMERA_MOVE_STATIC)) is None
    assert jitter_px([np.zeros((90, 160), np.uint8)] * 30) is None
