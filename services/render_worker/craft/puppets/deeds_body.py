"""Deeds of the whole body: sit, fall, kneel, hug, laugh and their like. Each has anticipation before, ease between, a hold after."""

from __future__ import annotations

import math
from dataclasses import replace

from services.render_worker.craft.puppets.doing import Doing, ease, keyed, squeezed
from services.render_worker.craft.puppets.pose import Hand, Pose, mix
from services.render_worker.craft.puppets.stances import KNEELING, LYING, SITTING, STANDING


def sit(d: Doing) -> Pose:
    """Down, with a lean ahead, onto a seat."""
    if d.base.drop > 100:
        return d.base
    dip = replace(
        STANDING,
        lean=20,
        drop=40,
        near_x=20,
        near_y=150,
        far_x=40,
        far_y=150,
        turn=42,
        near_step=92,
        far_step=132,
        sway=18,
    )
    deep = replace(SITTING, lean=12, drop=SITTING.drop + 7)
    return squeezed(d, 1.2, (0.16, replace(d.base, lean=-4, drop=4)), (0.55, dip), (0.95, deep), (1.25, SITTING))


def stand_up(d: Doing) -> Pose:
    """From a seat, or from the ground over one knee."""
    low = d.base if d.base.drop > 60 or d.base.roll else SITTING
    if low.roll:
        half = replace(KNEELING, lean=30, near_x=60, near_y=150)
        return squeezed(replace(d, base=low), 1.6, (0.7, half), (1.2, KNEELING), (1.7, STANDING))
    push = replace(low, lean=34, near_x=66, near_y=130, far_x=60, far_y=130)
    up = replace(STANDING, lean=-4, lift=3, near_step=20, far_step=60)
    return squeezed(replace(d, base=low), 1.1, (0.34, push), (0.85, up), (1.15, STANDING))


def fall(d: Doing) -> Pose:
    """A trip, arms ahead, and flat on the face."""
    trip = replace(
        d.base,
        lean=22,
        near_x=-60,
        near_y=40,
        far_x=120,
        far_y=0,
        near_up=60,
        near_step=-70,
        near_hand=Hand.OPEN,
        far_hand=Hand.OPEN,
        turn=50,
        head=-12,
    )
    mid = replace(trip, roll=46, sink=70, lean=16, far_x=130, far_y=40, near_x=90, near_y=50)
    down = replace(
        LYING,
        x=0,
        roll=84,
        sink=216,
        lean=4,
        near_x=60,
        near_y=-60,
        far_x=80,
        far_y=-30,
        head=-22,
        turn=58,
        near_hand=Hand.OPEN,
        far_hand=Hand.OPEN,
    )
    bounce = replace(down, sink=200, roll=80)
    return squeezed(
        d, 0.95, (0.14, replace(d.base, lean=-6)), (0.34, trip), (0.58, mid), (0.76, down), (0.86, bounce), (0.98, down)
    )


FALLEN = replace(LYING, x=0, roll=84, sink=216, lean=4, near_x=60, near_y=-60, far_x=80, far_y=-30, head=-22, turn=58)


def kneel(d: Doing) -> Pose:
    """Onto one knee."""
    dip = replace(d.base, drop=44, lean=14, turn=50, near_step=-70, far_step=66)
    return squeezed(d, 1.1, (0.4, dip), (0.85, replace(KNEELING, drop=KNEELING.drop + 5)), (1.1, KNEELING))


def bow(d: Doing) -> Pose:
    """From the hips; down as long as the deed takes."""
    low = replace(
        d.base, lean=44, bend=20, head=14, turn=52, sway=-18, near_x=70, near_y=70, near_elbow=-1.0, far_x=30, far_y=176
    )
    stay = max(0.9, d.length - 0.7)
    return keyed(d, (0.15, replace(d.base, lean=-4)), (0.7, low), (stay, low), (stay + 0.7, d.base))


def jump(d: Doing) -> Pose:
    """Crouch, up, land; again while there is time."""
    crouch = replace(d.base, drop=62, lean=22, near_x=-70, near_y=130, far_x=-44, far_y=150, turn=44, far_elbow=-0.6)
    air = replace(d.base, lift=150, lean=-2, near_x=-60, near_y=-120, near_elbow=0.8, far_x=74, far_y=-140, far_elbow=-0.8, near_step=-46, near_up=66, far_step=34, far_up=22, near_toe=-30,
                  far_toe=-24, turn=40, near_hand=Hand.OPEN, far_hand=Hand.OPEN, drop=0)  # fmt: skip
    land = replace(d.base, drop=70, lean=16, near_x=-60, near_y=90, far_x=80, far_y=90)
    once = 1.35
    t = d.t % once if d.length > 2 * once else d.t
    return keyed(
        replace(d, t=t), (0.32, crouch), (0.62, air), (0.72, replace(air, lift=156)), (0.92, land), (1.3, d.base)
    )


