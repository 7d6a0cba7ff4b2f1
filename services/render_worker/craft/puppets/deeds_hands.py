"""Deeds of the hands: point, wave, give, read, eat and their like. Each has anticipation before, ease between, a hold after."""

from __future__ import annotations

import math
from dataclasses import replace

from services.render_worker.craft.puppets.doing import Doing, ease, squeezed
from services.render_worker.craft.puppets.pose import Hand, Pose, in_both_arms, mix


def point(d: Doing) -> Pose:
    """An arm wound up, out, and settled."""
    wind = replace(d.base, far_x=46, far_y=74, far_elbow=-1.0, lean=-4, far_hand=Hand.POINT)
    out = replace(
        d.base,
        far_x=196,
        far_y=-34,
        far_elbow=-0.2,
        lean=7,
        sway=5,
        turn=44,
        far_hand=Hand.POINT,
        near_x=-30,
        near_y=178,
        head=-2,
    )
    hold = replace(out, far_x=190, far_y=-26, lean=5)
    return squeezed(d, 0.8, (0.16, wind), (0.38, out), (0.62, hold))


def wave(d: Doing) -> Pose:
    """A hand from side to side above the shoulder."""
    swing = math.sin(2 * math.pi * 1.7 * d.t)
    return replace(
        d.base,
        far_x=62 + 38 * swing,
        far_y=-142 + 10 * abs(swing),
        far_elbow=-0.9,
        far_hand=Hand.OPEN,
        lean=-2 + 2 * swing,
        turn=24,
        head=-3 + 3 * swing,
    )


def open_(d: Doing) -> Pose:
    """Reach, take hold, pull, and let see."""
    reach = replace(d.base, far_x=134, far_y=66, far_elbow=-0.6, far_hand=Hand.HOLD, lean=8, turn=54, sway=6)
    pull = replace(
        d.base, far_x=44, far_y=80, far_elbow=-1.0, far_hand=Hand.HOLD, lean=-6, turn=44, sway=-12, near_x=-34
    )
    wide = replace(d.base, far_x=118, far_y=30, far_elbow=-0.3, far_hand=Hand.OPEN, lean=2, turn=34)
    return squeezed(d, 1.4, (0.45, reach), (0.65, reach), (1.05, pull), (1.4, wide))


def carry(d: Doing) -> Pose:
    """Something in both arms."""
    return replace(in_both_arms(d.base), lean=-5, turn=max(d.base.turn, 40))


def light(d: Doing) -> Pose:
    """A flame brought to it, then held up."""
    strike = 5 * math.sin(22 * d.t) if 0.35 < d.share < 0.5 else 0.0
    lit = replace(
        d.base,
        near_x=128,
        near_y=30 + strike,
        near_elbow=-0.8,
        far_x=52,
        far_y=36,
        far_elbow=-0.9,
        lean=7,
        head=6,
        turn=46,
        near_hand=Hand.HOLD,
        far_hand=Hand.HOLD,
    )
    up = replace(lit, near_y=-24, lean=2, head=-4)
    return squeezed(d, 1.6, (0.4, lit), (1.0, lit), (1.5, up))


def give(d: Doing) -> Pose:
    """From the chest to the other."""
    at_chest = replace(d.base, near_x=72, near_y=66, near_elbow=-1.0, near_hand=Hand.HOLD)
    out = replace(
        d.base, near_x=180, near_y=58, near_elbow=-0.35, lean=9, turn=52, sway=10, near_hand=Hand.HOLD, head=3
    )
    return squeezed(d, 1.3, (0.35, at_chest), (0.85, out), (1.3, out))


def take(d: Doing) -> Pose:
    """Reach, grasp, and to the chest."""
    out = replace(d.base, near_x=180, near_y=62, near_elbow=-0.35, lean=10, turn=52, sway=10, near_hand=Hand.OPEN)
    grab = replace(out, near_hand=Hand.HOLD)
    back = replace(d.base, near_x=76, near_y=74, near_elbow=-1.0, near_hand=Hand.HOLD, head=7)
    return squeezed(d, 1.5, (0.5, out), (0.75, grab), (1.3, back))


def read(d: Doing) -> Pose:
    """Held before the eyes, a page turned now and then."""
    turn_page = 26 * max(0.0, math.sin(2 * math.pi * d.t / 2.6)) ** 8
    return replace(d.base, near_x=100, near_y=76, near_elbow=-1.0, far_x=30 + turn_page, far_y=74 - 0.6 * turn_page, far_elbow=-0.9, head=d.base.head + 9, nod=4,
                   near_hand=Hand.HOLD, far_hand=Hand.HOLD, turn=max(36, d.base.turn))  # fmt: skip


