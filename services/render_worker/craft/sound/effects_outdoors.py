"""Effects of weather, water, animals and engines, synthesised. Each is a mono sound whose loudest moment is near full scale."""

from __future__ import annotations

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.sound import ambience_nature as nature
from services.render_worker.craft.sound.ambience_people import bark_of, rail_joint
from services.render_worker.craft.sound.filters import Mono, band, bell, coloured_noise, shaped
from services.render_worker.craft.sound.pcm import RATE
from services.render_worker.craft.sound.synthesis import Random, curve_of, gliding, hiss, ringing, seconds, wandering


def thunder(random: Random, length: int, setting: sb.Setting) -> Mono:
    """A crack, and a roll that dies away over four seconds."""
    size = seconds(4.6)
    roll = coloured_noise(random, size, band(30, 150, order=1.5)) * (0.3 + 0.7 * wandering(random, size, 0.9, 0.14))
    roll *= curve_of(((0, 0), (0.12, 1), (0.9, 0.75), (2.2, 0.35), (4.5, 0)), size)
    crack = hiss(random, size, band(90, 2400, order=1.0, tilt_db=-3), 0.006, 0.7) * (
        0.4 + 0.6 * wandering(random, size, 0.2, 0.04)
    )
    return np.asarray(0.22 * roll + 0.17 * crack, np.float32)


def splash(random: Random, length: int, setting: sb.Setting) -> Mono:
    """Something falls into water: a slap, a fountain, bubbles."""
    size = seconds(1.5)
    sound = 0.3 * hiss(random, size, band(500, 6500, order=1.0, tilt_db=-1), 0.02, 0.75)
    sound += 0.35 * ringing((95, 150), (0.18, 0.12), (1, 0.5), size, bend=0.5)
    for _ in range(16):
        tone, place = float(random.uniform(420, 1300)), float(random.uniform(0.12, 1.1))
        drop = ringing((tone,), (0.09,), (1.0,), seconds(0.1), bend=-0.4)
        begin = seconds(place)
        end = min(size, begin + len(drop))
        sound[begin:end] += np.float32(0.16 * random.uniform(0.3, 1)) * drop[: end - begin]
    return np.asarray(sound, np.float32)


def dog(random: Random, length: int, setting: sb.Setting) -> Mono:
    """Two barks, sometimes three."""
    sound = np.zeros(seconds(1.5), np.float32)
    for number in range(int(random.integers(2, 4))):
        bark = bark_of(random) * np.float32(0.6)
        begin = seconds(0.02 + 0.42 * number)
        sound[begin : begin + len(bark)] += bark
    return sound


def bird(random: Random, length: int, setting: sb.Setting) -> Mono:
    """One bird's song, near."""
    return np.asarray(0.5 * nature.bird_song(random), np.float32)


def horse(random: Random, length: int, setting: sb.Setting) -> Mono:
    """Hooves at a walk that hurries: four beats, and again."""
    sound = np.zeros(length, np.float32)
    place, number = 0.03, 0
    while place < length / RATE - 0.2:
        vary = float(random.uniform(0.92, 1.08))
        hoof = ringing((190 * vary, 340 * vary, 720 * vary), (0.08, 0.06, 0.04), (1, 0.8, 0.4), seconds(0.14))
        hoof += 0.3 * hiss(random, len(hoof), band(500, 3000, order=1.0), 0.001, 0.04)
        begin = seconds(place)
        end = min(length, begin + len(hoof))
        sound[begin:end] += np.float32((0.5, 0.36, 0.45, 0.34)[number % 4]) * hoof[: end - begin]
        place += (0.13, 0.17, 0.13, 0.19)[number % 4] + float(random.normal(0, 0.006))
        number += 1
    return sound


def fire(random: Random, length: int, setting: sb.Setting) -> Mono:
    """It burns and cracks."""
    sound = nature.fire(random, length)[:, 0]
    edge = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.3 * RATE))
    return np.asarray(sound * edge * (0.5 / max(float(np.abs(sound).max()), 1e-9)), np.float32)


def engine(random: Random, length: int, setting: sb.Setting) -> Mono:
    """A motor: it starts, and runs."""
    return _motor(random, length, curve_of(((0, 14), (0.5, 30), (0.9, 42), (1.5, 33), (length / RATE, 34)), length))


def car(random: Random, length: int, setting: sb.Setting) -> Mono:
    """A car goes by: nearer, higher and brighter, then away and lower."""
    middle = length / RATE / 2
    distance = np.sqrt(1 + ((np.arange(length) / RATE - middle) / 0.55) ** 2)
    coming = (np.arange(length) / RATE - middle) / 0.55 / distance
    motor = _motor(random, length, (44 * (1 - 0.09 * coming)).astype(np.float32))
    tyres = 0.22 * coloured_noise(random, length, band(250, 2600, order=1.0, tilt_db=-1))
    edge = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.3 * RATE))
    return np.asarray((motor * 0.7 + tyres) / distance * edge, np.float32)


def _motor(random: Random, length: int, turns_hz: Mono) -> Mono:
    """Cylinders at four strokes a turn of the crank, in a metal box."""
    jitter = 1 + 0.02 * (wandering(random, length, 0.4, 0.1) - 0.5)
    tone = gliding(turns_hz * jitter, [1 / (number + 1) ** 0.7 for number in range(16)])
    tone = shaped(shaped(tone, band(40, 700, order=1.0)), bell(150, 0.5, 8))
    rough = 1 + 0.25 * coloured_noise(random, length, band(20, 90))
    edge = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.25 * RATE))
    return np.asarray(tone * rough * edge * (0.42 / max(float(np.abs(tone).max()), 1e-9)), np.float32)


def train(random: Random, length: int, setting: sb.Setting) -> Mono:
    """It comes through: a whistle, axles over the joints, and away."""
    sound = 0.09 * coloured_noise(random, length, band(40, 320, order=1.0))
    joint = rail_joint(random) * np.float32(0.2)
    for beat in np.arange(0.3, length / RATE - 0.5, 0.62):
        for late in (0.0, 0.14):
            begin = seconds(beat + late)
            end = min(length, begin + len(joint))
            sound[begin:end] += joint[: end - begin]
    near = np.sin(np.pi * np.linspace(0.08, 1, length)).astype(np.float32) ** 0.7
    size = min(length, seconds(1.3))
    time = np.arange(size) / RATE
    blown = curve_of(((0, 0), (0.08, 1), (1.0, 0.9), (1.25, 0)), size)
    whistle = sum(np.sin(2 * np.pi * tone * time * (1 - 0.01 * time)) for tone in (466.2, 554.4, 659.3, 932.3))
    sound *= near
    sound[:size] += (0.07 * np.asarray(whistle) * blown).astype(np.float32)
    sound[:size] += 0.02 * coloured_noise(random, size, band(900, 5000)) * blown
    return sound
