"""A shot as a plate: its place on planes, what lives there, the things the script names; and a plate as one still picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.staging import Staging, stage_of
from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.images import Picture, even
from services.render_worker.craft.painting import inserts, living, places, things
from services.render_worker.craft.painting.brush import raster
from services.render_worker.craft.painting.layers import lay
from services.render_worker.craft.painting.palette import Light, light_of, scheme_of
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Plane, Shape
from services.render_worker.craft.painting.styles import style
from services.render_worker.craft.painting.textures import fewer_pixels
from services.render_worker.craft.planes import Moving, Plate, Ripple, Sheet
from services.render_worker.craft.shot_picture import UNITS, ShotPicture
from services.render_worker.craft.sprites import Sprite

# A plate is so much larger than the film.
OVERSIZE = 1.25
# What is nearer than the people reaches so far beyond the plate, for each unit of depth: the camera sees past its edge.
_BEYOND = 0.10
# An empty strip of so much of the plate's width between two parts of a plane makes them two sheets.
_GAP = 0.03
# Two sheets cut from one overlap by so many pixels on either side of the cut, so that no seam opens when they are moved.
_LAP = 4


@dataclass(frozen=True)
class Scene:
    """A shot laid out and its place painted, as shapes yet."""

    shot: ShotPicture
    world: World
    staging: Staging
    roofed: bool
    # What a picture without people looks at, in units.
    sight: tuple[float, float]


def scene_of(shot: ShotPicture) -> Scene:
    """The place in its light, and where the camera and the people stand. StyleUnknown for a style nobody paints in."""
    style(shot.style)
    setting = shot.setting.SerializeToString(deterministic=True)
    world = _place(shot.width, shot.height, setting, shot.mood, shot.seed)
    roofed, sight = places.is_roofed(shot.setting), _sight(world, shot)
    staging = stage_of(shot, roofed=roofed, feet=world.feet, sight=sight)
    return Scene(shot, world, staging, roofed, sight)


def restaged(shot: ShotPicture, plate: Plate) -> tuple[Staging, Light]:
    """Where the people of a painted shot stand, and their light, without its place being laid out again."""
    try:
        roofed, feet, sight = plate.notes["roofed"], plate.notes["feet"], plate.notes["sight"]
        staging = stage_of(shot, roofed=bool(roofed), feet=float(feet), sight=(float(sight[0]), float(sight[1])))
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"the plate does not say where its people stand: {error!r}") from error
    return staging, light_and_side(shot)[0]


def light_and_side(shot: ShotPicture) -> tuple[Light, int]:
    """The scene's light, and -1 or 1: the side it comes from. The same for all shots of one scene."""
    world = _world(shot)
    return world.light, world.light_side


def plate_of(shot: ShotPicture) -> Plate:
    """The shot without its people. StyleUnknown for a style nobody paints in."""
    return painted(scene_of(shot))


def painted(scene: Scene) -> Plate:
    """The scene's sheets as pixels, and what lives on them."""
    shot, world, staging = scene.shot, scene.world, scene.staging
    groups = _grouped(world.d.planes, staging.blur)
    view, unit_px = staging.view, shot.width / staging.view[2]
    sheets: list[Sheet] = []
    people_after = 0
    # For each plane of the world the sheet that it ended on, its place, and how soft it is.
    ends: dict[int, tuple[int, float, float]] = {}
    for group in groups:
        soft_px = group.soft * unit_px
        drawn = _sheets_of(group, shot, view, world.light_side, first=not sheets, soft_px=soft_px)
        sheets += drawn
        for plane in group.planes:
            ends[plane] = (len(sheets) - 1, group.depth, soft_px)
        if not group.front:
            people_after = len(sheets) - 1
    if shot.size == sb.SHOT_SIZE_INSERT:
        sheets += inserts.insert(shot, world)
        people_after = len(sheets) - 1
    if staging.blur <= 3:
        # A plane in front may hold nothing but what lives.
        for index, bare in enumerate(world.d.planes):
            if bare.front and not bare.shapes:
                ends[index] = (len(sheets) - 1, bare.depth, (bare.soft + staging.blur * 0.5) * unit_px)
    movings: list[Moving] = []
    for alive in world.alive:
        if alive.plane not in ends or _hidden(alive, groups, world.d.planes):
            continue
        after, depth, soft_px = ends[alive.plane]
        placed = living.moving(
            alive, view, unit_px, after, shot.style, world.light_side, soft_px, (shot.width, shot.height)
        )
        if placed is not None:
            movings.append(_at_depth(placed, depth))
    if shot.size != sb.SHOT_SIZE_INSERT:
        movings += things.movings(shot, world, staging, scene.roofed, sheets, people_after)
    ripples = [
        ripple
        for each in world.rippling
        if each.plane in ends and (ripple := _ripple(each, ends[each.plane][0], sheets, view, unit_px)) is not None
    ]
    fallings = () if scene.roofed else living.falling(
        world.weather, world.season, world.light.haze, even(shot.width / OVERSIZE), even(shot.height / OVERSIZE), shot.style,
        close=staging.blur > 3,
    )  # fmt: skip
    return Plate(
        shot.width, shot.height, tuple(sheets), people_after, tuple(movings), tuple(ripples), fallings,
        focus=(round(staging.focus[0], 4), round(staging.focus[1], 4)), light_side=world.light_side,
        notes={"roofed": scene.roofed, "feet": world.feet, "sight": list(scene.sight)},
    )  # fmt: skip


