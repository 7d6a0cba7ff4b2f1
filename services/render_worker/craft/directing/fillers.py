"""Pictures for a film that has more time than its story asks for: the second half of a long line, a listener, a thing, the place."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing import grammar
from services.render_worker.craft.directing.drafts import Draft, Reel, vary
from services.render_worker.craft.directing.moments import is_small
from services.render_worker.craft.directing.pacing import estimate_ms, halves
from services.render_worker.craft.draws import drawn_from

_SHORTEST_PART_MS = 1800
_SILENT_MS = 2600


def parted(reel: Reel, at: int) -> Draft | None:
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
    half = Draft(second, reaction=listener is not None)
    vary(draft, half)
    return half


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


def silent(reel: Reel, at: int, seed: int) -> Draft:
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
