"""People's changes of what an analysis found: shots, and the cast."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from filmstudio.projects.v1 import projects_pb2
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.kit import requests
from services.kit.clock import Now, utc_now
from services.kit.db import Database, Work
from services.kit.errors import Invalid, NotFound
from services.kit.ids import new_id, parse_id
from services.projects import repository
from services.projects.edit_models import CharacterEdits, ShotEdits, fold
from services.projects.errors import NameTaken
from services.projects.models import Project
from services.projects.service import required_project

_CREATE = "CreateCharacter"
# more than any script of 200 kB has speakers
MAX_ADDED = 100


@dataclass(frozen=True)
class Member:
    """Somebody of the cast: as they will be drawn and heard, and where that comes from."""

    character: sb.Character
    in_script: bool
    edits: CharacterEdits | None


class EditsService:
    """The use cases of people's changes."""

    def __init__(self, db: Database, now: Now = utc_now, next_id: Callable[[], UUID] = new_id) -> None:
        self._db = db
        self._now = now
        self._new_id = next_id

    async def update_shot(self, user_id: str, request: projects_pb2.UpdateShotRequest) -> tuple[sb.Shot, str]:
        """Change a shot of the last storyboard: the shot as it is now, and its etag. NotFound, Invalid, EtagMismatch."""
        async with self._db.work() as work:
            project = await required_project(work, user_id, request.project_id, locked=True)
            found = await self._shot(work, project, request.shot_id)
            if request.edit.HasField("image_asset_id"):
                await self._require_image(work, user_id, project, request.edit.image_asset_id)
            edits = await work.session.get(ShotEdits, (project.id, request.shot_id))
            edits = edits or ShotEdits.begin(project.id, request.shot_id)
            edits.require_match(request.if_match)
            approved = request.approved if request.HasField("approved") else None
            edits.change(found, request.edit, request.cleared, approved, self._now())
            project.take_edit(self._now())
            work.save(edits)
            edits.lay_over(found)
            return found, str(edits.version)

    async def cast(self, user_id: str, project_id: str) -> list[Member]:
        """Who is found in the script, in its order, then those whom people added."""
        async with self._db.work() as work:
            project = await required_project(work, user_id, project_id)
            return await self._cast(work, project)

    async def add(self, user_id: str, request: projects_pb2.CreateCharacterRequest) -> Member:
        """Somebody whom the script may name later. NameTaken, Invalid; the same request_id gives the same one."""
        async with self._db.work() as work:
            project = await required_project(work, user_id, request.project_id, locked=True)
            cast = await self._cast(work, project)
            made = await requests.begin(work, user_id, _CREATE, request.request_id, request)
            if made is not None:
                return _member(cast, str(made))
            if any(fold(member.character.name) == fold(request.name) for member in cast):
                raise NameTaken(f"the cast has a {' '.join(request.name.split())} already: change them instead")
            if sum(member.edits is not None and member.edits.added for member in cast) >= MAX_ADDED:
                raise Invalid(f"a project has at most {MAX_ADDED} characters of one's own", field="name")
            new = self._new_id()
            edits = CharacterEdits.begin(project.id, str(new), request.name, added=True)
            await self._say(work, user_id, project, edits, request.edit, ())
            await requests.finish(work, user_id, _CREATE, request.request_id, new)
            return Member(edits.character(), False, edits)

    async def update_character(self, user_id: str, request: projects_pb2.UpdateCharacterRequest) -> Member:
        """Say how somebody of the cast looks and sounds. NotFound, Invalid, EtagMismatch."""
        async with self._db.work() as work:
            project = await required_project(work, user_id, request.project_id, locked=True)
            member = _member(await self._cast(work, project), request.character_id)
            name = member.character.name
            edits = member.edits or CharacterEdits.begin(project.id, request.character_id, name, added=False)
            edits.require_match(request.if_match)
            await self._say(work, user_id, project, edits, request.edit, request.cleared)
            return _member(await self._cast(work, project), request.character_id)

    async def remove_character(self, user_id: str, project_id: str, character_id: str, if_match: str) -> None:
        """Remove whom a person added; of somebody in the script, what was said of them. NotFound, EtagMismatch."""
        async with self._db.work() as work:
            project = await required_project(work, user_id, project_id, locked=True)
            member = _member(await self._cast(work, project), character_id)
            if member.edits is None:
                return
            member.edits.require_match(if_match)
            await work.session.delete(member.edits)
            project.take_edit(self._now())

    async def _say(
        self,
        work: Work,
        user_id: str,
        project: Project,
        edits: CharacterEdits,
        edit: sb.CharacterEdit,
        cleared: Iterable[str],
    ) -> None:
        if edit.HasField("image_asset_id"):
            await self._require_image(work, user_id, project, edit.image_asset_id)
        edits.change(edit, cleared, self._now())
        project.take_edit(self._now())
        work.save(edits)
        await work.session.flush()

    async def _cast(self, work: Work, project: Project) -> list[Member]:
        row = await repository.storyboard(work.session, project.id)
        board = sb.Storyboard.FromString(row.storyboard) if row is not None else sb.Storyboard()
        edits = {one.character_id: one for one in await repository.character_edits(work.session, project.id)}
        members = []
        for character in board.characters:
            said = edits.pop(character.id, None)
            if said is not None:
                said.lay_over(character)
            members.append(Member(character, True, said))
        # what was said of somebody whom the script no longer has is kept for their return, and not shown
        return [*members, *(Member(one.character(), False, one) for one in edits.values() if one.added)]

    @staticmethod
    async def _shot(work: Work, project: Project, shot_id: str) -> sb.Shot:
        row = await repository.storyboard(work.session, project.id)
        board = sb.Storyboard.FromString(row.storyboard) if row is not None else sb.Storyboard()
        for scene in board.scenes:
            for shot in scene.shots:
                if shot.id == shot_id:
                    return shot
        raise NotFound("the storyboard has no such shot")

    @staticmethod
    async def _require_image(work: Work, user_id: str, project: Project, asset_id: str) -> None:
        known = parse_id(asset_id)
        asset = await repository.asset(work.session, user_id, known) if known else None
        image = projects_pb2.Asset.KIND_IMAGE
        if asset is None or asset.project_id != project.id or asset.kind != image or not asset.ready:
            raise Invalid(f"there is no complete image {asset_id} in this project", field="image_asset_id")


def _member(cast: Iterable[Member], character_id: str) -> Member:
    for member in cast:
        if member.character.id == character_id:
            return member
    raise NotFound("the cast has nobody of that id")
