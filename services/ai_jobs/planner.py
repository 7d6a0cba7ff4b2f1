"""The planner: what a growing plan needs of other services. Outside transactions, woken by commits, repeated until it worked."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import grpc
from filmstudio.projects.v1 import projects_pb2, storyboard_pb2

from services.ai_jobs import fitting, repository
from services.ai_jobs.clients import Projects
from services.ai_jobs.course import Course
from services.ai_jobs.drafts import shots_of
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobFailure, JobKind, Phase
from services.ai_jobs.specs import IdeaSpec
from services.ai_jobs.stumbles import Stumbles
from services.kit import telemetry
from services.kit.db import Database
from services.kit.errors import DependencyAway, Invalid, RemoteError
from services.kit.identity import acting_for

# projects failed, rather than refused: that says nothing about the storyboard
_NOT_REFUSALS = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.RESOURCE_EXHAUSTED}


class Planner:
    """Takes analysed storyboards to projects, and brings back the ids its shots keep."""

    def __init__(self, database: Database, house: House, projects: Projects) -> None:
        self._db = database
        self._house = house
        self._projects = projects
        self._stumbles = Stumbles(house.now)

    async def run(self) -> None:
        """Serve every job whose plan is due. One that can't be served stays due, delays nobody else, and ends if it never can."""
        async with self._db.work() as work:
            due = await repository.plan_due(work.session, besides=self._stumbles.resting())
        away: DependencyAway | None = None
        for job_id in due:
            message = "the film's plan could not be made, through no fault of its script: try it again"
            give_up = partial(self._give_up, job_id, "PLANNING_FAILED", message, retryable=True)
            try:
                await self._stumbles.past(job_id, partial(self._serve, job_id), give_up)
            except DependencyAway as error:
                away = error
        if away is not None:
            raise away

    async def _serve(self, job_id: UUID) -> None:
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is None or not course.job.plan_due:
                return
            job = course.job
            if job.phase is Phase.WRITE:
                written = await course.written()
            else:
                board = await course.analysed() if job.phase is Phase.STORYBOARD else course.storyboard()
        if job.phase is Phase.WRITE:
            await self._hand_in(job, written)
            return
        try:
            with acting_for(job.user_id):
                kept = await self._exchange(job, board)
                images = await self._own_images(job, kept)
        except RemoteError as error:
            if error.code in _NOT_REFUSALS:
                raise
            telemetry.log().warning("a storyboard was refused", job_id=str(job_id), reason=error.reason)
            await self._give_up(job_id, "STORYBOARD_REFUSED", error.message)
            return
        except Invalid as error:
            await self._give_up(job_id, "IMAGE_MISSING", f"{error.message}: choose another picture for its shot")
            return
        if job.phase is not Phase.RENDER and not any(shots_of(kept)):
            await self._give_up(job_id, "SCRIPT_EMPTY", "there is nothing in the script that could be seen or heard")
            return
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is None or not course.job.plan_due or course.job.phase is not job.phase:
                return
            course.job.take_images(images)
            await self._go_on(course, kept)
            await course.settle()

    async def _hand_in(self, job: Job, text: str) -> None:
        """What was written becomes the project's script, and the job is done."""
        spec = IdeaSpec(**job.spec)
        try:
            with acting_for(job.user_id):
                script = await self._projects.put_script(str(job.project_id), text, spec.language)
        except RemoteError as error:
            if error.code in _NOT_REFUSALS:
                raise
            await self._give_up(job.id, error.reason or "SCRIPT_REFUSED", error.message)
            return
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job.id)
            if course is not None and course.job.plan_due and not course.job.ended:
                await course.handed_in(script.version)
                await course.settle()

    async def _own_images(self, job: Job, board: storyboard_pb2.Storyboard) -> list[dict[str, Any]]:
        """The pictures that people gave to single shots, beside those the order names. Invalid for one that is gone."""
        if job.phase is Phase.RENDER:
            return []
        known = {image["asset_id"] for image in job.film.images}
        wanted = {shot.image_asset_id: shot.number for _, shot in shots_of(board) if shot.image_asset_id}
        return [
            await self._projects.asset(
                str(job.project_id), asset_id, projects_pb2.Asset.KIND_IMAGE, f"shots.{number}.image_asset_id"
            )
            for asset_id, number in wanted.items()
            if asset_id not in known
        ]

    async def _exchange(self, job: Job, board: storyboard_pb2.Storyboard) -> storyboard_pb2.Storyboard:
        project_id = str(job.project_id)
        match job.phase:
            case Phase.REVIEWED:
                return await self._projects.storyboard(project_id)
            case Phase.RENDER:
                lengths = {shot_id: round(frames * 1000 / job.film.fps) for shot_id, frames in job.shot_frames.items()}
                for _, shot in shots_of(board):
                    shot.duration_ms = lengths.get(shot.id, shot.duration_ms)
            case _:
                for _, shot in shots_of(board):
                    shot.duration_ms = shot.duration_ms or _estimated_ms(shot)
        return await self._projects.put_storyboard(project_id, board, str(job.id))

    @staticmethod
    async def _go_on(course: Course, kept: storyboard_pb2.Storyboard) -> None:
        match course.job.phase:
            case Phase.RENDER:
                course.job.plan_due = False
            case Phase.STORYBOARD if course.job.kind is JobKind.VIDEO and course.wants_review():
                course.job.storyboard = kept.SerializeToString(deterministic=True)
                await course.hold_for_review()
            case _:
                await course.begin_shots(kept)

    async def _give_up(self, job_id: UUID, code: str, message: str, *, retryable: bool = False) -> None:
        """There is no storyboard to go on with (the project is gone, say): the job can't."""
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is None or course.job.ended:
                return
            if course.job.phase is Phase.RENDER:
                course.job.plan_due = False
            else:
                await course.fail(JobFailure(code, message, "analyze_script", retryable, {}))
            await course.settle()


def _estimated_ms(shot: storyboard_pb2.Shot) -> int:
    """What a shot is likely to last before its lines are spoken."""
    need = fitting.ShotNeed(shot.id, shot.natural_ms, tuple(line.estimated_ms for line in shot.lines))
    return round(need.minimum_ms(1.0) + need.wish_ms())
