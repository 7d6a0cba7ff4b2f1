"""Movements that go round: walk, run, dance, climb, swim. A phase of 1.0 is once round, two steps of a walk.

Key poses as animators name them (Richard Williams, "The Animator's Survival Kit"): contact, down, pass, up. The feet are placed
first: one that stands moves back exactly as fast as the body moves forward, so that it doesn't slide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from services.render_worker.craft.puppets.pose import Hand, Pose

_TURN = 2 * math.pi


@dataclass(frozen=True)
class Gait:
    """A way of going. Lengths in units of the figure."""

    # What one cycle covers, and the share of it that a foot stands.
    stride: float
    stand: float
    lift: float
    # The hips' lowest and highest point below their own height.
    low: float
    high: float
    lean: float
    swing: float
    elbow: float
    turn: float


WALK = Gait(stride=300.0, stand=0.60, lift=34.0, low=15.0, high=2.0, lean=4.0, swing=62.0, elbow=-0.55, turn=56.0)
RUN = Gait(stride=560.0, stand=0.34, lift=96.0, low=34.0, high=-4.0, lean=15.0, swing=104.0, elbow=-1.0, turn=60.0)


def gone(gait: Gait, phase: float, stride: float, base: Pose) -> Pose:
    """The pose of that gait at a phase, with a stride (units a cycle) that fits how fast they go."""
    near = _foot(gait, phase, stride)
    far = _foot(gait, phase + 0.5, stride)
    # Down just after each contact, up as the legs pass.
    beat = math.cos(2 * _TURN * (phase - 0.06))
    drop = gait.low + (gait.high - gait.low) * (0.5 - 0.5 * beat)
    air = 0.0
    if gait.stand < 0.5:
        # Both feet are off the ground twice a cycle: the body flies then.
        air = max(0.0, -beat) ** 1.5 * 26.0
    reach = min(1.15, stride / gait.stride)
    swing = math.cos(_TURN * (phase - 0.02))
    hand = gait.swing * (0.55 + 0.45 * reach)
    bent = 1.0 if gait.stand < 0.5 else 0.0
    return replace(
        base, drop=drop, lift=air, lean=gait.lean * reach + base.lean * 0.4, bend=2.0 + base.bend * 0.3, turn=gait.turn, sway=0.0,
        head=-gait.lean * 0.5 + base.head * 0.5 + 1.5 * math.sin(2 * _TURN * phase), knee=1.0, shrug=base.shrug * 0.5,
        # Arms go against the legs, and hands come a little later than arms.
        near_x=-6 - hand * swing, near_y=176 - 84 * bent - abs(swing) * (12 + 22 * bent), near_elbow=gait.elbow,
        far_x=10 + hand * swing, far_y=176 - 84 * bent - abs(swing) * (12 + 22 * bent), far_elbow=gait.elbow,
        near_step=near[0], near_up=near[1], near_toe=near[2], far_step=far[0], far_up=far[1], far_toe=far[2],
        near_hand=Hand.HOLD if bent else Hand.REST, far_hand=Hand.HOLD if bent else Hand.REST,
    )  # fmt: skip


def _foot(gait: Gait, phase: float, stride: float) -> tuple[float, float, float]:
    """Forward, up, and the toe's lift, of a foot whose heel comes down at phase 0."""
    at = phase % 1.0
    half = stride * gait.stand / 2
    if at < gait.stand:
        t = at / gait.stand
        heel_strike = max(0.0, 1 - t / 0.16) * (22 if gait.stand > 0.5 else 10)
        push = max(0.0, (t - 0.72) / 0.28)
        return half - 2 * half * t, 16 * push**1.5, heel_strike - 34 * push
    t = (at - gait.stand) / (1 - gait.stand)
    eased = t * t * (3 - 2 * t)
    arc = math.sin(math.pi * min(1.0, t * 1.06)) ** 0.9 if t < 0.94 else max(0.0, math.sin(math.pi * t))
    up = gait.lift * arc + 16 * (1 - t) ** 3
    toe = -46 * (1 - t) ** 1.5 + 22 * t**3
    return -half + 2 * half * eased, up, toe


