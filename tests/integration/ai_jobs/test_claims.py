"""Claims: leases and fences, and that no step is ever handed out twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.ai_jobs.v1 import steps_pb2

from services.kit.errors import Invalid
from tests.integration.ai_jobs.conftest import Studio
from tests.integration.ai_jobs.rendering import ENGINES
from tests.integration.ai_jobs.situations import left_s


async def test_a_claim_gives_a_lease_of_thirty_seconds_and_a_new_fence(studio: Studio) -> None:
    await studio.probe(1)
    [order] = await studio.worker().claim()
    assert (order.fence, order.engine, order.lane) == (1, "wait@1", steps_pb2.LANE_CPU)
    assert 25 < await left_s(studio, order.id) <= 30
    assert order.params.wait.seconds == 1


async def test_a_claim_takes_only_what_the_worker_has_engines_and_lanes_for(studio: Studio) -> None:
    await studio.probe(2)
    others = [engine for engine in ENGINES if engine != "wait@1"]
    assert await studio.dispatch.claim("w", ["cpu"], others, 5) == []
    assert await studio.dispatch.claim("w", ["gpu"], ENGINES, 5) == []
    assert len(await studio.dispatch.claim("w", ["gpu", "cpu"], ENGINES, 5)) == 2


@pytest.mark.parametrize(("worker", "count"), [("", 1), ("w", 0), ("w", 65)])
async def test_a_claim_names_its_worker_and_a_bounded_number(studio: Studio, worker: str, count: int) -> None:
    with pytest.raises(Invalid):
        await studio.dispatch.claim(worker, ["cpu"], ENGINES, count)


async def test_eight_workers_claiming_at_once_never_get_the_same_step(studio: Studio) -> None:
    job_id = await studio.probe(120)
    workers = [studio.worker(f"worker-{number}") for number in range(8)]

    async def claim_all(number: int) -> list[str]:
        got: list[str] = []
        while orders := await workers[number].claim(1 + number % 4):
            got += [order.id for order in orders]
        return got

    claimed = [step for got in await asyncio.gather(*map(claim_all, range(8))) for step in got]
    assert len(claimed) == len(set(claimed)) == 120
    assert {(step.state, step.fence) for step in (await studio.steps(job_id)).values()} == {("leased", 1)}


async def test_eight_workers_render_one_job_to_its_end_with_events_without_gaps(studio: Studio) -> None:
    job_id = await studio.probe(60, credits=2)
    workers = [studio.worker(f"worker-{number}") for number in range(8)]

    async def work(number: int) -> None:
        while orders := await workers[number].claim(2):
            for order in orders:
                await workers[number].finish(order)

    await asyncio.gather(*map(work, range(8)))
    job = await studio.job(job_id)
    assert (job.status, job.credits.captured) == (pb.JOB_STATUS_SUCCEEDED, 2)
    events = await studio.events(job_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert Counter(event.type for event in events)["job.step"] == 60
    assert [event.type for event in events if event.final] == ["job.succeeded"]
    assert [name for name, _ in await studio.facts(job_id)] == ["JobQueued", "JobStarted", "JobSucceeded"]
