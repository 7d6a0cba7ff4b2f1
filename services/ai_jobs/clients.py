"""What ai_jobs asks other services: the project, its script and files, the plan, holds. Ports, with gRPC behind them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2, credits_pb2_grpc
from filmstudio.projects.v1 import projects_pb2, projects_pb2_grpc, script_pb2, storyboard_pb2

from services.ai_jobs.errors import ScriptMissing
from services.ai_jobs.options import Files
from services.kit.errors import Invalid, NotFound, RemoteError
from services.kit.rpc import Client


@dataclass(frozen=True)
class Commission:
    """Everything a job is made of, as it stands now: the project, its script, the plan of its owner, the files named."""

    project: projects_pb2.Project
    script: script_pb2.Script
    plan: credits_pb2.Plan
    files: Files


class Projects:
    """The projects service, on behalf of the user the call is made for."""

    def __init__(self, client: Client) -> None:
        self._rpc: Any = client.stub(projects_pb2_grpc.ProjectsServiceStub)

    async def get(self, project_id: str) -> projects_pb2.Project:
        """The project; RemoteError NOT_FOUND where it isn't the user's."""
        answer: projects_pb2.GetProjectResponse = await self._rpc.GetProject(
            projects_pb2.GetProjectRequest(project_id=project_id)
        )
        return answer.project

    async def script(self, project_id: str) -> script_pb2.Script:
        """The latest script; ScriptMissing where there is none."""
        try:
            answer: projects_pb2.GetScriptResponse = await self._rpc.GetScript(
                projects_pb2.GetScriptRequest(project_id=project_id)
            )
        except RemoteError as error:
            if error.reason == "SCRIPT_MISSING":
                raise ScriptMissing("the project has no script yet: give it one first") from None
            raise
        return answer.script

    async def put_script(self, project_id: str, text: str, language: str) -> script_pb2.Script:
        """Fountain as the project's new script, with what was read from it."""
        answer: projects_pb2.PutScriptResponse = await self._rpc.PutScript(
            projects_pb2.PutScriptRequest(
                project_id=project_id, format=script_pb2.SCRIPT_FORMAT_FOUNTAIN, text=text, language=language
            )
        )
        return answer.script

    async def asset(
        self, project_id: str, asset_id: str, kind: projects_pb2.Asset.Kind.ValueType, field: str
    ) -> dict[str, Any]:
        """A ready file of the project as an object; Invalid names the option it came from."""
        try:
            answer: projects_pb2.GetAssetResponse = await self._rpc.GetAsset(
                projects_pb2.GetAssetRequest(asset_id=asset_id)
            )
        except RemoteError as error:
            if error.reason == "NOT_FOUND":
                raise Invalid(f"there is no asset {asset_id}", field=field) from None
            raise
        asset = answer.asset
        if asset.project_id != project_id or asset.kind != kind or asset.state != projects_pb2.Asset.STATE_READY:
            raise Invalid(f"asset {asset_id} is not a complete file of this kind in this project", field=field)
        return {
            "asset_id": asset.id,
            "object_key": asset.object_key,
            "sha256": asset.sha256,
            "size_bytes": asset.size_bytes,
            "content_type": asset.content_type,
        }

    async def put_storyboard(
        self, project_id: str, board: storyboard_pb2.Storyboard, job_id: str
    ) -> storyboard_pb2.Storyboard:
        """Keep what was found; it comes back with stable shot ids."""
        request = projects_pb2.PutStoryboardRequest(project_id=project_id, storyboard=board, job_id=job_id)
        answer: projects_pb2.PutStoryboardResponse = await self._rpc.PutStoryboard(request)
        return answer.storyboard

    async def storyboard(self, project_id: str) -> storyboard_pb2.Storyboard:
        """The storyboard with a person's edits laid over it."""
        request = projects_pb2.GetStoryboardRequest(project_id=project_id)
        answer: projects_pb2.GetStoryboardResponse = await self._rpc.GetStoryboard(request)
        return answer.storyboard


class Credits:
    """The ledger, on behalf of the user the call is made for."""

    def __init__(self, client: Client) -> None:
        self._rpc: Any = client.stub(credits_pb2_grpc.CreditsServiceStub)

    async def plan(self) -> credits_pb2.Plan:
        """The user's plan and its limits."""
        answer: credits_pb2.GetPlanResponse = await self._rpc.GetPlan(credits_pb2.GetPlanRequest())
        return answer.plan

    async def hold(self, amount: int, job_id: str, attempt: int) -> str:
        """Hold credits for an attempt; the hold's id. RemoteError INSUFFICIENT_CREDITS (needed, available)."""
        request = credits_pb2.HoldCreditsRequest(
            amount=amount, job_id=job_id, attempt=attempt, request_id=f"{job_id}:{attempt}"
        )
        answer: credits_pb2.HoldCreditsResponse = await self._rpc.HoldCredits(request)
        return answer.hold.id

    async def end_hold(self, hold_id: str, captured: int) -> None:
        """Capture so many and release the rest; a hold that has ended otherwise stays as it is."""
        await self._rpc.EndHold(credits_pb2.EndHoldRequest(hold_id=hold_id, captured=captured))

    async def live_holds(self, request: credits_pb2.ListLiveHoldsRequest) -> credits_pb2.ListLiveHoldsResponse:
        """Holds nobody has ended yet, of all users."""
        answer: credits_pb2.ListLiveHoldsResponse = await self._rpc.ListLiveHolds(request)
        return answer


async def commission(
    projects: Projects, credits: Credits, project_id: str, options: jobs_pb2.VideoOptions
) -> Commission:
    """Ask for everything at once; NotFound, ScriptMissing or Invalid in that order."""
    if not project_id:
        raise NotFound("a project_id is needed")
    found, script, plan = await asyncio.gather(
        projects.get(project_id), projects.script(project_id), credits.plan(), return_exceptions=True
    )
    for answer in (found, script, plan):
        if isinstance(answer, BaseException):
            raise answer
    image = projects_pb2.Asset.KIND_IMAGE
    images = [
        await projects.asset(project_id, asset_id, image, f"options.images.{index}")
        for index, asset_id in enumerate(options.image_asset_ids)
    ]
    music = None
    if options.music.asset_id:
        audio = projects_pb2.Asset.KIND_AUDIO
        music = await projects.asset(project_id, options.music.asset_id, audio, "options.music.asset_id")
    subtitles = {
        language: await projects.asset(
            project_id, asset_id, projects_pb2.Asset.KIND_SUBTITLES, f"options.subtitles.files.{language}"
        )
        for language, asset_id in sorted(options.subtitles.files.items())
    }
    portraits = {
        speaker.portrait_asset_id: await projects.asset(
            project_id, speaker.portrait_asset_id, image, f"options.podcast.speakers.{index}.portrait_asset_id"
        )
        for index, speaker in enumerate(options.podcast.speakers)
        if speaker.portrait_asset_id
    }
    return Commission(found, script, plan, Files(images, music, subtitles, portraits))  # type: ignore[arg-type]
