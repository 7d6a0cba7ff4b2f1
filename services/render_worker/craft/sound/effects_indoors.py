"""Effects that people and their things make, synthesised: steps, doors, knocks, bells, glass, a telephone, a laugh, a crowd.

Each is a mono sound whose loudest moment is near full scale; `length` is asked for only where a sound can go on.
"""

from __future__ import annotations

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.sound.ambience_people import babble, bell_of, tick_of
from services.render_worker.craft.sound.filters import Mono, band, bell, coloured_noise, shaped
from services.render_worker.craft.sound.pcm import RATE
from services.render_worker.craft.sound.synthesis import Random, gliding, hiss, ringing, seconds, struck

# Steps a second of somebody who walks.
_PACE_HZ = 1.9
_SOFT = frozenset({sb.PLACE_FOREST, sb.PLACE_PARK, sb.PLACE_FIELD, sb.PLACE_RIVER, sb.PLACE_VILLAGE})
_GRAINY = frozenset({sb.PLACE_SEA, sb.PLACE_DESERT, sb.PLACE_MOUNTAIN})
_WOODEN = frozenset({sb.PLACE_ROOM, sb.PLACE_SHIP, sb.PLACE_CLASSROOM, sb.PLACE_LIGHTHOUSE, sb.PLACE_TRAIN})


def footsteps(random: Random, length: int, setting: sb.Setting) -> Mono:
    """Heel and toe at a walker's pace, on what the ground is there: wood, stone, earth, sand or snow."""
    sound = np.zeros(length, np.float32)
    place, number = 0.02, 0
    while place < length / RATE - 0.2:
        step = _step(random, setting) * np.float32((1.0 if number % 2 else 0.88) * random.uniform(0.88, 1.0))
        begin = seconds(place)
        end = min(length, begin + len(step))
        sound[begin:end] += step[: end - begin]
        place += 1 / _PACE_HZ + float(random.normal(0, 0.012))
        number += 1
    return sound


def _step(random: Random, setting: sb.Setting) -> Mono:
    size = seconds(0.26)
    vary = float(random.uniform(0.94, 1.06))
    snow = setting.weather == sb.WEATHER_SNOW and not setting.interior
    if snow or (not setting.interior and setting.place in _GRAINY):
        crunch = hiss(random, size, band(900 * vary, 5200, order=1.0), 0.035, 0.19)
        return np.asarray(0.45 * crunch * (1 + 0.7 * coloured_noise(random, size, band(30, 120))) * 0.5, np.float32)
    if not setting.interior and setting.place in _SOFT:
        thud = ringing((85 * vary, 140 * vary), (0.09, 0.06), (1, 0.4), size)
        return np.asarray(0.7 * thud + 0.22 * hiss(random, size, band(500, 3200, order=1.0), 0.012, 0.12), np.float32)
    wood = setting.place in _WOODEN or (setting.interior and setting.place == sb.PLACE_UNSPECIFIED)
    tones = (105, 190, 330, 610) if wood else (160, 420, 980, 1900)
    decays = (0.13, 0.09, 0.06, 0.03) if wood else (0.05, 0.04, 0.03, 0.025)
    heel = ringing([tone * vary for tone in tones], decays, (1, 0.8, 0.5, 0.3), size)
    heel += 0.3 * hiss(random, size, band(700, 5000, order=1.0), 0.001, 0.035)
    toe = np.zeros(size, np.float32)
    late = seconds(0.085)
    toe[late:] = 0.4 * hiss(random, size, band(500, 3500, order=1.0), 0.004, 0.05)[: size - late]
    return np.asarray(0.5 * heel + 0.5 * toe, np.float32)


def door(random: Random, length: int, setting: sb.Setting) -> Mono:
    """A latch, a hinge that turns, and the leaf that falls into its frame."""
    size = seconds(1.5)
    latch = _placed(size, 0.02, _clack(random, 0.6)) + _placed(size, 0.09, _clack(random, 0.35))
    going = np.linspace(0, 1, seconds(0.62))
    rate = 34 * (0.7 + 0.7 * going) + 3 * np.sin(2 * np.pi * 3 * going)
    slips = np.diff(np.floor(np.cumsum(rate) / RATE), prepend=0.0).astype(np.float32)
    hinge = shaped(shaped(slips, band(400, 1900, order=2), taps=511), bell(780, 0.2, 13), taps=1023)
    hinge *= (np.sin(np.pi * going) ** 1.5 * 0.16 / max(float(np.abs(hinge).max()), 1e-9)).astype(np.float32)
    slam = ringing((74, 128, 212, 355, 520), (0.24, 0.18, 0.12, 0.08, 0.05), (1, 0.8, 0.5, 0.35, 0.2), seconds(0.4))
    slam += 0.35 * hiss(random, len(slam), band(200, 2600, order=1.0), 0.002, 0.09)
    return (
        latch + _placed(size, 0.18, hinge) + _placed(size, 0.86, 0.5 * slam) + _placed(size, 0.9, _clack(random, 0.4))
    )


def _clack(random: Random, loud: float) -> Mono:
    size = seconds(0.08)
    sound = ringing((1150, 1980, 3400), (0.04, 0.03, 0.02), (1, 0.7, 0.4), size)
    return np.asarray(
        loud * (0.4 * sound + 0.25 * hiss(random, size, band(1500, 8000, order=1.0), 0.001, 0.02)), np.float32
    )


