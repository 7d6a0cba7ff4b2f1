"""Somebody's colours, as they look in a scene's light and a film's style."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.palette import Lab, Light, blend, from_hex, lighter, to_hex
from services.render_worker.craft.painting.styles import Style
from services.render_worker.craft.puppets.canvas import Color

# People stay that much clearer than their surroundings, and more so in the dark, where a key light finds them: most of all their
# faces, which have at least 70 of 255 levels of luma then, whatever the skin (a bar of the tests).
_CLEAR, _CLEAR_IN_THE_DARK, _FACE_IN_THE_DARK = 0.30, 0.42, 0.72
_COOL: Lab = (0.28, 0.005, -0.05)
_RED: Lab = (0.58, 0.14, 0.06)


@dataclass(frozen=True)
class Cloth:
    """One stuff: its own colour, away from the light, towards it, and in its folds."""

    base: Color
    shade: Color
    light: Color
    fold: Color


@dataclass(frozen=True)
class Tones:
    """All that a figure is coloured with."""

    skin: Cloth
    blush: Color
    lip: Color
    lip_dark: Color
    mouth: Color
    tongue: Color
    teeth: Color
    white: Color
    white_shade: Color
    iris: Color
    ink: Color
    glint: Color
    brow: Color
    hair: Cloth
    clothes: Cloth
    accent: Cloth
    trousers: Cloth
    shoes: Cloth
    linen: Cloth
    metal: Cloth
    wood: Cloth
    rim: Color
    line: Color
    shadow: Lab
    # How strong the light's edge is, 0..1.
    rim_share: float
    # Any other stuff, by its own colour "#rrggbb".
    stuff: Callable[[str], Cloth]


def bgra(color: Lab) -> Color:
    """An opaque colour as pixels have it."""
    text = to_hex(color)
    return int(text[5:7], 16), int(text[3:5], 16), int(text[1:3], 16), 255


def mixed(a: Color, b: Color, share: float) -> Color:
    """a, with that share of b."""
    return (round(a[0] + (b[0] - a[0]) * share), round(a[1] + (b[1] - a[1]) * share),
            round(a[2] + (b[2] - a[2]) * share), 255)  # fmt: skip


def tones_of(look: sb.Look, light: Light, style: Style) -> Tones:
    """The look's colours in that light and style."""
    clear, face = (_CLEAR_IN_THE_DARK, _FACE_IN_THE_DARK) if light.dark else (_CLEAR, _CLEAR)

    def seen(color: Lab, share: float = clear) -> Color:
        return bgra(style.tone(blend(light.lit(color), color, share)))

    def cloth(color: Lab, depth: float = 1.0) -> Cloth:
        model = (0.055 + 0.5 * style.medium.modelling) * depth
        return Cloth(
            seen(color), seen(blend(lighter(color, -model), _COOL, 0.14 * depth)), seen(lighter(color, 0.05)),
            seen(blend(lighter(color, -model * 1.7), _COOL, 0.16)),
        )  # fmt: skip

    skin = from_hex(look.skin_color or "#d9a17a")
    hair = from_hex(look.hair_color or "#4a3226")
    if abs(hair[0] - skin[0]) < 0.12:
        hair = lighter(hair, -0.14 if hair[0] < 0.7 else 0.08)
    clothes, accent = from_hex(look.clothes_color or "#5b6f8c"), from_hex(look.accent_color or "#d8794f")
    warm = Cloth(
        seen(skin, face), seen(blend(lighter(skin, -0.06 - 0.3 * style.medium.modelling), (0.42, 0.10, 0.02), 0.13), face),
        seen(lighter(skin, 0.045), face), seen(blend(lighter(skin, -0.13), (0.40, 0.09, 0.03), 0.22), face),
    )  # fmt: skip
    brow = lighter(hair, -0.06) if hair[0] < 0.72 else lighter(hair, -0.18)
    ink: Lab = (0.22, 0.015, -0.015)
    return Tones(
        skin=warm, blush=seen(blend(skin, (0.64, 0.15, 0.06), 0.30), face), lip=seen(lighter(blend(skin, _RED, 0.42), -0.05)),
        lip_dark=seen(blend(lighter(skin, -0.30), (0.30, 0.09, 0.02), 0.5)), mouth=seen((0.26, 0.07, 0.02)),
        tongue=seen((0.60, 0.12, 0.05)), teeth=seen((0.955, 0.0, 0.012), face), white=seen((0.97, 0.0, 0.008), face),
        white_shade=seen((0.84, 0.0, -0.012), face), iris=seen(_iris(look)), ink=seen(ink), glint=bgra((0.99, 0.0, 0.0)),
        brow=seen(brow), hair=cloth(hair, 0.9), clothes=cloth(clothes), accent=cloth(accent),
        trousers=cloth(_trousers(look, clothes)), shoes=cloth((0.30, 0.018, 0.022)), linen=cloth((0.93, 0.0, 0.012)),
        metal=cloth((0.74, -0.008, -0.022), 1.6), wood=cloth((0.50, 0.03, 0.06)),
        rim=bgra(style.tone(blend(light.key, skin, 0.12))), line=seen(style.outline[1] if style.outline else ink),
        shadow=style.tone(blend(light.lit((0.20, 0.0, -0.03)), (0.16, 0.0, -0.03), 0.5)),
        rim_share=min(0.85, style.medium.rim * (2.2 if light.dark else 1.2)), stuff=lambda color: cloth(from_hex(color)),
    )  # fmt: skip


def _iris(look: sb.Look) -> Lab:
    dark = from_hex(look.skin_color or "#d9a17a")[0] < 0.72
    picks: tuple[Lab, ...] = ((0.30, 0.03, 0.04), (0.36, 0.03, 0.05), (0.28, 0.02, 0.02))
    if not dark:
        picks += ((0.45, -0.03, -0.05), (0.43, -0.05, 0.03))
    return picks[sum(look.SerializeToString(deterministic=True)) % len(picks)]


def _trousers(look: sb.Look, clothes: Lab) -> Lab:
    """Quiet, and of another lightness than what is worn above."""
    picks: tuple[Lab, ...] = ((0.34, -0.005, -0.045), (0.38, 0.012, 0.022), (0.30, 0.0, -0.012), (0.62, 0.008, 0.035))
    far = sorted(picks, key=lambda pick: -abs(pick[0] - clothes[0]) - 0.6 * math.dist(pick[1:], clothes[1:]))
    return far[sum(look.hair_style.encode()) % 2]
