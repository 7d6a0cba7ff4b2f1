"""A shot as a picture: the place behind, the people in it, weather in front, finished in its style."""

from __future__ import annotations

import cv2
import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import places
from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.finish import check_style, finish
from services.render_worker.craft.images import Picture
from services.render_worker.craft.palette import light_of
from services.render_worker.craft.people import Gesture, draw_person, gesture_of
from services.render_worker.craft.places.room_parts import table
from services.render_worker.craft.places.world import World, mist
from services.render_worker.craft.props import draw_prop
from services.render_worker.craft.shot_picture import ShotPicture
from services.render_worker.craft.staging import Staging, stage
from services.render_worker.craft.svg import Drawing

_UNIT = 1000.0


def paint(shot: ShotPicture) -> tuple[Picture, tuple[float, float]]:
    """The picture as BGR and where to look as fractions. StyleUnknown for a style nobody paints in."""
    check_style(shot.style)
    world = _world(shot)
    places.paint(shot.setting, world)
    roofed = places.is_roofed(shot.setting)
    if world.weather == sb.WEATHER_FOG and not roofed:
        world.d.rect(-50, -50, world.w + 100, world.h + 100, world.haze, opacity=0.16)
        mist(world, world.horizon + 30, world.h * 0.7, 0.55)
    staging = stage(
        world.w, world.h, shot.size, shot.presences, shot.cast, world.feet, _sight(world, shot), roofed=roofed
    )
    picture = _ground(world, staging, shot)
    front = Drawing()
    if shot.size == sb.SHOT_SIZE_INSERT:
        _detail(world, front, shot)
    _people(front, world, staging, shot, roofed)
    if not roofed:
        _weather(world, front, close=staging.blur > 3)
    if front.shapes:
        only_people = roofed or world.weather not in _FALLING
        spot = _around(staging, shot, world) if only_people and staging.people else (0, 0, shot.width, shot.height)
        left, top, width, height = spot
        unit = world.w / shot.width
        view = (left * unit, top * unit, width * unit, height * unit)
        _over(picture[top : top + height, left : left + width], front.raster(view, width, height))
    return finish(picture, shot.style, shot.seed, world.sun_x), staging.focus


def _world(shot: ShotPicture) -> World:
    """The same for all shots of one scene: drawn from the scene's seed and setting alone."""
    unit = _UNIT / min(shot.width, shot.height)
    setting = shot.setting
    drawn = drawn_from(shot.seed, setting.place, setting.description, setting.interior)
    light = light_of(setting.time_of_day, setting.weather, shot.mood, interior=places.is_roofed(setting))
    sun_x = drawn.uniform(0.64, 0.80) if drawn.random() < 0.6 else drawn.uniform(0.2, 0.34)
    return World(
        w=shot.width * unit, h=shot.height * unit, light=light, drawn=drawn, time=setting.time_of_day,
        weather=setting.weather, words=setting.description.lower(), sun_x=sun_x,
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
    named = [name for name in world.sights if any(word in words for word in _SIGHT_WORDS[name])]
    return world.sights[min(named, key=lambda name: min(at for word in _SIGHT_WORDS[name] if (at := words.find(word)) >= 0))
                        if named else sorted(world.sights)[len(words) % len(world.sights)]]  # fmt: skip


def _ground(world: World, staging: Staging, shot: ShotPicture) -> Picture:
    """The place behind the people, soft where the camera is close."""
    soft = staging.blur * shot.width / world.w
    # What will be blurred needs no more than half the pixels, and what is far no more than the film itself has.
    by = 2 if soft > 2 else 1.25
    pixels: Picture = world.d.raster(staging.view, round(shot.width / by), round(shot.height / by))[:, :, :3]
    if soft:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), soft / by), np.uint8)
    if pixels.shape[1] != shot.width or pixels.shape[0] != shot.height:
        pixels = np.asarray(cv2.resize(pixels, (shot.width, shot.height), interpolation=cv2.INTER_CUBIC), np.uint8)
    return np.ascontiguousarray(pixels, np.uint8)


# Weather that is drawn in front of people.
_FALLING = (sb.WEATHER_RAIN, sb.WEATHER_STORM, sb.WEATHER_SNOW, sb.WEATHER_FOG)


