"""The things a script names, put where its words put them: on the ground by the third lines, in the sky, on water with its
mirror image, on a table, on a wall, far off in the haze. Those that move go their way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.staging import FIGURE_HEIGHT, Staging
from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.images import Picture
from services.render_worker.craft.painting import drawings
from services.render_worker.craft.painting.brush import raster
from services.render_worker.craft.painting.palette import blend, to_hex
from services.render_worker.craft.painting.places.world import World
from services.render_worker.craft.painting.shapes import Drawing
from services.render_worker.craft.painting.styles import style
from services.render_worker.craft.planes import Moving, Sheet
from services.render_worker.craft.shot_picture import ShotPicture

# Height of a thing as a share of a grown person's, by its drawing; what isn't named here is as high as a knee.
_KNEE = 0.28
_HEIGHTS = {
    0.12: "envelope love-letter ant beetle butterfly cricket honeybee lady-beetle snail spider worm mouse rat egg key old-key ring coin pen pencil "
          "red-apple green-apple strawberry cherries mushroom brown-mushroom feather candy cookie pill lemon tangerine rose tulip",
    0.20: "bird blackbird chicken chipmunk cat black-cat dove duck frog hedgehog lizard owl parrot rabbit rooster turtle "
          "hamster baby-chick crab hibiscus sunflower bouquet candle diya-lamp open-book closed-book teapot "
          "hot-beverage bell mantelpiece-clock alarm-clock red-paper-lantern telephone money-bag basket bread birthday-cake",
    0.42: "badger boar dog fox goat goose monkey otter peacock penguin pig poodle raccoon ram snake swan wolf chair drum guitar "
          "violin luggage package toolbox seat umbrella bucket potted-plant koala ewe eagle flamingo fire postbox",
    0.72: "bear bicycle cow deer donkey gorilla horse kangaroo leopard lion llama motor-scooter motorcycle ox panda polar-bear "
          "tiger zebra bison moose unicorn camel two-hump-camel rhinoceros hippopotamus crocodile dragon horse-racing door",
    0.85: "automobile sport-utility-vehicle taxi police-car racing-car pickup-truck auto-rickshaw fountain tent camping canoe "
          "speedboat rock snowman tractor shark dolphin",
    1.5: "elephant giraffe bus ambulance delivery-truck fire-engine minibus trolleybus hut sailboat motor-boat helicopter whale "
         "spouting-whale small-airplane mammoth sauropod t-rex carousel-horse locomotive",
    2.4: "house house-with-garden derelict-house school hospital church hindu-temple mosque bank hotel castle japanese-castle "
         "evergreen-tree deciduous-tree palm-tree ship ferry passenger-ship rocket airplane ferris-wheel circus-tent "
         "factory tokyo-tower statue-of-liberty train high-speed-train bullet-train tram stadium volcano",
}  # fmt: skip
_HEIGHT_OF = {name: height for height, names in _HEIGHTS.items() for name in names.split()}
# Parts of a place, painted there already.
_OF_THE_PLACE = {
    "sun", "sun-with-face", "sunrise", "sunset", "sunrise-over-mountains", "full-moon", "crescent-moon", "star", "glowing-star", "cloud",
    "sun-behind-cloud", "sun-behind-large-cloud", "cloud-with-rain", "cloud-with-snow", "cloud-with-lightning", "fog", "foggy", "droplet",
    "water-wave", "mountain", "snow-capped-mountain", "desert", "beach-with-umbrella", "national-park", "night-with-stars", "snowflake",
    "milky-way", "cityscape", "cityscape-at-dusk", "wind-face", "window", "new-moon", "ringed-planet", "umbrella-with-rain-drops",
}  # fmt: skip
# Of what a place has drawn itself, by the name of its sight.
_SHOWN = {
    "boat": {"sailboat", "motor-boat", "canoe", "speedboat", "ship"}, "house": {"house", "houses", "house-with-garden", "hut"},
    "books": {"books"}, "lantern": {"red-paper-lantern"}, "lamp": {"light-bulb"}, "tower": set(),
}  # fmt: skip
_HOPS = {"rabbit", "frog", "kangaroo", "bird", "blackbird", "baby-chick", "chicken", "rooster", "cricket"}
_DRIVES = {
    "automobile", "taxi", "bus", "police-car", "racing-car", "ambulance", "delivery-truck", "fire-engine", "motorcycle", "minibus",
    "pickup-truck", "sport-utility-vehicle", "train", "locomotive", "tram", "auto-rickshaw", "motor-scooter", "bicycle", "tractor",
}  # fmt: skip
# Most things in one picture: more would be a list.
_MOST = 4


@dataclass(frozen=True)
class _Spot:
    """Where a thing stands: its foot's middle and height in units of the picture, how far in the haze, and on which depth."""

    x: float
    y: float
    height: float
    haze: float = 0.0
    depth: float = 1.0


