"""Hands that speak: a gesture on stressed words, one after another, of a kind that fits the feeling."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.mouths import LEVEL_HOP_MS, MouthTrack
from services.render_worker.craft.puppets.pose import Hand, Pose, mix

# A hand comes up that long before the word it is for, and stays that long.
_BEFORE_MS, _AFTER_MS = 260.0, 620.0
_APART_MS = (950.0, 2100.0)


def _offer(p: Pose) -> Pose:
    return replace(p, far_x=112, far_y=82, far_elbow=-0.7, far_hand=Hand.OPEN)


def _both(p: Pose) -> Pose:
    return replace(
        p,
        near_x=-72,
        near_y=96,
        near_elbow=0.5,
        far_x=104,
        far_y=88,
        far_elbow=-0.7,
        near_hand=Hand.OPEN,
        far_hand=Hand.OPEN,
        shrug=p.shrug + 4,
    )


def _beat(p: Pose) -> Pose:
    return replace(p, near_x=84, near_y=64, near_elbow=-1.0, near_hand=Hand.REST)


def _finger(p: Pose) -> Pose:
    return replace(p, far_x=78, far_y=-26, far_elbow=-0.9, far_hand=Hand.POINT)


def _heart(p: Pose) -> Pose:
    return replace(p, near_x=62, near_y=38, near_elbow=-1.0, near_hand=Hand.REST)


def _ahead(p: Pose) -> Pose:
    return replace(p, far_x=158, far_y=38, far_elbow=-0.5, far_hand=Hand.POINT, lean=p.lean + 4)


def _up(p: Pose) -> Pose:
    return replace(
        p,
        near_x=-84,
        near_y=10,
        near_elbow=0.8,
        far_x=102,
        far_y=4,
        far_elbow=-0.8,
        near_hand=Hand.OPEN,
        far_hand=Hand.OPEN,
    )


def _fist(p: Pose) -> Pose:
    return replace(p, near_x=92, near_y=36, near_elbow=-1.0, near_hand=Hand.HOLD, lean=p.lean + 5)


def _chin(p: Pose) -> Pose:
    return replace(p, near_x=70, near_y=-34, near_elbow=-1.0, near_hand=Hand.REST)


Gesture = Callable[[Pose], Pose]
_CALM: tuple[Gesture, ...] = (_offer, _beat, _both, _heart, _finger, _chin)
_KINDS: dict[int, tuple[Gesture, ...]] = {
    sb.FEELING_HAPPY: (_both, _up, _offer, _heart, _beat),
    sb.FEELING_SAD: (_heart, _offer, _chin),
    sb.FEELING_ANGRY: (_ahead, _fist, _finger, _both),
    sb.FEELING_AFRAID: (_up, _heart, _ahead),
    sb.FEELING_SURPRISED: (_up, _both, _ahead),
    sb.FEELING_TENDER: (_heart, _offer, _beat),
    sb.FEELING_TENSE: (_beat, _finger, _chin),
}


@dataclass(frozen=True)
class Beat:
    """A stressed word: when, how much, and the gesture for it."""

    at_ms: float
    weight: float
    gesture: Gesture

    def strength(self, ms: float) -> float:
        """0.0 to 1.0: how far the gesture is out at that moment; it overshoots a little before it rests."""
        off = ms - self.at_ms
        if not -_BEFORE_MS <= off <= _AFTER_MS:
            return 0.0
        if off < 0:
            t = 1 + off / _BEFORE_MS
            return self.weight * t * t * (3 - 2 * t)
        if off < 260:
            return self.weight * (1.0 + 0.10 * math.sin(math.pi * off / 260))
        t = (off - 260) / (_AFTER_MS - 260)
        return self.weight * (1 - t * t * (3 - 2 * t))


def beats_of(start_ms: int, track: MouthTrack, feeling: int, draw: random.Random) -> list[Beat]:
    """The loudest moments of a line, apart enough for a hand to come and go; no gesture twice in a row."""
    kinds = _KINDS.get(feeling, _CALM)
    found: list[Beat] = []
    last: Gesture | None = None
    levels = track.levels
    window = 7
    at = draw.uniform(150, 500)
    while at < track.duration_ms - 250:
        reach = draw.uniform(*_APART_MS)
        low, high = int(at / LEVEL_HOP_MS), min(len(levels), int((at + reach * 0.7) / LEVEL_HOP_MS))
        if high - low < 3:
            break
        peak = max(range(low, high), key=lambda i: sum(levels[max(0, i - window) : i + window + 1]))
        gesture = draw.choice([kind for kind in kinds if kind is not last])
        found.append(Beat(start_ms + peak * LEVEL_HOP_MS, draw.uniform(0.78, 1.0), gesture))
        last = gesture
        at = peak * LEVEL_HOP_MS + reach
    return found


def gestured(pose: Pose, beat: Beat, ms: float, free: float) -> Pose:
    """The pose with that gesture as far as it is out; `free` is how free the hands are, 0.0 to 1.0."""
    strength = beat.strength(ms)
    if strength <= 0.01:
        return pose
    out = mix(pose, beat.gesture(pose), min(1.0, strength) * free)
    return replace(out, nod=out.nod + 2.6 * strength, head=out.head + 2.2 * strength, lean=out.lean + 1.0 * strength)
