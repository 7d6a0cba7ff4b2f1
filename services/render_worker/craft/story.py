"""A script's elements in, a storyboard out: cast, scenes and shots by rules. The same script and seed give the same bytes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.beats import BeatKind, SceneBeats, read_scenes, speakers
from services.render_worker.craft.casting import cast_of, describe, fold
from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.lexicon import MOODS, PEOPLE, PROPS, all_named, first_named, first_word, most_named
from services.render_worker.craft.mentions import told_of
from services.render_worker.craft.names import called, introduced
from services.render_worker.craft.pacing import estimate_ms, halves, least_ms, room_ms, shot_bounds
from services.render_worker.craft.shots import ShotMaker

_MOST_CAST = 40
_SHORTEST_PART_MS = 1800
# No silent shot is added to a film with less than this to spare.
_SILENT_SPARE_MS = 4000
_NEXT_SIZE = {
    sb.SHOT_SIZE_WIDE: sb.SHOT_SIZE_MEDIUM,
    sb.SHOT_SIZE_FULL: sb.SHOT_SIZE_CLOSE_UP,
    sb.SHOT_SIZE_MEDIUM: sb.SHOT_SIZE_FULL,
    sb.SHOT_SIZE_CLOSE_UP: sb.SHOT_SIZE_FULL,
}


class NothingToFilm(ValueError):
    """The script has neither speech nor action."""


def tell(script: sp.Script, duration_ms: int, image_asset_ids: Sequence[str], seed: int) -> sb.Storyboard:
    """The storyboard of the script; NothingToFilm when there is nothing to see or hear in it."""
    scenes = read_scenes(script.elements)
    if not scenes:
        raise NothingToFilm("the script has neither speech nor action")
    words = "\n".join(scene.text for scene in scenes)
    names = _names(scenes, words)
    characters = cast_of(names, words[:50_000], seed)
    cast = told_of(scenes, {fold(name): character for name, character in zip(names, characters, strict=True)})
    board = sb.Storyboard(
        title=script.title or _title(script),
        language=script.language,
        characters=characters,
        script_version=script.version,
    )
    seen: set[tuple[int, bool, str]] = set()
    for scene in scenes:
        key = (scene.setting.place, scene.setting.interior, fold(scene.setting.description))
        shots = ShotMaker(scene, cast, seed, place_is_new=key not in seen).make()
        seen.add(key)
        mood = most_named(MOODS, scene.text[:6000]) or sb.MOOD_CALM
        board.scenes.append(
            sb.Scene(heading=scene.heading or scene.headline, setting=scene.setting, mood=mood, shots=shots)
        )
    wished = sum(_length(shot) for scene in board.scenes for shot in scene.shots)
    fewest, most = shot_bounds(duration_ms, wished, len(board.scenes))
    _join_shots(board, most)
    if duration_ms:
        fewest = _leave_room(board, duration_ms, fewest, script.spoken_seconds * 1000)
    _add_shots(board, fewest, seed)
    _finish(board, image_asset_ids)
    return board


def _names(scenes: Sequence[SceneBeats], words: str) -> list[str]:
    """Who speaks, whom action introduces, and in prose without names the people its nouns tell of."""
    names = {fold(name): name for name in speakers(scenes)}
    for name in introduced(
        "\n".join(beat.text for scene in scenes for beat in scene.beats if beat.kind is BeatKind.ACTION)
    ):
        names.setdefault(fold(name), name)
    if not names:
        for name in called(words):
            names.setdefault(fold(name), name)
        # People that have a name aren't told of twice: the noun in the sentence that names them is theirs.
        theirs = [first_named(PEOPLE, describe(name, words)) for name in names.values()]
        for person in [each for each in all_named(PEOPLE, words) if each not in theirs][: 3 - min(len(names), 2)]:
            # The noun as the text has it, so that paragraphs can be asked who is in them.
            noun = first_word({person: PEOPLE[person]}, words)
            names.setdefault(fold(noun), noun.capitalize())
    return list(names.values())[:_MOST_CAST] if len(names) <= _MOST_CAST else _busiest(scenes, names)


def _busiest(scenes: Sequence[SceneBeats], names: dict[str, str]) -> list[str]:
    """Every speaker must be cast (lines name them); those merely introduced are left out of a crowd."""
    spoken = {fold(beat.who) for scene in scenes for beat in scene.beats if beat.who}
    return [name for folded, name in names.items() if folded in spoken]


def _title(script: sp.Script) -> str:
    titles = [element.text.strip() for element in script.elements if element.kind == sp.ScriptElement.KIND_TITLE]
    return next((title for title in titles if title), "")


def _length(shot: sb.Shot) -> int:
    return sum(line.estimated_ms for line in shot.lines) + shot.natural_ms


def _join_shots(board: sb.Storyboard, most: int) -> None:
    """Joins the shortest neighbours until the count fits, then whole scenes. No line is lost."""
    while (over := sum(len(scene.shots) for scene in board.scenes) - most) > 0:
        pairs = sorted(
            (_length(a) + _length(b), s, i)
            for s, scene in enumerate(board.scenes)
            for i, (a, b) in enumerate(zip(scene.shots, scene.shots[1:], strict=False))
        )
        if not pairs:
            _join_scenes(board, over)
            continue
        taken: set[tuple[int, int]] = set()
        for _, s, i in pairs:
            if len(taken) < over and not {(s, i - 1), (s, i), (s, i + 1)} & taken:
                taken.add((s, i))
        for s, i in sorted(taken, reverse=True):
            shots = board.scenes[s].shots
            _join(shots[i], shots[i + 1])
            del shots[i + 1]


def _leave_room(board: sb.Storyboard, duration_ms: int, fewest: int, spoken_ms: float) -> int:
    """Where speech nearly fills the film, silent shots go first, then cuts, down to the fewest; what is fewest from then on."""
    lines_ms = [line.estimated_ms for scene in board.scenes for shot in scene.shots for line in shot.lines]
    # The script's own estimate knows how fast its language is spoken.
    pace = spoken_ms / sum(lines_ms) if spoken_ms and lines_ms else 1.0

    def least() -> float:
        shots = (shot for scene in board.scenes for shot in scene.shots)
        return sum(least_ms([line.estimated_ms * pace for line in shot.lines]) for shot in shots)

    room = room_ms(duration_ms)
    for scene in board.scenes:
        at = 0
        while at < len(scene.shots) and len(scene.shots) > 1 and least() > room:
            if scene.shots[at].lines:
                at += 1
                continue
            first = max(0, at - 1)
            _join(scene.shots[first], scene.shots[first + 1])
            del scene.shots[first + 1]
    while least() > room and (count := sum(len(scene.shots) for scene in board.scenes)) > fewest:
        _join_shots(board, count - 1)
    count = sum(len(scene.shots) for scene in board.scenes)
    return fewest if least() + _SILENT_SPARE_MS < room else min(fewest, count)


def _join(kept: sb.Shot, gone: sb.Shot) -> None:
    """The picture with the words is kept; people of both are seen when it isn't a detail."""
    if not kept.lines and gone.lines:
        kept.size, kept.camera, kept.prompt = gone.size, gone.camera, gone.prompt
        del kept.presences[:]
        kept.presences.extend(gone.presences)
    elif gone.lines and kept.size != sb.SHOT_SIZE_INSERT:
        there = {presence.character_id for presence in kept.presences}
        kept.presences.extend(p for p in gone.presences if p.character_id not in there and len(kept.presences) < 4)
        if len(kept.presences) > 1 and kept.size == sb.SHOT_SIZE_CLOSE_UP:
            kept.size = sb.SHOT_SIZE_MEDIUM
    kept.lines.extend(gone.lines)
    kept.natural_ms = max(kept.natural_ms, gone.natural_ms)


