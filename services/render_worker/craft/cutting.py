"""From the shots a story asks for to those a film of its length has: which go, which are joined, where one is parted or added."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import grammar
from services.render_worker.craft.drafts import Draft, vary
from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.moments import is_small
from services.render_worker.craft.pacing import estimate_ms, halves, least_ms, room_ms

_SHORTEST_PART_MS = 1800
# No silent shot is added to a film with less than this to spare.
_SILENT_SPARE_MS = 4000
_SILENT_MS = 2600
_MOST_SEEN = 6
# The least share of a shot in which something can be done.
_LEAST_ACT = 0.04


@dataclass
class Reel:
    """A scene and its shots, while their number is still open."""

    scene: sb.Scene
    drafts: list[Draft] = field(default_factory=list)


def count(reels: Sequence[Reel]) -> int:
    """How many shots there are."""
    return sum(len(reel.drafts) for reel in reels)


def shorten(reels: list[Reel], most: int) -> None:
    """Leaves out what the story can do without, then joins the shortest neighbours, then whole scenes. No line is lost."""
    if (over := count(reels) - most) <= 0:
        return
    _drop_optional(reels, over)
    while (over := count(reels) - most) > 0:
        pairs = sorted(
            (reel.drafts[i].length_ms + reel.drafts[i + 1].length_ms, r, i)
            for r, reel in enumerate(reels)
            for i in range(len(reel.drafts) - 1)
        )
        if not pairs:
            _join_scenes(reels, over)
            continue
        taken: set[tuple[int, int]] = set()
        for _, r, i in pairs:
            if len(taken) < over and not {(r, i - 1), (r, i), (r, i + 1)} & taken:
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
        added = _parted(reel, at)
        if added is None:
            added = _silent(reel, at, seed + number)
            served |= {id(reel.drafts[at]), id(added)}
        reel.drafts.insert(at + 1, added)


def vary_all(reels: Sequence[Reel]) -> None:
    """What joining has put side by side is told apart again."""
    for reel in reels:
        for before, after in pairwise(reel.drafts):
            vary(before, after)


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
    seen: list[sb.Presence] = []
    positions: set[str] = set()
    # Of more than a picture holds, those who speak stay.
    for presence in sorted([*first.presences, *second.presences], key=lambda each: not each.speaking):
        if presence.character_id not in positions and len(seen) < _MOST_SEEN:
            positions.add(presence.character_id)
            seen.append(presence)
    speaking = {each.character_id for each in [*first.presences, *second.presences] if each.speaking}
    both = bool(first.presences) and bool(second.presences)
    acts = [*_within(first.acts, 0.0, share), *_within(second.acts, share, 1.0)]
    nouns = {thing.noun for thing in first.things}
    things = [*first.things, *(thing for thing in second.things if thing.noun not in nouns)]
    sounds = [*_sounds_within(first.sounds, 0.0, share), *_sounds_within(second.sounds, share, 1.0)]
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


def _parted(reel: Reel, at: int) -> Draft | None:
    """The second half of a shot of one long line, taken from it; None where it can't be parted well."""
    draft = reel.drafts[at]
    shot = draft.shot
    if len(shot.lines) != 1:
        return None
    parts = halves(shot.lines[0].text, _SHORTEST_PART_MS)
    if parts is None:
        return None
    line = shot.lines[0]
    second = sb.Shot()
    second.CopyFrom(shot)
    del second.acts[:], second.sounds[:], second.props[:]
    for part, text in zip((shot, second), parts, strict=True):
        part.lines[0].text, part.lines[0].estimated_ms, part.prompt = text, estimate_ms(text), text[:500]
    share = len(parts[0]) / max(1, len(parts[0]) + len(parts[1]))
    for act in list(shot.acts):
        # What was done under the second half is done with the first, a little sooner.
        act.start, act.end = (
            round(min(0.9, act.start / max(share, 0.3)), 3),
            round(min(1.0, act.end / max(share, 0.3)), 3),
        )
    listener = _listener(reel, shot) if line.character_id and not line.off_screen else None
    framing = grammar.Framing(shot.size, sb.CAMERA_MOVE_STATIC, shot.reason)
    if listener is not None:
        framing = grammar.reaction()
        second.lines[0].off_screen = True
        del second.presences[:], second.things[:]
        second.presences.append(listener)
    else:
        _settled(second, shot)
    second.size, second.camera, second.reason = framing.size, framing.camera, framing.reason
    parted = Draft(second, reaction=listener is not None)
    vary(draft, parted)
    return parted


