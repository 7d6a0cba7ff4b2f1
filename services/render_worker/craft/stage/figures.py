"""What moves by itself as a layer of the film: actors with their sprites, and the small things that live in a plate."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from services.render_worker.craft.images import Picture
from services.render_worker.craft.planes import Moving
from services.render_worker.craft.sprites import Actor
from services.render_worker.craft.stage import camera as cam
from services.render_worker.craft.stage.sheets import NOTHING, Beyond, warp
from services.render_worker.craft.stage.silhouettes import Silhouette
from services.render_worker.craft.stage.tiles import Grid, Mask, Rect, around, clip
from services.render_worker.craft.stage.yuv import (
    Colors,
    Cutout,
    Ink,
    Planes,
    cutout_from,
    cutout_of,
    ink_of,
    lay,
    light_of,
    shine,
)

# Pixels of the plate; less is not seen to move.
_STILL_PX = 0.05
# Pixels of the plate a second: a cloud may step by a pixel, a car would stutter.
_FAST_PX_PER_S = 24.0
# Steps of opacity that a flicker has.
_STEPS = 24
# An actor rarely comes back to a pose, a cycle has few pictures.
_MOST_KEPT = 8
# Light past a picture's edges.
_DARK: Beyond = (0.0, 128.0, 128.0, 255.0)


@dataclass(frozen=True)
class Look:
    """A figure at one moment: its picture, where that lies on the plate (from the plate to the picture), how much of it is seen."""

    picture: Picture
    onto: cam.Matrix
    share: float = 1.0
    # It has the film's pixels: `onto` is from the film, and moves by whole pixels only.
    on_film: bool = False


# A rectangle of the film and what is seen in it.
_Piece = tuple[Rect, Cutout]


class FigureLayer:
    """One figure. `look` tells how it looks at a frame; while it gives the same, nothing is drawn anew."""

    def __init__(
        self,
        look: Callable[[int], Look | None],
        depth: float,
        camera: cam.Camera,
        grid: Grid,
        colors: Colors,
        *,
        glows: bool = False,
    ) -> None:
        self._look, self._depth, self._camera, self._grid, self._colors = look, depth, camera, grid, colors
        self._glows = glows
        # Pictures as ink, by identity; the picture is kept so that its id stays its own.
        self._inks: dict[int, tuple[Picture, Ink, Silhouette]] = {}
        self._shown: tuple[int, cam.Matrix, float] | None = None
        # It in pieces: where it is, and of that what is seen now.
        self._whole: list[_Piece] = []
        self._seen: list[_Piece] = []
        self.some, self.solid = grid.none(), grid.none()

    def go(self, frame: int) -> Mask | None:
        """To that frame; the tiles that look otherwise than before, None for none."""
        look = self._look(frame)
        if look is None:
            if self._shown is None:
                return None
            before, self._shown, self._seen = self.some, None, []
            self.some = self._grid.none()
            return before
        matrix = look.onto if look.on_film else _after(self._camera.matrix(frame, self._depth), look.onto)
        share = round(look.share * _STEPS) / _STEPS
        still = False
        if self._shown is not None:
            picture, at, seen_share = self._shown
            still = picture == id(look.picture) and cam.shift_px(matrix, at, self._grid.size) < _STILL_PX
            if still and seen_share == share:
                return None
            matrix = at if still else matrix
        self._shown = (id(look.picture), matrix, share)
        before = self.some
        if not still:
            self._whole = self._placed(look.picture, matrix) if look.on_film else self._warped(look.picture, matrix)
            self.some = self._grid.none()
            for rect, _ in self._whole:
                self.some |= self._grid.touched(rect)
        dimmed = _dimmed_light if self._glows else Cutout.dimmed
        self._seen = self._whole if share == 1.0 else [(rect, dimmed(piece, share)) for rect, piece in self._whole]
        return before | self.some

    def lay(self, show: Mask, onto: Planes) -> None:
        """Draws those tiles of it."""
        # Mostly all of it is asked for.
        rects = None if np.array_equal(show, self.some) else self._grid.rects(show)
        for whole, piece in self._seen:
            for rect in (whole,) if rects is None else rects:
                x, y, width, height = clip(rect, whole)
                if width and height:
                    below = onto.part(x, y, width, height)
                    over = piece.part(x - whole[0], y - whole[1], width, height)
                    if self._glows:
                        shine(below, over.planes)
                    else:
                        lay(below, over)

    def _ink(self, picture: Picture) -> tuple[Ink, Silhouette]:
        if id(picture) not in self._inks:
            if len(self._inks) >= _MOST_KEPT:
                del self._inks[next(iter(self._inks))]
            # Light has no opacity to go by.
            ink = light_of(picture) if self._glows else ink_of(picture, self._colors)
            self._inks[id(picture)] = (picture, ink, Silhouette(None if self._glows else picture))
        return self._inks[id(picture)][1:]

    def _placed(self, picture: Picture, matrix: cam.Matrix) -> list[_Piece]:
        """As it is, where it is on the film."""
        x, y = -int(matrix[0, 2]), -int(matrix[1, 2])
        whole = clip((x, y, picture.shape[1], picture.shape[0]), (0, 0, *self._grid.size))
        return [
            (
                (left, top, wide, tall),
                cutout_of(picture[top - y : top - y + tall, left - x : left - x + wide], self._colors),
            )
            for left, top, wide, tall in Silhouette(picture).pieces(whole, matrix)
        ]

    def _warped(self, picture: Picture, matrix: cam.Matrix) -> list[_Piece]:
        """As the camera sees it."""
        ink, silhouette = self._ink(picture)
        whole = _bounds(matrix, (ink.shape[1], ink.shape[0]), self._grid.size)
        beyond = _DARK if self._glows else NOTHING
        return [
            (rect, cutout_from(warp(ink, cam.from_corner(matrix, rect[0], rect[1]), rect[2], rect[3], beyond=beyond)))
            for rect in silhouette.pieces(whole, matrix)
        ]


def actor_layer(actor: Actor, camera: cam.Camera, grid: Grid, colors: Colors) -> FigureLayer:
    """Somebody on the plane of their depth."""

    def look(frame: int) -> Look | None:
        sprite = actor.at(frame)
        return None if sprite is None else Look(sprite.picture, _placed(sprite.x, sprite.y), on_film=sprite.on_film)

    return FigureLayer(look, actor.depth, camera, grid, colors)


def moving_layer(moving: Moving, camera: cam.Camera, grid: Grid, colors: Colors, fps: int, hold: int) -> FigureLayer:
    """A small thing that lives: on twos (every `hold` frames), as the people are; only what is fast goes on ones."""
    fast = math.hypot(moving.vx, moving.vy) > _FAST_PX_PER_S

    def look(frame: int) -> Look:
        held = (frame - frame % hold) / fps
        return _moved(moving, frame / fps if fast else held, held)

    return FigureLayer(look, moving.depth, camera, grid, colors, glows=moving.glows)


def _moved(moving: Moving, now: float, held: float) -> Look:
    x, y = moving.x + moving.vx * now, moving.y + moving.vy * now
    if moving.wrap is not None:
        left, top, width, height = moving.wrap
        x = left + (x - left) % width if moving.vx and width > 0 else x
        y = top + (y - top) % height if moving.vy and height > 0 else y
    turn = 2 * math.pi * (moving.sway_hz * held + moving.phase)
    swing = math.sin(turn) if moving.sway_hz else 0.0
    onto = _placed(x, y + moving.bob_px * swing)
    if moving.sway_deg:
        onto = _after(onto, _turned(moving.sway_deg * swing, moving.pivot))
    share = 1.0
    if moving.flicker:
        # Two waves that don't meet, so that it never repeats itself for as long as one looks.
        beat = 2 * math.pi * (moving.flicker_hz * held + moving.phase)
        share = 1.0 - moving.flicker * (0.5 + 0.3 * math.sin(beat) + 0.2 * math.sin(2.7 * beat + 1.3))
    count = len(moving.pictures)
    return Look(moving.pictures[int(moving.rate * held + moving.phase * count) % count], onto, share)


def _placed(x: float, y: float) -> cam.Matrix:
    """From the plate to a picture whose upper left corner is there."""
    return np.array([[1.0, 0.0, -x], [0.0, 1.0, -y]])


def _turned(degrees: float, pivot: tuple[float, float]) -> cam.Matrix:
    """From a picture turned about its pivot to the picture itself."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    x, y = pivot
    return np.array([[cos, sin, x - cos * x - sin * y], [-sin, cos, y + sin * x - cos * y]])


