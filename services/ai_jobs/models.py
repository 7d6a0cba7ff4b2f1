"""Jobs, their events and quotes: what a job may do next, as plain methods. No session, no clock."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.ai_jobs.errors import JobEnded, JobState
from services.ai_jobs.specs import FilmSpec, IdeaSpec
from services.kit.db import metadata

# RELIABILITY: a sweeper ends what nobody else does
RESERVING_LIMIT = timedelta(minutes=2)
REVIEW_LIMIT = timedelta(days=7)
UNSERVED_LIMIT = timedelta(hours=24)
# job.progress at most once a second for a job
PROGRESS_INTERVAL = timedelta(seconds=1)


def words(kind: type[StrEnum], length: int = 16) -> Enum:
    """A column of an enum's values, as plain text in the database."""
    return Enum(
        kind, native_enum=False, length=length, values_callable=lambda members: [member.value for member in members]
    )


class Base(DeclarativeBase):
    """The declarative base of schema ai_jobs."""

    metadata = metadata("ai_jobs")


class JobKind(StrEnum):
    """What a job makes."""

    SCRIPT = "script"
    STORYBOARD = "storyboard"
    VIDEO = "video"
    PROBE = "probe"


class JobStatus(StrEnum):
    """Where a job stands; the last four are ends."""

    RESERVING = "reserving"
    QUEUED = "queued"
    RUNNING = "running"
    WAITING_REVIEW = "waiting_review"
    CANCELING = "canceling"
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


ENDS = frozenset({JobStatus.CANCELED, JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.EXPIRED})
LIVE = tuple(status for status in JobStatus if status not in ENDS)
_LIVE_SQL = "status IN ({})".format(", ".join(f"'{status}'" for status in LIVE))


class Phase(StrEnum):
    """How far the plan has grown."""

    # write_script is to run, and what it wrote is to be handed to projects
    WRITE = "write"
    # analyze_script is to run
    ANALYZE = "analyze"
    # its result is to be written to projects, which gives the shots their ids
    STORYBOARD = "storyboard"
    # a person has approved the storyboard: it is read again, with their edits
    REVIEWED = "reviewed"
    # lines are spoken and frames drawn
    SPEAK = "speak"
    # lengths are fitted; everything is planned
    RENDER = "render"


@dataclass(frozen=True)
class JobFailure:
    """Why a job failed, in the API's words."""

    code: str
    message: str
    stage: str
    retryable: bool
    metadata: dict[str, str]


