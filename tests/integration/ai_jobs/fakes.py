"""The services and stores that ai_jobs asks, in memory: what they keep can be looked at and what they answer can be set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc
from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import projects_pb2, script_pb2, storyboard_pb2

from services.ai_jobs.errors import ScriptMissing
from services.ai_jobs.events import timestamp
from services.kit.errors import DependencyAway, RemoteError
from services.kit.storage import StoredObject, Upload


class Clock:
    """Goes only when it is told to."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


def not_found(what: str) -> RemoteError:
    return RemoteError(grpc.StatusCode.NOT_FOUND, "NOT_FOUND", f"there is no {what}", {})


@dataclass
class FakeProjects:
    """Projects, scripts and storyboards; a shot keeps its id by its place."""

    projects: dict[str, projects_pb2.Project] = field(default_factory=dict)
    scripts: dict[str, script_pb2.Script] = field(default_factory=dict)
    boards: dict[str, storyboard_pb2.Storyboard] = field(default_factory=dict)
    away: bool = False
    # projects over whose storyboards everybody stumbles
    poison: set[str] = field(default_factory=set)

    def _here(self) -> None:
        if self.away:
            raise DependencyAway("projects")

    async def get(self, project_id: str) -> projects_pb2.Project:
        self._here()
        if project_id not in self.projects:
            raise not_found(f"project {project_id}")
        return self.projects[project_id]

    async def script(self, project_id: str) -> script_pb2.Script:
        self._here()
        if project_id not in self.scripts:
            raise ScriptMissing("the project has no script yet")
        kept = script_pb2.Script()
        kept.CopyFrom(self.scripts[project_id])
        return kept

    async def put_script(self, project_id: str, text: str, language: str) -> script_pb2.Script:
        self._here()
        if project_id not in self.projects:
            raise not_found(f"project {project_id}")
        before = self.scripts.get(project_id)
        version = before.version + 1 if before else 1
        self.scripts[project_id] = script_pb2.Script(version=version, text=text, language=language)
        return self.scripts[project_id]

    async def asset(self, project_id: str, asset_id: str, kind: int, field: str) -> dict[str, Any]:
        raise not_found(f"asset {asset_id}")

    async def put_storyboard(
        self, project_id: str, board: storyboard_pb2.Storyboard, job_id: str
    ) -> storyboard_pb2.Storyboard:
        self._here()
        if project_id not in self.projects:
            raise not_found(f"project {project_id}")
        if project_id in self.poison:
            raise ValueError("nobody thought of this")
        kept = storyboard_pb2.Storyboard()
        kept.CopyFrom(board)
        for scene in kept.scenes:
            scene.id = f"scene-{scene.number}"
            for shot in scene.shots:
                shot.id = f"shot-{scene.number}-{shot.number}"
        self.boards[project_id] = kept
        return kept

    async def storyboard(self, project_id: str) -> storyboard_pb2.Storyboard:
        self._here()
        return self.boards[project_id]


@dataclass
class FakeCredits:
    """A ledger of holds alone."""

    clock: Clock
    available: int = 100
    the_plan: credits_pb2.Plan = field(
        default_factory=lambda: credits_pb2.Plan(
            id="pro", max_film_seconds=300, max_resolution="1080p", max_live_jobs=3, priority=5
        )
    )
    holds: dict[str, credits_pb2.Hold] = field(default_factory=dict)
    # runs between the hold and its answer: what a crash or somebody else does meanwhile
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def plan(self) -> credits_pb2.Plan:
        return self.the_plan

    async def hold(self, amount: int, job_id: str, attempt: int) -> str:
        known = next((hold for hold in self.holds.values() if (hold.job_id, hold.attempt) == (job_id, attempt)), None)
        if known is None:
            if self.available < amount:
                short = {"needed": str(amount), "available": str(self.available)}
                code = grpc.StatusCode.FAILED_PRECONDITION
                raise RemoteError(code, "INSUFFICIENT_CREDITS", "not enough credits", short)
            self.available -= amount
            known = credits_pb2.Hold(
                id=str(uuid4()),
                user_id="somebody",
                job_id=job_id,
                attempt=attempt,
                amount=amount,
                state=credits_pb2.Hold.STATE_LIVE,
                create_time=timestamp(self.clock()),
            )
            self.holds[known.id] = known
        if self.meanwhile is not None:
            await self.meanwhile()
        return known.id

    async def end_hold(self, hold_id: str, captured: int) -> None:
        hold = self.holds[hold_id]
        if hold.state != credits_pb2.Hold.STATE_LIVE:
            return
        hold.captured, hold.released = captured, hold.amount - captured
        hold.state = credits_pb2.Hold.STATE_CAPTURED if captured else credits_pb2.Hold.STATE_RELEASED
        self.available += hold.released

    async def live_holds(self, request: credits_pb2.ListLiveHoldsRequest) -> credits_pb2.ListLiveHoldsResponse:
        before = request.created_before.ToDatetime(UTC)
        return credits_pb2.ListLiveHoldsResponse(
            holds=[hold for hold in self.live if hold.create_time.ToDatetime(UTC) < before]
        )

    @property
    def live(self) -> list[credits_pb2.Hold]:
        return [hold for hold in self.holds.values() if hold.state == credits_pb2.Hold.STATE_LIVE]


class FakeStorage:
    """Objects by their keys: how long they are and what they hash to."""

    def __init__(self) -> None:
        self.objects: dict[str, StoredObject] = {}

    async def head(self, key: str) -> StoredObject | None:
        return self.objects.get(key)

    async def delete_all(self, prefix: str) -> int:
        doomed = [key for key in self.objects if key.startswith(prefix)]
        for key in doomed:
            del self.objects[key]
        return len(doomed)

    def sign_get(self, key: str, expires_s: int, *, filename: str = "", content_type: str = "") -> str:
        return f"http://storage/{key}?as={filename}"

    def sign_put(self, key: str, expires_s: int, *, size_bytes: int, sha256: str, content_type: str) -> Upload:
        return Upload(f"http://storage/{key}", {"Content-Length": str(size_bytes), "sha256": sha256})


class FakeBell:
    """Keeps what was rung."""

    def __init__(self) -> None:
        self.rings: list[Mapping[str, object]] = []

    def ring(self, message: Mapping[str, object]) -> None:
        self.rings.append(message)
