"""The sounds of what people have built, as layers of a place: streets, rooms, machines, ships and trains."""

from __future__ import annotations

import numpy as np

from services.render_worker.craft.sound.ambience_nature import bed, hum, moments
from services.render_worker.craft.sound.filters import Mono, band, bell, coloured_noise, shaped
from services.render_worker.craft.sound.pcm import RATE, Samples
from services.render_worker.craft.sound.synthesis import (
    Random,
    add_at,
    curve_of,
    gliding,
    hiss,
    panned,
    repeated,
    ringing,
    seconds,
    wandering,
)


def traffic(random: Random, length: int) -> Samples:
    """A street: its rumble, and cars that come and go from one side to the other."""
    sound = (
        bed(random, length, band(45, 380, order=1.0, tilt_db=-2))
        * (0.5 + 0.4 * wandering(random, length, 12.0, 3.0))[:, None]
    )
    for begin in moments(random, length, 5.5):
        size = seconds(float(random.uniform(3.5, 6.0)))
        tyres = (
            coloured_noise(random, size, band(180, 1700, order=1.0, tilt_db=-2))
            * np.hanning(size).astype(np.float32) ** 2
        )
        across = np.linspace(-0.9, 0.9, size) * (1 if random.random() < 0.5 else -1)
        sides = np.stack([np.cos((across + 1) * np.pi / 4), np.sin((across + 1) * np.pi / 4)], axis=1).astype(
            np.float32
        )
        add_at(sound, tyres[:, None] * sides * np.float32(random.uniform(0.5, 1.0)), begin)
    return sound


def far_city(random: Random, length: int) -> Samples:
    """A town from above or from afar: a breath of traffic."""
    return (
        bed(random, length, band(60, 500, order=1.0, tilt_db=-3))
        * (0.6 + 0.4 * wandering(random, length, 14.0, 4.0))[:, None]
    )


def murmur(random: Random, length: int) -> Samples:
    """People talking, none of them to be understood."""
    sound = np.zeros((length, 2), np.float32)
    for number in range(7):
        voice = babble(random, seconds(9.0 + 0.7 * number))
        add_at(sound, panned(repeated(voice, length), -0.9 + 0.3 * number), 0)
    return sound


def babble(random: Random, length: int) -> Mono:
    """One voice of a crowd: a throat's pulses through two mouths that change into each other, four syllables a second."""
    low = float(random.choice((105.0, 125.0, 190.0, 215.0)))
    pitch = low * 2 ** (0.35 * (wandering(random, length, 2.0, 0.4) - 0.5))
    phase = np.cumsum(pitch, dtype=np.float64) / RATE
    pulses = np.diff(np.floor(phase), prepend=0.0).astype(np.float32)
    open_mouth = shaped(shaped(pulses, band(150, 900, order=1.0)), bell(650, 0.35, 14))
    close_mouth = shaped(shaped(pulses, band(150, 700, order=1.0)), bell(1700, 0.3, 12))
    which = wandering(random, length, 0.6, 0.2)
    # Syllables are as long as they like, between 0.15 and 0.35 s, and after some comes a breath.
    edges = np.cumsum(random.uniform(0.15, 0.35, round(length / RATE / 0.15) + 4))
    spoken = wandering(random, length, 4.0, 1.2) > 0.3
    along = np.interp(np.arange(length) / RATE, np.concatenate([[0.0], edges]), np.arange(len(edges) + 1))
    syllables = np.sin(np.pi * (along % 1.0)).astype(np.float32) ** 1.2
    return np.asarray((open_mouth * which + close_mouth * (1 - which)) * syllables * spoken, np.float32)


def room_tone(random: Random, length: int) -> Samples:
    """The air of a quiet room."""
    return np.asarray(
        bed(random, length, band(50, 260, order=1.0, tilt_db=-3))
        + 0.03 * bed(random, length, band(900, 5000, order=1.0))
    )


def great_room(random: Random, length: int) -> Samples:
    """The air of a hall, which is never quite still."""
    return (
        bed(random, length, band(60, 420, order=1.0, tilt_db=-2))
        * (0.6 + 0.4 * wandering(random, length, 10.0, 3.0))[:, None]
    )


