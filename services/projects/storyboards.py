"""The storyboard an analysis found, kept with ids that outlive the next analysis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from uuid import UUID

from filmstudio.projects.v1 import storyboard_pb2

from services.kit.clock import Now, utc_now
from services.kit.db import Database
from services.kit.errors import Invalid
from services.kit.ids import new_id
from services.projects import repository
from services.projects.alignment import align, scene_fingerprint, shot_fingerprint
from services.projects.edit_models import fold, laid_over
from services.projects.models import StoredStoryboard
from services.projects.service import required_project

Storyboard = storyboard_pb2.Storyboard
# more than any script of 200 kB gives; it bounds what aligning costs
MAX_SHOTS = 1_000


def with_stable_ids(
    kept: Storyboard, found: Storyboard, fresh_id: Callable[[], str], added: Mapping[str, str] | None = None
) -> Storyboard:
    """What was found, where it was kept before under the ids it had, and under new ones where it was not.

    `added`: folded name → id of characters that people described before the script named them.
    """
    board = Storyboard()
    board.CopyFrom(found)
    _name_characters(kept, board, fresh_id, added or {})
    places = align(
        [scene_fingerprint(scene) for scene in kept.scenes], [scene_fingerprint(scene) for scene in board.scenes]
    )
    for number, (scene, place) in enumerate(zip(board.scenes, places, strict=True), start=1):
        before = kept.scenes[place] if place is not None else storyboard_pb2.Scene()
        scene.id = before.id or fresh_id()
        scene.number = number
        _name_shots(before, scene, fresh_id)
    for number, shot in enumerate(chain.from_iterable(scene.shots for scene in board.scenes), start=1):
        shot.number = shot.number or number
    return board


def with_lengths(kept: Storyboard, told: Storyboard) -> Storyboard:
    """What is kept, with the lengths that a film gave the shots it has of it.

    A film tells them on the storyboard it was given, which has people's changes laid over it: nothing else is taken from that,
    or a change would be what an analysis found, and could not be cleared any more.
    """
    lengths = {shot.id: shot.duration_ms for scene in told.scenes for shot in scene.shots}
    board = Storyboard()
    board.CopyFrom(kept)
    for shot in chain.from_iterable(scene.shots for scene in board.scenes):
        shot.duration_ms = lengths.get(shot.id, shot.duration_ms)
    return board


def _name_shots(before: storyboard_pb2.Scene, scene: storyboard_pb2.Scene, fresh_id: Callable[[], str]) -> None:
    places = align([shot_fingerprint(shot) for shot in before.shots], [shot_fingerprint(shot) for shot in scene.shots])
    for shot, place in zip(scene.shots, places, strict=True):
        shot.id = before.shots[place].id if place is not None else fresh_id()


def _name_characters(
    kept: Storyboard, board: Storyboard, fresh_id: Callable[[], str], added: Mapping[str, str]
) -> None:
    """Characters keep their ids by name; whatever mentions them follows."""
    known = {**{fold(character.name): character.id for character in kept.characters}, **added}
    renamed: dict[str, str] = {}
    for character in board.characters:
        lasting = known.get(fold(character.name)) or character.id or fresh_id()
        if character.id:
            renamed[character.id] = lasting
        character.id = lasting
    for shot in chain.from_iterable(scene.shots for scene in board.scenes):
        for mention in chain[storyboard_pb2.Line | storyboard_pb2.Presence | storyboard_pb2.Act](
            shot.lines, shot.presences, shot.acts
        ):
            mention.character_id = renamed.get(mention.character_id, mention.character_id)
        for line in shot.lines:
            line.to_character_id = renamed.get(line.to_character_id, line.to_character_id)
        for presence in shot.presences:
            presence.looks_at = renamed.get(presence.looks_at, presence.looks_at)
        for act in shot.acts:
            act.target = renamed.get(act.target, act.target)
        for thing in shot.things:
            thing.held_by = renamed.get(thing.held_by, thing.held_by)


class StoryboardsService:
    """The use cases of storyboards."""

    def __init__(self, db: Database, now: Now = utc_now, next_id: Callable[[], UUID] = new_id) -> None:
        self._db = db
        self._now = now
        self._new_id = next_id

    async def put(self, user_id: str, project_id: str, found: Storyboard, job_id: str) -> Storyboard:
        """Keep what a job's analysis found; the answer has the ids to go on with, and people's changes laid over it.

        A storyboard whose shots have ids already is such an answer, come back with the lengths of the film made of it.
        """
        if sum(len(scene.shots) for scene in found.scenes) > MAX_SHOTS or len(found.scenes) > MAX_SHOTS:
            raise Invalid(f"a storyboard has at most {MAX_SHOTS} shots", field="storyboard")
        async with self._db.work() as work:
            project = await required_project(work, user_id, project_id, locked=True)
            row = await repository.storyboard(work.session, project.id)
            kept = Storyboard.FromString(row.storyboard) if row is not None else Storyboard()
            characters = await repository.character_edits(work.session, project.id)
            added = {fold(edits.name): edits.character_id for edits in characters if edits.added}
            if row is not None and any(shot.id for scene in found.scenes for shot in scene.shots):
                board = with_lengths(kept, found)
            else:
                board = with_stable_ids(kept, found, lambda: str(self._new_id()), added)
            data = board.SerializeToString(deterministic=True)
            if row is None:
                row = StoredStoryboard(project_id=project.id)
                work.save(row)
            row.job_id, row.storyboard, row.updated_at = job_id, data, self._now()
            return laid_over(board, await repository.shot_edits(work.session, project.id), characters)

    async def get(self, user_id: str, project_id: str) -> Storyboard:
        """The storyboard of the last analysis with people's changes; empty where there was none."""
        async with self._db.work() as work:
            project = await required_project(work, user_id, project_id)
            row = await repository.storyboard(work.session, project.id)
            if row is None:
                return Storyboard()
            shots = await repository.shot_edits(work.session, project.id)
            characters = await repository.character_edits(work.session, project.id)
        return laid_over(Storyboard.FromString(row.storyboard), shots, characters)
