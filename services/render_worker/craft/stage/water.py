"""Water as a layer of the film: a part of a sheet, its rows shifted in waves."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.planes import Ripple
from services.render_worker.craft.stage import camera as cam
from services.render_worker.craft.stage.sheets import STILL_PX, SheetLayer
from services.render_worker.craft.stage.tiles import Grid, Mask, Rect, around, clip
from services.render_worker.craft.stage.yuv import Cutout, Ink, Planes, cutout_from, lay

# Rows of water that move as one: as many as share a row of colour.
_BAND = 2
# Parts of a pixel that waves move by. Where the camera moves all water, coarser steps aren't seen; at rest they are made once.
_STEPS_AT_REST, _STEPS_PASSING = 4, 2


class RippleLayer:
    """Water: a part of a sheet drawn once more, its rows shifted sideways in waves, over the sheet itself."""

    def __init__(self, ripple: Ripple, sheet: SheetLayer, camera: cam.Camera, grid: Grid, fps: int, hold: int) -> None:
        self._ripple, self._sheet, self._camera, self._grid = ripple, sheet, camera, grid
        self._fps, self._hold = fps, hold
        self._moment = -1
        self._rect: Rect = (0, 0, 0, 0)
        self._matrix = np.zeros((2, 3))
        self._water: Cutout | None = None
        # Where the camera rests: the still water, moved by each step of a pixel.
        self._rests = False
        self._steps: Ink | None = None
        self.some, self.solid = grid.none(), grid.none()

    def go(self, frame: int) -> Mask | None:
        """To that frame; the tiles that look otherwise than before. Waves move on twos."""
        moment = frame // self._hold
        matrix = self._camera.matrix(frame, self._sheet.depth)
        still = cam.shift_px(matrix, self._matrix, self._grid.size) < STILL_PX
        if still and moment == self._moment:
            return None
        self._moment, self._water = moment, None
        before = self.some
        self._rests = still
        if not still:
            self._matrix, self._steps = matrix, None
            x, y, width, height = self._ripple.box
            self._rect = _on_film(matrix, (x, y, x + width, y + height), self._grid.size)
        self.some = self._grid.touched(self._rect) & self._sheet.some
        # What the sheet hides its waves hide too, but for where they bring its edges in.
        solid = np.pad(self._sheet.solid, ((0, 0), (1, 1)), mode="edge")
        self.solid = self._grid.within(self._rect) & solid[:, :-2] & solid[:, 1:-1] & solid[:, 2:]
        return before | self.some

    def lay(self, show: Mask, onto: Planes) -> None:
        """Draws those tiles of it."""
        if self._water is None:
            self._water = self._waves()
        for rect in self._grid.rects(show):
            x, y, width, height = clip(rect, self._rect)
            if width and height:
                lay(
                    onto.part(x, y, width, height),
                    self._water.part(x - self._rect[0], y - self._rect[1], width, height),
                )

    def _waves(self) -> Cutout:
        """The whole water, each row where its wave has it."""
        x, y, width, height = self._rect
        shifts = self._shifts(y, height)
        # Its rows may lie aside by as much as its waves ever reach.
        room = math.ceil(self._ripple.amplitude_px / self._matrix[0, 0]) + 2
        steps = _STEPS_AT_REST if self._rests else _STEPS_PASSING
        if self._steps is None or len(self._steps) != steps:
            self._steps = _in_steps(self._sheet.ink((x - room, y, width + 2 * room, height)), steps)
        return cutout_from(_rows_aside(self._steps, shifts, room, width))

    def _shifts(self, top: int, height: int) -> NDArray[np.float64]:
        """How far each row of the film from `top` on lies beside its place, in pixels of the film."""
        ripple = self._ripple
        rows = self._matrix[1, 1] * (top + np.arange(height)) + self._matrix[1, 2]
        near = np.clip((rows - ripple.box[1]) / ripple.box[3], 0.0, 1.0)
        # Perspective: waves lie closer together the farther they are.
        length = ripple.wavelength_px * (0.25 + 0.75 * near)
        turn = 2 * math.pi * (rows / length + ripple.hz * self._moment * self._hold / self._fps)
        waves = 0.7 * np.sin(turn) + 0.3 * np.sin(2.3 * turn + 1.1)
        return np.asarray(ripple.amplitude_px * (0.2 + 0.8 * near) * waves / self._matrix[0, 0], np.float64)


def _in_steps(still: Ink, steps: int) -> Ink:
    """The picture moved to the left by no, one, two… steps of a pixel."""
    before, after = still[:, :-1], still[:, 1:]
    moved = np.empty((steps, *before.shape), np.uint8)
    moved[0] = before
    for step in range(1, steps):
        cv2.addWeighted(before, 1 - step / steps, after, step / steps, 0, dst=moved[step])
    return moved


def _rows_aside(moved: Ink, shifts: NDArray[np.float64], room: int, width: int) -> Ink:
    """Bands of rows, each moved to the left by its shift in whole steps."""
    steps, bands = moved.shape[0], moved.shape[1] // _BAND
    whole = np.rint((shifts[::_BAND] + room) * steps).astype(np.intp)
    # Every place that a band may begin at, as a view; one gather takes them all.
    across = np.lib.stride_tricks.sliding_window_view(
        moved.reshape(steps, bands, _BAND, -1), 4 * width, axis=3, writeable=False
    )
    rows = across[whole % steps, np.arange(bands), :, 4 * (whole // steps)]
    return rows.reshape(bands * _BAND, width, 4)


def _on_film(matrix: cam.Matrix, bounds: Sequence[float], size: tuple[int, int]) -> Rect:
    """The film's rectangle that shows these bounds of the plate, for a map without a turn."""
    left, right = ((x - matrix[0, 2]) / matrix[0, 0] for x in (bounds[0], bounds[2]))
    top, bottom = ((y - matrix[1, 2]) / matrix[1, 1] for y in (bounds[1], bounds[3]))
    return around(left, top, right, bottom, size)
