"""A whole figure in one pose: shadow, seat, legs, garment, arms, head and what is in the hands, from back to front."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from services.render_worker.craft.images import Picture
from services.render_worker.craft.puppets import animals, heads
from services.render_worker.craft.puppets.body import Body
from services.render_worker.craft.puppets.canvas import Canvas, Points
from services.render_worker.craft.puppets.garments import Front, cloth_of, draw_front
from services.render_worker.craft.puppets.hair import draw_behind
from services.render_worker.craft.puppets.limbs import draw_arm, draw_leg
from services.render_worker.craft.puppets.person import Face
from services.render_worker.craft.puppets.pose import HIP, Limb, Pose, Skeleton, skeleton_of
from services.render_worker.craft.puppets.shapes import Ribbon, along, away, common, curve, discs, hull, rounded
from services.render_worker.craft.puppets.tones import Tones


@dataclass(frozen=True)
class Held:
    """A thing in hand: its picture (premultiplied) and where it is held, as shares of it; `both`: in both hands."""

    picture: Picture
    grip: tuple[float, float] = (0.5, 0.8)
    both: bool = False
    # It is carried over the head, and so behind it.
    over: bool = False


def draw_figure(c: Canvas, body: Body, pose: Pose, face: Face, *, back: bool = False, held: Held | None = None, drag: float = 0.0,
                near: bool = False) -> None:  # fmt: skip
    """The figure on the canvas, its feet at (0, 0). `near`: only what is above the hips can be seen, don't draw the rest."""
    bones = skeleton_of(pose, body.build)
    c = c.moved(pose.x, pose.sink)
    if pose.roll:
        hip = (0.0, -HIP + pose.drop - pose.lift)
        turned = c.moved(hip[0], hip[1], pose.roll)
        c = turned.moved(-hip[0], -hip[1])
    _Drawing(c, body, pose, bones, face, back, held, drag, near).draw()


def draw_shadow(c: Canvas, body: Body, pose: Pose, light_side: int, depth: float) -> None:
    """A soft shadow on the ground; thinner the higher the figure is."""
    lightness = max(0.25, 1 - pose.lift / 420)
    lying = min(1.0, abs(pose.roll) / 80)
    wide = (96 + 120 * lying + abs(pose.near_step - pose.far_step) * 0.22) * (0.7 + 0.3 * lightness)
    x = pose.x - light_side * (22 + pose.lift * 0.12) + (pose.near_step + pose.far_step) * 0.2
    low = body.tones.shadow[0]
    steps = 7
    for i in range(steps):
        share = i / (steps - 1)
        alpha = depth * lightness * (0.10 + 0.90 * share**1.2)
        grow = 1.35 - 0.62 * share
        ink = round(255 * alpha)
        dark = round(ink * low * 0.5)
        c.ellipse(x, 3, wide * grow, 15 * grow, (round(dark * 1.12), dark, round(dark * 0.96), ink))


def draw_bed(c: Canvas, tones: Tones, light_side: int) -> None:
    """A mat and a pillow for one whose head is at x = 0."""
    c.fill(rounded(along([(-100, -12), (500, -12)], [12, 12])), tones.accent.shade, line=True)
    c.fill(rounded(along([(-100, -19), (500, -19)], [7, 7])), tones.accent.base)
    pillow = along([(-78, -36), (-6, -44), (66, -36)], [17, 24, 16])
    c.fill(rounded(pillow), tones.linen.base, line=True)
    c.fill(pillow.shade(away(pillow, light_side), 0.3), tones.linen.shade)