def flattened(plate: Plate, sprites: Sequence[Sprite] = ()) -> Picture:
    """The plate as one still (BGR), as it is at the shot's beginning, with the given sprites where people are."""
    canvas = np.zeros((plate.height, plate.width, 4), np.uint8)
    for moving in plate.movings:
        if moving.after < 0:
            _put(canvas, moving.pictures[0], moving.x, moving.y, glows=moving.glows)
    for index, sheet in enumerate(plate.sheets):
        _put(canvas, sheet.picture, sheet.x, sheet.y)
        for moving in plate.movings:
            if moving.after == index:
                _put(canvas, moving.pictures[0], moving.x, moving.y, glows=moving.glows)
        if index == plate.people_after:
            for sprite in sprites:
                _put(canvas, sprite.picture, sprite.x, sprite.y)
    for falling in plate.fallings:
        tile = falling.tile
        if falling.opacity < 1:
            tile = np.asarray(cv2.convertScaleAbs(tile, alpha=falling.opacity), np.uint8)
        # The tile covers the film; here it covers the plate, once.
        _put(canvas, np.asarray(cv2.resize(tile, (plate.width, plate.height)), np.uint8), 0, 0)
    return np.ascontiguousarray(canvas[:, :, :3])


def screened(picture: Picture, style_name: str, light_side: int, seed: int) -> Picture:
    """A still (BGR) with what lies over the whole film in that style, as the stage lays it on moving pictures."""
    height, width = picture.shape[:2]
    screen = style(style_name).screen(width, height, light_side, seed)
    return np.asarray(cv2.multiply(picture, cv2.merge([screen] * 3), scale=1 / 200), np.uint8)


@lru_cache(maxsize=4)
def _place(width: int, height: int, setting: bytes, mood: sb.Mood.ValueType, seed: int) -> World:
    """The world of a scene with its place in it: laid out once for all the shots there, and changed by none."""
    shot = ShotPicture(width, height, sb.Setting.FromString(setting), mood=mood, seed=seed)
    world = _world(shot)
    places.paint(shot.setting, world)
    return world


def _world(shot: ShotPicture) -> World:
    """The same for all shots of one scene: drawn from the scene's seed and setting alone."""
    unit = UNITS / min(shot.width, shot.height)
    setting = shot.setting
    drawn = drawn_from(shot.seed, setting.place, setting.description, setting.interior)
    # A cave has the light of the day in its mouth, no lamps.
    indoors = places.is_roofed(setting) and setting.place != sb.PLACE_CAVE
    light = light_of(setting.time_of_day, setting.weather, shot.mood, interior=indoors)
    snowy = setting.weather == sb.WEATHER_SNOW and not setting.season
    sun_x = drawn.uniform(0.64, 0.80) if drawn.random() < 0.6 else drawn.uniform(0.2, 0.34)
    return World(
        w=shot.width * unit, h=shot.height * unit, light=light, drawn=drawn, time=setting.time_of_day,
        weather=setting.weather, words=setting.description.lower(), sun_x=sun_x, season=sb.SEASON_WINTER if snowy else setting.season,
        roofed=places.is_roofed(setting),
        scheme=scheme_of(setting.place, light, shot.mood, shot.seed),
    )  # fmt: skip


