"""A script's elements in, a storyboard out: cast, scenes and shots by rules. The same script and seed give the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing import cutting
from services.render_worker.craft.directing.drafts import Reel
from services.render_worker.craft.directing.framing import ASPECTS, Shape
from services.render_worker.craft.directing.grammar import farewell, transition_of
from services.render_worker.craft.directing.pacing import shot_bounds
from services.render_worker.craft.directing.shots import ShotMaker
from services.render_worker.craft.story.beats import SceneBeats, read_scenes
from services.render_worker.craft.story.casting import cast_of, fold
from services.render_worker.craft.story.mentions import Cast, told_of
from services.render_worker.craft.story.names import cast_names
from services.render_worker.craft.words.language import of

# How much of a text is looked at for what its people are like, and what a scene feels like.
_WORDS_OF_THE_CAST, _WORDS_OF_A_MOOD = 50_000, 6000


class NothingToFilm(ValueError):
    """The script has neither speech nor action."""


def tell(
    script: sp.Script, duration_ms: int, image_asset_ids: Sequence[str], seed: int, aspect: str = "16:9"
) -> sb.Storyboard:
    """The storyboard of the script, staged for that shape of picture ("16:9", "9:16" or "1:1").

    NothingToFilm when there is nothing to see or hear in it. A film of `duration_ms` (0: as long as it needs) has as many shots
    as it can show; every spoken word is there, in order.
    """
    language = script.language or "en"
    scenes = read_scenes(script.elements, language)
    if not scenes:
        raise NothingToFilm("the script has neither speech nor action")
    words = "\n".join(scene.text for scene in scenes)
    names = cast_names(scenes)
    characters = cast_of(names, words[:_WORDS_OF_THE_CAST], seed, language)
    cast = told_of(scenes, {fold(name): character for name, character in zip(names, characters, strict=True)})
    board = sb.Storyboard(
        title=script.title or _title(script),
        language=script.language,
        characters=characters,
        script_version=script.version,
    )
    reels = _reels(scenes, cast, seed, ASPECTS.get(aspect, Shape.WIDE))
    wished = sum(draft.length_ms for reel in reels for draft in reel.drafts)
    fewest, most = shot_bounds(duration_ms, wished, len(reels))
    cutting.shorten(reels, most)
    if duration_ms:
        fewest = cutting.leave_room(reels, duration_ms, fewest, script.spoken_seconds * 1000)
    cutting.lengthen(reels, fewest, seed)
    cutting.vary_all(reels)
    _finish(board, reels, image_asset_ids)
    return board


def _reels(scenes: Sequence[SceneBeats], cast: Cast, seed: int, shape: Shape) -> list[Reel]:
    """Each scene with the shots its story asks for."""
    seen: set[tuple[int, bool, str]] = set()
    reels: list[Reel] = []
    for scene in scenes:
        place = (scene.setting.place, scene.setting.interior, fold(scene.setting.description))
        mood = _mood(scene)
        drafts = ShotMaker(scene, cast, seed, mood=mood, shape=shape, place_is_new=place not in seen).make()
        seen.add(place)
        made = sb.Scene(heading=scene.heading or scene.headline, setting=scene.setting, mood=mood)
        reels.append(Reel(made, drafts, transition_of(scene.transition, first=not reels)))
    return reels


def _mood(scene: SceneBeats) -> sb.Mood.ValueType:
    """What most of its words feel like, the earlier on a tie; calm where none says."""
    named = Counter(hit.meaning for hit in of(scene.language).moods(scene.text[:_WORDS_OF_A_MOOD]))
    return named.most_common(1)[0][0] if named else sb.MOOD_CALM


def _title(script: sp.Script) -> str:
    titles = [element.text.strip() for element in script.elements if element.kind == sp.ScriptElement.KIND_TITLE]
    return next((title for title in titles if title), "")


def _finish(board: sb.Storyboard, reels: Sequence[Reel], image_asset_ids: Sequence[str]) -> None:
    """Numbers, the film's mood, the camera's last step back, and the filmmaker's own pictures in order."""
    for number, reel in enumerate(reels, start=1):
        reel.scene.number = number
        for draft in reel.drafts:
            draft.shot.transition = reel.transition if draft is reel.drafts[0] else sb.TRANSITION_CUT
        board.scenes.append(reel.scene)
        board.scenes[-1].shots.extend(draft.shot for draft in reel.drafts)
    board.mood = Counter(scene.mood for scene in board.scenes).most_common(1)[0][0]
    shots = [shot for scene in board.scenes for shot in scene.shots]
    names = {character.id: character.name for character in board.characters}
    for number, shot in enumerate(shots, start=1):
        shot.number, shot.reason = number, _told_why(shot, names)
    last = shots[-1]
    # Who embraces, or says what the scene was about, is leaned towards to the end.
    leaves = last.camera == sb.CAMERA_MOVE_STATIC or not last.presences or last.size == sb.SHOT_SIZE_WIDE
    if last.camera != sb.CAMERA_MOVE_FOLLOW and leaves:
        last.camera = farewell()
    for shot, asset_id in zip(shots, image_asset_ids, strict=False):
        shot.image_asset_id = asset_id


def _told_why(shot: sb.Shot, names: Mapping[str, str]) -> str:
    """The grammar's reason with its subject: who speaks, else who acts, else who is there."""
    acting = {act.character_id for act in shot.acts}
    seen = sorted(shot.presences, key=lambda each: (not each.speaking, each.character_id not in acting))
    who = names[seen[0].character_id] if seen else "nobody"
    return shot.reason.format(who=who, thing=shot.things[0].noun if shot.things else "thing")
