"""Reading a job's durable events, and server-sent events made of them: replayed and live by the same read, no gap, no repeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from filmstudio.ai_jobs.v1 import jobs_pb2

from services.gateway import convert_jobs
from services.gateway.auth import Person
from services.gateway.live import POLL_S
from services.gateway.studio import Studio
from services.kit import identity, telemetry
from services.kit.errors import DependencyAway, RemoteError

PAGE = 100
HEARTBEAT_S = 15.0


@dataclass(frozen=True)
class Batch:
    """Events in order of seq. `ended`: nothing newer is there, and nothing newer will come in this attempt."""

    events: list[jobs_pb2.JobEvent]
    ended: bool


async def read(studio: Studio, job_id: str, after_seq: int) -> Batch:
    """One page of a job's events after a seq; RemoteError NOT_FOUND for somebody else's job."""
    request = jobs_pb2.ListJobEventsRequest(job_id=job_id, after_seq=after_seq, page_size=PAGE)
    answer = await studio.clients.jobs.ListJobEvents(request)
    events = list(answer.events)
    return Batch(events, answer.ended and len(events) < PAGE)


def encode(event: jobs_pb2.JobEvent) -> bytes:
    """One event in the text/event-stream format."""
    data = convert_jobs.event(event).model_dump_json()
    return f"id: {event.seq}\nevent: {event.type}\ndata: {data}\n\n".encode()


async def stream(studio: Studio, person: Person, job_id: str, after_seq: int, first: Batch) -> AsyncIterator[bytes]:
    """Server-sent events from `first` on, until the job has ended, its reader may no longer read, or we leave."""
    loop = asyncio.get_running_loop()
    # a browser that loses the stream asks again after this many milliseconds
    yield b"retry: 1000\n\n"
    with studio.hub.listen(f"job:{job_id}") as listener, identity.acting(person.caller()):
        batch: Batch | None = first
        spoken_at = loop.time()
        while True:
            if batch is not None:
                for event in batch.events:
                    after_seq = event.seq
                    yield encode(event)
                    spoken_at = loop.time()
                if batch.ended:
                    return
            if studio.hub.closing.is_set() or not studio.gatekeeper.good(person):
                return
            if batch is None or not batch.events:
                await listener.wait(min(POLL_S, max(0.0, spoken_at + HEARTBEAT_S - loop.time())))
            if loop.time() - spoken_at >= HEARTBEAT_S:
                yield b": still here\n\n"
                spoken_at = loop.time()
            batch = await _next(studio, job_id, after_seq)
            if batch is None:
                await asyncio.sleep(1)


async def _next(studio: Studio, job_id: str, after_seq: int) -> Batch | None:
    """The next page; None while ai_jobs is away. A job that is gone has ended."""
    try:
        return await read(studio, job_id, after_seq)
    except DependencyAway as error:
        telemetry.log().warning("a stream waits for a dependency", dependency=error.dependency, job_id=job_id)
        return None
    except RemoteError:
        return Batch([], ended=True)
