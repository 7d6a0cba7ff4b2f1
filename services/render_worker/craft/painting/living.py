"""What lives in a place: clouds that drift, birds, smoke, lamps that flicker, grass that sways; rain and snow over all.

A place says what lives in it in its own units (`Alive`, `Rippling`); here that becomes the small moving pictures of a plate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.images import Picture, even
from services.render_worker.craft.painting.brush import raster
from services.render_worker.craft.painting.palette import Lab, to_hex
from services.render_worker.craft.painting.shapes import Box, Drawing
from services.render_worker.craft.painting.styles import style
from services.render_worker.craft.painting.textures import softened
from services.render_worker.craft.planes import Falling, Moving


@dataclass(frozen=True)
class Alive:
    """Something small that lives on the plane drawn when it was added. Places and speeds are units of the world, else as
    planes.Moving. The drawings are the pictures of its cycle, in the world's coordinates.
    """

    drawings: tuple[Drawing, ...]
    plane: int
    depth: float
    rate: float = 0.0
    vx: float = 0.0
    vy: float = 0.0
    # Where it leaves and enters again: x, y, width, height.
    wrap: Box | None = None
    sway_deg: float = 0.0
    bob: float = 0.0
    sway_hz: float = 0.0
    # The point of the world that it swings about.
    pivot: tuple[float, float] | None = None
    flicker: float = 0.0
    flicker_hz: float = 0.0
    phase: float = 0.0
    glows: bool = False
    front: bool = False


@dataclass(frozen=True)
class Rippling:
    """Water on a plane: x, y, width, height and the wave at its lower edge, in units."""

    plane: int
    box: Box
    amplitude: float
    wavelength: float
    hz: float


def box_of(alive: Alive) -> Box | None:
    """x, y, width, height of all its pictures, in units; None when they are empty."""
    boxes = [shape.box for drawing in alive.drawings for shape in drawing.shapes]
    if not boxes:
        return None
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return left, top, max(box[0] + box[2] for box in boxes) - left, max(box[1] + box[3] for box in boxes) - top


def moving(alive: Alive, view: Box, unit_px: float, after: int, style_name: str, light_side: int, soft_px: float,
           seen: tuple[int, int]) -> Moving | None:  # fmt: skip
    """The moving picture of something alive as the view shows it; None when it is never in the picture."""
    box = box_of(alive)
    if box is None:
        return None
    margin = 3 + 2 * soft_px / unit_px
    left, top, right, bottom = box[0] - margin, box[1] - margin, box[0] + box[2] + margin, box[1] + box[3] + margin
    x, y = (left - view[0]) * unit_px, (top - view[1]) * unit_px
    width, height = even((right - left) * unit_px), even((bottom - top) * unit_px)
    wrap = None
    if alive.wrap:
        wx, wy, ww, wh = alive.wrap
        wrap = ((wx - view[0]) * unit_px, (wy - view[1]) * unit_px, ww * unit_px, wh * unit_px)
    near = wrap or (x, y, width, height)
    slack = 0.08 * seen[0]
    if (
        near[0] > seen[0] + slack
        or near[1] > seen[1] + slack
        or near[0] + near[2] < -slack
        or near[1] + near[3] < -slack
    ):
        return None
    if width * height > seen[0] * seen[1] * 0.6:
        # So large that it would cost more than it gives.
        return None
    finish = style(style_name).sprite
    made: dict[int, Picture] = {}
    for drawing in alive.drawings:
        if id(drawing) in made:
            continue
        picture = raster(
            drawing.shapes, (left, top, width / unit_px, height / unit_px), width, height, style_name, light_side
        )
        if soft_px > 1:
            picture = softened(picture, soft_px)
        made[id(drawing)] = picture if alive.glows else finish(picture)
    pivot = (
        ((alive.pivot[0] - left) * unit_px, (alive.pivot[1] - top) * unit_px)
        if alive.pivot
        else (width / 2, height / 2)
    )
    return Moving(
        pictures=tuple(made[id(drawing)] for drawing in alive.drawings), x=round(x, 2), y=round(y, 2), depth=alive.depth, after=after, rate=alive.rate,
        vx=alive.vx * unit_px, vy=alive.vy * unit_px, wrap=wrap, sway_deg=alive.sway_deg, bob_px=alive.bob * unit_px,
        sway_hz=alive.sway_hz, pivot=pivot, flicker=alive.flicker, flicker_hz=alive.flicker_hz, phase=alive.phase,
        glows=alive.glows,
    )  # fmt: skip


def falling(weather: sb.Weather.ValueType, season: sb.Season.ValueType, haze: Lab, width: int, height: int, style_name: str,
            *, close: bool) -> tuple[Falling, ...]:  # fmt: skip
    """What falls or drifts in front of all, on a tile of the film's size."""
    tone = style(style_name).tone
    if weather in (sb.WEATHER_RAIN, sb.WEATHER_STORM):
        slant = 0.16 if weather == sb.WEATHER_RAIN else 0.34
        tile = _rain(width, height, slant, 120 if weather == sb.WEATHER_RAIN else 200, tone((0.93, -0.005, -0.015)))
        speed = height * 1.5
        return (Falling(tile, -speed * slant, speed, 0.75),)
    if weather == sb.WEATHER_SNOW:
        tile = _flakes(width, height, 150 if close else 230, tone((0.99, 0.0, 0.0)))
        return (Falling(tile, -height * 0.05, height * 0.16, 0.95),)
    if weather == sb.WEATHER_FOG:
        return (Falling(_fog(width, height, tone(haze)), width * 0.02, 0.0, 0.55 if not close else 0.3),)
    if weather in (sb.WEATHER_CLEAR, sb.WEATHER_CLOUDY, sb.WEATHER_UNSPECIFIED):
        unit = min(width, height) / 800
        if season == sb.SEASON_AUTUMN:
            leaves = [tone((0.64, 0.10, 0.11)), tone((0.72, 0.04, 0.13)), tone((0.52, 0.11, 0.07))]
            return (Falling(_leaves(width, height, 16, 9 * unit, leaves), -width * 0.05, height * 0.13),)
        if season == sb.SEASON_SPRING:
            petals = [tone((0.90, 0.05, 0.005)), tone((0.95, 0.02, 0.005))]
            return (Falling(_leaves(width, height, 20, 5.5 * unit, petals), -width * 0.06, height * 0.07),)
    return ()