def _join_scenes(board: sb.Storyboard, over: int) -> None:
    scenes = list(board.scenes)
    joined: list[sb.Scene] = []
    while scenes:
        scene = scenes.pop(0)
        if over > 0 and scenes:
            scene.shots.extend(scenes.pop(0).shots)
            over -= 1
        joined.append(scene)
    del board.scenes[:]
    board.scenes.extend(joined)


def _add_shots(board: sb.Storyboard, fewest: int, seed: int) -> None:
    """Silent shots after the longest ones: a listener's face, a thing, the place."""
    drawn = drawn_from(seed, "silent")
    missing = fewest - sum(len(scene.shots) for scene in board.scenes)
    while missing > 0:
        scene = max(
            board.scenes, key=lambda each: sum(map(_length, each.shots)) / len(each.shots) - 900 * len(each.shots)
        )
        at = max(range(len(scene.shots)), key=lambda i: (_length(scene.shots[i]), -i))
        # What a narrator tells goes on over the next picture; nobody falls silent for it.
        scene.shots.insert(at + 1, _parted(scene.shots[at]) or _silent(scene, scene.shots[at], drawn))
        missing -= 1


def _parted(shot: sb.Shot) -> sb.Shot | None:
    """The second half of a narrator's shot, taken from it, at another size; None where it can't be parted well."""
    if len(shot.lines) != 1 or shot.lines[0].character_id:
        return None
    parts = halves(shot.lines[0].text, _SHORTEST_PART_MS)
    if parts is None:
        return None
    second = sb.Shot()
    second.CopyFrom(shot)
    del second.props[:]
    for part, text in zip((shot, second), parts, strict=True):
        part.lines[0].text, part.lines[0].estimated_ms, part.prompt = text, estimate_ms(text), text[:500]
    second.size = _NEXT_SIZE.get(shot.size, sb.SHOT_SIZE_WIDE)
    second.camera = sb.CAMERA_MOVE_PULL_OUT if shot.camera == sb.CAMERA_MOVE_PUSH_IN else sb.CAMERA_MOVE_PUSH_IN
    return second


