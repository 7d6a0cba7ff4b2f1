"""What is published: the outputs of a succeeded job, asked of ai_jobs on behalf of their owner, and their bytes in storage."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.ai_jobs.v1 import jobs_pb2_grpc

from services.kit import identity
from services.kit.errors import DependencyAway, NotFound, RemoteError
from services.kit.ids import parse_id
from services.kit.rpc import Client
from services.youtube.chapters import Chapter
from services.youtube.errors import JobState


@dataclass(frozen=True)
class FilmFile:
    """An output of a job. `url`: signed, or empty where it comes from an event."""

    # "film", "thumbnail", "subtitles"
    kind: str
    content_type: str
    size_bytes: int
    sha256: str
    language: str = ""
    format: str = ""
    url: str = ""


@dataclass(frozen=True)
class Film:
    """What a succeeded job has made, as far as YouTube wants it."""

    user_id: str
    project_id: str
    job_id: str
    title: str
    language: str
    duration_ms: int
    film: FilmFile
    files: tuple[FilmFile, ...]
    chapters: tuple[Chapter, ...]


class FilmGone(Exception):
    """The job, or its file, is there no more."""


def film_of(job: pb.Job) -> Film:
    """The job's film; JobState where it has none."""
    files = tuple(
        FilmFile(
            output.kind,
            output.content_type,
            output.size_bytes,
            output.sha256,
            output.language,
            output.format,
            output.url,
        )
        for output in job.outputs
    )
    found = next((file for file in files if file.kind == "film"), None)
    status = pb.JobStatus.Name(job.status).removeprefix("JOB_STATUS_").lower()
    if job.status != pb.JOB_STATUS_SUCCEEDED or found is None:
        raise JobState(f"the job has no film to publish: it is {status}", status=status)
    output = next(output for output in job.outputs if output.kind == "film")
    return Film(
        user_id=job.user_id,
        project_id=job.project_id,
        job_id=job.id,
        title=job.project_title,
        language=job.language,
        duration_ms=round(output.duration_s * 1000),
        film=found,
        files=files,
        chapters=tuple(Chapter(chapter.title, chapter.start_ms) for chapter in output.chapters),
    )


class Jobs(Protocol):
    """Whom we ask for a film."""

    async def film(self, user_id: str, job_id: str) -> Film:
        """The user's film with freshly signed addresses; NotFound, JobState, DependencyAway."""


class AiJobs:
    """ai_jobs over gRPC."""

    def __init__(self, client: Client) -> None:
        self._rpc: Any = client.stub(jobs_pb2_grpc.JobsServiceStub)

    async def film(self, user_id: str, job_id: str) -> Film:
        """The user's film with freshly signed addresses; NotFound, JobState, DependencyAway."""
        if parse_id(job_id) is None:
            raise NotFound("there is no such job")
        with identity.acting_for(user_id):
            try:
                answer: pb.GetJobResponse = await self._rpc.GetJob(pb.GetJobRequest(job_id=job_id))
            except RemoteError as error:
                if error.reason == "NOT_FOUND":
                    raise NotFound("there is no such job") from None
                raise
        return film_of(answer.job)


# of one read of storage without a byte, and of a whole read, however slowly its bytes come
STORAGE_SILENCE_S = 30.0
STORAGE_READ_S = 300.0
# what storage answers to an address whose time is over, or that names nothing
_ASK_AGAIN = (400, 401, 403, 404, 410)


class Reader:
    """A job's files, read by ranges through signed addresses, which are renewed when their time is over."""

    def __init__(
        self, http: httpx.AsyncClient, jobs: Jobs, user_id: str, job_id: str, read_s: float = STORAGE_READ_S
    ) -> None:
        self._http = http
        self._read_s = read_s
        self._jobs = jobs
        self._user_id = user_id
        self._job_id = job_id
        self._film: Film | None = None

    async def film(self) -> Film:
        """The film as ai_jobs has it; FilmGone, DependencyAway."""
        if self._film is None:
            try:
                self._film = await self._jobs.film(self._user_id, self._job_id)
            except (NotFound, JobState) as error:
                raise FilmGone(str(error)) from None
        return self._film

    async def read(self, choose: Callable[[Film], FilmFile | None], offset: int, length: int) -> bytes:
        """Exactly so many bytes of the file that is chosen; FilmGone, DependencyAway("s3")."""
        for _ in range(2):
            file = choose(await self.film())
            if file is None:
                raise FilmGone("the job has no such file any more")
            answer = await self._get(file.url, offset, length)
            if answer.status_code not in _ASK_AGAIN:
                break
            self._film = None
        if answer.status_code in _ASK_AGAIN:
            raise FilmGone(f"storage has no such file any more ({answer.status_code})")
        whole = answer.status_code == 200 and offset == 0 and len(answer.content) == length
        if answer.status_code != 206 and not whole:
            raise DependencyAway("s3", f"answered {answer.status_code}")
        if len(answer.content) != length:
            raise DependencyAway("s3", f"gave {len(answer.content)} of {length} bytes")
        return answer.content

    async def _get(self, url: str, offset: int, length: int) -> httpx.Response:
        headers = {"Range": f"bytes={offset}-{offset + length - 1}"}
        try:
            async with (
                asyncio.timeout(self._read_s),
                self._http.stream("GET", url, headers=headers, timeout=STORAGE_SILENCE_S) as answer,
            ):
                # a server that doesn't know ranges would send a whole film into memory
                if answer.status_code == 200 and int(answer.headers.get("content-length", 0)) > length:
                    raise DependencyAway("s3", "knows no ranges")
                await answer.aread()
                return answer
        except (httpx.HTTPError, TimeoutError) as error:
            raise DependencyAway("s3", type(error).__name__) from None
