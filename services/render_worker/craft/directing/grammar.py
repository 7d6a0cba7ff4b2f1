"""The grammar of film: when we cut, how near we stand, whether the camera moves. Each rule with its reason.

A rule looks at one moment of the story and gives a Framing. Rules are asked in the order in which they stand here, and the
first that has an opinion wins: what the story needs comes before what looks varied. Whatever is chosen freely is chosen by the
moment's own words (`key`), never by a count, so that an edit of the script changes only the shots near it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.framing import Shape

Size: TypeAlias = sb.ShotSize.ValueType
Move: TypeAlias = sb.CameraMove.ValueType
Feeling: TypeAlias = sb.Feeling.ValueType
Deed: TypeAlias = sb.Deed.ValueType
_WIDE, _FULL, _MEDIUM, _CLOSE, _INSERT, _SHOULDER = (
    sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM, sb.SHOT_SIZE_CLOSE_UP, sb.SHOT_SIZE_INSERT,
    sb.SHOT_SIZE_OVER_SHOULDER,
)  # fmt: skip
_STILL, _PUSH, _PULL, _FOLLOW = (
    sb.CAMERA_MOVE_STATIC, sb.CAMERA_MOVE_PUSH_IN, sb.CAMERA_MOVE_PULL_OUT, sb.CAMERA_MOVE_FOLLOW,
)  # fmt: skip
_LEFT, _RIGHT, _UP = sb.CAMERA_MOVE_PAN_LEFT, sb.CAMERA_MOVE_PAN_RIGHT, sb.CAMERA_MOVE_TILT_UP

# How long a shot is, milliseconds. Under two seconds a picture can't be read, over seven it is a slide.
SHORTEST_MS, LONGEST_MS = 2000, 7000
# Speech of one shot: what is longer is cut where a sentence ends, else a clause, always at a word's end.
LONGEST_SPEECH_MS = 6000
# A speech this long is the listener's story too.
LONG_SPEECH_MS = 9000
# A line that keeps us waiting draws us in instead.
SLOW_LINE_MS = 4600
# "Yes." and "No." are one picture: a cut for each would flicker.
BRIEF_LINE_MS = 1500
# A thing doesn't change while we look at it: longer than this the place around it is better company.
LONGEST_DETAIL_MS = 4800
# So many lines after both were last seen together, we forget who stands where.
REORIENT_AFTER = 5


@dataclass(frozen=True)
class Framing:
    """How a moment is seen, and why, in a few words for whoever reads the shot list ({who} and {thing} stand for the subject)."""

    size: Size
    camera: Move
    reason: str
    # Everyone there is in the picture, not only who speaks or acts.
    together: bool = False


# ---- Places ------------------------------------------------------------------------------------------------------------

# What stands tall is looked up at, what lies broad is looked along.
_TALL_PLACES = {sb.PLACE_LIGHTHOUSE, sb.PLACE_MOUNTAIN, sb.PLACE_TEMPLE, sb.PLACE_PALACE, sb.PLACE_FOREST}
_BROAD_PLACES = {
    sb.PLACE_SEA, sb.PLACE_DESERT, sb.PLACE_FIELD, sb.PLACE_VILLAGE, sb.PLACE_CITY_STREET, sb.PLACE_RIVER,
    sb.PLACE_ROOFTOP, sb.PLACE_SPACE, sb.PLACE_SHIP,
}  # fmt: skip


def establish(setting: sb.Setting, *, new: bool, peopled: bool, key: float) -> Framing:
    """A new place is shown whole before anybody speaks in it: who doesn't know where they are doesn't listen."""
    if not new:
        return Framing(_WIDE, _STILL, "back again", together=True)
    if peopled:
        return Framing(_WIDE, _PUSH, "new place", together=True)
    if setting.place in _TALL_PLACES and not setting.interior:
        return Framing(_WIDE, _UP, "new place")
    if setting.place in _BROAD_PLACES and not setting.interior:
        return Framing(_WIDE, _RIGHT if key < 0.5 else _LEFT, "new place")
    return Framing(_WIDE, _PUSH, "new place")


_MOVES_OVER_A_PLACE: Mapping[Size, tuple[Move, ...]] = {
    _WIDE: (_RIGHT, _LEFT), _FULL: (_PUSH, _LEFT, _RIGHT), _MEDIUM: (_UP, _PUSH, _RIGHT), _CLOSE: (_PUSH, _PULL, _UP),
}  # fmt: skip


def empty_place(key: float, before: Size) -> Framing:
    """Nobody is named: another part of the place each time, since the same one twice would look like a mistake."""
    sizes = [size for size in (_WIDE, _FULL, _MEDIUM, _CLOSE) if size != before]
    size = sizes[int(key * len(sizes)) % len(sizes)]
    # Along what is broad, up what is tall, towards a detail: the same move each time would be a screen saver.
    moves = _MOVES_OVER_A_PLACE[size]
    return Framing(size, moves[int(key * 97) % len(moves)], "the place")


def parts_of_place(key: float) -> list[Framing]:
    """All the ways to look at a place, where a film has time to."""
    return [empty_place(key, size) for size in (_FULL, _WIDE)] + [
        Framing(size, _PUSH, "the place") for size in (_FULL, _MEDIUM, _CLOSE)
    ]


# So short a sentence of weather or light is no picture by itself: it is what those are seen in who come next.
BRIEF_SCENERY_MS = 2200


def farewell() -> Move:
    """The film's last picture steps back: we leave, the place stays."""
    return _PULL


