"""From the shots a story asks for to those a film of its length has: which go, which are joined, where one is parted or added."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing import grammar
from services.render_worker.craft.directing.drafts import Draft, Reel, vary
from services.render_worker.craft.directing.fillers import parted, silent
from services.render_worker.craft.directing.pacing import least_ms, room_ms

# No silent shot is added to a film with less than this to spare.
_SILENT_SPARE_MS = 4000
_MOST_SEEN = 6
# So much longer may two others be together before a place's first picture is joined with what happens in it.
_ALONE_MS = 5000
# The share of a joined shot in which who has fallen gets up.
_RISES = 0.2
# The least share of a shot in which something can be done.
_LEAST_ACT = 0.04


def count(reels: Sequence[Reel]) -> int:
    """How many shots there are."""
    return sum(len(reel.drafts) for reel in reels)


def shorten(reels: list[Reel], most: int) -> None:
    """Leaves out what the story can do without, then joins the shortest neighbours, then whole scenes. No line is lost."""
    if (over := count(reels) - most) <= 0:
        return
    _drop_optional(reels, over)
    while (over := count(reels) - most) > 0:
        end = reels[-1].drafts[-1]
        pairs = sorted(
            (_loss(first, second, end), r, i)
            for r, reel in enumerate(reels)
            for i, (first, second) in enumerate(pairwise(reel.drafts))
        )
        if not pairs:
            _join_scenes(reels, over)
            continue
        taken: set[tuple[int, int]] = set()
        # A few at a time, since what has been joined is dearer to join again.
        for _, r, i in pairs:
            if len(taken) < max(1, over // 8) and not {(r, i - 1), (r, i), (r, i + 1)} & taken:
                taken.add((r, i))
        for r, i in sorted(taken, reverse=True):
            _join_at(reels[r], i)


def leave_room(reels: list[Reel], duration_ms: int, fewest: int, spoken_ms: float) -> int:
    """Where speech nearly fills the film, silent shots go first, then cuts, down to the fewest; what is fewest from then on."""
    lines_ms = [line.estimated_ms for reel in reels for draft in reel.drafts for line in draft.shot.lines]
    # The script's own estimate knows how fast its language is spoken.
    pace = spoken_ms / sum(lines_ms) if spoken_ms and lines_ms else 1.0
    room = room_ms(duration_ms)
    least = sum(_least(draft, pace) for reel in reels for draft in reel.drafts)
    for reel in reels:
        at = 0
        while at < len(reel.drafts) and len(reel.drafts) > 1 and least > room:
            if reel.drafts[at].shot.lines:
                at += 1
                continue
            first = max(0, at - 1)
            apart = _least(reel.drafts[first], pace) + _least(reel.drafts[first + 1], pace)
            _join_at(reel, first)
            least += _least(reel.drafts[first], pace) - apart
    while least > room and (shots := count(reels)) > fewest:
        shorten(reels, max(fewest, shots - max(1, shots // 20)))
        least = sum(_least(draft, pace) for reel in reels for draft in reel.drafts)
    return fewest if least + _SILENT_SPARE_MS < room else min(fewest, count(reels))


def lengthen(reels: list[Reel], fewest: int, seed: int) -> None:
    """More pictures where the longest are: the narrator's next sentence, a listener, a thing, the place. Each shot gets one in turn."""
    served: set[int] = set()
    for number in range(fewest - count(reels)):
        if len(served) >= count(reels):
            served.clear()
        reel = max(
            (each for each in reels if any(id(draft) not in served for draft in each.drafts)),
            key=lambda each: sum(d.length_ms for d in each.drafts) / len(each.drafts) - 900 * len(each.drafts),
        )
        free = [i for i, draft in enumerate(reel.drafts) if id(draft) not in served]
        at = max(free, key=lambda i: (reel.drafts[i].length_ms, -i))
        # What is told goes on over the next picture; nobody falls silent for it.
        added = parted(reel, at)
        if added is None:
            added = silent(reel, at, seed + number)
            served |= {id(reel.drafts[at]), id(added)}
        reel.drafts.insert(at + 1, added)


def vary_all(reels: Sequence[Reel]) -> None:
    """What joining has put side by side is told apart again."""
    for reel in reels:
        for before, after in pairwise(reel.drafts):
            vary(before, after)


def _loss(first: Draft, second: Draft, end: Draft) -> int:
    """What the film loses by joining the two, as milliseconds: short ones go first, and what must stand alone last."""
    together = first.length_ms + second.length_ms
    loss = together + 2 * max(0, together - grammar.LONGEST_MS)
    for draft in (first, second):
        peak = draft.shot.camera == sb.CAMERA_MOVE_PUSH_IN and len(draft.shot.presences) == 1
        # The first picture of a place, the heart of a scene, and the farewell.
        loss += _ALONE_MS * (draft.opening + peak + (draft is end and not draft.shot.lines))
    return loss


def _least(draft: Draft, pace: float) -> float:
    return least_ms([line.estimated_ms * pace for line in draft.shot.lines])


def _drop_optional(reels: Sequence[Reel], over: int) -> None:
    """Those of the scenes with the most shots first, the later ones first: a place is shown before a detail of it."""
    spare = sorted(
        (-len(reel.drafts), -i, r)
        for r, reel in enumerate(reels)
        for i, draft in enumerate(reel.drafts)
        if draft.optional and not draft.shot.lines
    )
    gone = sorted(((r, -i) for _, i, r in spare[:over]), reverse=True)
    for r, i in gone:
        if len(reels[r].drafts) > 1:
            del reels[r].drafts[i]


def _join_at(reel: Reel, at: int) -> None:
    _join(reel.drafts[at], reel.drafts[at + 1])
    del reel.drafts[at + 1]


