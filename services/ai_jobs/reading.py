"""Jobs as they are read: with counts, times, queue position and signed addresses."""

from __future__ import annotations

from datetime import timedelta

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.ai_jobs import figures, lease_repository, repository, snapshot, step_repository
from services.ai_jobs.engines import kind_to_proto
from services.ai_jobs.events import job_to_proto, output_to_proto, timestamp
from services.ai_jobs.house import House
from services.ai_jobs.models import Job, JobEvent, JobStatus
from services.ai_jobs.tally import Tally
from services.kit import paging
from services.kit.db import Database
from services.kit.errors import NotFound
from services.kit.ids import parse_id
from services.kit.storage import Storage

OUTPUT_URL = timedelta(hours=1)
MAX_EVENTS = 500
_EXTENSIONS = {
    "video/mp4": "mp4",
    "video/webm": "webm",
    "audio/mp4": "m4a",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/vtt": "vtt",
    "application/x-subrip": "srt",
    "text/x-ssa": "ass",
}


class Reading:
    """The reading use cases of JobsService."""

    def __init__(self, database: Database, house: House, storage: Storage) -> None:
        self._db = database
        self._house = house
        self._storage = storage

    async def job(self, user_id: str, job_id: str, *, any_user: bool = False) -> pb.Job:
        """The whole job; NotFound where it isn't the user's."""
        known = parse_id(job_id)
        async with self._db.work() as work:
            job = await repository.owned(work.session, known, user_id, any_user=any_user) if known else None
            if job is None:
                raise NotFound(f"there is no job {job_id}")
            tally = await step_repository.tally(work.session, job.id)
            queued = job.status is JobStatus.QUEUED and not tally.leased
            ahead = await repository.steps_ahead(work.session, job) if queued else None
        return self._whole(job, tally, ahead)

    def _whole(self, job: Job, tally: Tally, ahead: int | None) -> pb.Job:
        message = job_to_proto(job)
        message.counts.CopyFrom(pb.JobCounts(**snapshot.counts(job, tally)))
        message.progress.CopyFrom(pb.JobProgress(**snapshot.progress(job, tally)))
        if ahead is not None:
            message.queue_position = ahead
        eta = snapshot.eta_seconds(job, tally, self._house.pace)
        if eta is not None:
            message.eta_seconds = eta
        if job.working:
            message.waiting_reason = self._house.pace.waiting_reason(tally)
        for output in message.outputs:
            self._sign(job, output)
        for stage in snapshot.stage_times(tally):
            message.stage_times.add(
                stage=kind_to_proto(stage["stage"]),
                steps=stage["steps"],
                wall_s=stage["wall_s"],
                work_s=stage["work_s"],
            )
        return message

    def _sign(self, job: Job, output: pb.JobOutput) -> None:
        language = f".{output.language}" if output.kind == "subtitles" and output.language else ""
        extension = _EXTENSIONS.get(output.content_type, "bin")
        scene = f"-{output.scene}" if output.scene else ""
        filename = f"{output.kind}{scene}-{str(job.id)[-8:]}{language}.{extension}"
        seconds = int(OUTPUT_URL.total_seconds())
        output.url = self._storage.sign_get(
            output.object_key, seconds, filename=filename, content_type=output.content_type
        )
        expires = timestamp(self._house.now() + OUTPUT_URL)
        if expires is not None:
            output.url_expire_time.CopyFrom(expires)

    async def jobs(
        self,
        user_id: str | None,
        *,
        project_id: str,
        status: JobStatus | None,
        live: bool,
        page_size: int,
        page_token: str,
    ) -> tuple[list[pb.Job], str]:
        """A page of jobs, newest first, without estimates and addresses; `user_id` None: everybody's."""
        size = paging.size(page_size)
        project = parse_id(project_id)
        if project_id and project is None:
            return [], ""
        async with self._db.work() as work:
            found = await repository.page_of_jobs(
                work.session,
                user_id=user_id,
                project_id=project,
                status=status,
                live=live,
                after=paging.after(page_token),
                size=size,
            )
            page, token = paging.cut(found, size, [job.id for job in found])
            jobs = [job_to_proto(job) for job in page]
            await figures.add(work.session, jobs)
        return jobs, token

    async def events(
        self, user_id: str, job_id: str, after_seq: int, page_size: int, *, any_user: bool = False
    ) -> tuple[list[JobEvent], bool, str]:
        """The job's events after that seq, whether its attempt has ended with them, and the job's project."""
        known = parse_id(job_id)
        size = min(page_size or 100, MAX_EVENTS)
        async with self._db.work() as work:
            job = await repository.owned(work.session, known, user_id, any_user=any_user) if known else None
            if job is None:
                raise NotFound(f"there is no job {job_id}")
            found = list(await repository.events_after(work.session, job.id, after_seq, size))
        newest = found[-1].seq if found else after_seq
        return found, job.ended and newest >= job.last_seq, str(job.project_id or "")

    async def output(self, user_id: str, request: pb.GetOutputRequest, *, any_user: bool = False) -> pb.JobOutput:
        """One output with a signed address; NotFound when the job has none of that kind, language and format."""
        known = parse_id(request.job_id)
        async with self._db.work() as work:
            job = await repository.owned(work.session, known, user_id, any_user=any_user) if known else None
        if job is None:
            raise NotFound(f"there is no job {request.job_id}")
        wanted_format = request.format or ("vtt" if request.kind == "subtitles" else "")
        for kept in job.outputs:
            output = output_to_proto(kept)
            same_language = not request.language or output.language == request.language
            same_format = not wanted_format or output.format == wanted_format
            same_scene = not request.scene or output.scene == request.scene
            if output.kind == request.kind and same_language and same_format and same_scene:
                self._sign(job, output)
                return output
        raise NotFound(f"the job has no output of kind {request.kind!r} with that language, format and scene")

    async def metrics(self) -> pb.GetJobMetricsResponse:
        """Figures over all jobs."""
        async with self._db.work() as work:
            workers = await lease_repository.live_workers(work.session)
            return pb.GetJobMetricsResponse(
                jobs_by_status=await repository.jobs_by_status(work.session),
                steps_ready_by_lane=await lease_repository.ready_by_lane(work.session),
                steps_leased=await lease_repository.leased_count(work.session),
                workers_live=len(workers),
            )