# ---- Speech ------------------------------------------------------------------------------------------------------------

STRONG: Mapping[Feeling, str] = {
    sb.FEELING_ANGRY: "anger", sb.FEELING_AFRAID: "fear", sb.FEELING_SAD: "grief", sb.FEELING_TENDER: "tenderness",
    sb.FEELING_SURPRISED: "surprise", sb.FEELING_HAPPY: "joy", sb.FEELING_TENSE: "worry",
}  # fmt: skip
# A feeling that fills a face. Joy and worry show in the whole body: they are seen well enough from the thighs up.
_OF_THE_FACE = {sb.FEELING_ANGRY, sb.FEELING_AFRAID, sb.FEELING_SAD, sb.FEELING_TENDER, sb.FEELING_SURPRISED}


@dataclass(frozen=True)
class Turn:
    """A line that somebody says in the picture."""

    # How many others are there to hear it.
    listeners: int
    # The first line of an exchange.
    opening: bool
    # Lines since speaker and listener were last seen together.
    apart: int
    feeling: Feeling
    delivery: sb.Delivery.ValueType
    # The line that the scene turns on.
    peak: bool
    # Which piece of a long speech it is, and of how many.
    piece: int
    pieces: int
    speech_ms: int
    piece_ms: int
    shape: Shape
    key: float


def turn(line: Turn) -> Framing:
    """Where the camera is while somebody speaks."""
    # A line that takes its time is one we lean into; otherwise the camera holds still, so that a move means something.
    camera = _PUSH if line.piece_ms >= SLOW_LINE_MS else _STILL
    # The strongest moment gets the nearest picture, kept back for it until then.
    if line.peak:
        return Framing(_CLOSE, _PUSH, "the heart of the scene")
    if line.pieces > 1 and line.piece > 0:
        # A speech goes on: a jump at the same size would look like a missing piece.
        return Framing(_CLOSE if line.piece % 2 else _MEDIUM, _PUSH, "{who} goes on")
    if line.listeners and line.opening:
        # An exchange opens with both: later singles have a place to come from. A narrow picture stacks them in depth.
        if line.shape is Shape.TALL:
            return Framing(_SHOULDER, camera, "who talks to whom")
        return Framing(_MEDIUM if line.shape is Shape.SQUARE else _FULL, camera, "who talks to whom", together=True)
    if line.delivery == sb.DELIVERY_WHISPERED:
        return Framing(_CLOSE, camera, "a whisper brings us close")
    if line.feeling in _OF_THE_FACE:
        # When do we cut to a close-up? When a face says more than the words.
        return Framing(_CLOSE, camera, f"{STRONG[line.feeling]} of {{who}}")
    if line.listeners and line.apart >= REORIENT_AFTER:
        if line.shape is Shape.TALL:
            return Framing(_SHOULDER, camera, "where they are again")
        return Framing(_MEDIUM, camera, "where they are again", together=True)
    if not line.listeners:
        return Framing(_MEDIUM, camera, "{who} speaks")
    # Past the listener's shoulder we are in the talk, alone we are in the thought. Short words are said to somebody.
    if line.key < (0.7 if line.piece_ms < 3000 else 0.45):
        return Framing(_SHOULDER, camera, "past a shoulder to {who}")
    return Framing(_MEDIUM, camera, "{who} speaks")


