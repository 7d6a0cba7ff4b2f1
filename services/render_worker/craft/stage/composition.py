"""The layers of a shot, put together frame by frame on one picture that is kept: only what has changed is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.render_worker.craft.planes import Plate
from services.render_worker.craft.sprites import Actor
from services.render_worker.craft.stage.camera import Camera
from services.render_worker.craft.stage.figures import actor_layer, moving_layer
from services.render_worker.craft.stage.sheets import SheetLayer
from services.render_worker.craft.stage.tiles import Grid, Mask
from services.render_worker.craft.stage.water import RippleLayer
from services.render_worker.craft.stage.weather import FallingLayer
from services.render_worker.craft.stage.yuv import Colors, Planes, blank

# What acts or lives changes its look so often a second at most; the camera moves with every frame.
_POSES_PER_S = 12


class Layer(Protocol):
    """Something that lies between others."""

    # The tiles it is seen on at the present frame, and those where nothing behind it is seen.
    some: Mask
    solid: Mask

    def go(self, frame: int) -> Mask | None:
        """To that frame; the tiles that look otherwise than before, None for none."""
        ...

    def lay(self, show: Mask, onto: Planes) -> None:
        """Draws those of its tiles over what is there."""
        ...


class Composition:
    """A plate and its actors through a camera. `picture` is the present frame, without what the finish adds."""

    def __init__(self, layers: Sequence[Layer], grid: Grid) -> None:
        self._layers = layers
        self._grid = grid
        _, self.picture = blank(*grid.size)

    def go(self, frame: int) -> Mask:
        """To that frame; the tiles of the picture that have changed."""
        changed = self._grid.none()
        for layer in self._layers:
            tiles = layer.go(frame)
            if tiles is not None:
                changed |= tiles
        if not changed.any():
            return changed
        shows = []
        open_tiles = changed.copy()
        for layer in reversed(self._layers):
            shows.append(layer.some & open_tiles)
            open_tiles &= ~layer.solid
        for layer, show in zip(self._layers, reversed(shows), strict=True):
            if show.any():
                layer.lay(show, self.picture)
        return changed


def composition_of(
    plate: Plate, actors: Sequence[Actor], camera: Camera, grid: Grid, colors: Colors, fps: int
) -> Composition:
    """The plate's layers in order, its actors among them. The plate may be forgotten afterwards."""
    hold = max(1, round(fps / _POSES_PER_S))
    size = (plate.width, plate.height)

    def living(after: int, *, near: bool) -> list[Layer]:
        return [
            moving_layer(moving, camera, grid, colors, fps, hold)
            for moving in plate.movings
            if moving.after == after and (moving.depth > 1.0) == near
        ]

    layers: list[Layer] = []
    for index, sheet in enumerate(plate.sheets):
        # Nothing is behind the farthest sheet: what lives there would not be seen.
        below = SheetLayer(sheet, camera, size, grid, colors, backs=index == 0)
        layers.append(below)
        layers += [
            RippleLayer(ripple, below, camera, grid, fps, hold) for ripple in plate.ripples if ripple.sheet == index
        ]
        layers += living(index, near=False)
        if index == plate.people_after:
            layers += [
                actor_layer(actor, camera, grid, colors) for actor in sorted(actors, key=lambda actor: actor.order)
            ]
        layers += living(index, near=True)
    layers += [FallingLayer(falling, grid, colors, fps, hold) for falling in plate.fallings]
    return Composition(layers, grid)