def knock(random: Random, length: int, setting: sb.Setting) -> Mono:
    """Three knuckles on a door."""
    sound = np.zeros(seconds(0.95), np.float32)
    for place, loud in ((0.0, 0.85), (0.22, 0.9), (0.43, 1.0)):
        tap = ringing((172, 305, 470, 880), (0.09, 0.07, 0.05, 0.03), (1, 0.8, 0.5, 0.3), seconds(0.15))
        tap += 0.25 * hiss(random, len(tap), band(800, 4000, order=1.0), 0.0008, 0.02)
        sound += _placed(len(sound), place, tap * np.float32(0.45 * loud * random.uniform(0.94, 1)))
    return sound


def bell_struck(random: Random, length: int, setting: sb.Setting) -> Mono:
    """A bell, once: a great one outside, one for the hand within."""
    inside = setting.interior and setting.place != sb.PLACE_TEMPLE
    bronze = bell_of(1318.5 if inside else 330.0, 3.0 if inside else 9.0)
    bronze[: seconds(0.05)] += 0.3 * hiss(random, seconds(0.05), band(1500, 6000), 0.0005, 0.02)
    return np.asarray(0.25 * bronze, np.float32)


def glass(random: Random, length: int, setting: sb.Setting) -> Mono:
    """It breaks: one crack and a handful of shards."""
    size = seconds(1.3)
    sound = 0.5 * hiss(random, size, band(1800, 9000, order=1.0), 0.0008, 0.12)
    for _ in range(34):
        tone = float(random.uniform(2300, 8200))
        shard = ringing((tone, tone * 1.47, tone * 2.09), (0.16, 0.1, 0.06), (1, 0.6, 0.3), seconds(0.2))
        place = float(random.exponential(0.16))
        sound += _placed(
            size, min(place, 1.0), shard * np.float32(0.28 * random.uniform(0.2, 1.0) * np.exp(-1.6 * place))
        )
    return np.asarray(sound, np.float32)


def phone(random: Random, length: int, setting: sb.Setting) -> Mono:
    """A telephone with a bell in it: two bursts and a pause, and again."""
    sound = np.zeros(length, np.float32)
    stroke = ringing((1180, 1475, 2950, 3660), (0.35, 0.3, 0.16, 0.1), (1, 0.9, 0.4, 0.25), seconds(0.3)) * np.float32(
        0.09
    )
    place = 0.0
    while place < length / RATE - 0.9:
        for burst in (0.0, 0.6):
            for number in range(9):
                sound += _placed(length, place + burst + number * 0.044, stroke)
        place += 2.6
    return sound


def laugh(random: Random, length: int, setting: sb.Setting) -> Mono:
    """Ha ha ha, falling and dying away."""
    sound = np.zeros(seconds(1.5), np.float32)
    height, count = float(random.choice((165.0, 255.0))), int(random.integers(5, 7))
    for number in range(count):
        size = seconds(0.14)
        going = np.linspace(0, 1, size)
        voice = gliding(height * (1.25 - 0.07 * number) * (1.06 - 0.2 * going), [1 / (n + 1) ** 0.9 for n in range(22)])
        voice = shaped(shaped(voice, bell(760, 0.3, 12), taps=511), bell(1250, 0.25, 9), taps=511)
        voice += 0.25 * float(np.abs(voice).max()) * hiss(random, size, band(1200, 5000), 0.005, 0.06)
        ha = voice * np.sin(np.pi * going).astype(np.float32) ** 0.8
        sound += _placed(
            len(sound), 0.02 + 0.195 * number, ha * np.float32(0.55 * 0.87**number / float(np.abs(ha).max()))
        )
    return sound


def crowd(random: Random, length: int, setting: sb.Setting) -> Mono:
    """Many people: nine voices over each other."""
    sound = np.zeros(length, np.float32)
    for _ in range(9):
        sound += babble(random, length)
    edge = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.4 * RATE)).astype(np.float32)
    return np.asarray(sound * edge * (0.6 / max(float(np.abs(sound).max()), 1e-9)), np.float32)


def clock(random: Random, length: int, setting: sb.Setting) -> Mono:
    """It ticks, twice a second."""
    sound = np.zeros(length, np.float32)
    both = (tick_of(random, 2350.0), tick_of(random, 1900.0))
    for number in range(int(length / RATE * 2)):
        sound += _placed(length, 0.05 + 0.5 * number, 0.35 * both[number % 2])
    return sound


def whoosh(random: Random, length: int, setting: sb.Setting) -> Mono:
    """Something quick goes by: a rush that opens and closes."""
    size = seconds(0.75)
    sound = np.zeros(size, np.float32)
    for number, centre in enumerate((260, 480, 880, 1600, 2900)):
        middle = 0.16 + 0.42 * (1 - abs(number - 4) / 4)
        away = (np.arange(size) / RATE - middle) / (0.17 - 0.018 * number)
        sound += coloured_noise(random, size, band(centre * 0.7, centre * 1.4, order=2)) * np.exp(-(away**2)).astype(
            np.float32
        )
    return np.asarray(sound * np.hanning(size) * 0.14, np.float32)


def impact(random: Random, length: int, setting: sb.Setting) -> Mono:
    """Something heavy comes down."""
    size = seconds(0.9)
    sound = ringing((48, 71, 116, 188), (0.7, 0.45, 0.25, 0.15), (1, 0.7, 0.5, 0.3), size, bend=0.7)
    sound += 0.4 * hiss(random, size, band(120, 2400, order=1.0, tilt_db=-2), 0.001, 0.22)
    return np.asarray(0.42 * sound * struck(size, 0.001, 1.1), np.float32)


def _placed(size: int, at_s: float, sound: Mono) -> Mono:
    bus = np.zeros(size, np.float32)
    begin = round(at_s * RATE)
    end = min(size, begin + len(sound))
    if end > begin:
        bus[begin:end] = sound[: end - begin]
    return bus