def ventilation(random: Random, length: int) -> Samples:
    """An office's air."""
    return bed(random, length, band(90, 800, order=1.0, tilt_db=-3))


def refrigerator(random: Random, length: int) -> Samples:
    """A compressor in the corner: mains and its harmonics."""
    return np.asarray(
        hum(length, {100.0: 1.0, 50.0: 0.5, 200.0: 0.35, 300.0: 0.15}) + 0.12 * bed(random, length, band(80, 500))
    )


def laboratory(random: Random, length: int) -> Samples:
    """Machines that wait: a hum, their fans, and a soft signal now and then."""
    sound = hum(length, {120.0: 1.0, 240.0: 0.5, 360.0: 0.22, 720.0: 0.06}) + 0.25 * bed(
        random, length, band(300, 2500, order=1.0)
    )
    for begin in moments(random, length, 5.0):
        tone = float(random.choice((1046.5, 1318.5, 1568.0)))
        beep = ringing((tone,), (0.25,), (0.5,), seconds(0.25))
        for number in range(int(random.integers(1, 3))):
            add_at(sound, panned(beep, float(random.uniform(-0.7, 0.7))), begin + seconds(0.18 * number))
    return np.asarray(sound)


def space(random: Random, length: int) -> Samples:
    """A hull in the void: low fifths that beat against each other, and air far away."""
    sound = hum(length, {55.0: 1.0, 55.23: 0.8, 82.4: 0.5, 82.61: 0.4, 110.15: 0.35, 164.9: 0.12})
    slow = 0.6 + 0.4 * wandering(random, length, 16.0, 5.0)
    return np.asarray((sound + 0.35 * bed(random, length, band(150, 700, order=1.5))) * slow[:, None])


