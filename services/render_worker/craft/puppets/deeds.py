"""What bodies do: for each deed its poses over time, with anticipation before, ease between and a hold after."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets import cycles
from services.render_worker.craft.puppets.pose import Hand, Pose, mix
from services.render_worker.craft.puppets.stances import KNEELING, LYING, SITTING, STANDING


@dataclass(frozen=True)
class Doing:
    """A moment of a deed: seconds since it began, how long it takes in all, and the pose it starts from."""

    t: float
    length: float
    base: Pose
    variant: int = 0
    # Units of the figure that the one it is done to is ahead; 0.0: nobody.
    reach: float = 0.0

    @property
    def share(self) -> float:
        """0.0 to 1.0."""
        return min(1.0, max(0.0, self.t / max(self.length, 0.05)))


@dataclass(frozen=True)
class Part:
    """How a deed is done: its poses, what the body stays in afterwards, how fast it blends in and out (seconds)."""

    pose: Callable[[Doing], Pose]
    # The stance after it; None: as before.
    leaves: Pose | None = None
    blend_in: float = 0.22
    blend_out: float = 0.36
    # The feeling that shows meanwhile, if the deed has one of its own.
    feeling: int = 0
    # Hands are taken: no gestures with speech.
    hands: bool = True
    # The drawing in hand when the script names none.
    thing: str = ""
    both: bool = False


def ease(t: float) -> float:
    """Slow in, slow out."""
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def _keys(d: Doing, *keys: tuple[float, Pose]) -> Pose:
    """Eased between poses at moments in seconds; the last one holds."""
    before = (0.0, d.base)
    for at, pose in keys:
        if d.t < at:
            return mix(before[1], pose, ease((d.t - before[0]) / max(at - before[0], 1e-6)))
        before = (at, pose)
    return before[1]


def _hold(d: Doing, at: float, *keys: tuple[float, Pose]) -> Pose:
    """As `_keys`, squeezed when the deed is shorter than its keys need."""
    last = keys[-1][0]
    squeeze = min(1.0, d.length / max(at, last))
    return _keys(d, *((moment * squeeze, pose) for moment, pose in keys))


def _sit(d: Doing) -> Pose:
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
    return _hold(d, 1.2, (0.16, replace(d.base, lean=-4, drop=4)), (0.55, dip), (0.95, deep), (1.25, SITTING))


def _stand_up(d: Doing) -> Pose:
    low = d.base if d.base.drop > 60 or d.base.roll else SITTING
    if low.roll:
        half = replace(KNEELING, lean=30, near_x=60, near_y=150)
        return _hold(replace(d, base=low), 1.6, (0.7, half), (1.2, KNEELING), (1.7, STANDING))
    push = replace(low, lean=34, near_x=66, near_y=130, far_x=60, far_y=130)
    up = replace(STANDING, lean=-4, lift=3, near_step=20, far_step=60)
    return _hold(replace(d, base=low), 1.1, (0.34, push), (0.85, up), (1.15, STANDING))


def _point(d: Doing) -> Pose:
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
    return _hold(d, 0.8, (0.16, wind), (0.38, out), (0.62, hold))


def _wave(d: Doing) -> Pose:
    swing = math.sin(2 * math.pi * 1.7 * d.t)
    return replace(
        d.base,
        far_x=62 + 38 * swing,
        far_y=-142 + 10 * abs(swing),
        far_elbow=0.9,
        far_hand=Hand.OPEN,
        lean=-2 + 2 * swing,
        turn=24,
        head=-3 + 3 * swing,
    )


def _hug(d: Doing) -> Pose:
    near = min(150.0, max(0.0, d.reach - 62.0))
    wide = replace(
        d.base,
        near_x=30,
        near_y=70,
        near_elbow=-1.0,
        far_x=150,
        far_y=30,
        far_elbow=0.5,
        lean=-3,
        turn=48,
        near_hand=Hand.OPEN,
        far_hand=Hand.OPEN,
    )
    close = replace(
        d.base,
        x=near,
        near_x=126,
        near_y=58,
        near_elbow=-0.8,
        far_x=92,
        far_y=26,
        far_elbow=-0.5,
        lean=10,
        bend=6,
        head=12,
        turn=60,
        sway=8,
    )
    rock = replace(close, sway=8 + 3 * math.sin(2.2 * d.t), head=12 + 2 * math.sin(2.2 * d.t))
    return _hold(d, 1.0, (0.45, wide), (0.95, close), (1.3, rock))


def _fall(d: Doing) -> Pose:
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
        roll=84,
        sink=244,
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
    bounce = replace(down, sink=228, roll=80)
    return _hold(
        d, 0.95, (0.14, replace(d.base, lean=-6)), (0.34, trip), (0.58, mid), (0.76, down), (0.86, bounce), (0.98, down)
    )


FALLEN = replace(LYING, roll=84, sink=244, lean=4, near_x=60, near_y=-60, far_x=80, far_y=-30, head=-22, turn=58)


def _look(d: Doing) -> Pose:
    if d.variant % 2:
        shade = replace(
            d.base, far_x=-6, far_y=-104, far_elbow=1.0, lean=6, bend=3, turn=46, head=-4, far_hand=Hand.OPEN
        )
        return _hold(d, 0.9, (0.15, replace(d.base, lean=-3)), (0.5, shade))
    crane = replace(d.base, lean=8, bend=4, head=-5, turn=48, sway=8, look=10)
    return _hold(d, 0.8, (0.15, replace(d.base, lean=-3)), (0.5, crane))


def _open(d: Doing) -> Pose:
    reach = replace(d.base, far_x=134, far_y=66, far_elbow=-0.6, far_hand=Hand.HOLD, lean=8, turn=54, sway=6)
    pull = replace(
        d.base, far_x=44, far_y=80, far_elbow=-1.0, far_hand=Hand.HOLD, lean=-6, turn=44, sway=-12, near_x=-34
    )
    wide = replace(d.base, far_x=118, far_y=30, far_elbow=-0.3, far_hand=Hand.OPEN, lean=2, turn=34)
    return _hold(d, 1.4, (0.45, reach), (0.65, reach), (1.05, pull), (1.4, wide))


def _carry(d: Doing) -> Pose:
    return replace(
        d.base,
        near_x=96,
        near_y=98,
        near_elbow=-1.0,
        far_x=20,
        far_y=98,
        far_elbow=-0.9,
        lean=-5,
        near_hand=Hand.HOLD,
        far_hand=Hand.HOLD,
        turn=max(d.base.turn, 40),
    )


def _light(d: Doing) -> Pose:
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
    return _hold(d, 1.6, (0.4, lit), (1.0, lit), (1.5, up))


def _give(d: Doing) -> Pose:
    at_chest = replace(d.base, near_x=72, near_y=66, near_elbow=-1.0, near_hand=Hand.HOLD)
    out = replace(
        d.base, near_x=180, near_y=58, near_elbow=-0.35, lean=9, turn=52, sway=10, near_hand=Hand.HOLD, head=3
    )
    return _hold(d, 1.3, (0.35, at_chest), (0.85, out), (1.3, out))


def _take(d: Doing) -> Pose:
    out = replace(d.base, near_x=180, near_y=62, near_elbow=-0.35, lean=10, turn=52, sway=10, near_hand=Hand.OPEN)
    grab = replace(out, near_hand=Hand.HOLD)
    back = replace(d.base, near_x=76, near_y=74, near_elbow=-1.0, near_hand=Hand.HOLD, head=7)
    return _hold(d, 1.5, (0.5, out), (0.75, grab), (1.3, back))


def _read(d: Doing) -> Pose:
    turn_page = 26 * max(0.0, math.sin(2 * math.pi * d.t / 2.6)) ** 8
    return replace(d.base, near_x=100, near_y=76, near_elbow=-1.0, far_x=30 + turn_page, far_y=74 - 0.6 * turn_page, far_elbow=-0.9, head=d.base.head + 9, nod=4,
                   near_hand=Hand.HOLD, far_hand=Hand.HOLD, turn=max(36, d.base.turn))  # fmt: skip


def _write(d: Doing) -> Pose:
    scribble, line = 4 * math.sin(17 * d.t), 16 * (d.t * 0.5 % 1.0)
    return replace(d.base, near_x=86 + line + scribble * 0.4, near_y=104 + scribble, near_elbow=-1.0, far_x=24, far_y=100, far_elbow=-0.9, lean=d.base.lean + 6,
                   head=d.base.head + 10, nod=5, near_hand=Hand.HOLD, far_hand=Hand.OPEN, turn=max(36, d.base.turn))  # fmt: skip


def _eat(d: Doing) -> Pose:
    lift = ease(abs(math.sin(math.pi * d.t / 1.5)) * 1.3 - 0.2)
    low = replace(d.base, near_x=84, near_y=98, near_elbow=-1.0, near_hand=Hand.HOLD, head=d.base.head + 5)
    high = replace(d.base, near_x=88, near_y=-46, near_elbow=-1.0, near_hand=Hand.HOLD, head=d.base.head + 2)
    return mix(low, high, lift)


def _drink(d: Doing) -> Pose:
    lift = ease(math.sin(math.pi * min(1.0, d.t / max(1.6, d.length * 0.8))) * 1.6)
    low = replace(d.base, near_x=80, near_y=86, near_elbow=-1.0, near_hand=Hand.HOLD)
    high = replace(
        d.base, near_x=88, near_y=-44, near_elbow=-1.0, near_hand=Hand.HOLD, head=d.base.head - 13, lean=d.base.lean - 4
    )
    return mix(low, high, lift)


def _sleep(d: Doing) -> Pose:
    wave = math.sin(2 * math.pi * d.t / 4.2)
    if d.base.roll:
        return replace(d.base, breath=1.6 * wave)
    return replace(
        d.base, head=17 + 1.5 * wave, bend=d.base.bend + 11, lean=d.base.lean + 3, breath=1.8 * wave, shrug=-4, nod=6
    )


def _jump(d: Doing) -> Pose:
    crouch = replace(d.base, drop=62, lean=22, near_x=-70, near_y=130, far_x=-44, far_y=150, turn=44, far_elbow=-0.6)
    air = replace(d.base, lift=150, lean=-2, near_x=-60, near_y=-120, far_x=74, far_y=-140, near_step=-46, near_up=66, far_step=34, far_up=22, near_toe=-30,
                  far_toe=-24, turn=40, near_hand=Hand.OPEN, far_hand=Hand.OPEN, drop=0)  # fmt: skip
    land = replace(d.base, drop=70, lean=16, near_x=-60, near_y=90, far_x=80, far_y=90)
    once = 1.35
    t = d.t % once if d.length > 2 * once else d.t
    return _keys(
        replace(d, t=t), (0.32, crouch), (0.62, air), (0.72, replace(air, lift=156)), (0.92, land), (1.3, d.base)
    )


def _throw(d: Doing) -> Pose:
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
    return _hold(d, 1.3, (0.5, wind), (0.62, wind), (0.78, go), (1.0, end), (1.5, d.base))


def _kneel(d: Doing) -> Pose:
    dip = replace(d.base, drop=44, lean=14, turn=50, near_step=-70, far_step=66)
    return _hold(d, 1.1, (0.4, dip), (0.85, replace(KNEELING, drop=KNEELING.drop + 5)), (1.1, KNEELING))


def _bow(d: Doing) -> Pose:
    low = replace(
        d.base, lean=44, bend=20, head=14, turn=52, sway=-18, near_x=70, near_y=70, near_elbow=-1.0, far_x=30, far_y=176
    )
    stay = max(0.9, d.length - 0.7)
    return _keys(d, (0.15, replace(d.base, lean=-4)), (0.7, low), (stay, low), (stay + 0.7, d.base))


def _nod(d: Doing) -> Pose:
    fade = max(0.25, 1 - d.t / max(d.length, 0.8))
    wave = math.sin(2 * math.pi * 1.6 * d.t) * fade
    return replace(d.base, nod=6 * wave, head=d.base.head + 6 * wave)


def _shake_head(d: Doing) -> Pose:
    fade = max(0.3, 1 - d.t / max(d.length, 0.8))
    return replace(d.base, look=d.base.look + 34 * math.sin(2 * math.pi * 1.3 * d.t) * fade, head=d.base.head + 2)


def _laugh(d: Doing) -> Pose:
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


def _cry(d: Doing) -> Pose:
    sob = max(0.0, math.sin(2 * math.pi * 1.15 * d.t))
    return replace(d.base, lean=d.base.lean + 5, bend=d.base.bend + 14, head=19, nod=4, shrug=5 + 6 * sob, near_x=74, near_y=-44, near_elbow=-1.0, far_x=-4, far_y=-40,
                   far_elbow=1.0, near_hand=Hand.REST, far_hand=Hand.REST)  # fmt: skip


def _sing(d: Doing) -> Pose:
    sway, swell = math.sin(2 * math.pi * 0.35 * d.t), 0.5 + 0.5 * math.sin(2 * math.pi * 0.22 * d.t)
    return replace(d.base, sway=8 * sway, lean=-3, head=-5 + 3 * sway, near_x=-44 - 62 * swell, near_y=130 - 86 * swell, near_elbow=0.7, far_x=56 + 62 * swell,
                   far_y=130 - 86 * swell, far_elbow=-0.7, near_hand=Hand.OPEN, far_hand=Hand.OPEN, breath=1.5 * swell)  # fmt: skip


def _play(d: Doing) -> Pose:
    strum = math.sin(2 * math.pi * 1.9 * d.t)
    return replace(d.base, near_x=58, near_y=122 + 13 * strum, near_elbow=-1.0, far_x=64 + 8 * math.sin(1.7 * d.t), far_y=58, far_elbow=-0.9, lean=-2, sway=6 * math.sin(2.4 * d.t),
                   head=6 + 3 * math.sin(4.8 * d.t), turn=28, near_hand=Hand.REST, far_hand=Hand.HOLD)  # fmt: skip


def _work(d: Doing) -> Pose:
    phase = d.t * 0.9 % 1.0
    up = replace(
        d.base,
        near_x=20,
        near_y=-110,
        near_elbow=-1.0,
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


def _fight(d: Doing) -> Pose:
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


def _still(d: Doing) -> Pose:
    return d.base


# Walking, running, coming and going are done by whoever knows the way; here is what else they need.
PARTS: Mapping[int, Part] = {
    sb.DEED_WALK: Part(_still, leaves=STANDING, hands=False),
    sb.DEED_RUN: Part(_still, leaves=STANDING),
    sb.DEED_ENTER: Part(_still, leaves=STANDING, hands=False),
    sb.DEED_LEAVE: Part(_still, leaves=STANDING, hands=False),
    sb.DEED_TURN: Part(_still, hands=False),
    sb.DEED_SIT: Part(_sit, leaves=SITTING, blend_in=0.0, hands=False),
    sb.DEED_STAND_UP: Part(_stand_up, leaves=STANDING, blend_in=0.0, hands=False),
    sb.DEED_POINT: Part(_point, blend_in=0.0),
    sb.DEED_WAVE: Part(_wave, blend_in=0.34, feeling=sb.FEELING_HAPPY),
    sb.DEED_HUG: Part(_hug, blend_in=0.0, feeling=sb.FEELING_TENDER),
    sb.DEED_FALL: Part(_fall, leaves=FALLEN, blend_in=0.0, feeling=sb.FEELING_SURPRISED),
    sb.DEED_LOOK: Part(_look, blend_in=0.0),
    sb.DEED_OPEN: Part(_open, blend_in=0.0),
    sb.DEED_CARRY: Part(_carry, thing="package", both=True),
    sb.DEED_LIGHT: Part(_light, blend_in=0.0, thing="candle"),
    sb.DEED_DANCE: Part(lambda d: cycles.danced(d.t, d.base, d.variant), feeling=sb.FEELING_HAPPY),
    sb.DEED_GIVE: Part(_give, blend_in=0.0, thing="wrapped-gift"),
    sb.DEED_TAKE: Part(_take, blend_in=0.0),
    sb.DEED_READ: Part(_read, thing="open-book", both=True),
    sb.DEED_WRITE: Part(_write, thing="pencil"),
    sb.DEED_EAT: Part(_eat, thing="red-apple"),
    sb.DEED_DRINK: Part(_drink, thing="teacup-without-handle"),
    sb.DEED_SLEEP: Part(_sleep, blend_in=0.8),
    sb.DEED_CLIMB: Part(lambda d: cycles.climbed(d.t, d.length, d.base)),
    sb.DEED_SWIM: Part(lambda d: cycles.swum(d.t, d.base)),
    sb.DEED_FLY: Part(lambda d: cycles.flown(d.t, d.base), blend_in=0.6),
    sb.DEED_JUMP: Part(_jump, blend_in=0.0, hands=True),
    sb.DEED_THROW: Part(_throw, blend_in=0.0),
    sb.DEED_KNEEL: Part(_kneel, leaves=KNEELING, blend_in=0.0, hands=False),
    sb.DEED_BOW: Part(_bow, blend_in=0.0),
    sb.DEED_NOD: Part(_nod, blend_in=0.1, hands=False),
    sb.DEED_SHAKE_HEAD: Part(_shake_head, blend_in=0.1, hands=False),
    sb.DEED_LAUGH: Part(_laugh, feeling=sb.FEELING_HAPPY),
    sb.DEED_CRY: Part(_cry, feeling=sb.FEELING_SAD),
    sb.DEED_SING: Part(_sing, feeling=sb.FEELING_TENDER),
    sb.DEED_PLAY_MUSIC: Part(_play, thing="guitar", both=True),
    sb.DEED_WORK: Part(_work, thing="hammer"),
    sb.DEED_FIGHT: Part(_fight, feeling=sb.FEELING_ANGRY),
}  # fmt: skip
GOING = frozenset({sb.DEED_WALK, sb.DEED_RUN, sb.DEED_ENTER, sb.DEED_LEAVE})
