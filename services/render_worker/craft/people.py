"""People: figures with the same look in every shot. Drawn with feet at (0, 0), crown at about y = -620."""

from __future__ import annotations

import re
from enum import Enum

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.face import Tones, draw_hair_behind, draw_head, draw_hood, tones_of
from services.render_worker.craft.palette import Light
from services.render_worker.craft.staging import Place2D
from services.render_worker.craft.svg import Drawing

_COATS = re.compile(r"coat|cloak|robe|jacket|uniform|keeper|doctor|wizard|king|captain", re.IGNORECASE)
_GOWNS = re.compile(r"dress|sari|saree|gown|kurta|tunic|queen|princess|skirt|apron", re.IGNORECASE)
_SHOULDERS = {"slim": 78.0, "average": 88.0, "broad": 104.0}


class Gesture(Enum):
    """What the hands do."""

    REST = "rest"
    RAISE = "raise"
    OFFER = "offer"
    HEART = "heart"


def gesture_of(where: Place2D, words: str) -> Gesture:
    """A gesture that fits the feeling; speech moves the hands only now and then, the same words always alike."""
    if where.feeling in (sb.FEELING_SURPRISED, sb.FEELING_AFRAID):
        return Gesture.RAISE
    if where.feeling in (sb.FEELING_TENDER, sb.FEELING_SAD):
        return Gesture.HEART
    if not where.speaking:
        return Gesture.REST
    if where.feeling == sb.FEELING_HAPPY:
        return Gesture.RAISE
    return (Gesture.OFFER, Gesture.REST, Gesture.OFFER, Gesture.HEART, Gesture.REST)[sum(words.encode()) % 5]


def draw_person(d: Drawing, character: sb.Character, where: Place2D, light: Light, light_side: int, *, shadow: bool,
                gesture: Gesture = Gesture.REST) -> None:  # fmt: skip
    """One person where the staging puts them."""
    _Figure(d, character, where, light, light_side).draw(shadow, gesture)


