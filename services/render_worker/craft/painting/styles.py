"""The styles a film can be drawn in: how colours are toned, how a brush lays a shape down, what lies over the whole picture.

Everything drawn for a film, places, things and people, goes through its style, so that all of it is made of one stuff.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from services.render_worker.craft.images import Picture
from services.render_worker.craft.painting.palette import Lab, blend, lighter
from services.render_worker.craft.painting.textures import Field, noise, shadowed, textured, tiled


class StyleUnknown(LookupError):
    """Nobody paints in that style; the message names it and those there are."""


@dataclass(frozen=True)
class Medium:
    """How one shape is laid down. Lengths are units of the drawings, shares are of full strength."""

    # How much darker a shape is on the side away from the light.
    modelling: float = 0.10
    # The light's edge on a large shape.
    rim: float = 0.22
    # How far its grain strays in a gradient.
    grain: float = 0.10
    # How far a cut edge strays from the drawn one.
    wobble: float = 0.0
    # The shadow of a sheet on the one below: its strength.
    shadow: float = 0.0
    # Pigment that gathers at the edge, and that is unevenly taken up within.
    pooled: float = 0.0
    mottle: float = 0.0
    # Pixels of the plate that one drawn pixel covers: a wet brush has no sharper edge.
    softness: float = 1.0


@dataclass(frozen=True)
class Style:
    """One way of drawing. `tone`: every colour drawn goes through it. `sheet`: texture of a plane (BGRA premultiplied, in and
    out). `sprite`: the same for a puppet, at most 3 ms a megapixel; it may throw a shadow into the picture's own margin.
    `screen(width, height, light_side, seed)`: factors out of 200 that the finished film's luma is multiplied with.
    """

    name: str
    medium: Medium
    tone: Callable[[Lab], Lab]
    sheet: Callable[[Picture, int], Picture]
    sprite: Callable[[Picture], Picture]
    screen: Callable[[int, int, int, int], Picture]
    # Width in units and colour of the line around shapes.
    outline: tuple[float, Lab] | None = field(default=None)


def style(name: str) -> Style:
    """The style of that name, "flat" for an empty one; StyleUnknown for another than `names()`."""
    found = _STYLES.get(name or "flat")
    if found is None:
        raise StyleUnknown(f"no style {name!r}: there are {', '.join(names())}")
    return found


def names() -> list[str]:
    """The styles there are."""
    return sorted(_STYLES)


def _same(color: Lab) -> Lab:
    return color


def _paper_tone(color: Lab) -> Lab:
    """Cut paper is bought in few colours: eleven steps of lightness, eighteen hues, never quite black or white."""
    lightness, a, b = color
    chroma, hue = math.hypot(a, b), math.atan2(b, a)
    step = math.pi / 9
    turned = hue + (round(hue / step) * step - hue) * 0.7
    level = 0.17 + 0.80 * lightness
    level += (round(level * 11) / 11 - level) * 0.6
    return level, chroma * 1.14 * math.cos(turned), chroma * 1.14 * math.sin(turned)


# The colour of the sheet that watercolours are painted on.
PAPER: Lab = (0.965, 0.001, 0.014)


def _watercolor_tone(color: Lab) -> Lab:
    """Paper shines through every wash, most through pale ones."""
    lifted = (0.24 + 0.78 * color[0] ** 0.9, color[1] * 1.22, color[2] * 1.22)
    return blend(lifted, PAPER, 0.06 + 0.12 * color[0])


def _noir_tone(color: Lab) -> Lab:
    """Silver: hard contrast, the faintest cold in the shadows. Warm colours print lighter than cold ones of equal lightness."""
    lightness = min(1.0, max(0.0, color[0] + 0.10 * color[1] + 0.14 * color[2])) ** 0.92
    curve = lightness * lightness * (3 - 2 * lightness)
    level = 0.05 + 0.92 * (0.9 * curve + 0.1 * lightness)
    return level, 0.0, -0.010 * (1 - level)


def _flat_sheet(picture: Picture, seed: int) -> Picture:
    return textured(picture, "grain", 0.012, seed)


def _paper_sheet(picture: Picture, seed: int) -> Picture:
    return textured(picture, "fibre", 0.022, seed)


def _paper_sprite(picture: Picture) -> Picture:
    lift = max(2, round(picture.shape[0] / 160))
    return shadowed(textured(picture, "fibre", 0.022), -lift, lift, lift * 1.4, 0.42)


def _watercolor_sheet(picture: Picture, seed: int) -> Picture:
    return textured(picture, "wash", 0.022, seed)


def _watercolor_sprite(picture: Picture) -> Picture:
    """Granulation, and the edge where a wash dries darker."""
    height, width = picture.shape[:2]
    done = textured(picture, "wash", 0.026)
    small = cv2.resize(picture[:, :, 3], (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    inner = cv2.resize(cv2.blur(small, (5, 5)), (width, height), interpolation=cv2.INTER_LINEAR)
    # 255 well inside, about half at the edge
    factor = cv2.LUT(inner, np.clip(0.72 * 255 + (np.arange(256) - 118) * 0.62, 0.70 * 255, 255).astype(np.uint8))
    shade = cv2.merge([factor, factor, factor, np.full_like(factor, 255)])
    return np.asarray(cv2.multiply(done, shade, scale=1 / 255), np.uint8)


def _grey(picture: Picture) -> Picture:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGRA2GRAY)
    return np.asarray(cv2.merge([grey, grey, grey, picture[:, :, 3]]), np.uint8)


def _noir_sheet(picture: Picture, seed: int) -> Picture:
    return textured(_grey(picture), "grain", 0.028, seed)


def _across(width: int, height: int) -> tuple[Field, Field]:
    x, y = np.meshgrid(np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32))
    return x, y


def _map(factor: Field, width: int, height: int, grain: Field, amount: float) -> Picture:
    """Factors at a part of the size, with grain at full size, as bytes of which 200 is 1."""
    full = cv2.resize(factor.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(200 * full + tiled(grain, width, height) * amount, 0, 255).astype(np.uint8), np.uint8)


def _fall(x: Field, y: Field, light_side: int, depth: float) -> Field:
    """Light that falls off to the corners, least on the light's side."""
    return np.asarray(1.02 + 0.035 * light_side * x - depth * np.clip(np.hypot(x * 0.85, y * 0.95) - 0.45, 0, 1) ** 1.5,
                      np.float32)  # fmt: skip


