"""Who is where in a scene, how they sit or stand, what they hold; and when within a shot they do what the text tells.

Seats are fixed for the scene, in the order of the cast, so that whoever is left of somebody stays left of them in every shot and
in every scene they share: the camera never crosses the line between them, and looks meet across the cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.grammar import DEED_MS, GOES_ON_MS, TRAVELS
from services.render_worker.craft.directing.marks import OFF_LEFT, OFF_RIGHT

_SEATS = {1: (0.46,), 2: (0.3, 0.7), 3: (0.2, 0.49, 0.8), 4: (0.14, 0.38, 0.62, 0.86)}
# Beside somebody one goes to, and in their arms.
_BESIDE, _IN_ARMS = 0.2, 0.13
# How long the step into somebody's arms takes.
_STEP_MS = 1000
# The ends of a walk through the picture.
_NEAR_EDGE, _FAR_EDGE = 0.1, 0.86
# A deed begins this much of the shot before the word that names it: the eye is quicker than the ear, and a body gathers itself first.
_ANTICIPATION = 0.06
_FIRST, _LAST = 0.05, 0.92
# More than these nobody follows in one picture.
_MOST_DEEDS = 5
# Nothing shorter than this share of a shot is seen to be done.
_LEAST = 0.08
_POSES_AFTER = {
    sb.DEED_SIT: sb.POSE_SITTING, sb.DEED_KNEEL: sb.POSE_KNEELING, sb.DEED_SLEEP: sb.POSE_LYING,
    sb.DEED_FALL: sb.POSE_KNEELING, sb.DEED_STAND_UP: sb.POSE_STANDING,
}  # fmt: skip
# How somebody is as a scene begins that tells of it: "Nora sits alone" is no sitting down.
POSES_OF_REST = {sb.DEED_SIT: sb.POSE_SITTING, sb.DEED_KNEEL: sb.POSE_KNEELING, sb.DEED_SLEEP: sb.POSE_LYING}
# What nobody does from a seat.
_ON_FEET = TRAVELS | {sb.DEED_DANCE, sb.DEED_JUMP, sb.DEED_CLIMB, sb.DEED_FIGHT, sb.DEED_FALL, sb.DEED_HUG, sb.DEED_BOW}
_STEPS = {sb.DEED_WALK, sb.DEED_RUN, sb.DEED_ENTER, sb.DEED_LEAVE, sb.DEED_CARRY}


@dataclass(frozen=True)
class Deed:
    """Something a character does: `at` is the share of the text where it is told, `target` a character's id or a noun."""

    who: str
    deed: sb.Deed.ValueType
    target: str
    at: float