def _silent(scene: sb.Scene, after: sb.Shot, drawn: random.Random) -> sb.Shot:
    speaking = {presence.character_id for presence in after.presences if presence.speaking}
    listeners = {p.character_id: p for shot in scene.shots for p in shot.presences if p.character_id not in speaking}
    props = list(dict.fromkeys(prop for shot in scene.shots for prop in shot.props)) or all_named(PROPS, after.prompt)
    shot = sb.Shot(natural_ms=2600, prompt=after.prompt)
    if listeners and after.size != sb.SHOT_SIZE_CLOSE_UP:
        listener = sb.Presence(character_id=drawn.choice(sorted(listeners)))
        listener.position = listeners[listener.character_id].position
        listener.feeling = sb.FEELING_NEUTRAL
        shot.presences.append(listener)
        shot.size, shot.camera = sb.SHOT_SIZE_CLOSE_UP, sb.CAMERA_MOVE_PUSH_IN
    elif props and after.size != sb.SHOT_SIZE_INSERT:
        shot.props.append(drawn.choice(props))
        shot.size, shot.camera = sb.SHOT_SIZE_INSERT, sb.CAMERA_MOVE_PUSH_IN
    else:
        shot.size = sb.SHOT_SIZE_WIDE
        shot.camera = drawn.choice((sb.CAMERA_MOVE_PAN_LEFT, sb.CAMERA_MOVE_PAN_RIGHT, sb.CAMERA_MOVE_PULL_OUT))
        shot.prompt = scene.setting.description
    return shot


def _finish(board: sb.Storyboard, image_asset_ids: Sequence[str]) -> None:
    """Numbers, the film's mood, the camera's last step back, and the filmmaker's own pictures in order."""
    moods = Counter(scene.mood for scene in board.scenes)
    board.mood = moods.most_common(1)[0][0]
    shots = []
    for number, scene in enumerate(board.scenes, start=1):
        scene.number = number
        for shot in scene.shots:
            shots.append(shot)
            shot.number = len(shots)
    if not shots[-1].presences or shots[-1].size == sb.SHOT_SIZE_WIDE:
        shots[-1].camera = sb.CAMERA_MOVE_PULL_OUT
    for shot, asset_id in zip(shots, image_asset_ids, strict=False):
        shot.image_asset_id = asset_id
