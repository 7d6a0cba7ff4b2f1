"""The planner: what a growing plan needs of other services. Outside transactions, woken by commits, repeated until it worked."""

from __future__ import annotations

from uuid import UUID

from filmstudio.projects.v1 import storyboard_pb2

from services.ai_jobs import fitting, planning, repository
from services.ai_jobs.clients import Projects
from services.ai_jobs.course import Course
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobFailure, JobKind, Phase
from services.kit import telemetry
from services.kit.db import Database
from services.kit.errors import RemoteError
from services.kit.identity import acting_for


class Planner:
    """Takes analysed storyboards to projects, and brings back the ids its shots keep."""

    def __init__(self, database: Database, house: House, projects: Projects) -> None:
        self._db = database
        self._house = house
        self._projects = projects

    async def run(self) -> None:
        """Serve every job whose plan is due; one that can't be served now stays due, and delays nobody else."""
        async with self._db.work() as work:
            due = await repository.plan_due(work.session)
        failed: Exception | None = None
        for job_id in due:
            try:
                await self._serve(job_id)
            except Exception as error:
                failed = error
        if failed is not None:
            raise failed

    async def _serve(self, job_id: UUID) -> None:
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is None or not course.job.plan_due:
                return
            job = course.job
            board = course.analysed() if job.phase is Phase.STORYBOARD else course.storyboard()
        try:
            with acting_for(job.user_id):
                kept = await self._exchange(job, board)
        except RemoteError as error:
            telemetry.log().warning("a storyboard was refused", job_id=str(job_id), reason=error.reason)
            await self._give_up(job_id, "STORYBOARD_REFUSED", error.message)
            return
        if job.phase is not Phase.RENDER and not any(planning.shots_of(kept)):
            await self._give_up(job_id, "SCRIPT_EMPTY", "there is nothing in the script that could be seen or heard")
            return
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is None or not course.job.plan_due or course.job.phase is not job.phase:
                return
            self._go_on(course, kept)
            await course.settle()

    async def _exchange(self, job: Job, board: storyboard_pb2.Storyboard) -> storyboard_pb2.Storyboard:
        project_id = str(job.project_id)
        match job.phase:
            case Phase.REVIEWED:
                return await self._projects.storyboard(project_id)
            case Phase.RENDER:
                lengths = {shot_id: round(frames * 1000 / job.film.fps) for shot_id, frames in job.shot_frames.items()}
                for _, shot in planning.shots_of(board):
                    shot.duration_ms = lengths.get(shot.id, shot.duration_ms)
            case _:
                for _, shot in planning.shots_of(board):
                    shot.duration_ms = shot.duration_ms or _estimated_ms(shot)
        return await self._projects.put_storyboard(project_id, board, str(job.id))

    @staticmethod
    def _go_on(course: Course, kept: storyboard_pb2.Storyboard) -> None:
        match course.job.phase:
            case Phase.RENDER:
                course.job.plan_due = False
            case Phase.STORYBOARD if course.job.kind is JobKind.VIDEO and course.wants_review():
                course.job.storyboard = kept.SerializeToString(deterministic=True)
                course.hold_for_review()
            case _:
                course.begin_shots(kept)

    async def _give_up(self, job_id: UUID, code: str, message: str) -> None:
        """There is no storyboard to go on with (the project is gone, say): the job can't."""
        async with self._db.work() as work:
            course = await Course.load(self._house, work, job_id)
            if course is None or course.job.ended:
                return
            if course.job.phase is Phase.RENDER:
                course.job.plan_due = False
            else:
                course.fail(JobFailure(code, message, "analyze_script", False, {}))
            await course.settle()


def _estimated_ms(shot: storyboard_pb2.Shot) -> int:
    """What a shot is likely to last before its lines are spoken."""
    need = fitting.ShotNeed(shot.id, shot.natural_ms, tuple(line.estimated_ms for line in shot.lines))
    return round(need.minimum_ms(1.0) + need.wish_ms())
