"""A shot's finished frames: the composition, the style's screen over it, words and marks on top, fades and dissolves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from services.render_worker.craft.stage import yuv
from services.render_worker.craft.stage.composition import Composition
from services.render_worker.craft.stage.tiles import Grid, Mask, Rect
from services.render_worker.craft.stage.yuv import Patch, Plane, Planes

# What a screen's factors are out of (styles.Style.screen).
SCREEN_UNIT = 200


@dataclass(frozen=True)
class Finish:
    """What is done to a shot's frames once its picture is composed."""

    frames: int
    # Factors out of SCREEN_UNIT for the luma, of the film's size.
    screen: Plane | None = None
    # What lies on top at a frame. The same patch object for as long as it looks the same.
    patches: Callable[[int], Sequence[Patch]] = lambda frame: ()
    # Frames of the fade from and to black.
    fade_in: int = 0
    fade_out: int = 0
    # The frame to dissolve from (I420), and for how many frames.
    previous: Plane | None = None
    dissolve: int = 0


class Show:
    """The frames of one shot, one after the other."""

    def __init__(self, composition: Composition, grid: Grid, finish: Finish) -> None:
        self._composition, self._grid, self._finish = composition, grid, finish
        self._frame, self._planes = yuv.blank(*grid.size)
        self._faded = np.empty_like(self._frame)
        self._patches: Sequence[Patch] = ()

    def frame(self, number: int) -> Plane:
        """The frame of that number as I420, valid until the next is asked for. Numbers only rise."""
        changed = self._composition.go(number)
        patches = self._finish.patches(number)
        self._over(changed, patches)
        finish, shown = self._finish, self._frame
        if finish.previous is not None and number < finish.dissolve:
            shown = self._faded
            self._clean_into(shown)
            yuv.mix(shown, finish.previous, 1 - (number + 1) / (finish.dissolve + 1))
            # Words and marks belong to this shot alone.
            for patch in patches:
                yuv.lay_patch(yuv.split(shown, self._grid.size), patch)
        if (share := self._fade(number)) < 1.0:
            if shown is self._frame:
                shown = self._faded
                np.copyto(shown, self._frame)
            yuv.fade(yuv.split(shown, self._grid.size), share)
        return shown

    def clean(self) -> Plane:
        """The present frame (I420) without words, marks and fades: what the next shot dissolves from."""
        frame = np.empty_like(self._frame)
        self._clean_into(frame)
        return frame

    def _clean_into(self, frame: Plane) -> None:
        self._take((0, 0, *self._grid.size), yuv.split(frame, self._grid.size))

    def _take(self, rect: Rect, target: Planes) -> None:
        """Part of the composed picture through the screen."""
        source = self._composition.picture.part(*rect)
        if self._finish.screen is None:
            target.take(source)
            return
        x, y, width, height = rect
        screen = self._finish.screen[y : y + height, x : x + width]
        cv2.multiply(source.y, screen, dst=target.y, scale=1 / SCREEN_UNIT)
        np.copyto(target.u, source.u)
        np.copyto(target.v, source.v)

    def _over(self, changed: Mask, patches: Sequence[Patch]) -> None:
        """Takes over what has changed, and lays anew the patches that it touches."""
        before = {id(patch) for patch in self._patches}
        now = {id(patch) for patch in patches}
        stale = changed.copy()
        tiles = [self._tiles(patch) for patch in patches]
        for patch in self._patches:
            if id(patch) not in now:
                stale |= self._tiles(patch)
        for patch, mask in zip(patches, tiles, strict=True):
            if id(patch) not in before:
                stale |= mask
        # A patch is laid as a whole, so all its tiles must be clean below, and with them those of its neighbours.
        touched: list[int] = []
        while more := [at for at, mask in enumerate(tiles) if at not in touched and (mask & stale).any()]:
            touched += more
            for at in more:
                stale |= tiles[at]
        for rect in self._grid.rects(stale):
            self._take(rect, self._planes.part(*rect))
        for at in sorted(touched):
            yuv.lay_patch(self._planes, patches[at])
        self._patches = list(patches)

    def _tiles(self, patch: Patch) -> Mask:
        return self._grid.touched((patch.x, patch.y, *patch.cutout.size))

    def _fade(self, number: int) -> float:
        finish = self._finish
        rising = (number + 1) / finish.fade_in if finish.fade_in else 1.0
        falling = (finish.frames - 1 - number) / finish.fade_out if finish.fade_out else 1.0
        return max(0.0, min(1.0, rising, falling))
