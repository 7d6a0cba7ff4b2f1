"""The sounds of weather, water and animals, as layers of a place: each for as long as it is wanted, without a seam.

Beds are loops of noise whose end leads into their beginning; what lives in them (gusts, waves, calls) never repeats.
"""

from __future__ import annotations

import numpy as np

from services.render_worker.craft.sound.filters import Curve, Mono, band, coloured_noise
from services.render_worker.craft.sound.pcm import RATE, Samples
from services.render_worker.craft.sound.synthesis import (
    Random,
    add_at,
    curve_of,
    gliding,
    panned,
    repeated,
    ringing,
    seconds,
    wandering,
)

_LOOP = 1 << 19


def bed(random: Random, length: int, curve: Curve) -> Samples:
    """Steady noise of that colour with an rms of 1, different left and right."""
    loop = coloured_noise(random, _LOOP, curve)
    return np.stack([repeated(loop, length), repeated(loop, length, _LOOP * 2 // 5)], axis=1)


def specks(random: Random, length: int, every_s: float, curve: Curve, rings_ms: float = 3.0) -> Samples:
    """Single grains of that colour, so far apart on average and so long: drops, crackles, bubbles."""
    loop = np.zeros(_LOOP)
    count = int(_LOOP / RATE / every_s)
    loop[random.integers(0, _LOOP, count)] += random.uniform(0.25, 1.0, count) ** 2
    grain = np.zeros(_LOOP)
    size = seconds(rings_ms * 5 / 1000)
    grain[:size] = random.standard_normal(size) * np.exp(-np.arange(size) / (rings_ms * RATE / 1000))
    frequencies = np.maximum(np.fft.rfftfreq(_LOOP, 1 / RATE), 1.0)
    loop = np.fft.irfft(np.fft.rfft(loop) * np.fft.rfft(grain) * curve(frequencies), _LOOP)
    sound = (loop / max(float(np.sqrt(np.mean(np.square(loop)))), 1e-12)).astype(np.float32)
    return np.stack([repeated(sound, length), repeated(sound, length, _LOOP // 3)], axis=1)


def hum(length: int, tones: dict[float, float]) -> Samples:
    """Steady tones (Hz and level), apart in phase left and right; moved by less than a tenth of a Hz, so that they loop."""
    time = np.arange(_LOOP) / RATE
    sides = []
    for phase in (0.0, 0.7):
        whole = [(round(tone * _LOOP / RATE) * RATE / _LOOP, level) for tone, level in tones.items()]
        loop = sum(level * np.sin(2 * np.pi * tone * time + phase) for tone, level in whole)
        sides.append(repeated(np.asarray(loop, np.float32), length))
    return np.stack(sides, axis=1)


def moments(random: Random, length: int, mean_s: float, first_s: float | None = None) -> list[int]:
    """When something happens now and then, so far apart on average: never sooner than half of that."""
    begin = first_s if first_s is not None else float(random.uniform(0.2, 1.0)) * mean_s
    found = []
    while begin * RATE < length:
        found.append(round(begin * RATE))
        begin += mean_s * (0.5 + float(random.exponential(0.5)))
    return found


def wind(random: Random, length: int) -> Samples:
    """Gusts: a low rush and, as they grow, narrow bands above it."""
    gust = wandering(random, length, 14.0, 2.5)
    sound = bed(random, length, band(70, 420, order=1.0, tilt_db=-2)) * (0.35 + 0.65 * gust)[:, None]
    for centre in (480, 760):
        strength = gust * wandering(random, length, 6.0, 1.5)
        sound += bed(random, length, band(centre * 0.85, centre * 1.15, order=3)) * (0.45 * strength)[:, None]
    return sound


def high_wind(random: Random, length: int) -> Samples:
    """The wind of ridges and roofs: it whistles."""
    gust = wandering(random, length, 10.0, 1.8)
    sound = bed(random, length, band(90, 500, order=1.0)) * (0.3 + 0.7 * gust)[:, None]
    for centre in (620, 940, 1330):
        strength = np.square(gust) * wandering(random, length, 5.0, 1.0)
        sound += bed(random, length, band(centre * 0.93, centre * 1.07, order=4)) * (0.9 * strength)[:, None]
    return sound


def leaves(random: Random, length: int) -> Samples:
    """What gusts do to leaves and grass."""
    gust = wandering(random, length, 12.0, 2.0)
    return np.asarray(
        bed(random, length, band(1000, 3800, order=1.5)) * (0.12 + 0.88 * np.square(gust))[:, None], np.float32
    )


def sand(random: Random, length: int) -> Samples:
    """Dry grains over a dune, in gusts."""
    gust = wandering(random, length, 9.0, 1.5)
    return bed(random, length, band(2000, 5500, order=2)) * (0.05 + gust**3)[:, None]


def rain(random: Random, length: int) -> Samples:
    """Light rain: a fine hiss and single drops."""
    strength = 0.85 + 0.15 * wandering(random, length, 16.0, 4.0)
    sound = bed(random, length, band(900, 6000, order=1.0)) + 0.8 * specks(
        random, length, 0.015, band(1800, 5500, order=2), 1.5
    )
    return np.asarray(sound * strength[:, None])


def heavy_rain(random: Random, length: int) -> Samples:
    """Rain that drums: all of the spectrum, and the ground under it."""
    strength = 0.85 + 0.15 * wandering(random, length, 12.0, 3.0)
    sound = bed(random, length, band(200, 5500, order=1.0, tilt_db=-1.5)) + 0.6 * specks(
        random, length, 0.004, band(800, 4500), 1.5
    )
    return np.asarray(sound * strength[:, None])


def rain_outside(random: Random, length: int) -> Samples:
    """Rain as it is heard under a roof: the roof, and drops from its edge."""
    sound = bed(random, length, band(140, 1100, order=1.0)) + 0.5 * specks(
        random, length, 0.06, band(500, 1600, order=3), 5.0
    )
    return np.asarray(sound)


def far_thunder(random: Random, length: int) -> Samples:
    """A roll now and then."""
    sound = np.zeros((length, 2), np.float32)
    for begin in moments(random, length, 14.0, 2.5):
        size = seconds(4.5)
        roll = coloured_noise(random, size, band(28, 140, order=1.5)) * wandering(random, size, 0.8, 0.15)
        roll *= curve_of(((0, 0), (0.25, 1), (1.2, 0.6), (4.4, 0)), size)
        add_at(sound, panned(roll, float(random.uniform(-0.6, 0.6))), begin)
    return sound


def waves(random: Random, length: int) -> Samples:
    """A shore: every 7 to 10 seconds a wave rises, breaks and runs out over the sand."""
    rate = 100
    points = length * rate // RATE + 2
    time = np.arange(points) / rate
    swell, foam, side = np.zeros(points), np.zeros(points), np.zeros(points)
    begin = -float(random.uniform(2.0, 5.0))
    while begin < points / rate:
        tall = float(random.uniform(0.75, 1.0))
        away = time - begin
        rising = np.clip(away / 2.6, 0, 1) ** 2
        swell += tall * np.where(away < 2.6, rising, np.exp(-np.maximum(0, away - 2.6) / 1.5))
        broken = away - 2.2
        foam += tall * np.where(broken > 0, np.minimum(1, broken / 0.5) * np.exp(-np.maximum(0, broken - 0.5) / 1.7), 0)
        side += float(random.uniform(-0.4, 0.4)) * ((away > 0) & (away < 7))
        begin += float(random.uniform(7.0, 10.0))
    at = np.arange(length) * (rate / RATE)
    rush, high = (np.interp(at, np.arange(points), value).astype(np.float32) for value in (swell, foam))
    sound = bed(random, length, band(90, 800, order=1.0, tilt_db=-1)) * (0.10 + rush)[:, None]
    sound += bed(random, length, band(1200, 8000, order=1.0, tilt_db=-2)) * (0.04 + 0.75 * high)[:, None]
    lean = np.interp(at, np.arange(points), np.convolve(side, np.hanning(151) / 75, mode="same")).astype(np.float32)
    return np.asarray(sound * np.stack([1 - 0.5 * lean, 1 + 0.5 * lean], axis=1), np.float32)


def water(random: Random, length: int) -> Samples:
    """A river: a rush that never rests and bubbles in it."""
    quick = 0.75 + 0.25 * wandering(random, length, 0.5, 0.12)
    sound = bed(random, length, band(320, 2400, order=1.0, tilt_db=-1)) * quick[:, None]
    return np.asarray(sound + 0.9 * specks(random, length, 0.03, band(520, 900, order=5), 14.0))


def lapping(random: Random, length: int) -> Samples:
    """Water against wood or stone, softly."""
    slosh = np.square(wandering(random, length, 3.0, 0.7))
    return np.asarray(bed(random, length, band(160, 900, order=1.5)) * (0.1 + slosh)[:, None], np.float32)


def birds(random: Random, length: int) -> Samples:
    """Three or four singers, each with its own song, near and far."""
    sound = np.zeros((length, 2), np.float32)
    for number in range(4):
        song, pan = bird_song(random), float(random.uniform(-0.9, 0.9))
        far = 0.35 + 0.65 * float(random.random())
        for begin in moments(random, length, 4.5 + 2.5 * number):
            add_at(sound, panned(song * np.float32(far * random.uniform(0.7, 1.0)), pan), begin)
    return sound


def bird_song(random: Random) -> Mono:
    """One bird's song of a second or two: quick whistles between 2 and 6 kHz, a phrase said again."""
    phrase = [
        (float(random.uniform(0.05, 0.16)), float(random.uniform(2300, 5200)), float(random.uniform(-0.45, 0.45)))
        for _ in range(int(random.integers(2, 5)))
    ]
    notes = phrase * int(random.integers(2, 4))
    song = np.zeros(seconds(sum(note[0] + 0.05 for note in notes) + 0.2), np.float32)
    place = 0.0
    for lasts, height, slide in notes:
        size = seconds(lasts)
        going = np.linspace(0, 1, size)
        trill = 1 + 0.03 * np.sin(2 * np.pi * 32 * lasts * going) * (lasts > 0.11)
        whistle = gliding(height * 2 ** (slide * going) * trill, (1.0, 0.08)) * np.sin(np.pi * going) ** 1.5
        begin = seconds(place)
        song[begin : begin + size] += whistle.astype(np.float32)
        place += lasts + 0.05
    return song


def gulls(random: Random, length: int) -> Samples:
    """Cries over water, falling, three or four in a row."""
    sound = np.zeros((length, 2), np.float32)
    for begin in moments(random, length, 8.0):
        pan, height = float(random.uniform(-0.8, 0.8)), float(random.uniform(1050, 1500))
        for number in range(int(random.integers(2, 5))):
            size = seconds(0.38)
            going = np.linspace(0, 1, size)
            cry = gliding(height * (1 + 0.18 * np.sin(np.pi * going**0.6) - 0.2 * going), (1, 0.7, 0.5, 0.25))
            cry *= (np.sin(np.pi * going) ** 0.7 * (0.9**number)).astype(np.float32)
            add_at(sound, panned(cry, pan), begin + seconds(0.46 * number))
    return sound


def crickets(random: Random, length: int) -> Samples:
    """A summer's night: four of them, chirping at 2 to 2.6 a second between 4 and 5 kHz."""
    sound = np.zeros((length, 2), np.float32)
    for number in range(4):
        tone, every = float(random.uniform(4100, 4900)), 1 / float(random.uniform(2.0, 2.6))
        size = seconds(0.03)
        pulse = np.sin(2 * np.pi * tone * np.arange(size) / RATE) * np.hanning(size)
        chirp = panned(np.tile(pulse, 3).astype(np.float32) * np.float32(0.9**number), float(random.uniform(-0.9, 0.9)))
        resting = wandering(random, length, 20.0, 6.0)
        for beat in np.arange(float(random.uniform(0, every)), length / RATE, every):
            begin = seconds(beat + float(random.normal(0, 0.006)))
            if begin < length and resting[begin] > 0.15:
                add_at(sound, chirp, begin)
    return sound


def cicadas(random: Random, length: int) -> Samples:
    """A hot day: a rattle high up that swells and sinks."""
    swell = wandering(random, length, 9.0, 2.5)
    rattle = 0.6 + 0.4 * np.sin(2 * np.pi * 46 * np.arange(length) / RATE, dtype=np.float32)
    return np.asarray(bed(random, length, band(4800, 7200, order=4)) * (swell * rattle)[:, None], np.float32)


def owl(random: Random, length: int) -> Samples:
    """Far off, seldom: two calls."""
    sound = np.zeros((length, 2), np.float32)
    for begin in moments(random, length, 17.0, 3.0):
        pan = float(random.uniform(-0.7, 0.7))
        for place, lasts in ((0.0, 0.35), (0.75, 0.16), (0.98, 0.6)):
            size = seconds(lasts)
            going = np.linspace(0, 1, size)
            call = gliding(365 * (1 + 0.06 * np.sin(np.pi * going)), (1, 0.12, 0.05)) * np.sin(np.pi * going) ** 0.8
            add_at(sound, panned(call.astype(np.float32), pan), begin + seconds(place))
    return sound


def drips(random: Random, length: int) -> Samples:
    """Drops that fall into still water, in a hollow place."""
    sound = np.zeros((length, 2), np.float32)
    for begin in moments(random, length, 1.7):
        tone = float(random.uniform(750, 1900))
        plop = ringing((tone, tone * 1.5), (0.16, 0.08), (1, 0.3), seconds(0.3), bend=-0.45)
        pan, loud = float(random.uniform(-0.8, 0.8)), float(random.uniform(0.4, 1.0))
        for number, late in enumerate((0.0, 0.13, 0.29, 0.52, 0.81)):
            echo = plop * np.float32(loud * 0.42**number)
            add_at(sound, panned(echo, pan * (-1) ** number * 0.8), begin + seconds(late + 0.001))
    return sound


def fire(random: Random, length: int) -> Samples:
    """A low breath and wood that cracks."""
    breath = bed(random, length, band(60, 350, order=1.0)) * (0.5 + 0.5 * wandering(random, length, 2.0, 0.3))[:, None]
    cracks = specks(random, length, 0.09, band(1300, 5000, order=1.5), 0.8) + 0.6 * specks(
        random, length, 0.7, band(500, 2500), 5.0
    )
    return np.asarray(breath * 0.8 + cracks * 0.8)


def snow_hush(random: Random, length: int) -> Samples:
    """Air that snow has made quiet."""
    return bed(random, length, band(60, 240, order=1.0)) * (0.5 + 0.5 * wandering(random, length, 15.0, 4.0))[:, None]
