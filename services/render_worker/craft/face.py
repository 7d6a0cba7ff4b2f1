"""Heads: face with its feeling, hair, what is worn on the head. Drawn around (0, 0), the head's middle, about 130 tall."""

from __future__ import annotations

import math
from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.palette import Lab, Light, blend, from_hex, lighter, to_hex
from services.render_worker.craft.svg import Drawing


@dataclass(frozen=True)
class Tones:
    """Somebody's colours as they look in a scene's light."""

    skin: str
    skin_shade: str
    skin_light: str
    blush: str
    lip: str
    hair: str
    hair_shade: str
    hair_light: str
    clothes: str
    clothes_shade: str
    clothes_light: str
    accent: str
    accent_shade: str
    dark: str
    white: str
    rim: str


def tones_of(look: sb.Look, light: Light) -> Tones:
    """The look's colours in that light. People stay a little clearer than their surroundings."""

    def seen(color: Lab, by: float = 0.0) -> str:
        return to_hex(blend(lighter(light.lit(color), by), lighter(color, by), 0.32))

    skin, hair = from_hex(look.skin_color or "#d9a17a"), from_hex(look.hair_color or "#4a3226")
    if abs(hair[0] - skin[0]) < 0.1:
        hair = lighter(hair, -0.12)
    clothes, accent = from_hex(look.clothes_color or "#5b6f8c"), from_hex(look.accent_color or "#d8794f")
    red: Lab = (0.58, 0.14, 0.06)
    return Tones(
        skin=seen(skin), skin_shade=seen(blend(lighter(skin, -0.09), (0.5, 0.07, 0.02), 0.12)), skin_light=seen(skin, 0.05),
        blush=seen(blend(skin, red, 0.5)), lip=seen(blend(skin, red, 0.55), -0.06),
        hair=seen(hair), hair_shade=seen(hair, -0.07), hair_light=seen(hair, 0.07),
        clothes=seen(clothes), clothes_shade=seen(blend(clothes, (0.3, 0.0, -0.06), 0.2), -0.09), clothes_light=seen(clothes, 0.055),
        accent=seen(accent), accent_shade=seen(accent, -0.09),
        dark=seen((0.24, 0.02, -0.02)), white=seen((0.97, 0.0, 0.01)), rim=to_hex(blend(light.key, skin, 0.15)),
    )  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """Brows (inner end raised by, lift), eyelids (0 closed .. 1 wide), and the mouth's corners (-1 down .. 1 up) and opening."""

    brow_tilt: float
    brow_lift: float
    eyes: float
    mouth: float
    open: float


_EXPRESSIONS = {
    sb.FEELING_NEUTRAL: Expression(0, 0, 0.85, 0.25, 0),
    sb.FEELING_HAPPY: Expression(1, 4, 0.72, 1.0, 0.5),
    sb.FEELING_SAD: Expression(7, 1, 0.62, -0.7, 0),
    sb.FEELING_ANGRY: Expression(-8, -4, 0.7, -0.6, 0.1),
    sb.FEELING_AFRAID: Expression(6, 6, 1.12, -0.4, 0.35),
    sb.FEELING_SURPRISED: Expression(1, 10, 1.2, 0.0, 0.8),
    sb.FEELING_TENDER: Expression(4, 2, 0.66, 0.7, 0),
    sb.FEELING_TENSE: Expression(-4, 0, 0.8, -0.35, 0),
}


def draw_head(d: Drawing, look: sb.Look, tones: Tones, *, senior: bool, child: bool, feminine: bool, feeling: sb.Feeling.ValueType,
              speaking: bool, facing: int, light_side: int) -> None:  # fmt: skip
    """Everything above the neck, in front of it."""
    style, accessory = look.hair_style or "short", look.accessory or "none"
    jaw = 0.86 if feminine or child else 1.0
    near = -facing
    d.ellipse(near * 50, 4, 9, 14, tones.skin_shade)
    head = (f"M-51 -14C-53 -70 53 -70 51 -14C51 {18 * jaw:.0f} {40 * jaw:.0f} {44:.0f} {20 * jaw:.0f} 60"
            f"Q0 {70 if not child else 64} {-20 * jaw:.0f} 60C{-40 * jaw:.0f} 44 -51 {18 * jaw:.0f} -51 -14Z")  # fmt: skip
    d.path(head, tones.skin)
    dark_side = -light_side
    d.path(f"M{dark_side * 51} -14C{dark_side * 51} 20 {dark_side * 40 * jaw:.0f} 44 {dark_side * 20 * jaw:.0f} 60Q{dark_side * 8} 66 0 65"
           f"C{dark_side * 26} 44 {dark_side * 36} 16 {dark_side * 32} -52Q{dark_side * 50} -40 {dark_side * 51} -14Z", tones.skin_shade, opacity=0.7)  # fmt: skip
    if accessory == "beard":
        _beard(d, tones, jaw)
    _features(d, tones, _EXPRESSIONS.get(feeling, _EXPRESSIONS[sb.FEELING_NEUTRAL]), facing, speaking, senior, feminine)
    if accessory == "glasses":
        _glasses(d, tones, facing)
    if accessory == "hood":
        return
    _hair(d, style, tones, facing, light_side)
    if accessory == "hat":
        _hat(d, tones, child)