def movings(
    shot: ShotPicture, world: World, staging: Staging, roofed: bool, sheets: Sequence[Sheet], people_after: int
) -> list[Moving]:
    """The shot's things as small pictures on its plate; those that are in somebody's hand are the puppets'."""
    shown: list[Moving] = []
    taken = [person.x for person in staging.people]
    unit_px = shot.unit_px
    for thing in shot.things:
        if len(shown) >= _MOST or not _shows(thing, world, staging):
            continue
        spot = _spot(thing, shot, world, staging, roofed, taken)
        if spot is None:
            continue
        taken.append(spot.x)
        picture = _picture(thing, spot, shot, world)
        high, wide = picture.shape[:2]
        after = people_after if spot.depth >= 1.0 else _behind(sheets, spot.depth)
        x, y = spot.x * unit_px - wide / 2, spot.y * unit_px - spot.height * unit_px
        still = Moving(
            (picture,), round(x, 2), round(y, 2), sheets[after].depth, after, phase=round((spot.x * 0.017) % 1, 3)
        )
        shown.append(_going(still, thing, shot, high))
    return shown


def _shows(thing: sb.Thing, world: World, staging: Staging) -> bool:
    if (
        thing.spot == sb.SPOT_HAND
        or thing.held_by
        or thing.drawing in _OF_THE_PLACE
        or thing.drawing not in drawings.names()
    ):
        return False
    if any(thing.drawing in shown for sight, shown in _SHOWN.items() if sight in world.sights):
        return False
    # Near a face the ground is out of the picture.
    return (
        staging.blur <= 3
        or thing.spot in (sb.SPOT_SKY, sb.SPOT_WALL, sb.SPOT_FAR)
        or _HEIGHT_OF.get(thing.drawing, _KNEE) > 0.7
    )


def _spot(
    thing: sb.Thing, shot: ShotPicture, world: World, staging: Staging, roofed: bool, taken: Sequence[float]
) -> _Spot | None:
    w, h = shot.world
    view, drawn = staging.view, drawn_from(thing.noun, thing.drawing, shot.seed)
    zoom = w / view[2]
    scale = max((person.scale for person in staging.people), default=(0.62 if roofed else 0.40) * zoom)
    share = _HEIGHT_OF.get(thing.drawing, _KNEE)
    height = max(share * FIGURE_HEIGHT * scale, h * 0.055)
    x = staging.x_of(thing.position) if thing.position > 0 else _free(w, taken, drawn.random())
    horizon = (world.horizon - view[1]) * zoom
    match thing.spot:
        case sb.SPOT_SKY:
            if roofed:
                return None
            return _Spot(x, h * drawn.uniform(0.22, 0.34), min(height, h * 0.16), 0.25, 0.3)
        case sb.SPOT_FAR:
            return (
                None if roofed else _Spot(x, horizon + h * 0.02, min(max(height * 0.5, h * 0.08), h * 0.24), 0.45, 0.35)
            )
        case sb.SPOT_WATER:
            pool = world.sights.get("water")
            if pool is not None:
                x, horizon = (pool[0] - view[0]) * zoom, (pool[1] - view[1]) * zoom - h * 0.09
            return _Spot(x, min(h * 0.9, horizon + h * 0.09), min(height * 0.8, h * 0.3), 0.12, 0.5)
        case sb.SPOT_WALL:
            return _Spot(x, h * 0.36, min(max(height, h * 0.12), h * 0.2), 0.0, 0.62) if roofed else None
        case sb.SPOT_TABLE:
            at = world.sights.get("table")
            if at is not None:
                tx, ty = (at[0] - view[0]) * zoom, (at[1] - view[1]) * zoom
                if 0.06 * w < tx < 0.94 * w and ty < h * 0.95:
                    return _Spot(tx - 0.03 * w * len(taken), ty, min(height, h * 0.11), 0.0, 1.0)
            return None
        case _:
            feet = min((person.y for person in staging.people), default=(world.feet - view[1]) * zoom)
            y = feet - h * 0.012 if height > FIGURE_HEIGHT * scale * 0.5 else feet + h * 0.01
            if share >= 2.0:
                # As large as a house: it stands behind, where the ground begins.
                return (
                    None if roofed else _Spot(x, max(horizon + h * 0.06, y - h * 0.14), min(height, h * 0.5), 0.15, 1.0)
                )
            return _Spot(x, min(y, h * 0.93), min(height, h * 0.6), 0.0, 1.0)


