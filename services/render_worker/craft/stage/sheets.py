"""A sheet of a plate as a layer of the film: which tiles it shows on, and its planes as the camera sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.images import Picture
from services.render_worker.craft.planes import Sheet
from services.render_worker.craft.stage import camera as cam
from services.render_worker.craft.stage.tiles import Grid, Mask, Rect
from services.render_worker.craft.stage.yuv import (
    STRIP_PIXELS,
    Colors,
    Cutout,
    Ink,
    Plane,
    Planes,
    Sieve,
    blank,
    ink_of,
    lay,
)
from services.render_worker.craft.stage.zoom import Zoomer

# Nobody sees a far sheet come late by less, in pixels of the plate; it is not warped anew.
STILL_PX = 0.05
# Opacity is looked up in blocks of so many pixels.
_BLOCK = 16
# What a pixel costs by its way in nanoseconds, as measured within films, and a call of its own in pixels: what passes goes the
# cheaper way.
_WARPED, _ZOOMED, _ZOOMED_OPAQUE = 2.4, 2.4, 1.1
_A_CALL = 24 * 1024
# Film pixels across and down. Of less, a zoom throws away too much of what it makes.
_LEAST_ZOOMED = 192
# Ink past a picture's edges.
Beyond = tuple[float, float, float, float]
NOTHING: Beyond = (0.0, 0.0, 0.0, 255.0)
_WAYS = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP


class SheetLayer:
    """A still sheet. With `backs` it is the farthest: opaque, and its edges go on for ever."""

    def __init__(
        self, sheet: Sheet, camera: cam.Camera, plate: tuple[int, int], grid: Grid, colors: Colors, *, backs: bool
    ) -> None:
        self.depth = sheet.depth
        self._backs = backs
        picture, self._x, self._y = _extended(sheet, camera, plate, backs=backs)
        self._ink = ink_of(picture, colors)
        self._covering = _Covering(picture[:, :, 3])
        self._camera, self._grid = camera, grid
        self._matrix = np.zeros((2, 3))
        self._sieve = Sieve(STRIP_PIXELS)
        # As the camera sees it, and where that is known since it last moved; only of a sheet that rests.
        self._seen: Cutout | None = None
        self._known = grid.none()
        # It moved at the present frame and at the one before: what is drawn now will not be asked for again.
        self._passing, self._moved_at = False, -2
        # Made when it is first seen passing.
        self._zoomer: Zoomer | None = None
        self.some, self.solid = grid.none(), grid.none()

    def go(self, frame: int) -> Mask | None:
        """To that frame; the tiles that look otherwise than before, None for none."""
        matrix = self._camera.matrix(frame, self.depth)
        if self._moved_at >= 0 and cam.shift_px(matrix, self._matrix, self._grid.size) < STILL_PX:
            self._passing = False
            return None
        self._passing = self._moved_at == frame - 1
        self._matrix, self._moved_at = matrix, frame
        self._known[:] = False
        before = self.some
        if self._backs:
            self.some = self.solid = self._grid.all()
        else:
            self.some, self.solid = self._covering.tiles(cam.seen_from(matrix, self._x, self._y), self._grid)
        return before | self.some

    def lay(self, show: Mask, onto: Planes) -> None:
        """Draws those tiles of it."""
        parts = [
            (rect, opaque)
            for kind, opaque in ((show & self.solid, True), (show & ~self.solid, False))
            for rect in self._grid.rects(kind)
        ]
        seen = None if self._passing else self._kept(show)
        whole = _together(parts) if seen is None else None
        at_once = None if whole is None else self._zoomed(*whole)
        for rect, opaque in parts:
            if whole is not None and at_once is not None:
                (left, top, _, _), x, y = whole[0], rect[0], rect[1]
                _put(at_once.part(x - left, y - top, rect[2], rect[3]), onto.part(*rect), opaque=opaque)
                continue
            zoomed = self._zoomed(rect, opaque=opaque) if seen is None and min(rect[2:]) >= _LEAST_ZOOMED else None
            if zoomed is not None:
                _put(zoomed, onto.part(*rect), opaque=opaque)
                continue
            for strip in _strips(rect):
                over = self._sieve.cutout(self.ink(strip)) if seen is None else seen.part(*strip)
                _put(over, onto.part(*strip), opaque=opaque)

    def _zoomed(self, rect: Rect, opaque: bool) -> Cutout | Planes | None:
        """A rectangle of it the quick way, where that can be done."""
        if self._zoomer is None:
            self._zoomer = Zoomer(self._ink, endless=self._backs)
        matrix = cam.from_corner(cam.seen_from(self._matrix, self._x, self._y), rect[0], rect[1])
        of = self._zoomer.planes if opaque else self._zoomer.cutout
        return of(matrix, rect[2], rect[3])

    def ink(self, rect: Rect) -> Ink:
        """What the camera sees of it in a rectangle, which may reach beyond the film."""
        matrix = cam.from_corner(cam.seen_from(self._matrix, self._x, self._y), rect[0], rect[1])
        return warp(self._ink, matrix, rect[2], rect[3], endless=self._backs)

    def _kept(self, show: Mask) -> Cutout:
        """What is seen of it, at least in those tiles."""
        if self._seen is None:
            width, height = self._grid.size
            _, planes = blank(width, height)
            self._seen = Cutout(
                planes, np.empty((height, width), np.uint8), np.empty((height // 2, width // 2), np.uint8)
            )
        for rect in self._grid.rects(show & ~self._known):
            for strip in _strips(rect):
                self._seen.part(*strip).take(self._sieve.cutout(self.ink(strip)))
        self._known |= show
        return self._seen


def warp(
    source: Ink, matrix: cam.Matrix, width: int, height: int, *, endless: bool = False, beyond: Beyond = NOTHING
) -> Ink:
    """What the map shows of the source. Past its edges there is what `beyond` says, or with `endless` the edges themselves."""
    border = cv2.BORDER_REPLICATE if endless else cv2.BORDER_CONSTANT
    seen = cv2.warpAffine(source, matrix, (width, height), flags=_WAYS, borderMode=border, borderValue=beyond)
    return np.asarray(seen, np.uint8)


def _strips(rect: Rect) -> Iterator[Rect]:
    """A rectangle in pieces that stay in the processor's cache from the warp to the blend."""
    x, y, width, height = rect
    rows = max(2, STRIP_PIXELS // width // 2 * 2)
    for top in range(y, y + height, rows):
        yield x, top, width, min(rows, y + height - top)


def _together(parts: Sequence[tuple[Rect, bool]]) -> tuple[Rect, bool] | None:
    """The rectangle around all parts, and whether all are opaque, if that is cheaper to zoom than each part by itself."""
    left, top = min(rect[0] for rect, _ in parts), min(rect[1] for rect, _ in parts)
    right, bottom = max(rect[0] + rect[2] for rect, _ in parts), max(rect[1] + rect[3] for rect, _ in parts)
    opaque = all(solid for _, solid in parts)
    apart = 0.0
    for (_, _, width, height), solid in parts:
        zoomed = _ZOOMED_OPAQUE if solid else _ZOOMED
        apart += (width * height + _A_CALL) * (zoomed if min(width, height) >= _LEAST_ZOOMED else _WARPED)
    at_once = (right - left) * (bottom - top) * (_ZOOMED_OPAQUE if opaque else _ZOOMED)
    enough = min(right - left, bottom - top) >= _LEAST_ZOOMED
    return ((left, top, right - left, bottom - top), opaque) if enough and at_once < apart else None


def _put(over: Cutout | Planes, onto: Planes, *, opaque: bool) -> None:
    """Over what is there; what is opaque takes its place."""
    if isinstance(over, Planes):
        onto.take(over)
    elif opaque:
        onto.take(over.planes)
    else:
        lay(onto, over)


def even_sized(picture: Picture) -> Picture:
    """With a transparent column or row at the far edges where there is an odd one."""
    tall, wide = picture.shape[0] % 2, picture.shape[1] % 2
    if not tall and not wide:
        return picture
    return np.asarray(cv2.copyMakeBorder(picture, 0, tall, 0, wide, cv2.BORDER_CONSTANT), np.uint8)


def _extended(sheet: Sheet, camera: cam.Camera, plate: tuple[int, int], *, backs: bool) -> tuple[Picture, int, int]:
    """The sheet, mirrored beyond those edges of the plate that it reaches and the camera looks past."""
    tall, wide = sheet.picture.shape[:2]
    picture = sheet.picture
    if backs:
        # An opaque sheet of odd size must not end in transparency.
        return np.ascontiguousarray(picture[: tall // 2 * 2, : wide // 2 * 2]), sheet.x, sheet.y
    left, top, right, bottom = camera.overhang(sheet.depth)
    left, top = left if sheet.x <= 0 else 0, top if sheet.y <= 0 else 0
    right, bottom = right if sheet.x + wide >= plate[0] else 0, bottom if sheet.y + tall >= plate[1] else 0
    left, right, top, bottom = min(left, wide), min(right, wide), min(top, tall), min(bottom, tall)
    if left or top or right or bottom:
        picture = np.asarray(cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_REFLECT), np.uint8)
    return even_sized(picture), sheet.x - left, sheet.y - top


def _blocks(yes: object, small: tuple[int, int]) -> Plane:
    return np.asarray(cv2.resize(np.asarray(yes, np.uint8), small, interpolation=cv2.INTER_AREA), np.uint8)


def _summed(blocks: NDArray[np.bool_]) -> NDArray[np.int32]:
    return np.asarray(cv2.integral(blocks.astype(np.uint8)), np.int32)


class _Covering:
    """Where a sheet is opaque and where there is nothing of it, counted in blocks."""

    def __init__(self, opacity: Plane) -> None:
        tall, wide = opacity.shape
        rows, columns = -(-tall // _BLOCK), -(-wide // _BLOCK)
        padded = np.zeros((rows * _BLOCK, columns * _BLOCK), np.uint8)
        padded[:tall, :wide] = opacity
        small = (columns, rows)
        # The mean of a block's yes (255) and no (0) tells whether all or any of its pixels are.
        full, some = (_blocks(cv2.inRange(padded, (least,), (255,)), small) for least in (255, 1))
        self._full, self._some = _summed(full == 255), _summed(some > 0)

    def tiles(self, matrix: cam.Matrix, grid: Grid) -> tuple[Mask, Mask]:
        """The tiles where something of it is seen, and those where nothing behind it is."""
        x1, x2 = self._ranges(matrix[0, 0] * grid.xs + matrix[0, 2])
        y1, y2 = self._ranges(matrix[1, 1] * grid.ys + matrix[1, 2])
        solid = self._count(self._full, x1, x2, y1, y2) == np.multiply.outer(y2 - y1, x2 - x1)
        return self._count(self._some, x1, x2, y1, y2) > 0, solid

    @staticmethod
    def _ranges(edges: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The first block and the one after the last that each tile draws upon, with the neighbours of its edge pixels."""
        first = np.floor((edges[:-1] - 2) / _BLOCK).astype(np.intp)
        end = np.floor((edges[1:] + 2) / _BLOCK).astype(np.intp) + 1
        return first, end

    def _count(
        self,
        table: NDArray[np.int32],
        x1: NDArray[np.intp],
        x2: NDArray[np.intp],
        y1: NDArray[np.intp],
        y2: NDArray[np.intp],
    ) -> NDArray[np.int32]:
        tall, wide = table.shape[0] - 1, table.shape[1] - 1
        rows = table[np.clip(y2, 0, tall)] - table[np.clip(y1, 0, tall)]
        return np.asarray(rows[:, np.clip(x2, 0, wide)] - rows[:, np.clip(x1, 0, wide)], np.int32)