def _join(kept: Draft, gone: Draft) -> None:
    """One picture of two: that with the words is kept, with the people of both, whose deeds keep their order."""
    first, second = kept.shot, gone.shot
    first_ms, second_ms = max(1, kept.length_ms), max(1, gone.length_ms)
    share = first_ms / (first_ms + second_ms)
    speaking = {each.character_id for each in [*first.presences, *second.presences] if each.speaking}
    begun: dict[str, sb.Presence] = {}
    for presence in [*first.presences, *second.presences]:
        begun.setdefault(presence.character_id, presence)
    # Of more than a picture holds, those who speak stay.
    seen = sorted(begun.values(), key=lambda each: each.character_id not in speaking)[:_MOST_SEEN]
    positions = {each.character_id for each in seen}
    both = bool(first.presences) and bool(second.presences)
    acts = [
        *_going_on(_within(first.acts, 0.0, share), second, share), *_risen(first, second, share),
        *_within(second.acts, share, 1.0),
    ]  # fmt: skip
    nouns = {thing.noun for thing in first.things}
    things = [*first.things, *(thing for thing in second.things if thing.noun not in nouns)]
    sounds = [*_sounds_within(first.sounds, 0.0, share), *_sounds_within(second.sounds, share, 1.0)]
    wide = kept.opening and first.size == sb.SHOT_SIZE_WIDE
    # A silent picture gives way to one with words; a detail to one of people.
    if (second.lines and not first.lines) or (second.presences and not first.presences and not first.lines):
        first.size, first.camera, first.prompt, first.reason = second.size, second.camera, second.prompt, second.reason
    kept.reaction = kept.reaction and gone.reaction
    lines = [*first.lines, *second.lines]
    for line in lines:
        if line.character_id not in positions:
            line.off_screen = True
        elif line.to_character_id:
            line.off_screen = kept.reaction
    for presence in seen:
        presence.back = False if both or len(seen) == 1 else presence.back
        presence.speaking = presence.character_id in speaking
    del first.presences[:], first.lines[:], first.acts[:], first.things[:], first.sounds[:]
    first.lines.extend(lines)
    first.acts.extend(act for act in acts if act.character_id in positions)
    first.things.extend(things)
    first.sounds.extend(sounds)
    first.natural_ms = min(grammar.LONGEST_MS, max(first.natural_ms, second.natural_ms))
    kept.optional = kept.optional and gone.optional
    if seen and first.size == sb.SHOT_SIZE_INSERT:
        first.size = sb.SHOT_SIZE_MEDIUM
    if len(seen) > 1 and first.size in (sb.SHOT_SIZE_CLOSE_UP, sb.SHOT_SIZE_OVER_SHOULDER):
        first.size = (
            sb.SHOT_SIZE_OVER_SHOULDER if any(each.back for each in seen) and len(seen) == 2 else sb.SHOT_SIZE_MEDIUM
        )
    if wide and not first.lines:
        # The place is still new.
        first.size, first.camera = sb.SHOT_SIZE_WIDE, sb.CAMERA_MOVE_PUSH_IN
    first.size = grammar.with_room_for(first.size, (act.deed for act in first.acts))
    if first.size == sb.SHOT_SIZE_FULL:
        for presence in seen:
            presence.back = False
    if first.camera == sb.CAMERA_MOVE_FOLLOW and len(seen) > 1:
        first.camera = sb.CAMERA_MOVE_STATIC
    first.presences.extend(seen)


def _within(acts: Sequence[sb.Act], begin: float, end: float) -> list[sb.Act]:
    """The acts at their place in a longer shot of which theirs is a part."""
    placed = []
    for act in acts:
        moved = sb.Act()
        moved.CopyFrom(act)
        moved.start, moved.end = (round(begin + share * (end - begin), 3) for share in (act.start, act.end))
        placed.append(moved)
    # What has become too quick to be seen isn't done.
    return [act for act in placed if act.end - act.start >= _LEAST_ACT]


def _going_on(acts: list[sb.Act], second: sb.Shot, share: float) -> list[sb.Act]:
    """Who was on the way until the first picture's end is so until the second's: nobody stops dead where two are joined."""
    again = {act.character_id for act in second.acts}
    for act in acts:
        if act.HasField("to_position") and act.end >= round(share, 3) and act.character_id not in again:
            act.end = 1.0
    return acts


def _risen(first: sb.Shot, second: sb.Shot, share: float) -> list[sb.Act]:
    """Who has fallen and then speaks gets up for it: nobody talks into the ground."""
    fallen = {act.character_id: act.deed for act in first.acts}
    again = {act.character_id for act in second.acts}
    return [
        sb.Act(character_id=who, deed=sb.DEED_STAND_UP, start=round(share, 3), end=round(min(1.0, share + _RISES), 3))
        for who in dict.fromkeys(line.character_id for line in second.lines)
        if fallen.get(who) == sb.DEED_FALL and who not in again
    ]


def _sounds_within(sounds: Sequence[sb.Sound], begin: float, end: float) -> list[sb.Sound]:
    return [
        sb.Sound(name=sound.name, start=round(begin + sound.start * (end - begin), 3), duration_ms=sound.duration_ms)
        for sound in sounds
    ]


def _join_scenes(reels: list[Reel], over: int) -> None:
    joined: list[Reel] = []
    at = 0
    while at < len(reels):
        reel = reels[at]
        if over > 0 and at + 1 < len(reels):
            reel.drafts.extend(reels[at + 1].drafts)
            over, at = over - 1, at + 1
        joined.append(reel)
        at += 1
    reels[:] = joined
