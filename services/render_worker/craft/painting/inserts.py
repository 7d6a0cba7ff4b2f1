"""A detail: one thing, large, lit from its side, on a table inside or on the ground outside."""

from __future__ import annotations

import re
from dataclasses import replace

import cv2
import numpy as np

from services.render_worker.craft.images import Picture, even
from services.render_worker.craft.painting import drawings
from services.render_worker.craft.painting.brush import raster
from services.render_worker.craft.painting.places.room_parts import tabletop
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.props import draw_prop
from services.render_worker.craft.painting.shapes import Drawing
from services.render_worker.craft.painting.styles import style
from services.render_worker.craft.painting.things import whole
from services.render_worker.craft.planes import Sheet
from services.render_worker.craft.shot_picture import ShotPicture

# Of a hand-drawn thing, what is taller is the light around it, in its drawing's units.
_LIGHT = 640
_SHINING = {
    "lantern",
    "candle",
    "diya-lamp",
    "red-paper-lantern",
    "fire",
    "light-bulb",
    "phone",
    "mobile-phone",
    "flashlight",
}

_GROWS = {
    "tulip",
    "rose",
    "sunflower",
    "hibiscus",
    "blossom",
    "cherry-blossom",
    "seedling",
    "herb",
    "four-leaf-clover",
    "cactus",
}


def insert(shot: ShotPicture, world: World) -> list[Sheet]:
    """The sheets of a detail: a ground, the thing on it, lit from its side. Empty when the shot names nothing that can be drawn."""
    width, height, unit_px = shot.width, shot.height, shot.unit_px
    w, h = shot.world
    line = h * 0.70
    ground = Drawing()
    stage = _on(world, ground)
    if shot.setting.interior:
        tabletop(stage, -200, line - 60, w + 400, h)
    else:
        fill = ground.vertical([(0, world.hex(0.58, 0.07, 100, 0.1), 1), (1, world.hex(0.34, 0.06, 110), 1)])
        ground.curve(
            [
                (-200, line - 30),
                (w * 0.3, line - 52),
                (w * 0.7, line - 40),
                (w + 200, line - 26),
                (w + 200, h + 200),
                (-200, h + 200),
            ],
            fill,
        )
    side = world.light_side
    # Light and shadow lie on the ground alone: what reached beyond its edge would end there in a line.
    short = min(w, h)
    reach = short * 0.40
    ground.glow(
        w * 0.5 + 0.1 * short * side, line + reach - 40, reach, world.key if not world.light.dark else world.lamp, 0.30
    )
    ground.shade(
        w * 0.5 - side * short * 0.09, line + h * 0.055, short * 0.30, short * 0.045, world.hex(0.10, 0.03, 280), 0.75
    )
    drawn = _large(shot, _key_lit(world))
    if drawn is None:
        return []
    top = int((line - 90) * unit_px) // 2 * 2
    below = raster(
        ground.shapes, (0, top / unit_px, w, (height - top) / unit_px), width, height - top, shot.style, side
    )
    soft = np.asarray(cv2.GaussianBlur(below, (0, 0), 1.2), np.uint8)
    sheets = [Sheet(style(shot.style).sheet(soft, shot.seed % 97 + 3), 0, top, 0.9)]
    high, wide = drawn.shape[:2]
    x, y = round(width / 2 - wide / 2), round((line + h * 0.055) * unit_px - high)
    if any(name in _SHINING for name in (*shot.props, *(thing.drawing for thing in shot.things))):
        sheets.append(_halo(shot, world, x + wide / 2, y + high * 0.4))
    return [*sheets, Sheet(drawn, x, y, 1.0)]


def _key_lit(world: World) -> World:
    """The same world with a lamp on its subject: by night too, what matters has its own colour."""
    light = world.light
    if not light.dark:
        return world
    return replace(
        world, light=replace(light, gain=min(1.0, light.gain + 0.22), chroma=1.0, tint_share=light.tint_share * 0.5)
    )