@dataclass
class Blocking:
    """A scene's people as the film has got to: seats never change, poses and what is held do."""

    # Ids of everybody who is seen in the scene, in the order of the cast.
    people: Sequence[str]
    seats: dict[str, float] = field(init=False)
    here: dict[str, None] = field(default_factory=dict)
    poses: dict[str, sb.Pose.ValueType] = field(default_factory=dict)
    held: dict[str, sb.Thing] = field(default_factory=dict)
    # Who was last seen to run away through the picture, and whether to the left.
    running: dict[str, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = len(self.people)
        seats = _SEATS.get(count) or tuple(0.08 + 0.84 * index / max(count - 1, 1) for index in range(count))
        self.seats = dict(zip(self.people, seats, strict=True))

    def arrive(self, ids: Iterable[str]) -> None:
        """They are there from now on."""
        for each in ids:
            if each in self.seats:
                self.here.setdefault(each)

    def presence(self, who: str, *, feeling: sb.Feeling.ValueType = sb.FEELING_NEUTRAL, speaking: bool = False,
                 looks_at: str = "", back: bool = False, alone: bool = False) -> sb.Presence:  # fmt: skip
        """Somebody as they are now. `alone` in the picture they look to the side where the other sits."""
        position = self.seats[who]
        if alone and looks_at in self.seats and looks_at != who:
            position = min(position, 0.49) if self.seats[looks_at] > position else max(position, 0.51)
        return sb.Presence(
            character_id=who, feeling=feeling or sb.FEELING_NEUTRAL, speaking=speaking, position=position,
            pose=self.poses.get(who, sb.POSE_STANDING), looks_at=looks_at, back=back,
        )  # fmt: skip

    def in_hand(self, ids: Iterable[str]) -> list[sb.Thing]:
        """What those hold."""
        return [self.held[each] for each in ids if each in self.held]

    def perform(
        self, deeds: Sequence[Deed], presences: Sequence[sb.Presence], total_ms: int, *, told: bool = False
    ) -> list[sb.Act]:
        """The deeds as acts of a shot of those presences, which start where their acts start; what they change stays changed.

        Silent deeds follow each other as fast as they are done. While somebody speaks (`told`) each has its place in the words.
        """
        seen = {each.character_id: each for each in presences}
        done = [deed for deed in deeds if deed.who in seen][:_MOST_DEEDS]
        wanted = [_told_at(deed.at) for deed in done] if told else _one_by_one(done, total_ms)
        acts: list[sb.Act] = []
        for deed, start in zip(done, wanted, strict=True):
            if deed.deed == sb.DEED_RUN and deed.target in self.running and deed.target in seen:
                acts.extend(self._pursuit(deed, start, seen))
            else:
                acts.extend(self._act(deed, start, seen[deed.who], total_ms, alone=len(seen) == 1))
        _in_turn(acts)
        for presence in presences:
            if not any(act.deed == sb.DEED_LEAVE and act.character_id == presence.character_id for act in acts):
                self.here.setdefault(presence.character_id)
        return acts

    def only_holds(self, deed: Deed) -> bool:
        """Whether somebody who sits, kneels or lies is said to carry something: they have it in hand, and go nowhere."""
        seated = self.poses.get(deed.who, sb.POSE_STANDING) != sb.POSE_STANDING
        return deed.deed == sb.DEED_CARRY and seated and deed.target not in self.seats

    def take(self, who: str, thing: sb.Thing) -> None:
        """They have it in hand from now on."""
        self.held[who] = thing

    def _act(self, deed: Deed, start: float, presence: sb.Presence, total_ms: int, *, alone: bool) -> list[sb.Act]:
        who = deed.who
        pose = self.poses.get(who, sb.POSE_STANDING)
        if _POSES_AFTER.get(deed.deed) == pose and deed.deed != sb.DEED_FALL:
            # Who sits can't sit down.
            return []
        lasts = DEED_MS.get(deed.deed)
        end = 1.0 if lasts is None else start + max(_LEAST, lasts / max(total_ms, 1))
        act = sb.Act(character_id=who, deed=deed.deed, target=deed.target, start=start, end=end)
        acts = [act]
        if deed.deed == sb.DEED_HUG and deed.target in self.seats and deed.target != who:
            return self._embrace(act, presence, total_ms)
        if deed.deed in _ON_FEET and pose != sb.POSE_STANDING:
            rise = DEED_MS[sb.DEED_STAND_UP] / max(total_ms, 1)
            acts.insert(0, sb.Act(character_id=who, deed=sb.DEED_STAND_UP, start=start, end=start + rise))
            act.start, act.end = start + rise, end + rise
        self._go(act, presence, alone=alone)
        for each in acts:
            self._after(each)
        return acts

    def _pursuit(self, deed: Deed, start: float, seen: Mapping[str, sb.Presence]) -> list[sb.Act]:
        """Who is run after runs on: both cross the picture the same way, one behind the other, and neither arrives before the cut."""
        left = self.running[deed.target]
        acts = []
        for who, begins, ends in ((deed.target, 0.62, -0.12), (deed.who, OFF_RIGHT, 0.24)):
            seen[who].position = begins if left else round(1 - begins, 3)
            run = sb.Act(character_id=who, deed=sb.DEED_RUN, start=start, end=1.0)
            run.to_position = ends if left else round(1 - ends, 3)
            acts.append(run)
            self.poses[who] = sb.POSE_STANDING
        return acts

    def _embrace(self, hug: sb.Act, presence: sb.Presence, total_ms: int) -> list[sb.Act]:
        """A step to the other, and both hold each other until the shot ends. Whatever they had in hand is put down."""
        who, other = hug.character_id, hug.target
        seat = self.seats[other]
        left = self.seats[who] <= seat
        if who not in self.here:
            presence.position = OFF_LEFT if left else OFF_RIGHT
        meets = min(0.6, hug.start + _STEP_MS / max(total_ms, 1))
        step = sb.Act(character_id=who, deed=sb.DEED_WALK, target=other, start=hug.start, end=meets)
        step.to_position = round(seat - _IN_ARMS if left else seat + _IN_ARMS, 3)
        hug.start, hug.end = meets, 1.0
        held = sb.Act(character_id=other, deed=sb.DEED_HUG, target=who, start=meets, end=1.0)
        for each in (who, other):
            self.poses[each] = sb.POSE_STANDING
            self.held.pop(each, None)
        return [step, hug, held]

    def _go(self, act: sb.Act, presence: sb.Presence, *, alone: bool) -> None:
        who, seat = act.character_id, self.seats[act.character_id]
        other = self.seats.get(act.target) if act.target != who else None
        left = seat <= 0.5 if other is None else seat <= other
        arrives = who not in self.here
        match act.deed:
            case sb.DEED_LEAVE:
                act.to_position = OFF_LEFT if left else OFF_RIGHT
            case sb.DEED_ENTER:
                presence.position = OFF_LEFT if left else OFF_RIGHT
                act.to_position = seat
            case sb.DEED_WALK | sb.DEED_RUN | sb.DEED_CARRY | sb.DEED_SWIM | sb.DEED_FLY if other is not None:
                if arrives:
                    presence.position = OFF_LEFT if left else OFF_RIGHT
                act.to_position = round(other - _BESIDE if left else other + _BESIDE, 3)
            case sb.DEED_WALK | sb.DEED_RUN | sb.DEED_SWIM | sb.DEED_FLY if alone and presence.position == seat:
                # Through the picture, and all through the shot: a walk that ends before the cut looks like an arrival.
                presence.position, act.to_position = (_NEAR_EDGE, _FAR_EDGE) if left else (_FAR_EDGE + 0.04, 0.14)
                act.start, act.end = 0.0, 1.0
            case sb.DEED_WALK | sb.DEED_RUN | sb.DEED_CARRY | sb.DEED_SWIM | sb.DEED_FLY if arrives:
                presence.position = OFF_LEFT if left else OFF_RIGHT
                act.to_position = seat
            case _:
                pass
        if act.HasField("to_position") and act.to_position in (presence.position,):
            act.ClearField("to_position")

    def _after(self, act: sb.Act) -> None:
        who = act.character_id
        self.running.pop(who, None)
        if act.deed == sb.DEED_RUN and act.HasField("to_position") and act.target not in self.seats:
            self.running[who] = act.to_position < 0.5
        if act.deed == sb.DEED_LEAVE:
            self.here.pop(who, None)
        if act.deed in _POSES_AFTER:
            self.poses[who] = _POSES_AFTER[act.deed]
        elif act.deed in _ON_FEET:
            self.poses[who] = sb.POSE_STANDING
        if act.deed in (sb.DEED_GIVE, sb.DEED_THROW) and who in self.held:
            thing = self.held.pop(who)
            if act.deed == sb.DEED_GIVE and act.target in self.seats:
                given = sb.Thing()
                given.CopyFrom(thing)
                given.held_by = act.target
                self.held[act.target] = given


def _told_at(at: float) -> float:
    return min(_LAST - _LEAST, max(_FIRST, _FIRST + at * (_LAST - _FIRST) - _ANTICIPATION))


def _one_by_one(deeds: Sequence[Deed], total_ms: int) -> list[float]:
    """Where each begins: after the one before by the same person, and while that of another is still going on."""
    starts: list[float] = []
    at = _FIRST
    for index, deed in enumerate(deeds):
        starts.append(min(at, _LAST - _LEAST))
        follower = deeds[index + 1] if index + 1 < len(deeds) else deed
        share = 1.0 if follower.who == deed.who else 0.0 if follower.deed == deed.deed else 0.6
        at += share * DEED_MS.get(deed.deed, GOES_ON_MS) / max(total_ms, 1)
    return starts


def _in_turn(acts: list[sb.Act]) -> None:
    """Nobody does two things at once; what would end after the shot is done faster, all of it alike. Times are rounded."""
    for who in dict.fromkeys(act.character_id for act in acts):
        own = [act for act in acts if act.character_id == who]
        for before, after in pairwise(own):
            lasts = max(_LEAST, min(before.end - before.start, DEED_MS.get(before.deed, GOES_ON_MS) / GOES_ON_MS * 0.4))
            span = after.end - after.start
            after.start = max(after.start, before.start + lasts)
            before.end = min(before.end, after.start)
            after.end = after.start + span
        over = max(act.end for act in own)
        for act in own:
            by = 1.0 / over if over > 1.0 else 1.0
            act.start, act.end = round(max(0.0, act.start * by), 3), round(min(1.0, act.end * by), 3)


def sounds_of(acts: Iterable[sb.Act], named: Sequence[str], setting: sb.Setting, total_ms: int) -> list[sb.Sound]:
    """What is heard of the acts, at their times, and what the text itself says is heard, spread over the shot."""
    sounds: list[sb.Sound] = []
    for act in acts:
        lasts = round((act.end - act.start) * total_ms)
        if act.deed in _STEPS and setting.place != sb.PLACE_SPACE:
            sounds.append(sb.Sound(name="footsteps", start=act.start, duration_ms=lasts))
        if setting.interior and act.deed in (sb.DEED_ENTER, sb.DEED_LEAVE):
            # It opens before they come, and falls shut behind them.
            at = act.start if act.deed == sb.DEED_ENTER else min(0.95, act.end)
            sounds.append(sb.Sound(name="door", start=round(max(0.0, at - 0.02), 3)))
        elif act.deed == sb.DEED_OPEN and act.target.casefold() in ("door", "gate", "") and setting.interior:
            sounds.append(sb.Sound(name="door", start=act.start))
        if act.deed == sb.DEED_FALL:
            sounds.append(sb.Sound(name="impact", start=round(act.start + (act.end - act.start) * 0.7, 3)))
    there = {sound.name for sound in sounds}
    fresh = [name for name in dict.fromkeys(named) if name not in there]
    for index, name in enumerate(fresh):
        sounds.append(sb.Sound(name=name, start=round(0.08 + 0.7 * index / len(fresh), 3)))
    return sorted(sounds, key=lambda sound: sound.start)