def write(d: Doing) -> Pose:
    """Lines of small strokes."""
    scribble, line = 4 * math.sin(17 * d.t), 16 * (d.t * 0.5 % 1.0)
    return replace(d.base, near_x=86 + line + scribble * 0.4, near_y=104 + scribble, near_elbow=-1.0, far_x=24, far_y=100, far_elbow=-0.9, lean=d.base.lean + 6,
                   head=d.base.head + 10, nod=5, near_hand=Hand.HOLD, far_hand=Hand.OPEN, turn=max(36, d.base.turn))  # fmt: skip


def eat(d: Doing) -> Pose:
    """To the mouth and back."""
    lift = ease(abs(math.sin(math.pi * d.t / 1.5)) * 1.3 - 0.2)
    low = replace(d.base, near_x=84, near_y=98, near_elbow=-1.0, near_hand=Hand.HOLD, head=d.base.head + 5)
    high = replace(d.base, near_x=88, near_y=-46, near_elbow=-1.0, near_hand=Hand.HOLD, head=d.base.head + 2)
    return mix(low, high, lift)


def drink(d: Doing) -> Pose:
    """To the mouth, head back."""
    lift = ease(math.sin(math.pi * min(1.0, d.t / max(1.6, d.length * 0.8))) * 1.6)
    low = replace(d.base, near_x=80, near_y=86, near_elbow=-1.0, near_hand=Hand.HOLD)
    high = replace(
        d.base, near_x=88, near_y=-44, near_elbow=-1.0, near_hand=Hand.HOLD, head=d.base.head - 13, lean=d.base.lean - 4
    )
    return mix(low, high, lift)


def throw(d: Doing) -> Pose:
    """Wound up behind, out over the shoulder, and through."""
    wind = replace(
        d.base,
        near_x=-120,
        near_y=-66,
        near_elbow=-0.8,
        far_x=110,
        far_y=20,
        lean=-15,
        sway=-22,
        turn=60,
        far_step=52,
        near_hand=Hand.HOLD,
    )
    go = replace(
        d.base,
        near_x=150,
        near_y=-72,
        near_elbow=-0.2,
        far_x=-20,
        far_y=120,
        lean=16,
        sway=20,
        turn=56,
        far_step=74,
        near_hand=Hand.OPEN,
    )
    end = replace(go, near_x=120, near_y=84, lean=22)
    return squeezed(d, 1.3, (0.5, wind), (0.62, wind), (0.78, go), (1.0, end), (1.5, d.base))


def sing(d: Doing) -> Pose:
    """Arms that open with the breath."""
    sway, swell = math.sin(2 * math.pi * 0.35 * d.t), 0.5 + 0.5 * math.sin(2 * math.pi * 0.22 * d.t)
    return replace(d.base, sway=8 * sway, lean=-3, head=-5 + 3 * sway, near_x=-44 - 62 * swell, near_y=130 - 86 * swell, near_elbow=0.7, far_x=56 + 62 * swell,
                   far_y=130 - 86 * swell, far_elbow=-0.7, near_hand=Hand.OPEN, far_hand=Hand.OPEN, breath=1.5 * swell)  # fmt: skip


def play(d: Doing) -> Pose:
    """One hand on the strings, one on the neck."""
    strum = math.sin(2 * math.pi * 1.9 * d.t)
    return replace(d.base, near_x=58, near_y=122 + 13 * strum, near_elbow=-1.0, far_x=64 + 8 * math.sin(1.7 * d.t), far_y=58, far_elbow=-0.9, lean=-2, sway=6 * math.sin(2.4 * d.t),
                   head=6 + 3 * math.sin(4.8 * d.t), turn=28, near_hand=Hand.REST, far_hand=Hand.HOLD)  # fmt: skip


def work(d: Doing) -> Pose:
    """Blow after blow: slow up, fast down, a rest on it."""
    phase = d.t * 0.9 % 1.0
    up = replace(
        d.base,
        near_x=-40,
        near_y=-130,
        near_elbow=0.7,
        far_x=84,
        far_y=120,
        far_elbow=-0.7,
        lean=-2,
        turn=52,
        near_hand=Hand.HOLD,
        far_hand=Hand.HOLD,
    )
    hit = replace(
        d.base,
        near_x=130,
        near_y=96,
        near_elbow=-0.5,
        far_x=88,
        far_y=128,
        far_elbow=-0.7,
        lean=18,
        turn=52,
        near_hand=Hand.HOLD,
        far_hand=Hand.HOLD,
        head=6,
    )
    # Slow up, a blow, a rest on it.
    return mix(hit, up, ease(phase / 0.5)) if phase < 0.5 else mix(up, hit, min(1.0, (phase - 0.5) / 0.12))