def _halo(shot: ShotPicture, world: World, x: float, y: float) -> Sheet:
    """The light that a lamp or a flame throws around itself."""
    reach = shot.world[1] * 0.42
    side = 2 * round(reach * shot.unit_px)
    d = Drawing()
    d.glow(reach, reach, reach, world.lamp, 0.75 if world.light.dark else 0.4)
    picture = raster(d.shapes, (0, 0, reach * 2, reach * 2), side, side, shot.style)
    return Sheet(picture, round((x - side / 2) / 2) * 2, round((y - side / 2) / 2) * 2, 1.0)


def _on(world: World, drawing: Drawing) -> World:
    """The same world, drawn on another drawing."""
    return replace(world, d=drawing, sights={}, alive=[], rippling=[])


def _large(shot: ShotPicture, world: World) -> Picture | None:
    """The insert's thing at half the picture's height: drawn by hand where somebody has, else from the library."""
    height = shot.world[1] * (0.52 if shot.width >= shot.height else 0.34)
    names = [thing.drawing for thing in shot.things]
    for noun in [*shot.props, *(thing.noun.lower() for thing in shot.things)]:
        own = Drawing()
        aside = _on(world, own)
        if draw_prop(aside, noun):
            # A flame is part of the picture here.
            for alive in aside.alive:
                own.planes[-1].shapes += alive.drawings[0].shapes
            return _cropped(own, height, shot, world)
    for name in [*names, *shot.props]:
        if name in drawings.names():
            if name in _GROWS and re.search(r"\bpots?\b", shot.prompt.lower()):
                return _potted(whole(name, round(height * 0.64 * shot.unit_px), shot, world), shot, world)
            return whole(name, round(height * shot.unit_px), shot, world)
    return None


def _potted(plant: Picture, shot: ShotPicture, world: World) -> Picture:
    """The plant in a pot of clay, which is half as high as what grows in it."""
    tall, wide = plant.shape[:2]
    high, across = even(tall * 0.5), even(max(wide + 1, tall * 0.62))
    side, d = world.light_side, Drawing()
    clay, dark, lit = world.hex(0.58, 0.11, 42), world.hex(0.44, 0.10, 38), world.hex(0.68, 0.11, 48)
    d.ellipse(100, 14, 76, 12, world.hex(0.26, 0.04, 55))
    d.polygon([(24, 16), (176, 16), (154, 150), (46, 150)], clay)
    shade = [(24, 16), (62, 16), (72, 150), (46, 150)] if side > 0 else [(138, 16), (176, 16), (154, 150), (128, 150)]
    d.polygon(shade, dark)
    d.rect(14, 12, 172, 30, clay, rx=8)
    d.rect(100 + (6 if side > 0 else -76), 17, 70, 7, lit, rx=3)
    pot = style(shot.style).sprite(raster(d.shapes, (0, 0, 200, 154), across, high, shot.style, side))
    sunk = even(tall * 0.07)
    picture = np.zeros((tall + high - sunk, across, 4), np.uint8)
    picture[tall - sunk :] = pot
    left = (across - wide) // 2
    # The leaves hang over the rim.
    part = picture[:tall, left : left + wide]
    part[:] = cv2.add(cv2.multiply(part, cv2.merge([cv2.bitwise_not(plant[:, :, 3])] * 4), scale=1 / 255), plant)
    return picture


def _cropped(own: Drawing, height: float, shot: ShotPicture, world: World) -> Picture:
    """A hand-drawn thing at that height, without the light that is far around it."""
    near = [shape for shape in own.shapes if shape.box[3] < _LIGHT]
    boxes = [shape.box for shape in near]
    left, top = min(box[0] for box in boxes) - 8, min(box[1] for box in boxes) - 8
    right, bottom = max(box[0] + box[2] for box in boxes) + 8, max(box[1] + box[3] for box in boxes) + 4
    by = height / (bottom - top) * shot.unit_px
    size = (2 * round((right - left) * by / 2), 2 * round((bottom - top) * by / 2))
    picture = raster(near, (left, top, right - left, bottom - top), *size, shot.style, world.light_side)
    return style(shot.style).sprite(picture)