def draw_hair_behind(d: Drawing, look: sb.Look, tones: Tones, facing: int) -> None:
    """What hangs or sits behind the head."""
    if look.accessory == "hood":
        d.path("M-74 60C-92 -100 92 -100 74 60Q0 96 -74 60Z", tones.clothes_shade)
    match look.hair_style:
        case "long":
            d.path(
                "M-58 -20C-66 -88 66 -88 58 -20C62 40 74 84 60 122Q0 140 -60 122C-74 84 -62 40 -58 -20Z",
                tones.hair_shade,
            )
        case "bun":
            d.circle(-facing * 30, -68, 30, tones.hair_shade)
            d.circle(-facing * 27, -71, 26, tones.hair)
        case "braid":
            d.path("M-57 -14C-62 -86 62 -86 57 -14Q50 50 0 56Q-50 50 -57 -14Z", tones.hair_shade)
        case "curly":
            for i in range(11):
                angle = math.pi * (0.86 + 1.28 * i / 10)
                d.circle(54 * math.cos(angle), -10 + 58 * math.sin(angle), 23, tones.hair_shade)


def draw_hood(d: Drawing, tones: Tones) -> None:
    """A hood's rim around the face."""
    d.path("M-66 66C-84 -104 84 -104 66 66L46 58C60 -72 -60 -72 -46 58Z", tones.clothes)
    d.path("M-66 66C-84 -104 84 -104 66 66L60 64C76 -94 -76 -94 -60 64Z", tones.clothes_light)


def _features(
    d: Drawing, tones: Tones, face: Expression, facing: int, speaking: bool, senior: bool, feminine: bool
) -> None:
    shift = facing * 9.0
    spots = ((shift - facing * 21.0, 1.0, -facing), (shift + facing * 18.0, 0.9, facing))
    for x, wide, side in spots:
        _eye(d, tones, x, wide, face, facing, feminine)
        inner, outer = x - side * 12 * wide, x + side * 13 * wide
        y = -22 - face.brow_lift
        d.path(f"M{outer:.1f} {y + 3:.1f}Q{(inner + outer) / 2:.1f} {y - 6 - face.brow_tilt * 0.2:.1f} {inner:.1f} {y - face.brow_tilt:.1f}",
               stroke=tones.hair_shade, width=5.0 if not feminine else 3.8)  # fmt: skip
        d.ellipse(x + side * 6, 20, 11, 7, tones.blush, 0.42)
        if senior:
            d.path(
                f"M{outer + side * 3:.1f} -4q{side * 6} -2 {side * 9} -6M{outer + side * 3:.1f} 0q{side * 6} 1 {side * 9} 1",
                stroke=tones.skin_shade,
                width=2,
            )
            d.path(f"M{x - 8:.1f} 11q8 4 15 0", stroke=tones.skin_shade, width=2)
    tip = shift + facing * 5
    d.path(
        f"M{shift + facing * 1:.1f} -4Q{tip + facing * 5:.1f} 12 {tip + facing * 3:.1f} 15Q{tip - facing * 2:.1f} 19 {tip - facing * 8:.1f} 16",
        stroke=tones.skin_shade,
        width=3.4,
    )
    _mouth(d, tones, shift + facing * 1.5, face, speaking)
    if senior:
        for side in (-1, 1):
            d.path(f"M{shift + side * 19:.1f} 17q{side * 7} 9 {side * 4} 19", stroke=tones.skin_shade, width=2.2)


def _eye(d: Drawing, tones: Tones, x: float, wide: float, face: Expression, facing: int, feminine: bool) -> None:
    rx, ry = 9.6 * wide, 8.6 * face.eyes
    d.ellipse(x, -4, rx, ry, tones.white)
    iris = min(6.4, ry)
    d.circle(x + facing * 2.2, -4, iris, tones.dark)
    d.circle(x + facing * 2.2 - 2, -6.5, 2.0, "#ffffff")
    d.path(f"M{x - rx - 1:.1f} -4Q{x:.1f} {-4 - ry * 1.9:.1f} {x + rx + 1:.1f} -4", stroke=tones.dark, width=3.2)
    if feminine:
        side = 1 if x > 0 else -1
        d.path(f"M{x + side * (rx + 0.5):.1f} -5l{side * 4} -4", stroke=tones.dark, width=2.2)


