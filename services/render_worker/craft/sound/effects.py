"""Effects: the sounds a storyboard names, each in its moment, its place between left and right, and the room it happens in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.sound import effects_indoors as indoors
from services.render_worker.craft.sound import effects_outdoors as outdoors
from services.render_worker.craft.sound.acoustics import in_room, room_of
from services.render_worker.craft.sound.filters import Mono
from services.render_worker.craft.sound.measure import SILENCE_LUFS, spoken_loudness
from services.render_worker.craft.sound.pcm import Samples, faded, samples_of_ms
from services.render_worker.craft.sound.synthesis import Random, add_at, panned


@dataclass(frozen=True)
class _Kind:
    """How it is made, how long one of its kind lasts (ms), how far under speech its loud moments are (dB), and whether it
    goes on for as long as it is asked to.
    """

    made: Callable[[Random, int, sb.Setting], Mono]
    lasts_ms: int
    under_speech_db: float
    goes_on: bool = False


_KINDS: Final[dict[str, _Kind]] = {
    "footsteps": _Kind(indoors.footsteps, 2400, 13.0, goes_on=True),
    "door": _Kind(indoors.door, 1500, 8.0),
    "knock": _Kind(indoors.knock, 950, 7.0),
    "bell": _Kind(indoors.bell_struck, 9000, 8.0),
    "thunder": _Kind(outdoors.thunder, 4600, 3.0),
    "splash": _Kind(outdoors.splash, 1500, 7.0),
    "dog": _Kind(outdoors.dog, 1500, 8.0),
    "bird": _Kind(outdoors.bird, 1200, 12.0),
    "car": _Kind(outdoors.car, 3600, 8.0, goes_on=True),
    "train": _Kind(outdoors.train, 5000, 6.0, goes_on=True),
    "crowd": _Kind(indoors.crowd, 4000, 11.0, goes_on=True),
    "fire": _Kind(outdoors.fire, 4000, 12.0, goes_on=True),
    "glass": _Kind(indoors.glass, 1300, 7.0),
    "phone": _Kind(indoors.phone, 2600, 10.0, goes_on=True),
    "horse": _Kind(outdoors.horse, 2600, 10.0, goes_on=True),
    "laugh": _Kind(indoors.laugh, 1500, 6.0),
    "clock": _Kind(indoors.clock, 3000, 14.0, goes_on=True),
    "engine": _Kind(outdoors.engine, 3500, 9.0, goes_on=True),
    "whoosh": _Kind(indoors.whoosh, 750, 9.0),
    "impact": _Kind(indoors.impact, 900, 4.0),
}
EFFECTS: Final[tuple[str, ...]] = tuple(_KINDS)
# Nothing goes on for longer than a shot can.
_SHORTEST_MS, _LONGEST_MS = 600, 30_000


@dataclass(frozen=True)
class Happening:
    """An effect of that name in the film. `duration_ms` 0: as long as one of its kind is."""

    name: str
    start_ms: int
    duration_ms: int
    pan: float
    setting: sb.Setting


def effect(name: str, random: Random, setting: sb.Setting, duration_ms: int = 0) -> Mono:
    """One effect without a room, with its last moment faded; KeyError for a name not in EFFECTS."""
    kind = _KINDS[name]
    wanted = min(max(duration_ms or kind.lasts_ms, _SHORTEST_MS), _LONGEST_MS)
    sound = kind.made(random, samples_of_ms(wanted if kind.goes_on else kind.lasts_ms), setting)
    return faded(sound[:, None], 1, 40)[:, 0]


def effects(happenings: Sequence[Happening], length: int, level_lufs: float, seed: int) -> Samples | None:
    """All of them (length, 2) against speech of that loudness; None where nothing happens. Names nobody knows are left out:
    a film isn't refused for a sound.
    """
    known = [each for each in happenings if each.name in _KINDS and samples_of_ms(each.start_ms) < length]
    if not known:
        return None
    bus = np.zeros((length, 2), np.float32)
    for number, each in enumerate(sorted(known, key=lambda each: (each.start_ms, each.name))):
        mono = effect(each.name, np.random.default_rng([seed & 0xFFFFFFFF, 77, number]), each.setting, each.duration_ms)
        measured = spoken_loudness(mono)
        if measured <= SILENCE_LUFS:
            continue
        mono = mono * np.float32(10 ** ((level_lufs - _KINDS[each.name].under_speech_db - measured) / 20))
        placed = in_room(mono, _moving(each, mono), room_of(each.setting))
        begin = samples_of_ms(max(0, each.start_ms))
        add_at(bus, faded(placed[: length - begin], 0, 20), begin)
    return bus


def _moving(each: Happening, mono: Mono) -> Samples:
    """What drives or runs past goes from one side to the other; everything else stays where it is."""
    if each.name not in ("car", "train", "whoosh"):
        return panned(mono, each.pan)
    across = np.linspace(-0.8, 0.8, len(mono)) * (-1 if each.pan > 0 else 1)
    angle = (across + 1) * np.pi / 4
    return np.asarray(mono[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32))