def _settled(second: sb.Shot, first: sb.Shot) -> None:
    """People are where the first half has brought them."""
    for presence in second.presences:
        for act in first.acts:
            if act.character_id == presence.character_id and act.HasField("to_position"):
                presence.position = act.to_position
    stay = [each for each in second.presences if 0 <= each.position <= 1]
    del second.presences[:]
    second.presences.extend(stay)


def _listener(reel: Reel, shot: sb.Shot) -> sb.Presence | None:
    """Whoever the line of that shot is said to, as they were last seen in the scene."""
    wanted = shot.lines[0].to_character_id
    for draft in reel.drafts:
        for presence in draft.shot.presences:
            if presence.character_id == wanted and 0 <= presence.position <= 1:
                return sb.Presence(
                    character_id=wanted, feeling=grammar.answer_to(shot.lines[0].feeling), position=presence.position,
                    pose=presence.pose, looks_at=shot.lines[0].character_id,
                )  # fmt: skip
    return None


def _silent(reel: Reel, at: int, seed: int) -> Draft:
    """A picture without words after that shot, unlike those on either side of it."""
    after = reel.drafts[at].shot
    drawn = drawn_from(seed, "silent", after.prompt)
    beside = [reel.drafts[at], *reel.drafts[at + 1 : at + 2]]
    taken = {(each.look, each.shot.size) for each in beside}
    shown = Counter((each.look, each.shot.size) for each in reel.drafts)
    found = [draft for draft in _pictures_of(reel, after, drawn) if (draft.look, draft.shot.size) not in taken]
    # What has been seen least, and of that the likeliest.
    draft = min(found, key=lambda each: shown[each.look, each.shot.size])
    draft.shot.natural_ms = round(_SILENT_MS * drawn.uniform(0.85, 1.2))
    return draft


def _pictures_of(reel: Reel, after: sb.Shot, drawn: random.Random) -> list[Draft]:
    """What there is to see in a scene besides what happens, likeliest first."""
    speaking = {line.character_id for line in after.lines}
    seen = {
        each.character_id: each for draft in reel.drafts for each in draft.shot.presences if 0 <= each.position <= 1
    }
    faces = sorted((who for who in seen if who not in speaking), key=lambda who: drawn.random())
    things = [thing for draft in reel.drafts for thing in draft.shot.things if is_small(thing)]
    pictures: list[Draft] = []
    if after.lines and after.lines[-1].character_id:
        pictures += [_looking(seen[who], after, grammar.reaction()) for who in faces]
    if things:
        thing = drawn.choice(things)
        pictures.append(_picture(grammar.detail(), after.prompt, things=[thing], props=[thing.noun]))
    description = reel.scene.setting.description
    place = [_picture(framing, description) for framing in grammar.parts_of_place(drawn.random())]
    watched = [_looking(seen[who], after, grammar.watched()) for who in faces]
    return [*pictures, *(mixed for pair in zip_longest(place, watched) for mixed in pair if mixed is not None)]


def _looking(other: sb.Presence, after: sb.Shot, framing: grammar.Framing) -> Draft:
    line = after.lines[-1] if after.lines else sb.Line()
    presence = sb.Presence(
        character_id=other.character_id, position=other.position, pose=other.pose,
        feeling=grammar.answer_to(line.feeling), looks_at=line.character_id,
    )  # fmt: skip
    return _picture(framing, after.prompt, presences=[presence])


def _picture(framing: grammar.Framing, prompt: str, *, presences: Sequence[sb.Presence] = (),
             things: Sequence[sb.Thing] = (), props: Sequence[str] = ()) -> Draft:  # fmt: skip
    shot = sb.Shot(
        size=framing.size, camera=framing.camera, reason=framing.reason, prompt=prompt, presences=presences,
        things=things, props=props, natural_ms=_SILENT_MS,
    )  # fmt: skip
    return Draft(shot, optional=True)