class _Drawing:
    """One drawing of one figure."""

    def __init__(self, c: Canvas, body: Body, pose: Pose, bones: Skeleton, face: Face, back: bool, held: Held | None, drag: float,
                 near: bool) -> None:  # fmt: skip
        self.c, self.body, self.pose, self.bones, self.face = c, body, pose, bones, face
        self.back, self.held, self.drag, self.near = back, held, drag, near
        self.tones, self.light = body.tones, body.light_side
        self.cloth = cloth_of(body.character.look.garment, body.tones)
        self.skirted = body.garment.hem > 0.05

    def draw(self) -> None:
        """From back to front."""
        tones, bones = self.tones, self.bones
        size = self.body.build.head * (1.0 if self.body.animal is None else 1.14)
        head = self.c.moved(bones.head[0], bones.head[1], bones.head_angle, size)
        if self.body.animal is not None and not self.near:
            animals.draw_tail(self.c, self.body.animal, tones, bones.pelvis, self.drag, self.pose.breath)
        if self.body.animal is None and not self.back:
            draw_behind(head, self.body.person, tones, self.face)
        if self.held is not None and self.held.over:
            self._hold(self.held, bones.near_arm, None)
        far_front, near_front = self._in_front(bones.far_arm), self._in_front(bones.near_arm)
        if not far_front:
            draw_arm(self.c, self.body, bones.far_arm, self.pose.far_hand, far=True)
        if self.back and near_front:
            draw_arm(self.c, self.body, bones.near_arm, self.pose.near_hand, far=False)
        if not self.near:
            draw_leg(self.c, self.body, bones.far_leg, self.pose.far_toe, bones.side, far=True)
            draw_leg(self.c, self.body, bones.near_leg, self.pose.near_toe, bones.side, far=False)
        self._neck()
        self._torso()
        self._head(head)
        self._over(head)
        if far_front and not self.back:
            draw_arm(self.c, self.body, bones.far_arm, self.pose.far_hand, far=True)
        if self.held is not None and self.held.both:
            self._hold(self.held, bones.near_arm, bones.far_arm)
        if not (self.back and near_front):
            if self.held is not None and not self.held.both and not self.held.over:
                self._hold(self.held, bones.near_arm, None)
            draw_arm(self.c, self.body, bones.near_arm, self.pose.near_hand, far=False)

    def _in_front(self, arm: Limb) -> bool:
        """Whether the hand is before the body or the face rather than beside it."""
        x, y = arm.c
        neck, pelvis = self.bones.neck, self.bones.pelvis
        share = min(1.0, max(0.0, (y - neck[1]) / max(1.0, pelvis[1] - neck[1])))
        middle = neck[0] + (pelvis[0] - neck[0]) * share
        return abs(x - middle) < self.body.build.chest * 0.86 and y < pelvis[1] + 30

    def _head(self, head: Canvas) -> None:
        if self.body.animal is not None:
            animals.draw_head(head, self.body.animal, self.body.person, self.tones, self.face, self.light)
        else:
            heads.draw_head(head, self.body.person, self.tones, self.face, self.light)

    def _neck(self) -> None:
        skin = self.body.skin
        neck, head = self.bones.neck, self.bones.head
        slim = self.body.person.feminine or self.body.person.child
        wide = 15.0 * (1.5 if self.body.animal is not None else 0.88 if slim else 1.12)
        low = (neck[0], neck[1] + 14)
        ribbon = along(
            [(head[0], head[1] + 18), ((head[0] + low[0]) / 2, (head[1] + 30 + low[1]) / 2), low],
            [wide, wide, wide * 1.35],
        )
        self.c.fill(ribbon.outline(), skin.shade, line=True)
        self.c.fill(ribbon.strip(0.5 if self.light > 0 else 0.1, 0.9 if self.light > 0 else 0.5), skin.base)

    def _torso_ribbon(self) -> Ribbon:
        bones, build = self.bones, self.body.build
        wide = self.body.garment.loose * (0.62 + 0.38 * bones.front)
        breath = 1 + 0.018 * self.pose.breath
        neck, middle, pelvis = (np.asarray(p) for p in (bones.neck, bones.middle, bones.pelvis))
        low = pelvis + (pelvis - middle) * (0.16 if self.skirted else 0.20)
        # A back that bends is a curve through its middle.
        t = _DOWN
        spine = (1 - t) ** 2 * neck + 2 * t * (1 - t) * (2 * middle - (neck + low) / 2) + t**2 * low
        halves = [
            17,
            build.shoulders * (0.72 + 0.004 * self.pose.shrug),
            build.shoulders * 0.99,
            build.chest * breath,
            build.waist,
            build.hips * 0.96,
            build.hips * 0.90,
        ]
        return along(spine, [half * (wide if i else 1.0) for i, half in enumerate(halves)], 4)

    def _torso(self) -> None:
        c, cloth, garment = self.c, self.cloth, self.body.garment
        torso = self._torso_ribbon()
        skirt, hem = self._skirt(torso) if self.skirted and not self.near else (None, None)
        c.fill(torso.outline(), cloth.base, line=True)
        if skirt is not None:
            stuff = self.tones.clothes
            c.fill(skirt, stuff.shade, line=True)
            lit = common(skirt, np.add(skirt, (self.light * 18.0, -4.0)))
            if lit is not None:
                c.fill(lit, stuff.base)
            if garment.hem > 0.3 and self.body.character.look.garment not in ("sari", "armor"):
                c.fill(torso.band(0.5, 1.0), cloth.base)
        c.fill(torso.shade(-self.light, 0.34, 0.62 if skirt is not None else 1.0), cloth.shade)
        c.stroke(torso.edge(0.06 if self.light < 0 else 0.94)[3:12], 3.0, cloth.light)
        shift = 0.30 * self.bones.side * (-1 if self.back else 1)
        front = Front(torso, 0.5 + shift, skirt, hem, self.light, self.back)
        draw_front(c, self.body.character.look.garment, self.tones, front)

    def _skirt(self, torso: Ribbon) -> tuple[Points, Points]:
        """Its shape, and its lower edge from left to right."""
        bones, garment, build = self.bones, self.body.garment, self.body.build
        stop = garment.hem
        spots = [(*_on(leg, stop), 6.0) for leg in (bones.near_leg, bones.far_leg)]
        knees = [(*_on(leg, min(stop, 0.5)), 22.0 * build.limbs) for leg in (bones.near_leg, bones.far_leg)]
        hips = [(leg.a[0], leg.a[1] + 4, build.hips * 0.52) for leg in (bones.near_leg, bones.far_leg)]
        left = min(spots, key=lambda spot: spot[0])
        right = max(spots, key=lambda spot: spot[0])
        out = 17.0 * build.limbs + garment.flare
        lag = self.drag * stop
        low_l, low_r = (left[0] - out + lag, left[1]), (right[0] + out + lag, right[1])
        waist = [torso.at(0.66, 0.02), torso.at(0.66, 0.98)]
        around = np.concatenate(
            [
                discs([*hips, *knees]),
                np.asarray([*waist, low_l, low_r, (low_l[0] + 5, low_l[1] + 5), (low_r[0] - 5, low_r[1] + 5)]),
            ]
        )
        middle = ((low_l[0] + low_r[0]) / 2, max(low_l[1], low_r[1]) + 9)
        shape = hull(np.concatenate([around, [middle]]))
        low = curve(
            [
                low_l,
                (low_l[0] * 0.7 + low_r[0] * 0.3, (low_l[1] * 0.7 + low_r[1] * 0.3) + 6),
                (low_l[0] * 0.3 + low_r[0] * 0.7, (low_l[1] * 0.3 + low_r[1] * 0.7) + 6),
                low_r,
            ],
            4,
        )
        return shape, low

    def _over(self, head: Canvas) -> None:
        """What is worn over garment and head: scarf, braid."""
        person, tones, neck = self.body.person, self.tones, self.bones.neck
        look = person.look
        if look.hair_style == "braid" and self.body.animal is None and look.accessory != "hood":
            x, y = self.bones.head
            side = 0.0 if self.back else -34.0
            line = [
                (x + side, y + 26),
                (x + side - 6 + self.drag * 0.3, y + 70),
                (x + side - 2 + self.drag * 0.8, y + 116),
                (x + side + 2 + self.drag * 1.2, y + 150),
            ]
            for i, t in enumerate(np.linspace(0, 1, 8)):
                spots = curve(line, 4)
                spot = spots[round(t * (len(spots) - 1))]
                self.c.ellipse(
                    float(spot[0]) + (3 if i % 2 else -3),
                    float(spot[1]),
                    12.5 - 0.7 * i,
                    12.5,
                    tones.hair.base if i % 2 else tones.hair.shade,
                )
            end = curve(line, 4)[-1]
            self.c.ellipse(float(end[0]), float(end[1]) + 2, 7, 6, tones.accent.base)
        if look.accessory == "scarf":
            x, y = neck[0], neck[1]
            tail_x = x - 30 if self.back else x + 20
            lag = self.drag * 1.1
            tail = along([(tail_x, y + 4), (tail_x + 4 + lag * 0.4, y + 56), (tail_x + 2 + lag, y + 112)], [15, 16, 17])
            self.c.fill(tail.outline(), tones.accent.shade, line=True)
            for t in (0.78, 0.9):
                self.c.fill(tail.band(t, t + 0.05), tones.accent.light)
            wrap = along([(x - 42, y + 2), (x - 14, y + 13), (x + 16, y + 14), (x + 42, y - 2)], [13, 17, 17, 13])
            self.c.fill(rounded(wrap), tones.accent.base, line=True)
            self.c.fill(wrap.shade(away(wrap, self.light), 0.3), tones.accent.shade)

    def _hold(self, held: Held, arm: Limb, other: Limb | None) -> None:
        height, width = held.picture.shape[:2]
        px = self.c.px
        x, y = arm.c
        if other is not None:
            x, y = (arm.c[0] + other.c[0]) / 2, (arm.c[1] + other.c[1]) / 2
        else:
            length = math.hypot(arm.c[0] - arm.b[0], arm.c[1] - arm.b[1]) or 1.0
            x, y = x + (arm.c[0] - arm.b[0]) / length * 12, y + (arm.c[1] - arm.b[1]) / length * 12
        self.c.lay(held.picture, x + (0.5 - held.grip[0]) * width / px, y + (0.5 - held.grip[1]) * height / px)


# Shares of a torso's length, from the neck: shoulders, chest, waist, hips.
_DOWN = np.array([0.0, 0.06, 0.15, 0.36, 0.60, 0.84, 1.0])[:, None]


def _on(leg: Limb, share: float) -> tuple[float, float]:
    """A point of a leg: 0.0 the hip, 0.5 the knee, 1.0 the ankle."""
    start, end, part = (leg.a, leg.b, share * 2) if share < 0.5 else (leg.b, leg.c, share * 2 - 1)
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part
