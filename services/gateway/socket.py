"""One WebSocket: subscriptions to jobs and projects, each a task that reads durable events and sends them in order.

Nothing is queued for a slow client: a task reads on only when what it read before has been taken.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, Literal

from fastapi import WebSocket, WebSocketDisconnect
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import projects_pb2
from filmstudio.youtube.v1 import youtube_pb2
from pydantic import Field, ValidationError, model_validator

from services.gateway import convert, convert_jobs, convert_youtube
from services.gateway.auth import Person
from services.gateway.convert_jobs import ENDED
from services.gateway.live import POLL_S
from services.gateway.schemas.common import Id, In
from services.gateway.streams import read
from services.gateway.studio import Studio
from services.kit import identity, telemetry
from services.kit.clock import utc_now
from services.kit.errors import DependencyAway, RemoteError
from services.kit.ids import new_id

NOT_SIGNED_IN, NOT_YOURS, TOO_SLOW, TOO_MANY = 4401, 4403, 4408, 4429
GOING_AWAY, INTERNAL = 1001, 1011
NEWEST_JOBS = 20


class Closed(Exception):
    """The connection is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class ClientMessage(In):
    """What a client may say: subscribe to a job or a project, leave one, ask whether we are there."""

    type: Literal["subscribe", "unsubscribe", "ping"]
    job_id: Id | None = None
    project_id: Id | None = None
    after_seq: int = Field(0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _one_subject(self) -> ClientMessage:
        if self.type != "ping" and (self.job_id is None) == (self.project_id is None):
            raise ValueError("name either job_id or project_id")
        return self


class Session:
    """A person's open WebSocket."""

    def __init__(self, studio: Studio, socket: WebSocket, person: Person) -> None:
        self._studio = studio
        self._socket = socket
        self._person = person
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: asyncio.Queue[asyncio.Task[None]] = asyncio.Queue()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Serve until the client leaves or has to; closes with the code that says why."""
        sockets = self._studio.hub.sockets
        user_id = self._person.user_id
        sockets[user_id] += 1
        try:
            if sockets[user_id] > self._studio.settings.max_sockets_per_user:
                raise Closed(TOO_MANY, "too many connections")
            with identity.acting(self._person.caller()):
                await self._serve()
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        except WebSocketDisconnect:
            telemetry.log().debug("a live connection has ended", user_id=user_id)
        finally:
            sockets[user_id] -= 1
            if not sockets[user_id]:
                del sockets[user_id]

    async def _serve(self) -> None:
        """Until one of the tasks ends with a reason to close."""
        self._begin("client", self._listen())
        self._begin("watch", self._watch())
        self._begin("credits", self._follow_credits())
        self._begin("publications", self._follow_publications())
        try:
            while True:
                task = await self._ended.get()
                if not task.cancelled():
                    task.result()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work), name=f"live {name}")
        task.add_done_callback(self._ended.put_nowait)
        self._tasks[name] = task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except RemoteError as error:
            raise Closed(NOT_YOURS, error.reason) from None
        except (Closed, WebSocketDisconnect):
            raise
        except Exception:
            telemetry.log().exception("a live subscription failed")
            raise Closed(INTERNAL, "internal error") from None

    async def _listen(self) -> None:
        """What the client says."""
        while True:
            text = await self._socket.receive_text()
            try:
                message = ClientMessage.model_validate(json.loads(text))
            except ValidationError as error:
                detail = error.errors()[0]["msg"].removeprefix("Value error, ")
                await self._send({"type": "error", "code": "VALIDATION_FAILED", "detail": detail})
                continue
            except (ValueError, RecursionError):
                await self._send({"type": "error", "code": "MALFORMED", "detail": "messages are JSON objects"})
                continue
            await self._obey(message)

    async def _obey(self, message: ClientMessage) -> None:
        if message.type == "ping":
            await self._send({"type": "pong"})
            return
        name = f"job:{message.job_id}" if message.job_id else f"project:{message.project_id}"
        if (previous := self._tasks.pop(name, None)) is not None:
            previous.cancel()
            await asyncio.gather(previous, return_exceptions=True)
        if message.type == "unsubscribe":
            return
        if sum(":" in task for task in self._tasks) >= self._studio.settings.max_subscriptions:
            raise Closed(TOO_MANY, "too many subscriptions")
        if message.job_id:
            self._begin(name, self._follow_job(message.job_id, message.after_seq))
        elif message.project_id:
            self._begin(name, self._follow_project(message.project_id))

    async def _watch(self) -> None:
        """Ends the connection when the process leaves or the sign-in is withdrawn."""
        while True:
            try:
                async with asyncio.timeout(POLL_S):
                    await self._studio.hub.closing.wait()
            except TimeoutError:
                if not self._studio.gatekeeper.good(self._person):
                    raise Closed(NOT_SIGNED_IN, "signed out") from None
                continue
            raise Closed(GOING_AWAY, "the studio restarts; connect again")

    async def _follow_credits(self) -> None:
        with self._studio.hub.listen(f"user:{self._person.user_id}") as listener:
            while True:
                await listener.rung()
                try:
                    answer = await self._studio.clients.credits.GetAccount(credits_pb2.GetAccountRequest())
                except DependencyAway:
                    continue
                await self._tell("credits.changed", convert.account(answer.account).model_dump(mode="json"))

    async def _follow_publications(self) -> None:
        with self._studio.hub.listen(f"publications:{self._person.user_id}") as listener:
            while True:
                # of several rings for one publication the last word is what it is when it is read: "done" before "progress"
                told: set[str] = set()
                for kind, _, publication_id in sorted(subject.partition(" ") for subject in await listener.wait(None)):
                    if publication_id not in told:
                        told.add(publication_id)
                        await self._tell_publication(kind, publication_id)

    async def _tell_publication(self, kind: str, publication_id: str) -> None:
        request = youtube_pb2.GetPublicationRequest(publication_id=publication_id)
        try:
            answer = await self._studio.clients.youtube.GetPublication(request)
        except (DependencyAway, RemoteError) as error:
            telemetry.log().debug("a publication could not be told of", publication_id=publication_id, error=str(error))
            return
        await self._tell(kind, convert_youtube.publication(answer.publication).model_dump(mode="json"))

    async def _follow_job(self, job_id: str, after_seq: int) -> None:
        with self._studio.hub.listen(f"job:{job_id}") as listener:
            while True:
                after_seq = await self._send_new(job_id, after_seq)
                await listener.wait()

    async def _send_new(self, job_id: str, after_seq: int) -> int:
        """Send what the job's log has after this seq; the last seq sent. Waits, where ai_jobs is away, for the next turn."""
        while True:
            try:
                batch = await read(self._studio, job_id, after_seq)
            except DependencyAway as error:
                telemetry.log().warning("a live subscription waits", dependency=error.dependency, job_id=job_id)
                return after_seq
            for event in batch.events:
                await self._send(convert_jobs.event(event).model_dump(mode="json"))
                after_seq = event.seq
            if not batch.events:
                return after_seq

    async def _follow_project(self, project_id: str) -> None:
        """A snapshot of each live job, then every event of the project's jobs, of those that come later too."""
        request = projects_pb2.GetProjectRequest(project_id=project_id)
        await _patiently(lambda: self._studio.clients.projects.GetProject(request))
        since = utc_now()
        last_seqs: dict[str, int] = {}
        with self._studio.hub.listen(f"project:{project_id}") as listener:
            rang: set[str] = set()
            while True:
                if not rang or rang - last_seqs.keys():
                    try:
                        for job in await self._jobs(project_id):
                            if job.id in last_seqs:
                                continue
                            if convert.moment(job.create_time) >= since:
                                last_seqs[job.id] = 0
                            elif job.status not in ENDED:
                                last_seqs[job.id] = await self._snapshot(job.id)
                    except DependencyAway as error:
                        telemetry.log().warning("a live subscription waits", dependency=error.dependency)
                for job_id in [job_id for job_id in last_seqs if not rang or job_id in rang]:
                    last_seqs[job_id] = await self._send_new(job_id, last_seqs[job_id])
                rang = await listener.wait()

    async def _jobs(self, project_id: str) -> list[jobs_pb2.Job]:
        """The project's live jobs and its newest ones: a short job may have come and gone between two looks."""
        live = jobs_pb2.ListJobsRequest(project_id=project_id, live=True, page_size=NEWEST_JOBS)
        newest = jobs_pb2.ListJobsRequest(project_id=project_id, page_size=NEWEST_JOBS)
        answers = [await self._studio.clients.jobs.ListJobs(request) for request in (live, newest)]
        found = {job.id: job for answer in answers for job in answer.jobs}
        return [found[job_id] for job_id in sorted(found)]

    async def _snapshot(self, job_id: str) -> int:
        """Send the whole job; the seq from which its events follow. The seq is read first, so that nothing falls between."""
        seq = 0
        while (batch := await read(self._studio, job_id, seq)).events:
            seq = batch.events[-1].seq
        job = (await self._studio.clients.jobs.GetJob(jobs_pb2.GetJobRequest(job_id=job_id))).job
        data = convert_jobs.job(job, self._studio.settings.url).model_dump(mode="json")
        await self._tell("job.snapshot", data, job_id=job_id, seq=seq)
        return seq

    async def _tell(self, kind: str, data: dict[str, Any], **members: object) -> None:
        now = utc_now().isoformat().replace("+00:00", "Z")
        await self._send({"id": str(new_id()), "type": kind, "at": now, **members, "data": data})

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            async with self._turn, asyncio.timeout(self._studio.settings.slow_client_s):
                await self._socket.send_text(json.dumps(message, ensure_ascii=False, separators=(",", ":")))
        except TimeoutError:
            raise Closed(TOO_SLOW, "messages were not taken in time") from None

    async def _close(self, code: int, reason: str) -> None:
        try:
            async with asyncio.timeout(2):
                await self._socket.close(code, reason)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            telemetry.log().debug("a live connection could not be closed politely", code=code)


async def _patiently(call: Any) -> Any:
    """The answer of a call, asked for again while its service is away."""
    while True:
        try:
            return await call()
        except DependencyAway:
            await asyncio.sleep(1)
