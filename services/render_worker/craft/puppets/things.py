"""Things in hand: how high they are, where they are gripped, and how an arm holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets.pose import Hand, Pose


class Hold(Enum):
    """How an arm has a thing while its owner does nothing with it."""

    BEFORE = "before"
    HANGING = "hanging"
    OVERHEAD = "overhead"
    BOTH = "both"


@dataclass(frozen=True)
class Grip:
    """A thing's height in units of the figure, and where a hand takes it, as shares of its picture."""

    height: float = 74.0
    at: tuple[float, float] = (0.5, 0.72)
    hold: Hold = Hold.BEFORE


_USUAL = Grip()
_OVER, _DOWN, _BOTH = Hold.OVERHEAD, Hold.HANGING, Hold.BOTH
_GRIPS = {
    "umbrella": Grip(400, (0.5, 0.94), _OVER), "umbrella-with-rain-drops": Grip(400, (0.5, 0.94), _OVER), "closed-umbrella": Grip(170, (0.5, 0.15), _DOWN),
    "balloon": Grip(210, (0.5, 0.98), _OVER), "kite": Grip(190, (0.5, 0.95), _OVER), "fishing-pole": Grip(230, (0.3, 0.8)), "broom": Grip(230, (0.5, 0.5)),
    "white-cane": Grip(220, (0.5, 0.1), _DOWN), "luggage": Grip(150, (0.5, 0.05), _DOWN), "handbag": Grip(86, (0.5, 0.08), _DOWN),
    "basket": Grip(90, (0.5, 0.10), _DOWN), "briefcase": Grip(84, (0.5, 0.08), _DOWN), "bucket": Grip(88, (0.5, 0.06), _DOWN), "shopping-bags": Grip(110, (0.5, 0.08), _DOWN),
    "red-paper-lantern": Grip(104, (0.5, 0.04)), "diya-lamp": Grip(56, (0.5, 0.7)), "candle": Grip(74, (0.5, 0.82)),
    "flashlight": Grip(66, (0.4, 0.6)), "guitar": Grip(190, (0.45, 0.62), _BOTH), "banjo": Grip(170, (0.45, 0.62), _BOTH), "violin": Grip(150, (0.5, 0.6), _BOTH),
    "saxophone": Grip(130, (0.5, 0.5), _BOTH), "trumpet": Grip(96, (0.5, 0.6), _BOTH), "drum": Grip(112, (0.5, 0.6), _BOTH), "long-drum": Grip(130, (0.5, 0.6), _BOTH),
    "accordion": Grip(130, (0.5, 0.55), _BOTH), "package": Grip(112, (0.5, 0.84), _BOTH), "wrapped-gift": Grip(92, (0.5, 0.8)), "open-book": Grip(84, (0.5, 0.7), _BOTH),
    "newspaper": Grip(104, (0.5, 0.6), _BOTH), "world-map": Grip(120, (0.5, 0.6), _BOTH), "scroll": Grip(86, (0.5, 0.6)), "baby": Grip(120, (0.5, 0.7), _BOTH),
    "teddy-bear": Grip(110, (0.5, 0.7), _BOTH), "cat": Grip(120, (0.5, 0.7), _BOTH), "bouquet": Grip(116, (0.5, 0.84)), "hammer": Grip(100, (0.25, 0.84)),
    "axe": Grip(130, (0.28, 0.86)), "pick": Grip(150, (0.3, 0.86)), "dagger": Grip(110, (0.3, 0.84)), "crossed-swords": Grip(150, (0.5, 0.8)), "bow-and-arrow": Grip(160, (0.5, 0.5)),
    "pencil": Grip(52, (0.2, 0.85)), "pen": Grip(52, (0.2, 0.85)), "key": Grip(46, (0.5, 0.7)), "old-key": Grip(58, (0.6, 0.4)), "ring": Grip(34), "coin": Grip(40),
    "teacup-without-handle": Grip(54, (0.5, 0.6)), "hot-beverage": Grip(60, (0.5, 0.6)), "red-apple": Grip(52, (0.5, 0.7)), "mobile-phone": Grip(64, (0.5, 0.8)),
    "telephone-receiver": Grip(70, (0.5, 0.6)), "crystal-ball": Grip(90, (0.5, 0.8)), "magic-wand": Grip(100, (0.2, 0.85)), "camera": Grip(64, (0.5, 0.7)),
}  # fmt: skip
# What one reads: another thing in hand isn't read because its owner reads.
_USED_FOR: dict[int, frozenset[str]] = {
    sb.DEED_READ: frozenset({"open-book", "books", "blue-book", "green-book", "orange-book", "closed-book", "newspaper", "rolled-up-newspaper", "scroll", "love-letter",
                             "envelope", "page-facing-up", "page-with-curl", "world-map", "notebook", "ledger", "mobile-phone", "bookmark-tabs"}),
    sb.DEED_WRITE: frozenset({"pencil", "pen", "fountain-pen", "crayon", "paintbrush"}),
    sb.DEED_PLAY_MUSIC: frozenset({"guitar", "banjo", "violin", "saxophone", "trumpet", "drum", "long-drum", "accordion", "flute", "maracas"}),
    sb.DEED_WORK: frozenset({"hammer", "axe", "pick", "hammer-and-pick", "wrench", "screwdriver", "broom", "carpentry-saw", "kitchen-knife", "paintbrush"}),
}  # fmt: skip


def grip_of(drawing: str) -> Grip:
    """How that drawing is held; before the body, a hand high, when nothing else is known."""
    return _GRIPS.get(drawing, _USUAL)


def held_in(deed: int, usual: str, target: str, things: Sequence[sb.Thing], owner: str) -> str:
    """The drawing in hand during a deed: what it is done with by the script, else what its doer has, else the usual; or ""."""
    named = next((thing.drawing for thing in things if target and thing.noun == target), "")
    own = next((thing.drawing for thing in things if thing.held_by == owner), "")
    fit = _USED_FOR.get(deed)
    for drawing in (named, own):
        if drawing and (fit is None or drawing in fit):
            return drawing
    return usual


def holding(pose: Pose, hold: Hold, *, low: bool) -> Pose:
    """The pose with an arm that has something; `low`: of one who lies, whose arms stay."""
    if low:
        return pose
    match hold:
        case Hold.HANGING:
            return replace(pose, near_x=-18, near_y=191, near_elbow=-0.5, near_hand=Hand.HOLD)
        case Hold.OVERHEAD:
            return replace(pose, near_x=62, near_y=62, near_elbow=-1.0, near_hand=Hand.HOLD)
        case Hold.BOTH:
            return replace(
                pose,
                near_x=96,
                near_y=98,
                near_elbow=-1.0,
                far_x=20,
                far_y=98,
                far_elbow=-0.9,
                near_hand=Hand.HOLD,
                far_hand=Hand.HOLD,
            )
        case Hold.BEFORE:
            return replace(pose, near_x=84, near_y=92, near_elbow=-1.0, near_hand=Hand.HOLD)