class Job(Base):
    """One run for a project: an attempt at a time, its hold, its plan's progress, its outputs."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_live", "project_id", "kind", unique=True, postgresql_where=text(_LIVE_SQL)),
        Index("ix_jobs_user", "user_id", "id"),
        Index("ix_jobs_status", "status", postgresql_where=text(_LIVE_SQL)),
        Index("ix_jobs_plan_due", "id", postgresql_where=text("plan_due")),
        Index("ix_jobs_reserving", "reserving_since", postgresql_where=text("reserving_attempt IS NOT NULL")),
        Index("ix_jobs_fingerprint", "project_id", "fingerprint", postgresql_where=text("status = 'succeeded'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64))
    project_id: Mapped[UUID | None]
    kind: Mapped[JobKind] = mapped_column(words(JobKind))
    status: Mapped[JobStatus] = mapped_column(words(JobStatus))
    attempt: Mapped[int]
    # every reservation uses up a number, refused ones too
    attempts_used: Mapped[int]
    # an attempt whose hold is being taken just now, and since when
    reserving_attempt: Mapped[int | None]
    reserving_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    priority: Mapped[int]
    phase: Mapped[Phase] = mapped_column(words(Phase))
    # the planner is to look at it
    plan_due: Mapped[bool]
    options: Mapped[bytes] = mapped_column(LargeBinary)
    spec: Mapped[dict[str, Any]] = mapped_column(JSONB)
    script: Mapped[bytes] = mapped_column(LargeBinary)
    script_version: Mapped[int]
    language: Mapped[str] = mapped_column(String(16))
    project_title: Mapped[str] = mapped_column(String(100))
    project_description: Mapped[str]
    publish: Mapped[bytes | None] = mapped_column(LargeBinary)
    # same script elements, options, seed and engines: the same film
    fingerprint: Mapped[str] = mapped_column(String(64))
    storyboard: Mapped[bytes | None] = mapped_column(LargeBinary)
    # shot id → frames, as fitted
    shot_frames: Mapped[dict[str, int]] = mapped_column(JSONB)
    # how fast its lines are said, as fitted; None before that
    tempo: Mapped[float | None]
    quoted: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    captured: Mapped[int] = mapped_column(BigInteger)
    released: Mapped[int] = mapped_column(BigInteger)
    hold_id: Mapped[str] = mapped_column(String(64))
    progress: Mapped[float]
    stage: Mapped[str] = mapped_column(String(32))
    message: Mapped[str]
    shots_total: Mapped[int]
    outputs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    quality: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    progress_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    queued_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def film(self) -> FilmSpec:
        """The settled specification; of films and storyboards only."""
        return FilmSpec.from_json(self.spec)

    @property
    def order(self) -> FilmSpec | IdeaSpec:
        """What was ordered; of all jobs but probes."""
        return IdeaSpec(**self.spec) if self.kind is JobKind.SCRIPT else self.film

    def take_images(self, images: list[dict[str, Any]]) -> None:
        """Pictures that belong to single shots, each with its "asset_id"."""
        if images:
            self.spec = {**self.spec, "images": [*self.spec["images"], *images]}

    @property
    def ended(self) -> bool:
        """Whether this attempt is over."""
        return self.status in ENDS

    @property
    def working(self) -> bool:
        """Whether steps may run."""
        return self.status in (JobStatus.QUEUED, JobStatus.RUNNING)

    def reserve(self, now: datetime) -> int:
        """Take the next attempt number for a hold that is about to be asked for."""
        self.attempts_used += 1
        self.reserving_attempt = self.attempts_used
        self.reserving_since = now
        return self.reserving_attempt

    def still_reserving(self, attempt: int) -> bool:
        """Whether the reservation of this attempt still stands (a sweeper or a cancel may have ended it)."""
        return self.reserving_attempt == attempt

    def drop_reservation(self) -> None:
        """The hold was refused, or its answer never came."""
        self.reserving_attempt = None
        self.reserving_since = None

    def begin(self, attempt: int, hold_id: str, held: int, now: datetime) -> None:
        """Commit 2: the hold stands, the attempt begins."""
        self.drop_reservation()
        self.attempt = attempt
        self.status = JobStatus.QUEUED
        self.hold_id, self.held, self.captured, self.released = hold_id, held, 0, 0
        self.progress, self.stage, self.message = 0.0, "queued", ""
        self.error, self.quality, self.outputs = None, None, []
        self.queued_at, self.started_at, self.finished_at, self.progress_at = now, None, None, None

    def start(self, now: datetime) -> bool:
        """The first step has been handed out; True when that is news."""
        if self.status is not JobStatus.QUEUED:
            return False
        self.status = JobStatus.RUNNING
        self.started_at = now
        return True

    def advance(self, value: float, stage: str, message: str) -> None:
        """Progress within an attempt never falls."""
        self.progress = max(self.progress, min(1.0, value))
        self.stage, self.message = stage, message

    def may_report(self, now: datetime) -> bool:
        """Whether another job.progress is due; notes that it is given."""
        if self.progress_at is not None and now - self.progress_at < PROGRESS_INTERVAL:
            return False
        self.progress_at = now
        return True

    def may_cancel(self) -> bool:
        """Whether a cancel changes anything; JobEnded on another end than canceled."""
        if self.status in (JobStatus.CANCELING, JobStatus.CANCELED):
            return False
        if self.ended:
            raise JobEnded(f"the job has {self.status} already and can't be canceled", status=self.status)
        return True

    def end(self, status: JobStatus, now: datetime, *, captured: int = 0) -> None:
        """The pivot of the saga: whoever ends holds follows the amounts that are written here."""
        self.status = status
        self.plan_due = False
        self.captured = captured
        self.released = self.held - captured
        self.finished_at = now
        if status is JobStatus.SUCCEEDED:
            self.progress, self.message = 1.0, ""
            # a film that was rendered before needed nobody to start it
            self.started_at = self.started_at or now

    def fail(self, failure: JobFailure, now: datetime) -> None:
        """End as failed, with the reason."""
        self.error = asdict(failure)
        self.end(JobStatus.FAILED, now)

    def require_retryable(self) -> None:
        """JobState unless it failed or was canceled."""
        if self.status not in (JobStatus.FAILED, JobStatus.CANCELED):
            raise JobState(
                f"only a failed or canceled job can be retried; this one is {self.status}", status=self.status
            )

    def require_review(self) -> None:
        """JobState unless it waits for review."""
        if self.status is not JobStatus.WAITING_REVIEW:
            raise JobState(
                f"only a job in waiting_review can be approved; this one is {self.status}", status=self.status
            )

    def next_seq(self) -> int:
        """The number of the job's next event; the row's lock keeps it without gaps."""
        self.last_seq += 1
        self.version += 1
        return self.last_seq


class JobEvent(Base):
    """A durable event of a job, what WebSocket and SSE deliver."""

    __tablename__ = "job_events"
    job_id: Mapped[UUID] = mapped_column(ForeignKey("ai_jobs.jobs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    type: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    final: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Quote(Base):
    """A price that was named, for one script version and one set of options."""

    __tablename__ = "quotes"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64))
    project_id: Mapped[UUID]
    kind: Mapped[JobKind] = mapped_column(words(JobKind))
    options_sha256: Mapped[str] = mapped_column(String(64))
    script_version: Mapped[int]
    credits: Mapped[int] = mapped_column(BigInteger)
    breakdown: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    eta_seconds: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def binds(
        self, user_id: str, project_id: UUID, kind: JobKind, options_sha256: str, script_version: int, now: datetime
    ) -> bool:
        """Whether the quote is this user's, for exactly this, and still good."""
        asked = (user_id, project_id, kind, options_sha256, script_version)
        return (
            asked == (self.user_id, self.project_id, self.kind, self.options_sha256, self.script_version)
            and now < self.expires_at
        )


class Purge(Base):
    """A project that is gone for good while what was made for it is not."""

    __tablename__ = "purges"
    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64))