def wants_reaction(piece: int, pieces: int, speech_ms: int) -> bool:
    """In a long speech the listener is seen while the voice goes on: what words do to somebody is the scene."""
    if speech_ms < LONG_SPEECH_MS or pieces < 2:
        return False
    # Never the first words (whose are they?), never the last (how are they meant?) unless there are just two; and not all the time.
    return piece % 3 == 1 and (piece < pieces - 1 or pieces == 2)


def reaction() -> Framing:
    """A listener is watched from near, without a move: we look for something small."""
    return Framing(_CLOSE, _STILL, "how {who} hears it")


def watched() -> Framing:
    """Time passes on a face."""
    return Framing(_MEDIUM, _STILL, "{who} is there")


# The reason of the one picture that is taken from behind.
FROM_BEHIND = "what {who} sees"


def told_of(key: float, before: Size, shape: Shape) -> Framing:
    """Whom a narrator tells of is seen each time in another way: small in the place, from behind with their own view, their face.
    The camera is never quite at rest, since the picture does nothing else while the words go on.
    """
    ways = [
        Framing(_WIDE, _PUSH, "{who} and the place"), Framing(_FULL, _PUSH, FROM_BEHIND),
        Framing(_CLOSE, _PUSH, "the face of {who}"), Framing(_MEDIUM, _PULL, "{who} is there"),
    ]  # fmt: skip
    # A narrow picture has no room around a small figure.
    fit = [way for way in ways if way.size != before and (shape is Shape.WIDE or way.size != _WIDE)]
    return fit[int(key * len(fit)) % len(fit)]


def heard_from_outside(*, seen: bool) -> Framing:
    """A voice from elsewhere: those who hear it, else the place it is heard in."""
    return Framing(_MEDIUM, _STILL, "{who} hears a voice") if seen else Framing(_WIDE, _PUSH, "a voice over the place")


_ANSWERS: Mapping[Feeling, Feeling] = {
    sb.FEELING_ANGRY: sb.FEELING_TENSE, sb.FEELING_AFRAID: sb.FEELING_TENSE, sb.FEELING_SAD: sb.FEELING_TENDER,
    sb.FEELING_TENDER: sb.FEELING_TENDER, sb.FEELING_SURPRISED: sb.FEELING_SURPRISED, sb.FEELING_HAPPY: sb.FEELING_HAPPY,
    sb.FEELING_TENSE: sb.FEELING_TENSE,
}  # fmt: skip


def answer_to(feeling: Feeling) -> Feeling:
    """What a listener's face does at it."""
    return _ANSWERS.get(feeling, sb.FEELING_NEUTRAL)


# ---- Deeds -------------------------------------------------------------------------------------------------------------

# What takes somebody elsewhere.
TRAVELS = {sb.DEED_WALK, sb.DEED_RUN, sb.DEED_ENTER, sb.DEED_LEAVE, sb.DEED_SWIM, sb.DEED_FLY, sb.DEED_CARRY}
# What needs legs and floor to be understood.
_OF_THE_BODY = {
    sb.DEED_SIT, sb.DEED_STAND_UP, sb.DEED_FALL, sb.DEED_DANCE, sb.DEED_CLIMB, sb.DEED_JUMP, sb.DEED_THROW,
    sb.DEED_KNEEL, sb.DEED_BOW, sb.DEED_FIGHT, sb.DEED_SLEEP, sb.DEED_WORK, sb.DEED_PLAY_MUSIC, sb.DEED_WAVE,
} | TRAVELS  # fmt: skip
# What hands do with a thing, which then matters.
HANDLES = {
    sb.DEED_OPEN, sb.DEED_LIGHT, sb.DEED_GIVE, sb.DEED_TAKE, sb.DEED_READ, sb.DEED_WRITE, sb.DEED_EAT, sb.DEED_DRINK,
    sb.DEED_CARRY, sb.DEED_THROW,
}  # fmt: skip
_OF_THE_EYES = {sb.DEED_LOOK, sb.DEED_CRY, sb.DEED_LAUGH, sb.DEED_NOD, sb.DEED_SHAKE_HEAD}
# How long a deed takes to be done and understood, milliseconds; those not named go on until the shot ends.
DEED_MS: Mapping[Deed, int] = {
    sb.DEED_WALK: 2600, sb.DEED_RUN: 1900, sb.DEED_SIT: 1300, sb.DEED_STAND_UP: 1200, sb.DEED_POINT: 1600,
    sb.DEED_WAVE: 1800, sb.DEED_HUG: 2600, sb.DEED_FALL: 1200, sb.DEED_LOOK: 1600, sb.DEED_OPEN: 1700,
    sb.DEED_LIGHT: 1800, sb.DEED_GIVE: 1600, sb.DEED_TAKE: 1400, sb.DEED_DRINK: 2000, sb.DEED_JUMP: 1100,
    sb.DEED_THROW: 1200, sb.DEED_KNEEL: 1300, sb.DEED_BOW: 1600, sb.DEED_NOD: 1000, sb.DEED_SHAKE_HEAD: 1200,
    sb.DEED_ENTER: 2200, sb.DEED_LEAVE: 2200, sb.DEED_TURN: 1000, sb.DEED_CLIMB: 2800,
}  # fmt: skip
GOES_ON_MS = 3000