class _Figure:
    def __init__(self, d: Drawing, character: sb.Character, where: Place2D, light: Light, light_side: int) -> None:
        self.d, self.character, self.where, self.light_side = d, character, where, light_side
        self.look = character.look
        self.tones: Tones = tones_of(character.look, light)
        self.child = character.age == sb.AGE_GROUP_CHILD
        self.feminine = character.gender == sb.GENDER_FEMALE
        self.half = (
            _SHOULDERS.get(self.look.build, 88.0) * (0.9 if self.feminine else 1.0) * (0.92 if self.child else 1.0)
        )
        words = character.description
        self.gown = bool(_GOWNS.search(words)) or (
            self.feminine and not _COATS.search(words) and sum(character.id.encode()) % 2 == 0
        )
        self.coat = not self.gown and (bool(_COATS.search(words)) or character.age == sb.AGE_GROUP_SENIOR)

    def draw(self, shadow: bool, gesture: Gesture) -> None:
        where, d = self.where, self.d
        with d.group(f"translate({where.x:.1f} {where.y:.1f}) scale({where.scale:.4f})"):
            if shadow:
                d.ellipse(-self.light_side * 46, 2, 150, 17, "#10121e", 0.30)
            grown = "translate(0 -478) scale(1.2) translate(0 478)" if self.child else ""
            with d.group(grown), d.group("translate(0 -545)"):
                draw_hair_behind(d, self.look, self.tones, where.facing)
            self._legs()
            self._arm(-where.facing, Gesture.REST)
            self._torso()
            self._neck()
            with d.group(grown), d.group("translate(0 -545)"):
                draw_head(
                    d, self.look, self.tones, senior=self.character.age == sb.AGE_GROUP_SENIOR, child=self.child,
                    feminine=self.feminine, feeling=where.feeling, speaking=where.speaking, facing=where.facing,
                    light_side=self.light_side,
                )  # fmt: skip
                if self.look.accessory == "hood":
                    draw_hood(d, self.tones)
            if self.look.accessory == "scarf":
                self._scarf()
            if self.look.hair_style == "braid":
                self._braid()
            self._arm(where.facing, gesture)

    def _legs(self) -> None:
        d, tones = self.d, self.tones
        hip, top = self.half * 0.62, -276.0
        trousers = tones.dark if not self.gown else tones.skin_shade
        for side in (-1, 1):
            x = side * hip * 0.52
            d.path(f"M{x - hip * 0.48:.1f} {top}L{x - 21:.1f} -24H{x + 21:.1f}L{x + hip * 0.48:.1f} {top}Z", trousers)
            toe = self.where.facing * 20
            d.path(f"M{x - 22:.1f} -30H{x + 22:.1f}L{x + 24 + max(toe, 0):.1f} -8Q{x + 26 + max(toe, 0):.1f} 2 {x + 12:.1f} 2H{x - 12:.1f}"
                   f"Q{x - 26 + min(toe, 0):.1f} 2 {x - 24 + min(toe, 0):.1f} -8Z", tones.dark)  # fmt: skip
            d.path(f"M{x - 24 + min(toe, 0):.1f} -4H{x + 24 + max(toe, 0):.1f}", stroke=tones.accent_shade, width=4)

    def _torso(self) -> None:
        d, tones, half = self.d, self.tones, self.half
        hem, flare = (
            (-128.0, half * 1.18) if self.coat else ((-96.0, half * 1.36) if self.gown else (-262.0, half * 0.80))
        )
        waist = half * (0.70 if self.feminine else 0.82)
        body = (f"M-30 -478Q{-half * 0.9:.1f} -474 {-half:.1f} -432C{-half * 1.02:.1f} -390 {-waist:.1f} -350 {-waist:.1f} -310"
                f"C{-waist:.1f} -270 {-flare:.1f} {hem - 40:.1f} {-flare:.1f} {hem:.1f}Q0 {hem + 20:.1f} {flare:.1f} {hem:.1f}"
                f"C{flare:.1f} {hem - 40:.1f} {waist:.1f} -270 {waist:.1f} -310C{waist:.1f} -350 {half * 1.02:.1f} -390 {half:.1f} -432Q{half * 0.9:.1f} -474 30 -478Z")  # fmt: skip
        d.path(body, tones.clothes)
        side = -self.light_side
        d.path(f"M{side * 30} -478Q{side * half * 0.9:.1f} -474 {side * half:.1f} -432C{side * half * 1.02:.1f} -390 {side * waist:.1f} -350 {side * waist:.1f} -310"
               f"C{side * waist:.1f} -270 {side * flare:.1f} {hem - 40:.1f} {side * flare:.1f} {hem:.1f}Q{side * flare * 0.6:.1f} {hem + 14:.1f} {side * flare * 0.3:.1f} {hem + 16:.1f}"
               f"C{side * waist * 0.3:.1f} -280 {side * waist * 0.5:.1f} -380 {side * half * 0.4:.1f} -474Z", tones.clothes_shade, opacity=0.75)  # fmt: skip
        lit = self.light_side
        d.path(
            f"M{lit * half * 0.86:.1f} -462Q{lit * half * 0.98:.1f} -440 {lit * half * 0.97:.1f} -410",
            stroke=tones.rim,
            width=4,
            opacity=0.35,
        )
        if self.coat:
            d.path(f"M{self.where.facing * 6} -470V{hem + 16:.0f}", stroke=tones.clothes_shade, width=5)
            for i in range(4):
                d.circle(self.where.facing * 6 + 17, -420 + i * 66, 6.5, tones.accent)
            d.path("M-44 -478L-8 -412L0 -452L8 -412L44 -478Q0 -500 -44 -478Z", tones.clothes_light)
            for x in (-1, 1):
                d.rect(x * waist * 0.58 - 25, -268, 50, 12, tones.clothes_shade, rx=6)
        elif self.gown:
            d.rect(-waist, -322, waist * 2, 22, tones.accent, rx=8)
            d.path(
                f"M{-flare * 0.95:.0f} {hem - 18:.0f}Q0 {hem + 4:.0f} {flare * 0.95:.0f} {hem - 18:.0f}",
                stroke=tones.accent,
                width=10,
            )
            d.path("M-34 -478Q0 -430 34 -478Z", tones.skin)
        else:
            d.path("M-36 -479Q0 -440 36 -479", stroke=tones.accent, width=13)
            d.path(
                f"M{-flare:.0f} {hem - 4:.0f}Q0 {hem + 16:.0f} {flare:.0f} {hem - 4:.0f}",
                stroke=tones.clothes_shade,
                width=12,
            )

    def _neck(self) -> None:
        d, tones = self.d, self.tones
        d.path("M-21 -506H21V-474Q0 -452 -21 -474Z", tones.skin_shade)
        d.path(
            f"M{self.light_side * 21} -500V-474Q{self.light_side * 12} -464 {self.light_side * 2} -463V-480Z",
            tones.skin,
        )

    def _arm(self, side: int, gesture: Gesture) -> None:
        d, tones, x = self.d, self.tones, side * self.half * 0.90
        shaded = side != self.light_side
        sleeve = tones.clothes_shade if shaded else tones.clothes
        elbow, hand = {
            Gesture.REST: ((x + side * 19, -350.0), (x + side * 10, -246.0)),
            Gesture.RAISE: ((x + side * 34, -330.0), (x + side * 52, -418.0)),
            Gesture.OFFER: ((x + side * 14, -330.0), (x + side * 96, -322.0)),
            Gesture.HEART: ((x + side * 24, -322.0), (x - side * 52, -384.0)),
        }[gesture]
        d.path(
            f"M{x - side * 4:.1f} -440L{elbow[0]:.1f} {elbow[1]:.1f}L{hand[0]:.1f} {hand[1]:.1f}",
            stroke=sleeve,
            width=44,
        )
        d.path(
            f"M{x - side * 14:.1f} -405L{elbow[0] - side * 16:.1f} {elbow[1] - 8:.1f}",
            stroke=tones.clothes_shade,
            width=4,
            opacity=0.35,
        )
        if gesture in (Gesture.OFFER, Gesture.HEART):
            self._open_hand(hand, side if gesture is Gesture.OFFER else -side, gesture)
            return
        towards = -1 if gesture is Gesture.RAISE else 1
        d.path(
            f"M{hand[0] - 17:.1f} {hand[1] + 2:.1f}h34",
            stroke=tones.accent_shade if not shaded else tones.clothes_shade,
            width=13,
        )
        palm_y = hand[1] + towards * 20
        d.ellipse(hand[0], palm_y, 17, 21, tones.skin)
        if gesture is Gesture.RAISE:
            for i in range(4):
                finger = hand[0] - 12 + i * 8
                d.path(
                    f"M{finger:.1f} {palm_y - 8:.1f}L{finger + (i - 1.5) * 3.4:.1f} {palm_y - 34 + abs(i - 1.5) * 3:.1f}",
                    stroke=tones.skin,
                    width=8.6,
                )
            d.path(
                f"M{hand[0] - side * 12:.1f} {palm_y + 4:.1f}L{hand[0] - side * 28:.1f} {palm_y - 8:.1f}",
                stroke=tones.skin,
                width=8.6,
            )
        else:
            d.path(
                f"M{hand[0] - side * 10:.1f} {palm_y:.1f}q{-side * 6} 14 {-side * 2} 24",
                stroke=tones.skin_shade,
                width=7,
            )

    def _open_hand(self, at: tuple[float, float], side: int, gesture: Gesture) -> None:
        """A hand held out palm up, or laid on the chest."""
        d, tones, (x, y) = self.d, self.tones, at
        d.path(f"M{x:.1f} {y - 16:.1f}v32", stroke=tones.accent_shade, width=12)
        d.ellipse(x + side * 20, y, 20, 15, tones.skin)
        tilt = -7 if gesture is Gesture.OFFER else 5
        for i in range(4):
            d.path(
                f"M{x + side * 28:.1f} {y - 9 + 6 * i:.1f}l{side * 26} {tilt + (i - 1.5) * 2.4:.1f}",
                stroke=tones.skin,
                width=7.6,
            )
        d.path(f"M{x + side * 14:.1f} {y - 8:.1f}l{side * 10} -17", stroke=tones.skin, width=8)

    def _scarf(self) -> None:
        d, tones, side = self.d, self.tones, self.where.facing
        d.path(f"M{side * 22} -470L{side * 40} -356L{side * 74} -362L{side * 52} -474Z", tones.accent_shade)
        for i in range(3):
            d.path(f"M{side * (44 + 10 * i)} -358v15", stroke=tones.accent_shade, width=5)
        d.path("M-52 -490Q0 -454 52 -490Q66 -468 50 -452Q0 -424 -50 -452Q-66 -468 -52 -490Z", tones.accent)
        d.path("M-44 -462Q0 -438 44 -462", stroke=tones.accent_shade, width=5, opacity=0.8)

    def _braid(self) -> None:
        side = -self.where.facing
        for i in range(6):
            self.d.ellipse(
                side * (46 + 3 * (i % 2)),
                -478 + 25 * i,
                15 - i * 0.9,
                17,
                self.tones.hair if i % 2 else self.tones.hair_light,
            )
        self.d.circle(side * 47, -330, 9, self.tones.accent)