def _mouth(d: Drawing, tones: Tones, x: float, face: Expression, speaking: bool) -> None:
    opening = max(face.open, 0.55) if speaking else face.open * 0.75
    half, lift = 17.0 - 4.0 * (face.mouth < 0), face.mouth * 7
    y = 37.0
    if opening > 0.15:
        drop = 5 + 15 * opening
        if face.mouth >= -0.1 and face.open < 0.7:
            d.path(f"M{x - half:.1f} {y - lift:.1f}Q{x:.1f} {y + 1:.1f} {x + half:.1f} {y - lift:.1f}Q{x + half * 0.6:.1f} {y + drop:.1f} {x:.1f} {y + drop:.1f}"
                   f"Q{x - half * 0.6:.1f} {y + drop:.1f} {x - half:.1f} {y - lift:.1f}Z", "#6b2a30")  # fmt: skip
            d.path(
                f"M{x - half * 0.8:.1f} {y - lift * 0.55:.1f}Q{x:.1f} {y + 2:.1f} {x + half * 0.8:.1f} {y - lift * 0.55:.1f}L{x + half * 0.62:.1f} {y + 4:.1f}Q{x:.1f} {y + 7:.1f} {x - half * 0.62:.1f} {y + 4:.1f}Z",
                tones.white,
            )
        else:
            d.ellipse(x, y + 3, 10, 4 + 9 * opening, "#6b2a30")
        return
    d.path(
        f"M{x - half:.1f} {y - lift:.1f}Q{x:.1f} {y + lift * 1.2:.1f} {x + half:.1f} {y - lift:.1f}",
        stroke=tones.lip,
        width=4.4,
    )
    d.path(f"M{x - 6:.1f} {y + 9 + lift * 0.4:.1f}q6 3 12 0", stroke=tones.skin_shade, width=2.4)


def _hair(d: Drawing, style: str, tones: Tones, facing: int, light_side: int) -> None:
    if style == "bald":
        for side in (-1, 1):
            d.path(f"M{side * 51} -18Q{side * 60} 4 {side * 50} 16Q{side * 45} -2 {side * 45} -22Z", tones.hair)
        d.path(
            f"M{light_side * 10} -52Q{light_side * 30} -50 {light_side * 36} -36",
            stroke=tones.skin_light,
            width=6,
            opacity=0.6,
        )
        return
    part = -facing * 14
    if style == "curly":
        for i in range(9):
            angle = math.pi * (1.02 + 0.96 * i / 8)
            d.circle(46 * math.cos(angle), -16 + 44 * math.sin(angle), 19, tones.hair)
        for i in range(4):
            d.circle(light_side * (8 + 9 * i), -60 + 3.4 * i * i, 9, tones.hair_light, 0.55)
        return
    low = -2 if style == "short" else 14
    d.path(
        f"M-55 {low}C-70 -102 70 -102 55 {low}Q50 -6 46 -26Q{30 + part * 0.4:.0f} -30 {part:.0f} -48Q{-30 + part * 0.4:.0f} -26 -46 -20Q-50 -6 -55 {low}Z",
        tones.hair,
    )
    d.path(
        f"M{light_side * 16} -70Q{light_side * 44} -62 {light_side * 51} -28",
        stroke=tones.hair_light,
        width=7,
        opacity=0.7,
    )
    d.path(f"M{part:.0f} -50Q{part * 0.7:.0f} -60 {part * 0.2:.0f} -68", stroke=tones.hair_shade, width=3)


def _beard(d: Drawing, tones: Tones, jaw: float) -> None:
    d.path(
        f"M-51 2C-50 30 {-42 * jaw:.0f} 58 -20 74Q0 86 20 74C{42 * jaw:.0f} 58 50 30 51 2Q42 24 24 24Q0 18 -24 24Q-42 24 -51 2Z",
        tones.hair,
    )
    d.path("M-20 26Q0 16 20 26Q0 30 -20 26Z", tones.hair_shade)


def _glasses(d: Drawing, tones: Tones, facing: int) -> None:
    shift = facing * 9.0
    for x in (shift - facing * 21, shift + facing * 18):
        d.circle(x, -3, 15.5, tones.white, 0.22)
        d.path(f"M{x - 15.5:.1f} -3a15.5 15.5 0 1 0 31 0a15.5 15.5 0 1 0 -31 0Z", stroke=tones.dark, width=3)
    d.path(f"M{shift - 5:.1f} -5q4 -4 8 0M{-facing * 50} -4L{shift - facing * 36:.1f} -4", stroke=tones.dark, width=3)


def _hat(d: Drawing, tones: Tones, child: bool) -> None:
    if child:
        d.path("M-56 -28C-60 -98 60 -98 56 -28Z", tones.accent)
        d.rect(-60, -40, 120, 22, tones.accent_shade, rx=11)
        d.circle(0, -84, 15, tones.white)
        return
    d.path("M-46 -40C-48 -104 -20 -98 0 -92C20 -98 48 -104 46 -40Z", tones.accent)
    d.path("M-47 -52H47V-38H-47Z", tones.accent_shade)
    d.ellipse(0, -38, 84, 13, tones.accent)
