"""Shots with somebody in them, and what is seen of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import puppets
from services.render_worker.craft.directing.staging import stage_of
from services.render_worker.craft.images import Picture
from services.render_worker.craft.mouths import Key, MouthTrack, Viseme
from services.render_worker.craft.painting.palette import light_of
from services.render_worker.craft.shot_picture import ShotPicture
from services.render_worker.craft.sprites import Actor, Rest, Sprite

WIDTH, HEIGHT = 640, 360
DAY = light_of(sb.TIME_OF_DAY_DAY, sb.WEATHER_CLEAR, sb.MOOD_CALM, interior=False)
GARMENTS = (
    "shirt",
    "dress",
    "coat",
    "raincoat",
    "suit",
    "sari",
    "kurta",
    "robe",
    "uniform",
    "sweater",
    "apron",
    "armor",
)
HAIR = ("short", "long", "bun", "bald", "curly", "braid")
ACCESSORIES = ("none", "hat", "scarf", "glasses", "beard", "hood")


def somebody(name: str = "mara", **about: object) -> sb.Character:
    look = {
        "skin_color": "#e6b48d", "hair_color": "#4a3226", "hair_style": "short", "clothes_color": "#3f6c8f", "accent_color": "#d8794f",
        "build": "average", "accessory": "none", "garment": "shirt",
    }  # fmt: skip
    look.update({key: value for key, value in about.items() if key in look})
    rest = {key: value for key, value in about.items() if key not in look}
    return sb.Character(
        id=f"c-{name}",
        name=name,
        look=sb.Look(**look),
        **{"age": sb.AGE_GROUP_ADULT, "gender": sb.GENDER_FEMALE, **rest},
    )


def act(
    deed: int, *, who: str = "c-mara", start: float = 0.0, end: float = 1.0, to: float | None = None, target: str = ""
) -> sb.Act:
    done = sb.Act(character_id=who, deed=deed, start=start, end=end, target=target)
    if to is not None:
        done.to_position = to
    return done


def acted(
    *cast: sb.Character, acts: Sequence[sb.Act] = (), speech: Sequence[puppets.Speech] = (), size: int = sb.SHOT_SIZE_FULL, frames: int = 72,
    positions: Sequence[float] = (0.3, 0.7), style: str = "flat", light_side: int = 1, width: int = WIDTH, height: int = HEIGHT,
    seed: int = 4, things: Sequence[sb.Thing] = (), follows: bool = False,
    rest_at: Callable[[float], Rest] | None = None, **presence: object,
) -> list[Actor]:  # fmt: skip
    presences = [
        sb.Presence(character_id=who.id, position=positions[index], **{"feeling": sb.FEELING_NEUTRAL, **presence})
        for index, who in enumerate(cast)
    ]
    shot = ShotPicture(
        width,
        height,
        sb.Setting(),
        size=size,
        presences=presences,
        characters=cast,
        acts=acts,
        style=style,
        seed=seed,
        things=things,
    )
    staging = stage_of(shot, roofed=True)
    return puppets.actors(
        shot, staging, speech, frames=frames, fps=24, light=DAY, light_side=light_side, follows=follows, rest_at=rest_at
    )


def seen(actor: Actor, frame: int) -> Sprite:
    sprite = actor.at(frame)
    assert sprite is not None
    return sprite


def on_plate(actor: Actor, frame: int, width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """The sprite alone on an empty plate, parts beyond its edges cut."""
    sprite = seen(actor, frame)
    plate = np.zeros((height, width, 4), np.uint8)
    x, y = round(sprite.x), round(sprite.y)
    tall, wide = sprite.picture.shape[:2]
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + wide, width), min(y + tall, height)
    plate[y0:y1, x0:x1] = sprite.picture[y0 - y : y1 - y, x0 - x : x1 - x]
    return plate


def difference(a: Picture, b: Picture) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


def says(*keys: tuple[int, Viseme, float], duration_ms: int = 2000, who: str = "c-mara", start_ms: int = 0, loud_at: Sequence[int] = (),
         feeling: int = sb.FEELING_NEUTRAL) -> puppets.Speech:  # fmt: skip
    levels = np.full(duration_ms // 20, 0.1)
    for ms in loud_at:
        levels[max(0, ms // 20 - 5) : ms // 20 + 6] = 1.0
    mouth = tuple(Key(at, viseme, opening) for at, viseme, opening in keys) or (Key(0, Viseme.REST, 0.0),)
    return puppets.Speech(
        who, start_ms, MouthTrack(duration_ms, mouth, tuple(float(level) for level in levels)), feeling
    )