def _bgr(color: Lab) -> tuple[int, int, int]:
    text = to_hex(color)
    return int(text[5:7], 16), int(text[3:5], 16), int(text[1:3], 16)


def _around(x: float, y: float, reach: float, width: int, height: int) -> list[tuple[float, float]]:
    """The point, and where it enters again if it reaches over an edge of the tile."""
    across = [0.0] + ([width] if x < reach else []) + ([-width] if x > width - reach else [])
    down = [0.0] + ([height] if y < reach else []) + ([-height] if y > height - reach else [])
    return [(x + dx, y + dy) for dx in across for dy in down]


def _lifted(tile: Picture, color: Lab) -> Picture:
    """A tile of opacities as premultiplied colour."""
    b, g, r = _bgr(color)
    return np.asarray(
        cv2.merge([cv2.convertScaleAbs(tile, alpha=value / 255) for value in (b, g, r)] + [tile]), np.uint8
    )


def _rain(width: int, height: int, slant: float, count: int, color: Lab) -> Picture:
    drawn = drawn_from("rain", width, height)
    unit = min(width, height) / 800
    tile = np.zeros((height, width), np.uint8)
    for _ in range(count):
        near = drawn.random() ** 2
        x, y, length = drawn.uniform(0, width), drawn.uniform(0, height), (26 + 74 * near) * unit
        strength = int(50 + 105 * near)
        for px, py in _around(x, y, length + 4, width, height):
            a, b = (round(px * 16), round(py * 16)), (round((px - length * slant) * 16), round((py + length) * 16))
            cv2.line(tile, a, b, strength, max(1, round((1 + 1.6 * near) * unit)), cv2.LINE_AA, 4)
    return _lifted(tile, color)


def _flakes(width: int, height: int, count: int, color: Lab) -> Picture:
    drawn = drawn_from("snow", width, height)
    unit = min(width, height) / 800
    tile = np.zeros((height, width), np.uint8)
    for _ in range(count):
        near = drawn.random() ** 3
        radius = (1.3 + 6.5 * near) * unit
        strength = int(230 - 90 * near)
        for x, y in _around(drawn.uniform(0, width), drawn.uniform(0, height), radius + 3, width, height):
            cv2.circle(tile, (round(x * 16), round(y * 16)), round(radius * 16), strength, -1, cv2.LINE_AA, 4)
    return _lifted(np.asarray(cv2.blur(tile, (3, 3), borderType=cv2.BORDER_REFLECT_101), np.uint8), color)


def _fog(width: int, height: int, color: Lab) -> Picture:
    """Veils, thickest in the lower half, that meet at the tile's sides."""
    rng = np.random.default_rng(17)
    coarse = rng.normal(0.5, 0.35, (7, 9)).astype(np.float32)
    coarse = np.concatenate([coarse, coarse[:, :2]], axis=1)
    field = cv2.resize(coarse, (round(width * 11 / 9), height), interpolation=cv2.INTER_CUBIC)[:, :width]
    low = np.linspace(-0.25, 0.85, height, dtype=np.float32)[:, None]
    tile = np.clip(255 * 0.6 * np.clip(field * 0.8 + low * 0.6, 0, 1) * np.clip(low + 0.35, 0, 1), 0, 200).astype(
        np.uint8
    )
    return _lifted(_seamless(tile), color)


def _seamless(tile: Picture) -> Picture:
    """Its left tenth blends into what lies beyond its right edge."""
    band = tile.shape[1] // 8
    share = np.linspace(0, 1, band, dtype=np.float32)[None, :]
    done = tile.astype(np.float32)
    beyond = done[:, -1:]
    done[:, :band] = done[:, :band] * share + beyond * (1 - share)
    return done.astype(np.uint8)


def _leaves(width: int, height: int, count: int, size: float, colors: list[Lab]) -> Picture:
    drawn = drawn_from("leaves", width, height, count)
    tile = np.zeros((height, width, 4), np.uint8)
    for _ in range(count):
        color = _bgr(drawn.choice(colors))
        length, turn, flat = size * drawn.uniform(0.6, 1.6), drawn.uniform(0, math.pi), drawn.uniform(0.25, 0.6)
        angles = np.linspace(0, 2 * math.pi, 18, endpoint=False)
        leaf = np.stack(
            [np.cos(angles) * length, np.sin(angles) * length * flat * np.abs(np.sin(angles)) ** 0.3], axis=1
        )
        spun = leaf @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
        for x, y in _around(drawn.uniform(0, width), drawn.uniform(0, height), size * 2 + 3, width, height):
            points = np.round((spun + np.array((x, y))) * 16).astype(np.int32)
            cv2.fillPoly(tile, [points], (*color, 255), cv2.LINE_AA, 4)
    return tile