def _around(staging: Staging, shot: ShotPicture, world: World) -> tuple[int, int, int, int]:
    """The pixels (left, top, width, height) that people are painted in: fewer are quicker."""
    by = shot.width / world.w
    left = min(person.x - 260 * person.scale for person in staging.people) * by
    right = max(person.x + 260 * person.scale for person in staging.people) * by
    top = min(person.y - 760 * person.scale for person in staging.people) * by
    bottom = max(person.y + 40 * person.scale for person in staging.people) * by
    x, y = max(0, round(left)), max(0, round(top))
    return x, y, max(2, min(shot.width, round(right)) - x), max(2, min(shot.height, round(bottom)) - y)


def _people(front: Drawing, world: World, staging: Staging, shot: ShotPicture, roofed: bool) -> None:
    light_side = 1 if world.sun_x > 0.5 else -1
    shadow = shot.size in (sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_UNSPECIFIED)
    # The one who speaks stands in front.
    for where in sorted(staging.people, key=lambda person: (person.speaking, person.scale)):
        character = shot.cast.get(where.character_id)
        if character is not None:
            gesture = Gesture.REST if shot.size == sb.SHOT_SIZE_CLOSE_UP else gesture_of(where, shot.prompt)
            draw_person(front, character, where, world.light, light_side, shadow=shadow, gesture=gesture)


def _detail(world: World, front: Drawing, shot: ShotPicture) -> None:
    """The first prop that somebody can draw, large, on a table inside or by itself outside."""
    inside = World(
        w=world.w,
        h=world.h,
        light=world.light,
        drawn=world.drawn,
        time=world.time,
        weather=world.weather,
        d=front,
        sun_x=world.sun_x,
    )
    if shot.setting.interior:
        table(inside, -100, world.h * 0.735, world.w + 200, 400)
        front.rect(-100, world.h * 0.735, world.w + 200, world.h, inside.hex(0.50, 0.08, 52))
        front.rect(-100, world.h * 0.715, world.w + 200, 34, inside.hex(0.66, 0.08, 58))
    front.ellipse(world.w * 0.5, world.h * 0.735, 250, 26, "#10121e", 0.35)
    with front.group(f"translate({world.w * 0.5:.1f} {world.h * 0.735 - 225:.1f}) scale(1.05)"):
        for noun in shot.props:
            if draw_prop(inside, noun):
                return
        draw_prop(inside, "lantern" if world.light.dark else "flower")


def _weather(world: World, front: Drawing, *, close: bool) -> None:
    drawn = drawn_from("weather", world.w, world.h)
    if world.weather in (sb.WEATHER_RAIN, sb.WEATHER_STORM):
        slant = 0.22 if world.weather == sb.WEATHER_RAIN else 0.42
        for _ in range(170 if world.weather == sb.WEATHER_RAIN else 260):
            x, y, length = drawn.uniform(-0.1, 1.1) * world.w, drawn.uniform(-0.1, 1) * world.h, drawn.uniform(34, 90)
            front.line(
                [(x, y), (x - length * slant, y + length)],
                "#dfe9f5",
                drawn.uniform(1.2, 2.6),
                drawn.uniform(0.16, 0.42),
            )
    elif world.weather == sb.WEATHER_SNOW:
        for _ in range(190):
            size = drawn.uniform(1.6, 7.5) if drawn.random() < 0.9 else drawn.uniform(9, 15)
            front.circle(drawn.random() * world.w, drawn.random() * world.h, size, "#ffffff", 0.85 if size < 8 else 0.4)
    elif world.weather == sb.WEATHER_FOG:
        haze = world.haze
        front.rect(
            -50,
            world.h * 0.45,
            world.w + 100,
            world.h * 0.6,
            front.vertical([(0, haze, 0), (1, haze, 0.12 if close else 0.42)]),
        )


def _over(below: Picture, above: Picture) -> None:
    """Straight-alpha BGRA over BGR, in place."""
    alpha = cv2.merge([above[:, :, 3]] * 3)
    seen = cv2.multiply(above[:, :, :3], alpha, scale=1 / 255)
    left = cv2.multiply(below, cv2.bitwise_not(alpha), scale=1 / 255)
    cv2.add(seen, left, dst=below)