def danced(t: float, base: Pose, variant: int) -> Pose:
    """Two bars that alternate: steps to the sides with arms that swing, and a turn of hands above the head."""
    beat = t * 2.0
    side = math.sin(math.pi * beat)
    bounce = abs(math.cos(math.pi * beat))
    bar = int(beat // 4 + variant) % 2
    feet: dict[str, Any] = {
        "near_step": -34 + 14 * side,
        "far_step": 34 + 14 * side,
        "near_up": max(0.0, side) * 34,
        "far_up": max(0.0, -side) * 34,
    }
    common = replace(base, drop=14 + 16 * bounce, sway=20 * side, lean=-7 * side, head=9 * side, turn=14, **feet)
    if bar == 0:
        return replace(common, near_x=-104 + 34 * side, near_y=-20 + 76 * side, near_elbow=0.8, far_x=104 + 34 * side, far_y=-20 - 76 * side, far_elbow=-0.8, near_hand=Hand.OPEN, far_hand=Hand.OPEN)  # fmt: skip
    spin = math.cos(math.pi * beat)
    return replace(common, near_x=-34 + 26 * spin, near_y=-168 + 12 * bounce, near_elbow=0.6, far_x=34 + 26 * spin, far_y=-168 + 12 * bounce, far_elbow=-0.6, near_hand=Hand.OPEN, far_hand=Hand.OPEN)  # fmt: skip


def climbed(t: float, length: float, base: Pose) -> Pose:
    """Hand over hand up something, a little higher with each pull."""
    phase = t * 1.1
    pull = math.sin(_TURN * phase)
    rise = 150.0 * min(1.0, t / max(length, 0.1)) + 6 * abs(pull)
    return replace(
        base, lift=rise, turn=66, lean=6, sway=6 * pull, near_x=66, near_y=-96 - 62 * pull, near_elbow=-0.6, far_x=52, far_y=-96 + 62 * pull,
        far_elbow=-0.6, near_step=36, near_up=52 - 46 * pull, far_step=52, far_up=52 + 46 * pull, near_toe=12, far_toe=12,
        near_hand=Hand.HOLD, far_hand=Hand.HOLD, head=-14, drop=0,
    )  # fmt: skip


def swum(t: float, base: Pose) -> Pose:
    """A crawl, lying in the water."""
    phase = t * 0.8
    a, b = _TURN * phase, _TURN * phase + math.pi
    kick = math.sin(_TURN * phase * 3)
    return replace(
        base, roll=74, sink=196 + 6 * math.sin(a), turn=62, lean=-4, near_x=40 * math.sin(a), near_y=-150 * math.cos(a), near_elbow=-0.5,
        far_x=40 * math.sin(b), far_y=-150 * math.cos(b), far_elbow=-0.5, near_step=-14 + 22 * kick, far_step=14 - 22 * kick, near_up=8,
        far_up=8, near_toe=-40, far_toe=-40, head=-42, near_hand=Hand.OPEN, far_hand=Hand.OPEN,
    )  # fmt: skip


def flown(t: float, base: Pose) -> Pose:
    """Through the air, one arm ahead."""
    wave = math.sin(_TURN * t * 0.45)
    return replace(
        base, lift=150 + 16 * wave, roll=58 + 4 * wave, turn=60, lean=-6, near_x=-30, near_y=172, near_elbow=-0.4, far_x=66, far_y=-178,
        far_elbow=-0.2, near_step=-22, far_step=8, near_up=6 + 8 * wave, far_up=22 - 8 * wave, near_toe=-40, far_toe=-40, head=-36,
        far_hand=Hand.HOLD, near_hand=Hand.REST,
    )  # fmt: skip
