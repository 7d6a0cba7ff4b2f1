"""A picture that was not drawn in planes (the filmmaker's own, a card) as a plate of one sheet, and the camera's way over it."""

from __future__ import annotations

import cv2
import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing import moves
from services.render_worker.craft.directing.moves import Window
from services.render_worker.craft.images import Picture
from services.render_worker.craft.planes import Plate, Sheet
from services.render_worker.craft.stage.show import SCREEN_UNIT
from services.render_worker.craft.stage.yuv import Plane

# A picture whose shape differs by more from the film's is travelled along instead of cropped.
_ALIKE = 1.08
# How much of the film's own side such a travel covers in a second: an unhurried tilt.
_ALONG_PER_S = 0.09
_RAMP = 0.25
# How much darker the corners of a photograph are.
_VIGNETTE = 0.14


def still_plate(picture: Picture, film: tuple[int, int]) -> Plate:
    """The picture (BGR) as an opaque sheet. The plate has the film's shape: of a longer picture, what is seen at once."""
    tall, wide = picture.shape[:2]
    shape = film[0] / film[1]
    width, height = (wide, round(wide / shape)) if wide / tall < shape else (round(tall * shape), tall)
    opaque = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
    return Plate(width, height, (Sheet(np.asarray(opaque, np.uint8), 0, 0, 1.0),), people_after=0)


def still_path(
    move: sb.CameraMove.ValueType,
    focus: tuple[float, float],
    picture: tuple[int, int],
    plate: Plate,
    frames: int,
    fps: int,
) -> list[Window]:
    """The windows over a still: as over any plate, or along a picture that is taller or wider than the film.

    `focus` is in fractions of the picture (width, height).
    """
    wide, tall = picture[0] / plate.width, picture[1] / plate.height
    if max(wide, tall) <= _ALIKE:
        return moves.path(move, focus, frames, fps)
    size = moves.AT_REST
    upright = tall > wide
    reach = (tall if upright else wide) - size
    way = min(reach, _ALONG_PER_S * frames / fps)
    # Around the subject, as far as the picture goes.
    middle = (focus[1] * tall if upright else focus[0] * wide) - size / 2
    start = min(max(middle - way / 2, 0.0), reach - way)
    back = move in (sb.CAMERA_MOVE_TILT_UP, sb.CAMERA_MOVE_PAN_LEFT)
    windows = []
    for frame in range(frames):
        t = moves.eased(frame / max(frames - 1, 1), _RAMP)
        at = start + way * (1 - t if back else t) + size / 2
        windows.append(Window(wide / 2, at, size) if upright else Window(at, tall / 2, size))
    return windows


def vignette(width: int, height: int) -> Plane:
    """A screen that darkens the corners a little."""
    x, y = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
    away = np.clip((x * x + y * y) / 2 - 0.25, 0, 1) / 0.75
    return np.rint(SCREEN_UNIT * (1 - _VIGNETTE * away)).astype(np.uint8)
