"""How a body is held, and where its joints are then.

Units of the figure: feet on y = 0, crown at about y = -610, down is positive. A figure looks to the right; one that looks to the
left is drawn mirrored. Its near side is the one on the left: of a body turned to the right, the one that is nearer to us.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from enum import Enum

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets.shapes import Spot, joint

HIP = 318.0
_BACK = 165.0
_THIGH, _SHIN = 151.0, 146.0
_ARM, _FOREARM = 102.0, 96.0
ANKLE = 24.0
# From the neck's base to the head's middle.
_NECK = 75.0


class Hand(Enum):
    """What a hand does."""

    REST = "rest"
    OPEN = "open"
    POINT = "point"
    HOLD = "hold"


@dataclass(frozen=True)
class Pose:
    """A body's state. Lengths in units, angles in degrees; forward and up are positive unless said otherwise."""

    # The whole figure: forward, up; turned about the hips (forward: as in a fall on the face), then moved down.
    x: float = 0.0
    lift: float = 0.0
    roll: float = 0.0
    sink: float = 0.0
    # Hips: forward, and down while the feet stay.
    sway: float = 0.0
    drop: float = 0.0
    # The back leans forward from the hips and bends further at the chest; shoulders go up.
    lean: float = 0.0
    bend: float = 0.0
    shrug: float = 0.0
    breath: float = 0.0
    # Away from us: 0 is the front, 90 the side.
    turn: float = 30.0
    # The head: tilted forward, nodded down (in units of the face), turned besides the body's turn.
    head: float = 0.0
    nod: float = 0.0
    look: float = 0.0
    # Hands from their own shoulders (y is down), and which way elbows bend: -1 back.
    near_x: float = -16.0
    near_y: float = 190.0
    near_elbow: float = -0.75
    far_x: float = 18.0
    far_y: float = 190.0
    far_elbow: float = 0.35
    # Feet from the figure's middle (y is up), toes up, and which way knees bend.
    near_step: float = -27.0
    near_up: float = 0.0
    near_toe: float = 0.0
    far_step: float = 27.0
    far_up: float = 0.0
    far_toe: float = 0.0
    knee: float = 1.0
    near_hand: Hand = Hand.REST
    far_hand: Hand = Hand.REST


_NUMBERS = tuple(f.name for f in fields(Pose) if f.type == "float")


def mix(a: Pose, b: Pose, share: float) -> Pose:
    """On the way from a to b; hands change at the middle."""
    if share <= 0 or a is b:
        return a
    if share >= 1:
        return b
    later = b if share >= 0.5 else a
    return Pose(
        **{name: getattr(a, name) + (getattr(b, name) - getattr(a, name)) * share for name in _NUMBERS},
        near_hand=later.near_hand, far_hand=later.far_hand,
    )  # fmt: skip


@dataclass(frozen=True)
class Build:
    """Half widths of a body, and how large its head is."""

    shoulders: float
    chest: float
    waist: float
    hips: float
    limbs: float
    head: float
    stoop: float


def in_both_arms(pose: Pose) -> Pose:
    """The pose with something held before the chest."""
    return replace(
        pose, near_x=96, near_y=98, near_elbow=-1.0, far_x=20, far_y=98, far_elbow=-0.9, near_hand=Hand.HOLD, far_hand=Hand.HOLD,
    )  # fmt: skip


def build_of(character: sb.Character) -> Build:
    """A body by build, gender and age."""
    child = character.age == sb.AGE_GROUP_CHILD
    feminine = character.gender == sb.GENDER_FEMALE
    wide = {"slim": 0.88, "broad": 1.22}.get(character.look.build, 1.0)
    belly = 1.16 if character.look.build == "broad" else 1.0
    if child:
        return Build(58 * wide**0.5, 54 * wide, 50 * wide, 50 * wide, 1.08, 1.24, 0.0)
    senior = character.age == sb.AGE_GROUP_SENIOR
    if feminine:
        return Build(
            60 * wide**0.8, 55 * wide, 43 * wide * belly, 58 * wide, 0.92 * wide**0.5, 1.02, 7.0 if senior else 0.0
        )
    return Build(74 * wide, 66 * wide, 55 * wide * belly, 54 * wide, 1.04 * wide**0.5, 1.0, 9.0 if senior else 0.0)


@dataclass(frozen=True)
class Limb:
    """Shoulder, elbow and wrist, or hip, knee and ankle."""

    a: Spot
    b: Spot
    c: Spot


@dataclass(frozen=True)
class Skeleton:
    """Where all joints are. `chest` and `head_angle` are how far they are turned forward, in degrees."""

    pelvis: Spot
    middle: Spot
    neck: Spot
    chest: float
    head: Spot
    head_angle: float
    near_arm: Limb
    far_arm: Limb
    near_leg: Limb
    far_leg: Limb
    # -1.0 to 1.0: how much the body is seen from the side.
    side: float
    front: float


def skeleton_of(pose: Pose, build: Build) -> Skeleton:
    """The joints of that build in that pose, before it is rolled."""
    turn = math.radians(pose.turn)
    side, front = math.sin(turn), math.cos(turn)
    lean, chest = pose.lean + build.stoop * 0.5, pose.lean + pose.bend + build.stoop
    pelvis = (pose.sway, -HIP + pose.drop - pose.lift)
    middle = _off(pelvis, lean, 0.0, -_BACK * 0.5)
    neck = _off(middle, chest, 0.0, -_BACK * 0.5 - pose.breath * 2.4)
    head_angle = chest * 0.55 + pose.head + build.stoop * 0.4
    head = _off(neck, chest * 0.6 + pose.head * 0.5 + build.stoop * 0.6, side * 5.0, -_NECK - (build.head - 1) * 38)
    half = build.shoulders * (0.42 + 0.58 * front) * 0.80
    near_shoulder = _off(neck, chest, -half, 33 - pose.shrug - pose.breath * 1.5)
    far_shoulder = _off(neck, chest, half, 33 - pose.shrug - pose.breath * 1.5)
    hip = build.hips * 0.44 * (0.35 + 0.65 * front)
    return Skeleton(
        pelvis, middle, neck, chest, head, head_angle,
        _arm(near_shoulder, pose.near_x, pose.near_y, pose.near_elbow),
        _arm(far_shoulder, pose.far_x, pose.far_y, pose.far_elbow),
        _leg((pelvis[0] - hip, pelvis[1]), (pose.near_step, -ANKLE - pose.near_up - pose.lift), pose.knee),
        _leg((pelvis[0] + hip, pelvis[1]), (pose.far_step, -ANKLE - pose.far_up - pose.lift), pose.knee),
        side, front,
    )  # fmt: skip


def _arm(shoulder: Spot, x: float, y: float, elbow: float) -> Limb:
    middle, wrist = joint(shoulder, (shoulder[0] + x, shoulder[1] + y), _ARM, _FOREARM, elbow)
    return Limb(shoulder, middle, wrist)


def _leg(hip: Spot, ankle: Spot, knee: float) -> Limb:
    middle, end = joint(hip, ankle, _THIGH, _SHIN, knee)
    return Limb(hip, middle, end)


def _off(start: Spot, degrees: float, x: float, y: float) -> Spot:
    """From a point by a vector that is turned forward."""
    angle = math.radians(degrees)
    return start[0] + x * math.cos(angle) - y * math.sin(angle), start[1] + x * math.sin(angle) + y * math.cos(angle)
