"""Where each depth of a plate lies on the film at each frame: the camera's window, and parallax."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.directing.moves import Window, matrix, seen_at
from services.render_worker.craft.sprites import Rest

# From a film pixel to a pixel of the plate (or of what lies on it): two rows of three, as WARP_INVERSE_MAP takes it.
Matrix = NDArray[np.float64]


class Camera:
    """The windows of a shot, by depth (moves.seen_at says how far each depth moves)."""

    def __init__(self, path: Sequence[Window], plate: tuple[int, int], film: tuple[int, int]) -> None:
        self._path = path
        self._plate, self._film = plate, film
        self._kept: dict[float, Matrix] = {}
        self._frame = -1

    def matrix(self, frame: int, depth: float) -> Matrix:
        """The map from the film to that depth of the plate."""
        if frame != self._frame:
            self._kept, self._frame = {}, frame
        if depth not in self._kept:
            self._kept[depth] = matrix(seen_at(self._path[frame], depth), self._plate, self._film)
        return self._kept[depth]

    @property
    def rests(self) -> bool:
        """Whether it sees the same at every frame."""
        return all(window == self._path[0] for window in self._path)

    def rest_at(self, depth: float) -> Rest:
        """Where it sees that depth at its first frame."""
        (across, _, x), (_, down, y) = self.matrix(0, depth).tolist()
        return Rest(*self._film, x, y, across, down)

    def overhang(self, depth: float) -> tuple[int, int, int, int]:
        """How far the film looks past the plate's edges at that depth, in pixels: left, top, right, bottom."""
        width, height = self._plate
        past = [0.0, 0.0, 0.0, 0.0]
        for at in self._path:
            window = seen_at(at, depth)
            half = window.size / 2
            beyond = (half - window.x, half - window.y, window.x + half - 1, window.y + half - 1)
            past = [max(most, now) for most, now in zip(past, beyond, strict=True)]
        left, top, right, bottom = (
            int(np.ceil(share * side)) for share, side in zip(past, (width, height) * 2, strict=True)
        )
        return left, top, right, bottom


def seen_from(at: Matrix, x: float, y: float) -> Matrix:
    """The same map, counted from a point of the plate: onto what has its upper left corner there."""
    moved = at.copy()
    moved[:, 2] -= (x, y)
    return moved


def from_corner(at: Matrix, x: float, y: float) -> Matrix:
    """The same map for a part of the film that begins at (x, y)."""
    moved = at.copy()
    moved[:, 2] += at[:, :2] @ (x, y)
    return moved


def shift_px(a: Matrix, b: Matrix, film: tuple[int, int]) -> float:
    """How far apart two maps are at most over the film, in pixels of what they map to."""
    most = 0.0
    for across, down, off in (a - b).tolist():
        x, y = across * film[0], down * film[1]
        most = max(most, abs(off), abs(off + x), abs(off + y), abs(off + x + y))
    return most
