"""Colour: OKLCH, and the light of a scene that all its local colours are seen in."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from filmstudio.projects.v1 import storyboard_pb2 as sb

# Lightness 0..1, then the two axes of OKLab (Björn Ottosson, 2020).
Lab = tuple[float, float, float]


def oklch(lightness: float, chroma: float, hue: float) -> Lab:
    """From lightness 0..1, chroma 0..0.37 and hue in degrees (30 red, 90 yellow, 145 green, 230 sky, 260 blue)."""
    angle = math.radians(hue)
    return lightness, chroma * math.cos(angle), chroma * math.sin(angle)


def blend(a: Lab, b: Lab, share: float) -> Lab:
    """a, with that share of b."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def lighter(color: Lab, by: float) -> Lab:
    """Lightness moved by that much (negative: darker)."""
    return min(1.0, max(0.0, color[0] + by)), color[1], color[2]


def to_hex(color: Lab) -> str:
    """As "#rrggbb", clipped to sRGB."""
    lightness, a, b = color
    l_ = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    m_ = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s_ = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * l_ - 3.3077115913 * m_ + 0.2309699292 * s_,
        -1.2684380046 * l_ + 2.6097574011 * m_ - 0.3413193965 * s_,
        -0.0041960863 * l_ - 0.7034186147 * m_ + 1.7076147010 * s_,
    )
    return "#" + "".join(f"{round(255 * _encode(min(1.0, max(0.0, value)))):02x}" for value in linear)


def from_hex(text: str) -> Lab:
    """From "#rrggbb"; a mid grey for anything else."""
    try:
        r, g, b = (_decode(int(text[i : i + 2], 16) / 255) for i in (1, 3, 5))
    except ValueError:
        return 0.6, 0.0, 0.0
    l_ = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    m_ = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    s_ = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * l_ + 0.7936177850 * m_ - 0.0040720468 * s_,
        1.9779984951 * l_ - 2.4285922050 * m_ + 0.4505937099 * s_,
        0.0259040371 * l_ + 0.7827717662 * m_ - 0.8086757660 * s_,
    )