_EMBRACE = "an embrace"


@dataclass(frozen=True)
class Happening:
    """What is to be seen besides speech: who does what, with which things."""

    people: int
    deeds: tuple[Deed, ...]
    # Things named: any, and whether one is small enough to be looked at by itself.
    things: int
    small: bool
    feeling: Feeling
    shape: Shape
    outside: bool
    peak: bool
    key: float


def happening(what: Happening, before: Size) -> Framing:
    """Where the camera is while something happens."""
    if not what.people:
        if what.small and before != _INSERT:
            # A thing named alone is there because it will matter. Two such pictures in a row would be a catalogue.
            return Framing(_INSERT, _PUSH, "the {thing} matters")
        if what.things:
            return Framing(_WIDE if before != _WIDE else _FULL, _STILL, "what is there to see")
        return empty_place(what.key, before)
    deeds = set(what.deeds)
    if deeds & {sb.DEED_ENTER, sb.DEED_LEAVE}:
        # A door needs a still frame: they come into it, or it is empty after them.
        return Framing(_FULL, _STILL, "{who} comes or goes")
    if what.people == 1 and deeds & TRAVELS:
        # Who walks is followed, or we would be left behind.
        return Framing(_FULL, _FOLLOW, "with {who} on the way")
    if sb.DEED_HUG in deeds:
        return Framing(_MEDIUM, _PUSH, _EMBRACE)
    if what.people > 3:
        return Framing(_WIDE, _STILL, "all of them")
    if deeds & _OF_THE_BODY:
        return Framing(_FULL, _STILL, "{who} from head to foot")
    if what.peak:
        return Framing(_CLOSE if what.people == 1 else _MEDIUM, _PUSH, "the heart of the scene")
    if what.people == 1 and (what.feeling in _OF_THE_FACE or sb.DEED_CRY in deeds):
        return Framing(_CLOSE, _STILL, f"{STRONG.get(what.feeling, 'tears')} of {{who}}")
    if deeds & (HANDLES | _OF_THE_EYES | {sb.DEED_POINT, sb.DEED_TURN, sb.DEED_SING}):
        return Framing(_MEDIUM, _STILL, "hands and eyes of {who}")
    if what.people > 1:
        return Framing(_FULL if what.shape is Shape.WIDE else _MEDIUM, _STILL, "together")
    # A narrow picture has no room around a small figure.
    near = what.shape is Shape.TALL or what.key < 0.6
    return Framing(_MEDIUM if near else _FULL, _STILL, "{who} is there")


def with_room_for(size: Size, deeds: Iterable[Deed]) -> Size:
    """That size, or one that shows the legs that these deeds are done with."""
    near = size in (_MEDIUM, _CLOSE, _SHOULDER)
    return _FULL if near and any(deed in _OF_THE_BODY for deed in deeds) else size


def insert_of(times_named: int, *, handled: bool) -> bool:
    """Whether a thing gets a picture of its own: when hands are on it and the scene comes back to it."""
    return handled and times_named >= 2


def detail() -> Framing:
    """The thing alone, and slowly nearer."""
    return Framing(_INSERT, _PUSH, "the {thing} matters")


def sight() -> Framing:
    """Who looks makes us want to see what they see."""
    return Framing(_WIDE, _STILL, "what was looked at")


# ---- Between shots -----------------------------------------------------------------------------------------------------

