"""What a place sounds like, for as long as the film is there: layers by place, hour, weather, season and mood."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.sound import ambience_nature as nature
from services.render_worker.craft.sound import ambience_people as people
from services.render_worker.craft.sound.measure import SILENCE_LUFS, spoken_loudness
from services.render_worker.craft.sound.pcm import RATE, Samples, faded, samples_of_ms
from services.render_worker.craft.sound.synthesis import Random, add_at

Layer = Callable[[Random, int], Samples]

LAYERS: Final[dict[str, Layer]] = {
    "wind": nature.wind,
    "high_wind": nature.high_wind,
    "leaves": nature.leaves,
    "sand": nature.sand,
    "rain": nature.rain,
    "heavy_rain": nature.heavy_rain,
    "rain_outside": nature.rain_outside,
    "far_thunder": nature.far_thunder,
    "waves": nature.waves,
    "water": nature.water,
    "lapping": nature.lapping,
    "birds": nature.birds,
    "gulls": nature.gulls,
    "crickets": nature.crickets,
    "cicadas": nature.cicadas,
    "owl": nature.owl,
    "drips": nature.drips,
    "fire": nature.fire,
    "snow_hush": nature.snow_hush,
    "traffic": people.traffic,
    "far_city": people.far_city,
    "murmur": people.murmur,
    "room_tone": people.room_tone,
    "great_room": people.great_room,
    "ventilation": people.ventilation,
    "refrigerator": people.refrigerator,
    "laboratory": people.laboratory,
    "space": people.space,
    "clock_ticks": people.clock_ticks,
    "creaks": people.creaks,
    "rails": people.rails,
    "far_bells": people.far_bells,
    "far_dog": people.far_dog,
    "cockcrow": people.cockcrow,
}
# How far under the level of a full place (a street, a shore) each layer of a place is.
_OUTDOORS: Final[dict[int, dict[str, float]]] = {
    sb.PLACE_FOREST: {"leaves": -7, "wind": -10, "birds": -5},
    sb.PLACE_SEA: {"waves": -1, "wind": -12, "gulls": -9},
    sb.PLACE_MOUNTAIN: {"high_wind": -3},
    sb.PLACE_DESERT: {"wind": -4, "sand": -8},
    sb.PLACE_RIVER: {"water": -2, "birds": -8, "leaves": -14},
    sb.PLACE_VILLAGE: {"wind": -12, "birds": -6, "far_dog": -12},
    sb.PLACE_CITY_STREET: {"traffic": -2, "murmur": -9},
    sb.PLACE_ROOFTOP: {"far_city": -5, "wind": -7},
    sb.PLACE_PARK: {"leaves": -9, "birds": -5, "far_city": -13},
    sb.PLACE_TEMPLE: {"wind": -10, "birds": -8, "far_bells": -9},
    sb.PLACE_PALACE: {"wind": -10, "birds": -7},
    sb.PLACE_SHIP: {"waves": -3, "creaks": -9, "wind": -8},
    sb.PLACE_TRAIN: {"rails": -2},
    sb.PLACE_CAVE: {"great_room": -10, "drips": -6},
    sb.PLACE_SPACE: {"space": -4},
    sb.PLACE_LIGHTHOUSE: {"waves": -2, "wind": -6, "gulls": -10},
    sb.PLACE_FIELD: {"leaves": -8, "wind": -10, "birds": -6},
}
_INDOORS: Final[dict[int, dict[str, float]]] = {
    sb.PLACE_ROOM: {"room_tone": -7},
    sb.PLACE_KITCHEN: {"room_tone": -9, "refrigerator": -10},
    sb.PLACE_OFFICE: {"ventilation": -7, "murmur": -16},
    sb.PLACE_CLASSROOM: {"room_tone": -8, "murmur": -15},
    sb.PLACE_TEMPLE: {"great_room": -8, "far_bells": -12},
    sb.PLACE_PALACE: {"great_room": -8},
    sb.PLACE_SHIP: {"lapping": -6, "creaks": -7},
    sb.PLACE_TRAIN: {"rails": -3},
    sb.PLACE_CAVE: {"great_room": -9, "drips": -5},
    sb.PLACE_LABORATORY: {"laboratory": -6},
    sb.PLACE_SPACE: {"space": -4},
    sb.PLACE_LIGHTHOUSE: {"great_room": -10, "waves": -13, "creaks": -16},
}
_BY_DAY = frozenset({"birds", "gulls", "cicadas", "cockcrow"})
_ALIVE = _BY_DAY | {"crickets", "owl", "far_dog"}
_GREEN = frozenset(
    {sb.PLACE_FOREST, sb.PLACE_RIVER, sb.PLACE_VILLAGE, sb.PLACE_PARK, sb.PLACE_FIELD, sb.PLACE_TEMPLE, sb.PLACE_PALACE}
)
_CROSSING_MS = 900
_LONGEST_PIECE_S, _SHORTEST_S = 45, 4


@dataclass(frozen=True)
class Stay:
    """A stretch of the film in one setting and mood."""

    start_ms: int
    duration_ms: int
    setting: sb.Setting
    mood: sb.Mood.ValueType


def layers_of(setting: sb.Setting, mood: sb.Mood.ValueType = sb.MOOD_UNSPECIFIED) -> dict[str, float]:
    """The layers of a setting, each with its level (dB under that of a full place); none where the setting says nothing."""
    if setting.interior:
        layers = dict(_INDOORS.get(setting.place, _INDOORS[sb.PLACE_ROOM]))
    else:
        layers = dict(_OUTDOORS.get(setting.place) or _INDOORS.get(setting.place, {}))
    if not layers:
        return {}
    open_air = (
        not setting.interior and setting.place in _OUTDOORS and setting.place not in (sb.PLACE_SPACE, sb.PLACE_CAVE)
    )
    if open_air:
        _hour(layers, setting)
        _weather(layers, setting)
    elif setting.weather in (sb.WEATHER_RAIN, sb.WEATHER_STORM) and setting.place not in (
        sb.PLACE_SPACE,
        sb.PLACE_CAVE,
    ):
        layers["rain_outside"] = -6.0
        if setting.weather == sb.WEATHER_STORM:
            layers |= {"far_thunder": -8.0, "wind": -13.0}
    elif setting.place == sb.PLACE_ROOM and setting.time_of_day == sb.TIME_OF_DAY_NIGHT:
        layers["clock_ticks"] = -13.0
    if (
        setting.interior
        and setting.place in (sb.PLACE_TEMPLE, sb.PLACE_PALACE)
        and setting.time_of_day == sb.TIME_OF_DAY_NIGHT
    ):
        layers["fire"] = -12.0
    return _in_the_mood(layers, mood)


def ambience(stays: Sequence[Stay], length: int, level_lufs: float, seed: int) -> Samples | None:
    """The places of a film (length, 2), a full one at that loudness, with crossfades from one to the next; None where there
    is nothing to hear.
    """
    stretches = _stretches(stays, length)
    if not stretches:
        return None
    bus = np.zeros((length, 2), np.float32)
    half = samples_of_ms(_CROSSING_MS) // 2
    for number, (begin, end, layers) in enumerate(stretches):
        low = max(0, begin - half)
        high = min(length, end + half)
        fades = (_CROSSING_MS if begin > 0 else 250, _CROSSING_MS if end < length else 400)
        for name, level in layers.items():
            random = np.random.default_rng([seed & 0xFFFFFFFF, zlib.crc32(name.encode()), number])
            # A wave or a song takes its time, however soon the scene is over.
            sound = LAYERS[name](random, max(high - low, _SHORTEST_S * RATE))[: high - low]
            measured = spoken_loudness(sound)
            if measured > SILENCE_LUFS:
                sound *= np.float32(10 ** ((level_lufs + level - measured) / 20))
                add_at(bus, faded(sound, *fades), low)
    return bus


def _stretches(stays: Sequence[Stay], length: int) -> list[tuple[int, int, dict[str, float]]]:
    """From when to when (samples) which layers sound; neighbours that sound alike are one."""
    found: list[tuple[int, int, dict[str, float]]] = []
    for stay in sorted(stays, key=lambda each: each.start_ms):
        layers = layers_of(stay.setting, stay.mood)
        begin = min(length, samples_of_ms(max(0, stay.start_ms)))
        end = min(length, samples_of_ms(stay.start_ms + stay.duration_ms))
        if found and found[-1][2] == layers and begin - found[-1][1] < RATE // 10:
            found[-1] = (found[-1][0], end, layers)
        elif end - begin >= RATE // 10 and layers:
            found.append((begin, end, layers))
    return [piece for stretch in found for piece in _pieces(*stretch)]


def _pieces(begin: int, end: int, layers: dict[str, float]) -> list[tuple[int, int, dict[str, float]]]:
    """A long stretch in parts, so that a long film's places fit in memory; they differ, and cross into each other."""
    count = -(-(end - begin) // (_LONGEST_PIECE_S * RATE))
    edges = [begin + (end - begin) * number // count for number in range(count + 1)]
    return [(low, high, layers) for low, high in pairwise(edges)]


def _hour(layers: dict[str, float], setting: sb.Setting) -> None:
    green, warm = setting.place in _GREEN, setting.season != sb.SEASON_WINTER
    if setting.time_of_day in (sb.TIME_OF_DAY_NIGHT, sb.TIME_OF_DAY_DUSK):
        if green and warm:
            layers["crickets"] = -8.0 if setting.time_of_day == sb.TIME_OF_DAY_NIGHT else -11.0
        if setting.time_of_day == sb.TIME_OF_DAY_NIGHT:
            for name in _BY_DAY & layers.keys():
                del layers[name]
            if setting.place == sb.PLACE_FOREST:
                layers["owl"] = -11.0
            if "traffic" in layers:
                layers["traffic"] -= 5.0
                layers["murmur"] -= 6.0
    elif setting.time_of_day == sb.TIME_OF_DAY_DAWN:
        if setting.place == sb.PLACE_VILLAGE:
            layers["cockcrow"] = -10.0
        if "birds" in layers:
            layers["birds"] += 2.0
    elif setting.season == sb.SEASON_SUMMER and green:
        layers["cicadas"] = -14.0


def _weather(layers: dict[str, float], setting: sb.Setting) -> None:
    if setting.weather in (sb.WEATHER_RAIN, sb.WEATHER_STORM, sb.WEATHER_SNOW) or setting.season == sb.SEASON_WINTER:
        for name in _ALIVE & layers.keys():
            del layers[name]
    if setting.weather == sb.WEATHER_RAIN:
        layers["rain"] = -2.0
    elif setting.weather == sb.WEATHER_STORM:
        layers |= {"heavy_rain": -2.0, "high_wind": -5.0, "far_thunder": -4.0}
    elif setting.weather == sb.WEATHER_SNOW:
        layers["snow_hush"] = -6.0
    elif setting.weather == sb.WEATHER_FOG:
        for name in layers:
            layers[name] -= 2.0


def _in_the_mood(layers: dict[str, float], mood: sb.Mood.ValueType) -> dict[str, float]:
    """Life falls silent where it is tense, and is in full voice where people are happy."""
    shifts = {
        sb.MOOD_TENSE: (-6.0, 2.0),
        sb.MOOD_MYSTERIOUS: (-3.0, 1.0),
        sb.MOOD_SAD: (-3.0, 0.0),
        sb.MOOD_HAPPY: (2.0, 0.0),
    }
    alive, blowing = shifts.get(mood, (0.0, 0.0))
    return {
        name: level + (alive if name in _ALIVE else blowing if name in ("wind", "high_wind") else 0.0)
        for name, level in layers.items()
    }