def _flat_screen(width: int, height: int, light_side: int, seed: int) -> Picture:
    x, y = _across(max(2, width // 8), max(2, height // 8))
    return _map(_fall(x, y, light_side, 0.22), width, height, noise(seed % 7 + 20, 1.2), 1.6)


def _paper_screen(width: int, height: int, light_side: int, seed: int) -> Picture:
    x, y = _across(max(2, width // 8), max(2, height // 8))
    return _map(_fall(x, y, light_side, 0.30), width, height, noise(seed % 7 + 30, 1.4), 2.0)


# Where a wash ends: so far from the sheet's edge on average, and how unevenly, as shares of the picture's shorter side.
_WASH_ENDS, _WASH_STRAYS = 0.017, 0.011


def _watercolor_screen(width: int, height: int, light_side: int, seed: int) -> Picture:
    """The paper's tooth over all; at the sheet's edge the wash ends in a ragged line, darker where it dried, and paper shows."""
    x, y = _across(max(2, width // 2), max(2, height // 2))
    rows, columns = x.shape
    short = min(width, height)

    def stray(number: int, size: float) -> Field:
        return tiled(noise(number, size), columns, rows)

    # The brush stopped now sooner, now later, and its hairs left a rough line.
    uneven = stray(seed % 7 + 40, 40.0) + 0.35 * stray(seed % 7 + 47, 7.0) + 0.15 * stray(seed % 7 + 54, 1.5)
    inside = np.minimum((1 - np.abs(x)) * width / 2, (1 - np.abs(y)) * height / 2) / short
    wash = (inside - _WASH_ENDS - _WASH_STRAYS * uneven) / 0.0035
    paper = np.clip(0.5 - 0.5 * wash, 0, 1)
    dried = np.exp(-((wash - 1.6) ** 2) / 2.4)
    factor = 1.01 + 0.02 * light_side * x + 0.25 * paper - 0.11 * dried
    tooth = noise(50, 2.2) * 0.8 + noise(51, 1.1) * 0.6
    return _map(factor.astype(np.float32), width, height, tooth, 4.2)


def _noir_screen(width: int, height: int, light_side: int, seed: int) -> Picture:
    """A beam through blinds across the picture, deep corners, the grain of fast film."""
    x, y = _across(max(2, width // 8), max(2, height // 8))
    along = x * light_side
    slats = 0.5 + 0.5 * np.tanh(4.5 * np.sin(21 * (y + 0.30 * along) + seed % 5))
    beam = np.clip(1 - np.abs(along * 0.8 + 0.3 * y - 0.25) * 1.5, 0, 1)
    deep = np.clip(np.hypot(x * 0.8, y * 0.85) - 0.35, 0, 1) ** 1.3
    factor = 0.93 + 0.26 * beam * (0.35 + 0.65 * slats) - 0.66 * deep
    soft = cv2.GaussianBlur(factor.astype(np.float32), (0, 0), 1.2)
    return _map(np.asarray(soft, np.float32), width, height, noise(seed % 7 + 60, 1.5), 5.0)


_STYLES = {
    "flat": Style("flat", Medium(), _same, _flat_sheet, lambda picture: textured(picture, "grain", 0.012), _flat_screen),
    "paper": Style("paper", Medium(modelling=0.0, rim=0.0, grain=0.03, wobble=2.4, shadow=0.5), _paper_tone, _paper_sheet,
                   _paper_sprite, _paper_screen),
    "watercolor": Style("watercolor", Medium(modelling=0.05, rim=0.0, grain=0.0, wobble=1.6, pooled=0.30, mottle=0.06,
                                             softness=1.7),
                        _watercolor_tone, _watercolor_sheet, _watercolor_sprite, _watercolor_screen,
                        (1.5, lighter((0.36, 0.012, 0.020), 0.0))),
    "noir": Style("noir", Medium(modelling=0.26, rim=0.5, grain=0.16), _noir_tone, _noir_sheet,
                  lambda picture: textured(_grey(picture), "grain", 0.028), _noir_screen),
}  # fmt: skip
