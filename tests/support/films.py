"""Films that nobody filmed: bytes in the real storage, and an ai_jobs that knows them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

import httpx
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.kit.errors import DependencyAway, NotFound
from services.kit.settings import StorageSettings
from services.kit.storage import Storage
from services.youtube.jobs_client import Film, FilmFile, film_of

SRT = "1\n00:00:00,500 --> 00:00:02,000\n{text}\n"
VTT = "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n{text}\n"
# the smallest picture that begins as a JPEG does
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
CHAPTERS = (("The harbour", 0), ("A storm", 20_000), ("Home", 41_000))


def film_bytes(size: int, seed: int) -> bytes:
    """So many bytes, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def storage_of(backing: Mapping[str, str]) -> Storage:
    """The test stack's storage."""
    names = ("S3_ENDPOINT_URL", "S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    return Storage(StorageSettings(**{name.lower(): backing[name] for name in names}))


class FilmShelf:
    """Succeeded jobs with their outputs in storage. It answers as ai_jobs does, and can be away."""

    def __init__(self, storage: Storage, url_lasts_s: int = 600) -> None:
        self.storage = storage
        self.jobs: dict[str, pb.Job] = {}
        self.keys: dict[str, list[str]] = {}
        self.url_lasts_s = url_lasts_s
        self.away = False
        self.asked = 0

    async def put(
        self, film: bytes, user_id: str, *, languages: Sequence[str] = (), thumbnail: bytes | None = None
    ) -> pb.Job:
        """A job that has made this film, with subtitles in these languages."""
        job = pb.Job(
            id=str(uuid4()), user_id=user_id, project_id=str(uuid4()), kind=pb.JOB_KIND_VIDEO,
            status=pb.JOB_STATUS_SUCCEEDED, project_title="Sailor <and> cat", language="en",
        )  # fmt: skip
        made = job.outputs.add(kind="film", duration_s=60.0)
        for title, start_ms in CHAPTERS:
            made.chapters.add(title=title, start_ms=start_ms)
        contents = [(film, "video/mp4")]
        if thumbnail is not None:
            job.outputs.add(kind="thumbnail")
            contents.append((thumbnail, "image/jpeg"))
        for language in languages:
            for format_, text in (("vtt", VTT), ("srt", SRT)):
                job.outputs.add(kind="subtitles", language=language, format=format_)
                contents.append((text.format(text=language).encode(), "text/plain"))
        self.keys[job.id] = []
        for output, (content, content_type) in zip(job.outputs, contents, strict=True):
            output.content_type, output.size_bytes = content_type, len(content)
            output.sha256 = hashlib.sha256(content).hexdigest()
            self.keys[job.id].append(await self._store(content, content_type))
        self.jobs[job.id] = job
        return job

    def again(self, job: pb.Job) -> pb.Job:
        """Another job that has made the same files."""
        copy = pb.Job()
        copy.CopyFrom(job)
        copy.id = str(uuid4())
        self.jobs[copy.id], self.keys[copy.id] = copy, self.keys[job.id]
        return copy

    async def _store(self, content: bytes, content_type: str) -> str:
        sha256 = hashlib.sha256(content).hexdigest()
        key = f"tests/youtube/{sha256}"
        upload = self.storage.sign_put(key, 600, size_bytes=len(content), sha256=sha256, content_type=content_type)
        async with httpx.AsyncClient(timeout=60) as http:
            answer = await http.put(upload.url, content=content, headers=upload.headers)
        assert answer.status_code == 200, answer.text
        return key

    def job(self, user_id: str, job_id: str) -> pb.Job:
        """The user's job with freshly signed addresses; NotFound, DependencyAway."""
        self.asked += 1
        if self.away:
            raise DependencyAway("ai_jobs")
        found = self.jobs.get(job_id)
        if found is None or found.user_id != user_id:
            raise NotFound("there is no such job")
        job = pb.Job()
        job.CopyFrom(found)
        for output, key in zip(job.outputs, self.keys[job_id], strict=True):
            output.url = self.storage.sign_get(key, self.url_lasts_s)
        return job

    async def film(self, user_id: str, job_id: str) -> Film:
        """As `jobs_client.Jobs`."""
        return film_of(self.job(user_id, job_id))


def a_film(user_id: str = "user", size: int = 1_000, **changes: object) -> Film:
    """A film of which there are no bytes."""
    film = FilmFile("film", "video/mp4", size, "f" * 64)
    made = Film(
        user_id=user_id, project_id=str(uuid4()), job_id=str(uuid4()), title="Sailor", language="en",
        duration_ms=60_000, film=film, files=(film,), chapters=(),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]
