"""How rooms answer: a few early reflections and a tail, by what the walls are made of. Speech and effects sound in them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.sound.filters import Mono, band, convolved, shaped
from services.render_worker.craft.sound.pcm import RATE, Samples


@dataclass(frozen=True)
class Room:
    """How long it rings (to a thousandth), when its first reflection comes, how bright it is, and how much of it is heard."""

    rings_s: float
    first_ms: float
    bright_hz: float
    level_db: float
    # Single early reflections, or a lone one outside.
    reflections: int = 7


# Under open sky there is nothing but the ground and, in a street or among rocks, one wall.
_GROUND: Final = Room(0.06, 9.0, 5000.0, -24.0, 1)
_WALLS: Final = Room(0.35, 55.0, 3500.0, -21.0, 2)
_CLIFFS: Final = Room(0.9, 180.0, 2200.0, -23.0, 2)
_ROOM: Final = Room(0.35, 6.0, 5500.0, -16.0)
_INSIDE: Final[dict[int, Room]] = {
    sb.PLACE_ROOM: _ROOM,
    sb.PLACE_OFFICE: Room(0.40, 7.0, 6000.0, -16.0),
    sb.PLACE_KITCHEN: Room(0.50, 5.0, 7500.0, -14.5),
    sb.PLACE_CLASSROOM: Room(0.65, 9.0, 6500.0, -15.0),
    sb.PLACE_LABORATORY: Room(0.60, 7.0, 8000.0, -15.0),
    sb.PLACE_TEMPLE: Room(2.2, 22.0, 4200.0, -14.0),
    sb.PLACE_PALACE: Room(1.6, 18.0, 5200.0, -15.0),
    sb.PLACE_CAVE: Room(2.6, 26.0, 3200.0, -13.0),
    sb.PLACE_SHIP: Room(0.30, 4.0, 4000.0, -16.0),
    sb.PLACE_TRAIN: Room(0.25, 4.0, 4500.0, -17.0),
    sb.PLACE_SPACE: Room(0.45, 4.0, 7000.0, -15.0),
    sb.PLACE_LIGHTHOUSE: Room(0.9, 8.0, 5000.0, -15.0),
}
_OUTSIDE: Final[dict[int, Room]] = {
    sb.PLACE_CAVE: _INSIDE[sb.PLACE_CAVE],
    sb.PLACE_CITY_STREET: _WALLS,
    sb.PLACE_VILLAGE: _WALLS,
    sb.PLACE_MOUNTAIN: _CLIFFS,
}


def room_of(setting: sb.Setting) -> Room | None:
    """The room of a setting; None where it says nothing (a narrator speaks from nowhere)."""
    if setting.place == sb.PLACE_UNSPECIFIED and not setting.interior:
        return None
    if setting.interior:
        return _INSIDE.get(setting.place, _ROOM)
    return _OUTSIDE.get(setting.place, _GROUND)


def in_room(mono: Mono, dry: Samples, room: Room | None) -> Samples:
    """The sound, placed as in `dry`, and the room's answer to it: longer by the time the room rings."""
    if room is None or not len(mono):
        return dry
    tail = round(room.rings_s * RATE)
    sent = np.concatenate([mono, np.zeros(tail, np.float32)])
    sounding = np.stack([convolved(sent, side) for side in _answer(room)], axis=1)
    sounding[: len(dry)] += dry
    return sounding


@cache
def _answer(room: Room) -> tuple[Mono, Mono]:
    """The room's answer to a click on each side, without the click itself, at its level over a noise of long duration."""
    random = np.random.default_rng(round(room.rings_s * 1000) * 7919 + round(room.first_ms * 10))
    length = round((room.rings_s + room.first_ms / 1000) * RATE)
    time = np.arange(length) / RATE
    first = round(room.first_ms * RATE / 1000)
    sides = []
    for _ in range(2):
        tail = random.standard_normal(length) * np.exp(-6.9 * time / room.rings_s) * np.minimum(1, time / 0.02)
        tail[:first] = 0
        tail /= max(float(np.sqrt(np.square(tail).sum())), 1e-9)
        # Where there are walls all round the tail is most of it; outside only single reflections come back.
        tail *= 0.8 if room.reflections > 2 else 0.25
        for number in range(room.reflections):
            place = min(length - 1, round(first * (1 + 0.55 * number + 0.4 * random.random())))
            tail[place] += 0.5 * 0.72**number * (1 if random.random() < 0.6 else -1)
        answer = shaped(tail.astype(np.float32), band(160.0, room.bright_hz, order=1.0), taps=511)
        sides.append(answer * np.float32(10 ** (room.level_db / 20) / np.sqrt(np.square(answer).sum())))
    return sides[0], sides[1]
