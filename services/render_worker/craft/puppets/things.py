"""Things in hand: how high they are, where they are gripped, and how an arm holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets.pose import Hand, Pose, in_both_arms


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
    "umbrella": Grip(350, (0.5, 0.95), _OVER), "umbrella-with-rain-drops": Grip(350, (0.5, 0.95), _OVER), "closed-umbrella": Grip(170, (0.5, 0.15), _DOWN),
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
# What deeds are done with when the script names nothing.
USUAL_THINGS: dict[int, str] = {
    sb.DEED_CARRY: "package", sb.DEED_LIGHT: "candle", sb.DEED_GIVE: "wrapped-gift", sb.DEED_READ: "open-book", sb.DEED_WRITE: "pencil",
    sb.DEED_EAT: "red-apple", sb.DEED_DRINK: "teacup-without-handle", sb.DEED_PLAY_MUSIC: "guitar", sb.DEED_WORK: "hammer",
}  # fmt: skip
# Deeds that both hands do.
TWO_HANDED = frozenset({sb.DEED_CARRY, sb.DEED_READ, sb.DEED_PLAY_MUSIC})
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


@dataclass(frozen=True)
class Span:
    """A drawing in somebody's hands for a while, in milliseconds of the shot; `deed`: what they do with it, 0 for nothing."""

    start: float
    end: float
    drawing: str
    deed: int = 0


def spans_of(
    owner: str, acts: Sequence[sb.Act], things: Sequence[sb.Thing], duration_ms: float, known: frozenset[str]
) -> list[Span]:
    """What somebody has in hand when, a later one before an earlier: what is theirs, what deeds need, what changes hands.

    `acts` are those of all who are in the shot; drawings that aren't `known` are nobody's.
    """
    own = next((thing.drawing for thing in things if thing.held_by == owner and thing.drawing in known), "")
    mine = [act for act in acts if act.character_id == owner]
    until = duration_ms + 1000.0
    spans: list[Span] = []
    for act in mine:
        start, end = act.start * duration_ms, (act.end or 1.0) * duration_ms
        usual = USUAL_THINGS.get(act.deed, "")
        drawing = _used(act, usual, own, things, known)
        match act.deed:
            case sb.DEED_GIVE if drawing:
                taken = next(
                    (
                        _grasped(other, duration_ms)
                        for other in acts
                        if other.deed == sb.DEED_TAKE and _meet(act, other)
                    ),
                    end,
                )
                spans.append(Span(0.0, taken, drawing))
                until = taken if drawing == own else until
            case sb.DEED_THROW if own:
                until = start + min(720.0, (end - start) * 0.52)
            case sb.DEED_TAKE:
                giver = next((other for other in acts if other.deed == sb.DEED_GIVE and _meet(other, act)), None)
                if giver is not None:
                    theirs = next((thing.drawing for thing in things if thing.held_by == giver.character_id), "")
                    drawing = _used(giver, USUAL_THINGS[sb.DEED_GIVE], theirs, things, known)
                if drawing and drawing != own:
                    spans.append(Span(_grasped(act, duration_ms), duration_ms + 1000.0, drawing))
            case _ if drawing and usual:
                spans.append(Span(start, end + 60, drawing, act.deed))
    return [*([Span(0.0, until, own)] if own else []), *spans]


def span_at(spans: Sequence[Span], ms: float) -> Span | None:
    """What is in hand then."""
    return next((span for span in reversed(spans) if span.start <= ms < span.end), None)


def _used(act: sb.Act, usual: str, own: str, things: Sequence[sb.Thing], known: frozenset[str]) -> str:
    """The drawing a deed is done with: what the script says, else what its doer has, else the usual one."""
    named = next((thing.drawing for thing in things if act.target and thing.noun == act.target), "")
    fit = _USED_FOR.get(act.deed)
    choices = [drawing for drawing in (named, own) if drawing and (fit is None or drawing in fit)]
    return next((drawing for drawing in (*choices, usual) if drawing in known), "")


def _meet(given: sb.Act, taken: sb.Act) -> bool:
    """Whether one takes what the other gives."""
    partners = given.target in ("", taken.character_id) or taken.target == given.character_id
    return partners and given.character_id != taken.character_id and taken.start < given.end and given.start < taken.end


def _grasped(taken: sb.Act, duration_ms: float) -> float:
    """When a hand that takes has closed: half-way, at most three quarters of a second after it set out."""
    start, end = taken.start * duration_ms, (taken.end or 1.0) * duration_ms
    return start + min(750.0, (end - start) * 0.5)


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
            return in_both_arms(pose)
        case Hold.BEFORE:
            return replace(pose, near_x=84, near_y=92, near_elbow=-1.0, near_hand=Hand.HOLD)