# What words in a shot's description look for in the place.
_SIGHT_WORDS = {
    "boat": ("boat", "ship", "sail"), "tower": ("lighthouse", "tower", "light "), "sun": ("sun", "moon", "sky", "morning", "star"),
    "window": ("window", "outside"), "lantern": ("lantern", "table"), "house": ("house", "home", "door"),
    "lamp": ("lamp",), "books": ("book", "shelf"),
}  # fmt: skip


def _sight(world: World, shot: ShotPicture) -> tuple[float, float]:
    """What a picture without people looks at: what its words name, else something of the place."""
    if not world.sights:
        return world.w * 0.5, world.h * 0.55
    words = shot.prompt.lower()
    named = [name for name in world.sights if any(word in words for word in _SIGHT_WORDS.get(name, (name,)))]
    if not named:
        return world.sights[sorted(world.sights)[len(words) % len(world.sights)]]
    return world.sights[
        min(
            named, key=lambda name: min(at for word in _SIGHT_WORDS.get(name, (name,)) if (at := words.find(word)) >= 0)
        )
    ]


@dataclass
class _Group:
    """Planes of the world that become one depth of the plate."""

    depth: float
    front: bool
    soft: float
    planes: list[int]
    shapes: list[Shape]


def _grouped(planes: Sequence[Plane], blur: float) -> list[_Group]:
    """As many depths as the camera's distance shows: all of them from afar, one soft ground behind a face."""
    groups: list[_Group] = []
    for index, plane in enumerate(planes):
        if not plane.shapes:
            continue
        if blur > 3:
            # A face's picture is its own frame: what stands before it would only hide it.
            if plane.front:
                continue
            depth, soft = 0.6, blur
        elif blur > 0.5:
            depth, soft = (
                (plane.depth, plane.soft + blur * 0.5) if plane.front else (0.35 if plane.depth < 0.5 else 0.95, blur)
            )
        else:
            depth, soft = plane.depth, plane.soft
        last = groups[-1] if groups else None
        if last is not None and last.depth == depth and last.front == plane.front and (blur > 0.5 or last.soft == soft):
            last.planes.append(index)
            last.shapes += plane.shapes
        else:
            groups.append(_Group(depth, plane.front, soft, [index], list(plane.shapes)))
    return groups


def _hidden(alive: living.Alive, groups: Sequence[_Group], planes: Sequence[Plane]) -> bool:
    """Whether something nearer, on a plane that has become one sheet with its own, is in front of it."""
    box = living.box_of(alive)
    if box is None:
        return True
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    group = next((group for group in groups if alive.plane in group.planes), None)
    if group is None:
        return False
    nearer = (shape.box for plane in group.planes if plane > alive.plane for shape in planes[plane].shapes)
    return any(left <= x <= left + w and top <= y <= top + h for left, top, w, h in nearer)


def _sheets_of(group: _Group, shot: ShotPicture, view: tuple[float, float, float, float], light_side: int, *, first: bool,
               soft_px: float) -> list[Sheet]:  # fmt: skip
    """The group as pixels, cropped to what is on it; parts far from each other are sheets of their own."""
    unit_px = shot.width / view[2]
    past = max(0.0, group.depth - 1) * _BEYOND
    left, right = -past * shot.width, (1 + past) * shot.width
    top, bottom = -past * shot.height, (1 + past) * shot.height
    if not first:
        margin = 2 + 2.5 * soft_px
        boxes = np.array([shape.box for shape in group.shapes])
        x, y = (boxes[:, 0] - view[0]) * unit_px, (boxes[:, 1] - view[1]) * unit_px
        left, top = max(left, float(x.min()) - margin), max(top, float(y.min()) - margin)
        right = min(right, float((x + boxes[:, 2] * unit_px).max()) + margin)
        bottom = min(bottom, float((y + boxes[:, 3] * unit_px).max()) + margin)
    # Whole pairs of pixels, so that chroma lies as luma does.
    x0, y0 = 2 * int(np.floor(left / 2)), 2 * int(np.floor(top / 2))
    width, height = 2 * int(np.ceil((right - x0) / 2)), 2 * int(np.ceil((bottom - y0) / 2))
    if width <= 2 or height <= 2:
        return []
    part = (view[0] + x0 / unit_px, view[1] + y0 / unit_px, width / unit_px, height / unit_px)
    fewer = fewer_pixels(soft_px)
    small = (max(2, round(width / fewer)), max(2, round(height / fewer)))
    picture = raster(group.shapes, part, small[0], small[1], shot.style, light_side)
    if first:
        picture[:, :, 3] = 255
    if soft_px > 0.4:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), soft_px / fewer), np.uint8)
    if small != (width, height):
        picture = np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    finished = style(shot.style).sheet(picture, shot.seed % 97 + 1)
    if first:
        return [Sheet(finished, x0, y0, group.depth)]
    return [
        Sheet(np.ascontiguousarray(finished[t : t + h, c : c + w]), x0 + c, y0 + t, group.depth)
        for c, t, w, h in _split(np.asarray(cv2.extractChannel(finished, 3), np.uint8), shot.width * shot.height)
    ]