def clock_ticks(random: Random, length: int) -> Samples:
    """A clock on a wall: a tick and a tock, one a second."""
    sound = np.zeros((length, 2), np.float32)
    both = [panned(tick_of(random, tone), 0.35) for tone in (2350.0, 1900.0)]
    for number in range(length // RATE + 1):
        add_at(sound, both[number % 2], number * RATE + RATE // 3)
    return sound


def tick_of(random: Random, tone: float) -> Mono:
    """One tick of a clockwork: a click and its case."""
    size = seconds(0.09)
    case = ringing((tone, tone * 1.83, 410.0), (0.035, 0.02, 0.06), (1, 0.5, 0.35), size)
    return np.asarray(case + 0.5 * hiss(random, size, band(2500, 9000), 0.0005, 0.012))


def creaks(random: Random, length: int) -> Samples:
    """Timber under strain: wood that sticks and slips."""
    sound = np.zeros((length, 2), np.float32)
    for begin in moments(random, length, 4.2):
        size = seconds(float(random.uniform(0.5, 1.1)))
        going = np.linspace(0, 1, size)
        rate = float(random.uniform(22, 40)) * (0.6 + 0.8 * np.sin(np.pi * going) + 0.15 * random.standard_normal())
        slips = np.diff(np.floor(np.cumsum(np.maximum(rate, 5.0)) / RATE), prepend=0.0).astype(np.float32)
        creak = shaped(slips, band(280, 1400, order=2.0), taps=511)
        creak = shaped(creak, bell(float(random.uniform(450, 800)), 0.2, 12), taps=1023) * np.sin(np.pi * going).astype(
            np.float32
        )
        add_at(
            sound,
            panned(creak * np.float32(1 / max(float(np.abs(creak).max()), 1e-9)), float(random.uniform(-0.8, 0.8))),
            begin,
        )
    return sound


def rails(random: Random, length: int) -> Samples:
    """A coach under way: a rumble, and two axles over every joint."""
    sound = bed(random, length, band(35, 260, order=1.0)) * np.float32(0.45)
    joint = rail_joint(random)
    place = 0.2
    while place * RATE < length:
        for late, loud in ((0.0, 1.0), (0.15, 0.85)):
            add_at(
                sound,
                panned(joint * np.float32(loud * random.uniform(0.85, 1.0)), -0.2 + 0.4 * late),
                seconds(place + late),
            )
        place += 0.74 + float(random.normal(0, 0.008))
    return sound


def rail_joint(random: Random) -> Mono:
    """One axle over a gap in the rail."""
    size = seconds(0.16)
    thud = ringing((62, 118, 205, 430), (0.14, 0.10, 0.07, 0.04), (1.6, 1.2, 0.8, 0.5), size)
    return np.asarray(thud + 0.35 * hiss(random, size, band(500, 3500, order=1.0), 0.001, 0.06))


def far_bells(random: Random, length: int) -> Samples:
    """A bell somewhere behind walls, seldom."""
    sound = np.zeros((length, 2), np.float32)
    for begin in moments(random, length, 13.0, 4.0):
        add_at(
            sound,
            panned(bell_of(float(random.choice((392.0, 440.0, 523.3))), 8.0), float(random.uniform(-0.6, 0.6))),
            begin,
        )
    return sound


def bell_of(tone: float, rings_s: float) -> Mono:
    """A cast bell by its partials: hum, prime, tierce, quint, nominal and above."""
    ratios = (0.5, 1.0, 1.183, 1.506, 2.0, 2.514, 2.662, 3.011, 4.166)
    levels = (0.5, 0.9, 0.7, 0.35, 1.0, 0.35, 0.3, 0.25, 0.2)
    decays = [rings_s * share for share in (1.0, 0.8, 0.6, 0.5, 0.45, 0.3, 0.28, 0.22, 0.15)]
    sound = ringing([tone * ratio for ratio in ratios], decays, levels, seconds(rings_s))
    return np.asarray(sound * np.minimum(1, np.arange(len(sound), dtype=np.float32) / 96))


def far_dog(random: Random, length: int) -> Samples:
    """A dog some yards down, seldom."""
    sound = np.zeros((length, 2), np.float32)
    for begin in moments(random, length, 16.0, 5.0):
        pan = float(random.uniform(-0.8, 0.8))
        for number in range(int(random.integers(2, 4))):
            add_at(
                sound, panned(shaped(bark_of(random), band(200, 1500, order=1.0)), pan), begin + seconds(0.42 * number)
            )
    return sound


def bark_of(random: Random) -> Mono:
    """One bark: a throat that opens and shuts."""
    size = seconds(0.2)
    going = np.linspace(0, 1, size)
    pitch = float(random.uniform(300, 380)) * (0.75 + 0.5 * np.sin(np.pi * going**0.7))
    throat = gliding(pitch, [1 / (number + 1) ** 0.6 for number in range(12)])
    rough = throat * (1 + 0.6 * coloured_noise(random, size, band(40, 160))) + 0.6 * hiss(
        random, size, band(600, 3000), 0.01, 0.15
    )
    bark = shaped(rough, bell(750, 0.5, 10), taps=511) * curve_of(((0, 0), (0.025, 1), (0.1, 0.75), (0.2, 0)), size)
    return np.asarray(bark / max(float(np.abs(bark).max()), 1e-9), np.float32)


def cockcrow(random: Random, length: int) -> Samples:
    """A cock at dawn, twice in a while."""
    sound = np.zeros((length, 2), np.float32)
    for begin in moments(random, length, 15.0, 2.0):
        pan = float(random.uniform(-0.7, 0.7))
        for place, lasts, height in ((0, 0.16, 620), (0.22, 0.16, 760), (0.44, 0.3, 900), (0.8, 0.8, 820)):
            size = seconds(lasts)
            going = np.linspace(0, 1, size)
            crow = gliding(height * (1 + 0.15 * np.sin(np.pi * going) - 0.25 * going**3), (1, 0.8, 0.6, 0.4, 0.2))
            add_at(
                sound,
                panned(crow * np.sin(np.pi * going).astype(np.float32) ** 0.6, pan),
                begin + seconds(place + 0.001),
            )
    return sound
