"""Synchronous requests enter: proto → one call → proto. Every call is made on behalf of a user."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from filmstudio.projects.v1 import projects_pb2 as pb
from filmstudio.projects.v1 import projects_pb2_grpc

from services.kit.rpc import caller
from services.projects.assets import AssetsService
from services.projects.edits import EditsService, Member
from services.projects.messages import (
    asset_message,
    project_message,
    script_message,
    script_summary,
    timestamp,
)
from services.projects.scripts import ScriptsService
from services.projects.service import ProjectsService
from services.projects.storyboards import StoryboardsService

SERVICE = "filmstudio.projects.v1.ProjectsService"
_BOTH = frozenset({"gateway", "ai_jobs"})
_GATEWAY = frozenset({"gateway"})
CALLERS: Mapping[str, Set[str]] = {
    "CreateProject": _GATEWAY,
    "GetProject": _BOTH | {"youtube"},
    "ListProjects": _BOTH,
    "UpdateProject": _GATEWAY,
    "DeleteProject": _GATEWAY,
    "RestoreProject": _GATEWAY,
    "PutScript": _BOTH,
    "GetScript": _BOTH,
    "ListScriptVersions": _BOTH,
    "PutStoryboard": frozenset({"ai_jobs"}),
    "GetStoryboard": _BOTH,
    "UpdateShot": _GATEWAY,
    "ListCharacters": _GATEWAY,
    "CreateCharacter": _GATEWAY,
    "UpdateCharacter": _GATEWAY,
    "DeleteCharacter": _GATEWAY,
    "CreateAsset": _GATEWAY,
    "CompleteAsset": _GATEWAY,
    "GetAsset": _BOTH,
    "ListAssets": _BOTH,
    "DeleteAsset": _GATEWAY,
}


class ProjectsServicer(projects_pb2_grpc.ProjectsServiceServicer):
    """The door of projects."""

    def __init__(
        self,
        projects: ProjectsService,
        scripts: ScriptsService,
        storyboards: StoryboardsService,
        edits: EditsService,
        assets: AssetsService,
    ) -> None:
        self._projects = projects
        self._scripts = scripts
        self._storyboards = storyboards
        self._edits = edits
        self._assets = assets

    async def CreateProject(self, request: pb.CreateProjectRequest, context: Any) -> pb.CreateProjectResponse:
        project = await self._projects.create(caller().user(), request)
        return pb.CreateProjectResponse(project=project_message(project))

    async def GetProject(self, request: pb.GetProjectRequest, context: Any) -> pb.GetProjectResponse:
        project = await self._projects.get(caller().user(), request.project_id)
        return pb.GetProjectResponse(project=project_message(project))

    async def ListProjects(self, request: pb.ListProjectsRequest, context: Any) -> pb.ListProjectsResponse:
        page, token = await self._projects.page(caller().user(), request.page_size, request.page_token)
        return pb.ListProjectsResponse(projects=map(project_message, page), next_page_token=token)

    async def UpdateProject(self, request: pb.UpdateProjectRequest, context: Any) -> pb.UpdateProjectResponse:
        title = request.title if request.HasField("title") else None
        description = request.description if request.HasField("description") else None
        project = await self._projects.update(caller().user(), request.project_id, title, description, request.if_match)
        return pb.UpdateProjectResponse(project=project_message(project))

    async def DeleteProject(self, request: pb.DeleteProjectRequest, context: Any) -> pb.DeleteProjectResponse:
        project = await self._projects.delete(caller().user(), request.project_id, request.if_match)
        return pb.DeleteProjectResponse(project=project_message(project))

    async def RestoreProject(self, request: pb.RestoreProjectRequest, context: Any) -> pb.RestoreProjectResponse:
        project = await self._projects.restore(caller().user(), request.project_id)
        return pb.RestoreProjectResponse(project=project_message(project))

    async def PutScript(self, request: pb.PutScriptRequest, context: Any) -> pb.PutScriptResponse:
        script = await self._scripts.put(caller().user(), request)
        return pb.PutScriptResponse(script=script_message(script))

    async def GetScript(self, request: pb.GetScriptRequest, context: Any) -> pb.GetScriptResponse:
        script = await self._scripts.get(caller().user(), request.project_id, request.version)
        return pb.GetScriptResponse(script=script_message(script))

    async def ListScriptVersions(
        self, request: pb.ListScriptVersionsRequest, context: Any
    ) -> pb.ListScriptVersionsResponse:
        page, token = await self._scripts.page(
            caller().user(), request.project_id, request.page_size, request.page_token
        )
        return pb.ListScriptVersionsResponse(scripts=map(script_summary, page), next_page_token=token)

    async def PutStoryboard(self, request: pb.PutStoryboardRequest, context: Any) -> pb.PutStoryboardResponse:
        board = await self._storyboards.put(caller().user(), request.project_id, request.storyboard, request.job_id)
        return pb.PutStoryboardResponse(storyboard=board)

    async def GetStoryboard(self, request: pb.GetStoryboardRequest, context: Any) -> pb.GetStoryboardResponse:
        return pb.GetStoryboardResponse(storyboard=await self._storyboards.get(caller().user(), request.project_id))

    async def UpdateShot(self, request: pb.UpdateShotRequest, context: Any) -> pb.UpdateShotResponse:
        shot, etag = await self._edits.update_shot(caller().user(), request)
        return pb.UpdateShotResponse(shot=shot, etag=etag)

    async def ListCharacters(self, request: pb.ListCharactersRequest, context: Any) -> pb.ListCharactersResponse:
        cast = await self._edits.cast(caller().user(), request.project_id)
        return pb.ListCharactersResponse(members=map(_cast_message, cast))

    async def CreateCharacter(self, request: pb.CreateCharacterRequest, context: Any) -> pb.CreateCharacterResponse:
        member = await self._edits.add(caller().user(), request)
        return pb.CreateCharacterResponse(member=_cast_message(member))

    async def UpdateCharacter(self, request: pb.UpdateCharacterRequest, context: Any) -> pb.UpdateCharacterResponse:
        member = await self._edits.update_character(caller().user(), request)
        return pb.UpdateCharacterResponse(member=_cast_message(member))

    async def DeleteCharacter(self, request: pb.DeleteCharacterRequest, context: Any) -> pb.DeleteCharacterResponse:
        await self._edits.remove_character(caller().user(), request.project_id, request.character_id, request.if_match)
        return pb.DeleteCharacterResponse()

    async def CreateAsset(self, request: pb.CreateAssetRequest, context: Any) -> pb.CreateAssetResponse:
        announced = await self._assets.create(caller().user(), request)
        target = pb.UploadTarget(
            method="PUT",
            url=announced.upload.url,
            headers=announced.upload.headers,
            expire_time=timestamp(announced.expires_at),
        )
        return pb.CreateAssetResponse(asset=asset_message(announced.asset), upload=target)

    async def CompleteAsset(self, request: pb.CompleteAssetRequest, context: Any) -> pb.CompleteAssetResponse:
        asset = await self._assets.complete(caller().user(), request.asset_id)
        return pb.CompleteAssetResponse(asset=asset_message(asset))

    async def GetAsset(self, request: pb.GetAssetRequest, context: Any) -> pb.GetAssetResponse:
        asset, download_url = await self._assets.get(caller().user(), request.asset_id)
        return pb.GetAssetResponse(asset=asset_message(asset), download_url=download_url)

    async def ListAssets(self, request: pb.ListAssetsRequest, context: Any) -> pb.ListAssetsResponse:
        page, token = await self._assets.page(
            caller().user(), request.project_id, request.page_size, request.page_token
        )
        return pb.ListAssetsResponse(assets=map(asset_message, page), next_page_token=token)

    async def DeleteAsset(self, request: pb.DeleteAssetRequest, context: Any) -> pb.DeleteAssetResponse:
        await self._assets.delete(caller().user(), request.asset_id, request.if_match)
        return pb.DeleteAssetResponse()


def _cast_message(member: Member) -> pb.CastMember:
    """Somebody of the cast."""
    edits = member.edits
    return pb.CastMember(
        character=member.character,
        in_script=member.in_script,
        added=edits is not None and edits.added,
        overridden=edits.overridden if edits is not None else [],
        etag=str(edits.version if edits is not None else 0),
    )