def _free(w: float, taken: Sequence[float], draw: float) -> float:
    """The place by the thirds that is farthest from who and what is there already."""
    choices = [w * share for share in (0.22, 0.78, 0.36, 0.64, 0.12, 0.88)]
    return max(
        choices,
        key=lambda x: (
            min((min(abs(x - other), w * 0.2) for other in taken), default=w * 0.2),
            -abs(x / w - 0.22 - 0.56 * round(draw)),
        ),
    )


def _behind(sheets: Sequence[Sheet], depth: float) -> int:
    """The last sheet not nearer than that."""
    return max((index for index, sheet in enumerate(sheets) if sheet.depth <= depth), default=0)


def _picture(thing: sb.Thing, spot: _Spot, shot: ShotPicture, world: World) -> Picture:
    """The thing with its shadow, or its image in the water, below it; hazed by distance."""
    picture = whole(thing.drawing, max(8, round(spot.height * shot.unit_px)), shot, world)
    if spot.haze:
        picture = _hazed(picture, spot.haze, shot, world)
    if thing.spot == sb.SPOT_WATER:
        mirror = cv2.flip(picture, 0)[: picture.shape[0] // 2]
        fade = np.linspace(0.42, 0.0, mirror.shape[0], dtype=np.float32)[:, None, None]
        return np.asarray(np.concatenate([picture, (mirror * fade).astype(np.uint8)]), np.uint8)
    if thing.spot in (sb.SPOT_SKY, sb.SPOT_WALL, sb.SPOT_FAR):
        return picture
    high, wide = picture.shape[:2]
    rim = max(4, high // 9)
    done = cv2.copyMakeBorder(picture, 0, rim, rim, rim, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    shade = np.zeros(done.shape[:2], np.uint8)
    middle = (rim + wide // 2 - world.light_side * wide // 10, high - rim // 4)
    cv2.ellipse(shade, middle, (round(wide * 0.46), max(2, round(rim * 0.55))), 0, 0, 360, 120, -1, cv2.LINE_AA)
    shade = cv2.GaussianBlur(shade, (0, 0), max(1.0, rim * 0.22))
    alpha = done[:, :, 3]
    done[:, :, 3] = cv2.add(alpha, cv2.multiply(shade, cv2.bitwise_not(alpha), scale=1 / 255))
    return np.asarray(done, np.uint8)


def _hazed(picture: Picture, share: float, shot: ShotPicture, world: World) -> Picture:
    text = to_hex(style(shot.style).tone(blend(world.light.haze, world.light.sky_low, 0.3)))
    haze = np.array([int(text[i : i + 2], 16) for i in (5, 3, 1)], np.float32)
    done = picture.astype(np.float32)
    done[:, :, :3] += (haze * (done[:, :, 3:] / 255) - done[:, :, :3]) * share
    return np.asarray(done.astype(np.uint8), np.uint8)


def _going(still: Moving, thing: sb.Thing, shot: ShotPicture, high: int) -> Moving:
    """With the way it goes, if it goes: drawings look to the left, so who goes right is turned round."""
    if thing.spot == sb.SPOT_WATER:
        still = replace(still, bob_px=high * 0.012, sway_deg=1.4, sway_hz=0.24)
    if not thing.moves:
        return still
    name, way = thing.drawing, -1 if still.x > shot.width * 0.5 else 1
    if name in _DRIVES:
        speed, bob, hz = 0.16, 0.004, 3.0
    elif thing.spot == sb.SPOT_SKY:
        speed, bob, hz = 0.045, 0.05, 0.6
    elif thing.spot == sb.SPOT_WATER:
        speed, bob, hz = 0.015, 0.012, 0.24
    elif name in _HOPS:
        speed, bob, hz = 0.05, 0.13, 1.5
    else:
        speed, bob, hz = 0.045, 0.022, 2.2
    wide = still.pictures[0].shape[1]
    return replace(
        still,
        pictures=tuple(np.ascontiguousarray(cv2.flip(picture, 1)) if way > 0 else picture for picture in still.pictures),
        vx=way * speed * shot.width, bob_px=high * bob, sway_hz=hz, sway_deg=still.sway_deg or (1.2 if name not in _DRIVES else 0.0),
        wrap=(-wide * 1.5, still.y - high, shot.width + wide * 3.0, high * 3.0), pivot=(wide / 2, high * 0.9),
    )  # fmt: skip


# Drawings of a head alone: on the ground they get a body.
_HEADS = {
    "bear", "boar", "chicken", "fox", "frog", "hamster", "koala", "lion", "moose", "panda", "polar-bear", "raccoon", "unicorn", "wolf",
    "cat-face", "dog-face", "cow-face", "pig-face", "rabbit-face", "mouse-face", "monkey-face", "tiger-face", "horse-face", "dragon-face",
}  # fmt: skip


def whole(name: str, height_px: int, shot: ShotPicture, world: World) -> Picture:
    """A drawing of the library at that height; an animal of which it has only the head sits on a body of its own colours."""
    if name not in _HEADS:
        return drawings.raster(name, height_px, world.light, shot.style, world.light_side)
    body_name = name.removesuffix("-face")
    if body_name != name and body_name in drawings.names() and body_name not in _HEADS:
        return drawings.raster(body_name, height_px, world.light, shot.style, world.light_side)
    head = drawings.raster(name, max(4, round(height_px * 0.56)), world.light, shot.style, world.light_side)
    coat, pale = (to_hex(world.light.lit(color)) for color in drawings.colors(name)[:2])
    d = Drawing()
    # On a grid of 100 by 100: a tail, the sitting body, a pale chest, two fore legs.
    d.path("M66 88C96 92 98 60 86 50C94 70 82 78 64 76Z", coat)
    d.path("M30 98C20 80 30 52 50 46C70 52 80 80 70 98Z", coat)
    d.path("M42 94C38 78 42 62 50 58C58 62 62 78 58 94Z", pale)
    for x in (37.0, 53.0):
        d.rect(x, 76, 10, 23, coat, rx=5)
    side = height_px + height_px % 2
    canvas = raster(d.shapes, (0, 0, 100, 100), side, side, shot.style, world.light_side)
    high, wide = head.shape[:2]
    left = max(0, (side - wide) // 2)
    part = canvas[0:high, left : left + wide]
    head = head[: part.shape[0], : part.shape[1]]
    rest = cv2.bitwise_not(cv2.merge([head[:, :, 3]] * 4))
    cv2.add(cv2.multiply(part, rest, scale=1 / 255), head, dst=part)
    x, _, w, _ = cv2.boundingRect(canvas[:, :, 3])
    return np.ascontiguousarray(canvas[:, x : x + w])
