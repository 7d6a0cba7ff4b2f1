"""What falls in front of all as a layer of the film: rain, snow, leaves, fog."""

from __future__ import annotations

from services.render_worker.craft.planes import Falling
from services.render_worker.craft.stage.sheets import even_sized
from services.render_worker.craft.stage.tiles import Grid, Mask
from services.render_worker.craft.stage.yuv import Colors, Planes, cutout_of, lay


class FallingLayer:
    """A tile repeated over the whole film, which scrolls on twos. The camera doesn't move it: it falls before the lens, and its pixels are the film's."""

    def __init__(self, falling: Falling, grid: Grid, colors: Colors, fps: int, hold: int) -> None:
        cutout = cutout_of(even_sized(falling.tile), colors)
        self._tile = cutout if falling.opacity >= 1.0 else cutout.dimmed(falling.opacity)
        self._speed = (falling.vx / fps, falling.vy / fps)
        self._grid, self._hold = grid, hold
        self._at: tuple[int, int] | None = None
        self.some, self.solid = grid.all(), grid.none()

    def go(self, frame: int) -> Mask | None:
        """To that frame; all tiles when it has moved on."""
        held = frame - frame % self._hold
        # By two pixels at least, so that brightness and colour stay together.
        at = tuple(2 * round(speed * held / 2) for speed in self._speed)
        if at == self._at:
            return None
        self._at = (at[0], at[1])
        return self._grid.all()

    def lay(self, show: Mask, onto: Planes) -> None:
        """Draws those tiles of it."""
        assert self._at is not None, "a layer goes to a frame before it is drawn"  # noqa: S101
        wide, tall = self._tile.size
        for x, y, width, height in self._grid.rects(show):
            across = _stretches(x - self._at[0], width, wide)
            for down, tile_y, rows in _stretches(y - self._at[1], height, tall):
                for right, tile_x, columns in across:
                    lay(onto.part(x + right, y + down, columns, rows), self._tile.part(tile_x, tile_y, columns, rows))


def _stretches(start: int, length: int, period: int) -> list[tuple[int, int, int]]:
    """A stretch of something that repeats: (where in the stretch, where in the period, how long), piece by piece."""
    pieces, done = [], 0
    while done < length:
        at = (start + done) % period
        size = min(period - at, length - done)
        pieces.append((done, at, size))
        done += size
    return pieces