def _encode(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055


def _decode(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


@dataclass(frozen=True)
class Light:
    """The light of one scene. Local colours are given as in daylight; `lit` shows them as they look here."""

    sky_top: Lab
    sky_low: Lab
    # What distance fades into.
    haze: Lab
    # Colour of the sun or moon and of what it touches.
    key: Lab
    tint: Lab
    tint_share: float
    gain: float
    chroma: float
    # Whether lamps are on and windows glow.
    dark: bool
    # Warm light of lamps and fires.
    lamp: Lab = (0.86, 0.03, 0.12)

    def lit(self, color: Lab) -> Lab:
        """The local colour in this light."""
        lightness, a, b = color
        seen = (lightness * self.gain, a * self.chroma, b * self.chroma)
        mixed = blend(seen, self.tint, self.tint_share)
        return mixed[0] * 0.35 + seen[0] * 0.65, mixed[1], mixed[2]

    def hex(self, lightness: float, chroma: float, hue: float, depth: float = 0.0) -> str:
        """A local colour as seen here, `depth` of the way (0..1) into the haze."""
        return to_hex(blend(self.lit(oklch(lightness, chroma, hue)), self.haze, depth))


_DAY = Light(oklch(0.70, 0.10, 240), oklch(0.90, 0.045, 215), oklch(0.86, 0.035, 225), oklch(0.97, 0.05, 95),
             oklch(0.85, 0.03, 85), 0.10, 1.0, 1.0, False)  # fmt: skip
_DAWN = Light(oklch(0.66, 0.075, 280), oklch(0.88, 0.085, 55), oklch(0.83, 0.07, 40), oklch(0.95, 0.08, 70),
              oklch(0.74, 0.09, 20), 0.30, 0.88, 0.9, False)  # fmt: skip
_DUSK = Light(oklch(0.44, 0.10, 290), oklch(0.80, 0.135, 55), oklch(0.66, 0.11, 35), oklch(0.90, 0.13, 65),
              oklch(0.56, 0.10, 325), 0.30, 0.76, 0.95, True)  # fmt: skip
_NIGHT = Light(oklch(0.20, 0.06, 272), oklch(0.40, 0.075, 255), oklch(0.36, 0.065, 258), oklch(0.93, 0.03, 240),
               oklch(0.34, 0.075, 262), 0.46, 0.57, 0.72, True)  # fmt: skip
_INDOOR_NIGHT = Light(oklch(0.20, 0.06, 272), oklch(0.36, 0.07, 255), oklch(0.42, 0.06, 50), oklch(0.90, 0.09, 75),
                      oklch(0.56, 0.10, 55), 0.30, 0.76, 0.95, True)  # fmt: skip


def light_of(
    time: sb.TimeOfDay.ValueType, weather: sb.Weather.ValueType, mood: sb.Mood.ValueType, *, interior: bool
) -> Light:
    """The light for that hour, weather and mood."""
    base = {sb.TIME_OF_DAY_DAWN: _DAWN, sb.TIME_OF_DAY_DUSK: _DUSK, sb.TIME_OF_DAY_NIGHT: _NIGHT}.get(time, _DAY)
    if interior and base is _NIGHT:
        base = _INDOOR_NIGHT
    grey = {
        sb.WEATHER_CLOUDY: 0.5,
        sb.WEATHER_RAIN: 0.78,
        sb.WEATHER_STORM: 0.88,
        sb.WEATHER_FOG: 0.5,
        sb.WEATHER_SNOW: 0.4,
    }
    share = grey.get(weather, 0.0) * (0.3 if interior else 1.0)
    # A night is dark enough: who stands in its storm is still to be seen.
    if weather == sb.WEATHER_STORM and base is not _NIGHT:
        base = _shade(base, 0.82)
    warm = {sb.MOOD_SAD: (0.72, 0.96), sb.MOOD_TENSE: (0.85, 0.93), sb.MOOD_MYSTERIOUS: (0.85, 0.93),
            sb.MOOD_HAPPY: (1.12, 1.02), sb.MOOD_TRIUMPHANT: (1.12, 1.0), sb.MOOD_TENDER: (1.04, 1.0)}  # fmt: skip
    chroma, gain = warm.get(mood, (1.0, 1.0))
    if weather == sb.WEATHER_FOG and not interior and base is _NIGHT:
        # Fog by night holds what light there is.
        base = replace(base, haze=lighter(base.haze, 0.12), sky_low=lighter(base.sky_low, 0.06))
    return Light(
        _dull(base.sky_top, share), _dull(base.sky_low, share * 0.85), _dull(base.haze, share * 0.8), base.key,
        _dull(base.tint, share * 0.5), base.tint_share, base.gain * gain, base.chroma * chroma * (1 - 0.35 * share),
        base.dark or weather == sb.WEATHER_STORM, base.lamp,
    )  # fmt: skip


def _dull(color: Lab, share: float) -> Lab:
    """Towards the grey of an overcast sky of the same lightness."""
    grey = oklch(color[0] * 0.92 + 0.03, 0.018, 245)
    return blend(color, grey, share)


def _shade(light: Light, by: float) -> Light:
    return Light(lighter(light.sky_top, -0.12), lighter(light.sky_low, -0.12), lighter(light.haze, -0.1), light.key, light.tint,
                 light.tint_share + 0.1, light.gain * by, light.chroma, light.dark, light.lamp)  # fmt: skip


@dataclass(frozen=True)
class Scheme:
    """The few hues of a scene, and the one accent against them. Degrees."""

    hues: tuple[float, ...]
    accent: float
    # How far other hues are drawn to the nearest of these (0..1).
    pull: float = 0.6

    def near(self, chroma: float, hue: float) -> tuple[float, float]:
        """Chroma and hue as this scene has them: drawn to the nearest of its hues, and paler the further they were."""
        turns = [_turn(hue, own) for own in (*self.hues, self.accent)]
        turn = min(turns, key=abs)
        strays = max(0.0, abs(turn) - 15) / 90
        return chroma * (1 - 0.45 * min(1.0, strays)), hue + turn * self.pull


def _turn(begin: float, end: float) -> float:
    """The shorter way round from one hue to the other, -180..180."""
    return (end - begin + 180) % 360 - 180


def hue_of(color: Lab) -> float:
    """Degrees, as `oklch` takes them."""
    return math.degrees(math.atan2(color[2], color[1])) % 360


# What each family of places is made of: two hues besides its sky's. The accent is the one of these farthest from all of them.
_GREEN, _EARTH, _SAND, _STONE, _SEA, _BRICK, _WOOD = 138.0, 58.0, 72.0, 262.0, 222.0, 38.0, 55.0
_ACCENTS = (28.0, 62.0, 88.0, 12.0, 200.0)
_MADE_OF: dict[sb.Place.ValueType, tuple[float, ...]] = {
    sb.PLACE_FOREST: (_GREEN, 162, _EARTH), sb.PLACE_SEA: (_SEA, _SAND), sb.PLACE_MOUNTAIN: (_STONE, 145),
    sb.PLACE_DESERT: (_SAND, 48), sb.PLACE_RIVER: (_GREEN, _SEA, _EARTH), sb.PLACE_VILLAGE: (_GREEN, 70, _BRICK),
    sb.PLACE_CITY_STREET: (_STONE, 65), sb.PLACE_ROOFTOP: (_STONE, 48), sb.PLACE_PARK: (128, 75, 240),
    sb.PLACE_ROOM: (_WOOD, 205, 80), sb.PLACE_KITCHEN: (75, 195), sb.PLACE_OFFICE: (240, 70), sb.PLACE_CLASSROOM: (85, 165),
    sb.PLACE_TEMPLE: (66, _GREEN), sb.PLACE_PALACE: (65, 268, _GREEN), sb.PLACE_SHIP: (_WOOD, _SEA), sb.PLACE_TRAIN: (52, 145, 262),
    sb.PLACE_CAVE: (280, 220), sb.PLACE_LABORATORY: (215, 240), sb.PLACE_SPACE: (285, 320), sb.PLACE_LIGHTHOUSE: (_SEA, 130, _STONE),
    sb.PLACE_FIELD: (105, 140, _SAND),
}  # fmt: skip


def scheme_of(place: sb.Place.ValueType, light: Light, mood: sb.Mood.ValueType, seed: int) -> Scheme:
    """The hues that a scene in that place and light keeps to."""
    hues = (*_MADE_OF.get(place, (_GREEN, _SAND)), hue_of(light.sky_low))
    wanted = sorted(_ACCENTS, key=lambda accent: -min(abs(_turn(accent, own)) for own in hues))
    # One of the two that stand out most, so that not every forest has the same red.
    accent = wanted[seed % 2]
    return Scheme(hues, accent, 0.72 if mood in (sb.MOOD_SAD, sb.MOOD_TENSE, sb.MOOD_MYSTERIOUS) else 0.6)