def _split(alpha: Picture, plate: int, level: int = 0) -> list[tuple[int, int, int, int]]:
    """Boxes (x, y, width, height, all even) around what is there: apart where there is nothing between, and cut across where
    two boxes hold it in much less than one (tall trunks on a broad ground).
    """
    boxes = _parts(alpha, max(8, round(alpha.shape[1] * _GAP)))
    area = sum(w * h for _, _, w, h in boxes)
    if level or area < plate * 0.12:
        return boxes
    height = alpha.shape[0]
    best, least = boxes, area - plate * 0.08
    for cut in range(height // 16 * 2, height - 8, max(2, height // 16 * 2)):
        line = alpha[cut - _LAP : cut + _LAP]
        # Where the cut goes through what is half clear, the lap of the two boxes would show.
        if np.count_nonzero((line > 6) & (line < 249)) > line.size * 0.004:
            continue
        upper, lower = _split(alpha[: cut + _LAP], plate, 1), _split(alpha[cut - _LAP :], plate, 1)
        parts = [*upper, *((x, y + cut - _LAP, w, h) for x, y, w, h in lower)]
        total = sum(w * h for _, _, w, h in parts)
        if total < least:
            best, least = parts, total
    return best


def _parts(alpha: Picture, gap: int) -> list[tuple[int, int, int, int]]:
    """Boxes around what is there, apart where an empty strip of at least `gap` columns is between."""
    height, width = alpha.shape
    columns = np.flatnonzero(alpha.max(axis=0) > 2)
    if not len(columns):
        return []
    breaks = np.flatnonzero(np.diff(columns) > gap)
    begins = [columns[0], *columns[breaks + 1]]
    ends = [*columns[breaks], columns[-1]]
    boxes = []
    for begin, end in zip(begins, ends, strict=True):
        x0, x1 = int(begin) // 2 * 2, min(width, (int(end) + 2) // 2 * 2)
        rows = np.flatnonzero(alpha[:, x0:x1].max(axis=1) > 2)
        y0, y1 = int(rows[0]) // 2 * 2, min(height, (int(rows[-1]) + 2) // 2 * 2)
        if x1 - x0 >= 2 and y1 - y0 >= 2:
            boxes.append((x0, y0, x1 - x0, y1 - y0))
    return boxes


def _at_depth(moving: Moving, depth: float) -> Moving:
    """It lives on its sheet: both move as one."""
    return Moving(**{**vars(moving), "depth": depth})


def _ripple(
    each: living.Rippling, sheet: int, sheets: Sequence[Sheet], view: tuple[float, float, float, float], unit_px: float
) -> Ripple | None:
    """The water's box within its sheet."""
    of = sheets[sheet]
    x, y = (each.box[0] - view[0]) * unit_px, (each.box[1] - view[1]) * unit_px
    right, bottom = x + each.box[2] * unit_px, y + each.box[3] * unit_px
    x, y = max(x, of.x), max(y, of.y)
    right, bottom = min(right, of.x + of.picture.shape[1]), min(bottom, of.y + of.picture.shape[0])
    if right - x < 16 or bottom - y < 16:
        return None
    box = (round(x), round(y), round(right - x), round(bottom - y))
    return Ripple(sheet, box, round(each.amplitude * unit_px, 2), round(each.wavelength * unit_px, 2), each.hz)


def _put(canvas: Picture, picture: Picture, x: float, y: float, *, glows: bool = False) -> None:
    """A premultiplied picture over the canvas (both BGRA), at whole pixels, clipped to it."""
    left, top = round(x), round(y)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(canvas.shape[1], left + picture.shape[1]), min(canvas.shape[0], top + picture.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    above, below = picture[y0 - top : y1 - top, x0 - left : x1 - left], canvas[y0:y1, x0:x1]
    if glows:
        cv2.add(below, above, dst=below)
        return
    lay(below, np.asarray(cv2.extractChannel(above, 3), np.uint8), above)
