"""Render steps, what they made, and who renders: leases, fences and limits as plain methods. No session, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.ai_jobs.errors import LeaseLost
from services.ai_jobs.models import Base, words

# RELIABILITY G1, G4
LEASE = timedelta(seconds=30)
MAX_FAILURES = 3
MAX_LOST_LEASES = 5


class StepState(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    READY = "ready"
    LEASED = "leased"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class RenderStep(Base):
    """A node of a job's plan: parameters, the steps it needs, and the claim on it."""

    __tablename__ = "render_steps"
    __table_args__ = (
        UniqueConstraint("job_id", "name", name="uq_render_steps_name"),
        Index("ix_render_steps_ready", "lane", "user_id", postgresql_where=text("state = 'ready'")),
        Index("ix_render_steps_leased", "lease_expires_at", postgresql_where=text("state = 'leased'")),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("ai_jobs.jobs.id", ondelete="CASCADE"))
    project_id: Mapped[UUID | None]
    user_id: Mapped[str] = mapped_column(String(64))
    # unique in its job: "analyze", "frame/0003", "speak/0012"
    name: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    lane: Mapped[str] = mapped_column(String(8))
    engine: Mapped[str] = mapped_column(String(64))
    priority: Mapped[int]
    # the order within its job when several are ready
    position: Mapped[int]
    state: Mapped[StepState] = mapped_column(words(StepState))
    needs: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    params: Mapped[bytes] = mapped_column(LargeBinary)
    # [{"name", "step", "output"}] of other steps or [{"name", "object_key", "sha256", …}] of the filmmaker's files
    inputs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    # known once every input is
    input_hash: Mapped[str] = mapped_column(String(64))
    seed: Mapped[int]
    # expected seconds of work, the step's weight in the job's progress
    weight: Mapped[float]
    progress: Mapped[float]
    fence: Mapped[int]
    worker: Mapped[str] = mapped_column(String(64))
    lease_expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    failures: Mapped[int]
    lost_leases: Mapped[int]
    cached: Mapped[bool]
    outputs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    result: Mapped[bytes] = mapped_column(LargeBinary)
    work_s: Mapped[float]
    ready_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def done(self) -> bool:
        """Whether it needs no more work."""
        return self.state is StepState.SUCCEEDED

    def held_by(self, fence: int) -> None:
        """LeaseLost unless this claim is the step's."""
        if self.state is not StepState.LEASED or self.fence != fence:
            raise LeaseLost("another claim has the step, or it was canceled", step_id=self.id)

    def make_ready(self, now: datetime) -> None:
        """It can be claimed."""
        self.state = StepState.READY
        self.ready_at = now
        self.lease_expires_at, self.worker, self.progress = None, "", 0.0

    def succeed(
        self, outputs: list[dict[str, Any]], result: bytes, now: datetime, *, work_s: float = 0.0, cached: bool = False
    ) -> None:
        """It is done, by a worker or by what was rendered before."""
        self.state = StepState.SUCCEEDED
        self.outputs, self.result, self.work_s, self.cached = outputs, result, work_s, cached
        self.progress, self.lease_expires_at = 1.0, None
        self.started_at = self.started_at or now
        self.finished_at = now

    def report_failure(self, now: datetime, *, retryable: bool) -> bool:
        """A worker says that it failed: ready again, or (True) failed for good."""
        self.failures += 1
        return self._again_or_failed(now, for_good=not retryable or self.failures >= MAX_FAILURES)

    def lose_lease(self, now: datetime) -> bool:
        """Its worker is gone: ready again, or (True) failed for good, because an input that kills workers must end."""
        self.lost_leases += 1
        return self._again_or_failed(now, for_good=self.lost_leases >= MAX_LOST_LEASES)

    def _again_or_failed(self, now: datetime, *, for_good: bool) -> bool:
        if for_good:
            self.state, self.finished_at, self.lease_expires_at = StepState.FAILED, now, None
        else:
            self.make_ready(now)
        return for_good

    def cancel(self, now: datetime) -> None:
        """It will not be needed; a claim on it has lapsed."""
        self.state, self.finished_at, self.lease_expires_at = StepState.CANCELED, now, None

    def reopen(self) -> None:
        """A retry of its job: what isn't done is done again; the fence goes on counting."""
        self.state, self.failures, self.lost_leases = StepState.WAITING, 0, 0
        self.started_at = self.finished_at = self.ready_at = self.lease_expires_at = None
        self.progress, self.worker = 0.0, ""


class Artifact(Base):
    """What a step of this input hash made for this project: it need not run again."""

    __tablename__ = "artifacts"
    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    input_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    outputs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    result: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PaidSegment(Base):
    """A segment that a succeeded job of this project has paid for."""

    __tablename__ = "paid_segments"
    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    input_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    seconds: Mapped[float]
    job_id: Mapped[UUID]


class UserTurn(Base):
    """When a user last got a step: what fairness counts from."""

    __tablename__ = "user_turns"
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_claim_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StepTime(Base):
    """How long a unit of a step kind takes here, as a moving average over what was measured."""

    __tablename__ = "step_times"
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    engine: Mapped[str] = mapped_column(String(64), primary_key=True)
    seconds_per_unit: Mapped[float]
    samples: Mapped[int]


class Worker(Base):
    """A render worker, as its last claim or heartbeat showed it."""

    __tablename__ = "workers"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    lanes: Mapped[list[str]] = mapped_column(ARRAY(String(8)))
    engines: Mapped[list[str]] = mapped_column(ARRAY(String(64)))
    slots: Mapped[int]
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