def _after(first: cam.Matrix, then: cam.Matrix) -> cam.Matrix:
    """One map of two."""
    joined: cam.Matrix = then[:, :2] @ first
    joined[:, 2] += then[:, 2]
    return joined


def _bounds(matrix: cam.Matrix, size: tuple[int, int], film: tuple[int, int]) -> Rect:
    """The film's rectangle that the picture's edges reach, a pixel more all round."""
    (across, turned, x), (tilted, down, y) = matrix.tolist()
    if not turned and not tilted:
        left, top, right, bottom = (-1 - x) / across, (-1 - y) / down, (size[0] - x) / across, (size[1] - y) / down
        return around(left - 1, top - 1, right + 1, bottom + 1, film)
    back = cv2.invertAffineTransform(matrix)
    corners = back @ np.array([[-1.0, size[0], -1.0, size[0]], [-1.0, -1.0, size[1], size[1]], [1.0, 1.0, 1.0, 1.0]])
    return around(corners[0].min() - 1, corners[1].min() - 1, corners[0].max() + 1, corners[1].max() + 1, film)


def _dimmed_light(seen: Cutout, share: float) -> Cutout:
    neutral = (0.0, 128 * (1 - share), 128 * (1 - share))
    planes = zip((seen.planes.y, seen.planes.u, seen.planes.v), neutral, strict=True)
    dimmed = (np.asarray(cv2.convertScaleAbs(plane, alpha=share, beta=beta), np.uint8) for plane, beta in planes)
    return Cutout(Planes(*dimmed), seen.left, seen.left_half)