def hug(d: Doing) -> Pose:
    """Arms open, then around the other, heads past each other, a little rocking."""
    # Both come so near that each looks over the other's shoulder.
    near = min(150.0, d.reach - 34.0) if d.reach else 0.0
    wide = replace(
        d.base, near_x=60, near_y=60, near_elbow=-0.9, far_x=140, far_y=10, far_elbow=0.4, lean=-3, turn=50,
        near_hand=Hand.OPEN, far_hand=Hand.OPEN,
    )  # fmt: skip
    close = replace(
        d.base, x=near, near_x=92, near_y=52, near_elbow=-0.3, far_x=34, far_y=92, far_elbow=-0.3, lean=11, bend=7, head=2,
        turn=62, sway=4,
    )  # fmt: skip
    wave = math.sin(2.2 * d.t)
    rock = replace(close, sway=4 + 3 * wave, head=2 + 2 * wave)
    return squeezed(d, 1.0, (0.35, wide), (0.85, close), (1.2, rock))


def look(d: Doing) -> Pose:
    """A hand over the eyes, or a crane of the neck."""
    if d.variant % 2:
        shade = replace(
            d.base, far_x=-10, far_y=-104, far_elbow=-1.0, lean=6, bend=3, turn=46, head=-4, far_hand=Hand.OPEN
        )
        return squeezed(d, 0.9, (0.15, replace(d.base, lean=-3)), (0.5, shade))
    crane = replace(d.base, lean=8, bend=4, head=-5, turn=48, sway=8, look=10)
    return squeezed(d, 0.8, (0.15, replace(d.base, lean=-3)), (0.5, crane))


def nod(d: Doing) -> Pose:
    """Yes."""
    fade = max(0.25, 1 - d.t / max(d.length, 0.8))
    wave = math.sin(2 * math.pi * 1.6 * d.t) * fade
    return replace(d.base, nod=8 * wave, head=d.base.head + 9 * wave)


def shake_head(d: Doing) -> Pose:
    """No."""
    fade = max(0.3, 1 - d.t / max(d.length, 0.8))
    return replace(d.base, look=d.base.look + 46 * math.sin(2 * math.pi * 1.3 * d.t) * fade, head=d.base.head + 2)


def laugh(d: Doing) -> Pose:
    """Shoulders that shake, a hand on the belly."""
    bounce = abs(math.sin(2 * math.pi * 2.1 * d.t))
    rock = math.sin(2 * math.pi * 0.5 * d.t)
    return replace(
        d.base,
        lean=d.base.lean - 7 + 5 * rock,
        bend=4,
        shrug=7 * bounce,
        head=-11 + 4 * bounce,
        near_x=46,
        near_y=112,
        near_elbow=-1.0,
        nod=-3,
    )


def cry(d: Doing) -> Pose:
    """Hands before the face, and sobs."""
    sob = max(0.0, math.sin(2 * math.pi * 1.15 * d.t))
    return replace(d.base, lean=d.base.lean + 5, bend=d.base.bend + 14, head=19, nod=4, shrug=5 + 6 * sob, near_x=74, near_y=-44, near_elbow=-1.0, far_x=-4, far_y=-40,
                   far_elbow=1.0, near_hand=Hand.REST, far_hand=Hand.REST)  # fmt: skip


def sleep(d: Doing) -> Pose:
    """Slow breath, a head that sinks."""
    wave = math.sin(2 * math.pi * d.t / 4.2)
    if d.base.roll:
        return replace(d.base, breath=1.6 * wave)
    return replace(
        d.base, head=17 + 1.5 * wave, bend=d.base.bend + 11, lean=d.base.lean + 3, breath=1.8 * wave, shrug=-4, nod=6
    )


def fight(d: Doing) -> Pose:
    """On guard, and a blow from the hips."""
    phase = d.t * 1.25 % 1.0
    guard = replace(d.base, near_x=66, near_y=-8, near_elbow=-1.0, far_x=52, far_y=-18, far_elbow=-1.0, lean=8, bend=4, drop=26, turn=56, near_step=-58, far_step=54,
                    near_hand=Hand.HOLD, far_hand=Hand.HOLD, sway=6 * math.sin(9 * d.t))  # fmt: skip
    back = replace(guard, near_x=10, near_y=24, lean=0, sway=-14)
    punch = replace(guard, near_x=192, near_y=-20, near_elbow=-0.1, lean=18, sway=24)
    if phase < 0.35:
        return mix(guard, back, ease(phase / 0.35))
    if phase < 0.5:
        return mix(back, punch, (phase - 0.35) / 0.15)
    return mix(punch, guard, ease((phase - 0.5) / 0.5))


def still(d: Doing) -> Pose:
    """As they are."""
    return d.base