# One step nearer or farther for the same people: a cut must change the picture, or it looks like a fault in the film.
_OTHERWISE: Mapping[Size, Size] = {
    _WIDE: _FULL, _FULL: _MEDIUM, _MEDIUM: _CLOSE, _CLOSE: _MEDIUM, _SHOULDER: _CLOSE, _INSERT: _INSERT,
}  # fmt: skip


_OTHERWISE_TOGETHER: Mapping[Size, Size] = {**_OTHERWISE, _MEDIUM: _FULL, _CLOSE: _FULL}


def unlike(framing: Framing, before: Size, *, same: bool, people: int) -> Framing:
    """The framing, or one that can be cut to from a shot of that size; `same`: of the same people, or the same empty place."""
    if not same or framing.size != before or framing.size == _INSERT:
        return framing
    if framing.reason == _EMBRACE and framing.size == _MEDIUM:
        # Two who hold each other are one: nearer, not farther.
        return replace(framing, size=_CLOSE)
    # No face has room for two.
    size = (_OTHERWISE_TOGETHER if people > 1 and framing.size != _SHOULDER else _OTHERWISE)[framing.size]
    return replace(framing, size=size, camera=_STILL if framing.camera == _FOLLOW else framing.camera)


def transition_of(scene: sb.Transition.ValueType, *, first: bool) -> sb.Transition.ValueType:
    """How a scene begins: as the script says (it dissolves when time has passed), else by a cut. The film's first picture comes
    out of its title, whose ground is the same place: black between the two would send people away before it has begun.
    """
    if first:
        return sb.TRANSITION_DISSOLVE
    return scene or sb.TRANSITION_CUT


# ---- Lengths -----------------------------------------------------------------------------------------------------------

_PACE: Mapping[sb.Mood.ValueType, float] = {
    sb.MOOD_TENSE: 0.78, sb.MOOD_HAPPY: 0.92, sb.MOOD_TRIUMPHANT: 0.92, sb.MOOD_CALM: 1.1, sb.MOOD_SAD: 1.15,
    sb.MOOD_TENDER: 1.1, sb.MOOD_MYSTERIOUS: 1.08,
}  # fmt: skip
_BREATHS: Mapping[Feeling, int] = {
    sb.FEELING_ANGRY: 350, sb.FEELING_AFRAID: 400, sb.FEELING_TENSE: 500, sb.FEELING_SURPRISED: 600,
    sb.FEELING_HAPPY: 600, sb.FEELING_TENDER: 1000, sb.FEELING_SAD: 1100,
}  # fmt: skip


def silent_ms(wanted_ms: float, mood: sb.Mood.ValueType, key: float) -> int:
    """A silent shot's length: what happens sets it, the mood paces it, and no two are alike (a metronome is heard in pictures too)."""
    return round(min(LONGEST_MS, max(SHORTEST_MS, wanted_ms * _PACE.get(mood, 1.0) * (0.88 + 0.24 * key))))


def breath_ms(feeling: Feeling, key: float) -> int:
    """What a shot is longer than its words: anger cuts in, grief is left alone for a moment."""
    return round(_BREATHS.get(feeling, 650) * (0.8 + 0.4 * key))


# ---- The peak ----------------------------------------------------------------------------------------------------------

_WEIGHTS: Mapping[Feeling, float] = {
    sb.FEELING_ANGRY: 3.0, sb.FEELING_AFRAID: 3.0, sb.FEELING_TENDER: 2.6, sb.FEELING_SAD: 2.6, sb.FEELING_SURPRISED: 2.0,
    sb.FEELING_HAPPY: 1.8, sb.FEELING_TENSE: 1.6,
}  # fmt: skip


def intensity(feeling: Feeling, delivery: sb.Delivery.ValueType, text: str, progress: float) -> float:
    """How much hangs on a moment, of which the scene's highest is its peak. Scenes climb, so the last third counts more."""
    strength = _WEIGHTS.get(feeling, 0.0)
    strength += {sb.DELIVERY_SHOUTED: 1.0, sb.DELIVERY_WHISPERED: 0.7}.get(delivery, 0.0)
    strength += 0.4 if "!" in text or "！" in text else 0.0
    return strength + (1.0 if progress > 2 / 3 else 0.0)


# Below this nothing stands out, and a push would push at nothing.
PEAK_AT = 2.0
