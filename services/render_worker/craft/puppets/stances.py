"""How somebody is when they do nothing: standing, sitting, kneeling, lying, each as a feeling makes it."""

from __future__ import annotations

from dataclasses import replace

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets.pose import Hand, Pose

STANDING = Pose()
# The hips' height above the ground when sitting.
SEAT = 166.0
SITTING = Pose(drop=318 - SEAT, turn=42, near_step=92, near_up=0, far_step=132, far_up=0, near_x=58, near_y=116, near_elbow=-0.9, far_x=34, far_y=116,
               far_elbow=-0.6, lean=-3)  # fmt: skip
KNEELING = Pose(drop=146, turn=50, near_step=-112, near_up=0, near_toe=-52, far_step=78, far_up=0, near_x=6, near_y=176, near_elbow=-0.8, far_x=44,
                far_y=110, far_elbow=-0.5, lean=4)  # fmt: skip
# The head is where the staging has them: close pictures show it.
LYING = Pose(
    x=235,roll=-86, sink=276, turn=34, near_step=-24, near_up=10, near_toe=-30, far_step=22, far_up=30, far_toe=-20, near_x=-8, near_y=168, near_elbow=-0.6,
             far_x=-14, far_y=104, far_elbow=0.8, head=6)  # fmt: skip


_STANCES: dict[int, Pose] = {sb.POSE_SITTING: SITTING, sb.POSE_KNEELING: KNEELING, sb.POSE_LYING: LYING}


def stance_of(pose: int) -> Pose:
    """The body of a storyboard's pose; standing for none."""
    return _STANCES.get(pose, STANDING)


def felt(stance: Pose, feeling: int, variant: int) -> Pose:
    """The stance as a feeling makes it; people of one feeling still hold themselves each in their way."""
    low = stance.roll != 0
    match feeling:
        case sb.FEELING_HAPPY:
            return replace(stance, lean=stance.lean - 3, head=stance.head - 3, shrug=3)
        case sb.FEELING_SAD:
            return (
                stance
                if low
                else replace(stance, lean=stance.lean + 4, bend=stance.bend + 9, head=stance.head + 11, shrug=-5)
            )
        case sb.FEELING_ANGRY:
            angry = replace(
                stance,
                lean=stance.lean + 5,
                bend=stance.bend + 3,
                head=stance.head + 3,
                shrug=6,
                near_hand=Hand.HOLD,
                far_hand=Hand.HOLD,
            )
            if stance is STANDING and variant % 2:
                return replace(angry, near_x=-34, near_y=128, near_elbow=-1.0, far_x=30, far_y=128, far_elbow=1.0)
            return angry
        case sb.FEELING_AFRAID:
            drawn = replace(stance, lean=stance.lean - 7, bend=stance.bend + 7, shrug=13, head=stance.head - 4)
            return (
                drawn
                if low
                else replace(
                    drawn,
                    near_x=58,
                    near_y=34,
                    near_elbow=-0.9,
                    far_x=16,
                    far_y=22,
                    far_elbow=-0.9,
                    near_hand=Hand.REST,
                )
            )
        case sb.FEELING_SURPRISED:
            up = replace(stance, lean=stance.lean - 6, shrug=7, head=stance.head - 5)
            return (
                up
                if low
                else replace(
                    up,
                    near_x=-74,
                    near_y=44,
                    near_elbow=0.8,
                    far_x=84,
                    far_y=40,
                    far_elbow=-0.8,
                    near_hand=Hand.OPEN,
                    far_hand=Hand.OPEN,
                )
            )
        case sb.FEELING_TENDER:
            soft = replace(stance, bend=stance.bend + 3, head=stance.head + 4)
            return soft if low or variant % 3 == 0 else replace(soft, near_x=62, near_y=42, near_elbow=-1.0)
        case sb.FEELING_TENSE:
            tight = replace(stance, shrug=8, bend=stance.bend + 2)
            return (
                tight
                if low or stance is not STANDING
                else replace(
                    tight,
                    near_x=52,
                    near_y=128,
                    near_elbow=-1.0,
                    far_x=-26,
                    far_y=124,
                    far_elbow=1.0,
                    near_hand=Hand.HOLD,
                )
            )
    if stance is not STANDING:
        return stance
    match variant % 4:
        case 1:
            # A hand on the hip.
            return replace(stance, near_x=-14, near_y=142, near_elbow=-1.0, near_hand=Hand.HOLD)
        case 2:
            # Hands together.
            return replace(stance, near_x=56, near_y=138, near_elbow=-0.95, far_x=-38, far_y=138, far_elbow=0.95)
    return stance
