"""What a watcher of a job is told: events without gaps, progress that is sparing and never falls, rings after commits."""

from __future__ import annotations

import asyncio
from itertools import pairwise

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.ai_jobs.models import JobEvent, JobFailure
from tests.integration.ai_jobs.conftest import Studio

BROKEN = JobFailure("ENGINE_FAILED", "the engine stumbled", "", True, {})


async def told_progress(studio: Studio, events: list[JobEvent]) -> list[float]:
    return [event.data["progress"]["value"] for event in events if event.type == "job.progress"]


async def test_heartbeats_and_completions_at_once_leave_no_gap_in_the_events(studio: Studio) -> None:
    job_id = await studio.probe(24)
    workers = [studio.worker(f"worker-{number}") for number in range(6)]
    claims = [await worker.claim(4) for worker in workers]

    async def work(number: int) -> None:
        for order in claims[number]:
            studio.clock.advance(seconds=1.1)
            await workers[number].beat(*claims[number])
            await workers[number].finish(order)

    await asyncio.gather(*map(work, range(6)))
    events = await studio.events(job_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len({event.id for event in events}) == len(events)
    assert (await studio.row(job_id)).last_seq == len(events)
    values = await told_progress(studio, events)
    assert values == sorted(values)
    assert len(values) > 5


async def test_progress_is_told_at_most_once_a_second(studio: Studio) -> None:
    job_id = await studio.probe(1)
    worker = studio.worker()
    [order] = await worker.claim()
    for _ in range(40):
        studio.clock.advance(seconds=0.1)
        await worker.beat(order, progress=0.5)
    times = [event.created_at for event in await studio.events(job_id) if event.type == "job.progress"]
    assert 3 <= len(times) <= 5
    assert min((later - earlier).total_seconds() for earlier, later in pairwise(times)) >= 1


async def test_progress_never_falls_within_an_attempt_and_begins_anew_with_the_next(studio: Studio) -> None:
    job_id = await studio.probe(2)
    worker = studio.worker()
    order, _ = await worker.claim()
    for progress in (0.8, 0.1, 0.4):
        studio.clock.advance(seconds=2)
        await worker.beat(order, progress=progress)
    values = await told_progress(studio, await studio.events(job_id))
    assert values == sorted(values)
    assert values[-1] == 0.4
    assert (await studio.job(job_id)).progress.value == 0.4
    # a step that begins anew takes nothing back
    await studio.deliveries.fail(order.id, order.fence, BROKEN, canceled=False)
    assert (await studio.job(job_id)).progress.value == 0.4
    await studio.jobs.cancel(studio.user, str(job_id))
    await studio.sql("UPDATE ai_jobs.render_steps SET state = 'canceled' WHERE state = 'leased'")
    await studio.upkeep.sweep_jobs()
    await studio.jobs.retry(studio.user, str(job_id), pb.RetryJobRequest(job_id=str(job_id)))
    assert (await studio.job(job_id)).progress.value == 0


async def test_a_films_progress_rises_from_nothing_to_one(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    worker = studio.worker()
    while orders := await worker.claim(3):
        for order in orders:
            studio.clock.advance(seconds=1.1)
            await worker.finish(order)
        await studio.planner.run()
    events = await studio.events(job_id)
    values = await told_progress(studio, events)
    assert values == sorted(values)
    assert (values[0] < 0.05, len(set(values)) > 10, events[-1].data["progress"]["value"]) == (True, True, 1.0)
    stages = [event.data["progress"]["stage"] for event in events if event.type == "job.progress"]
    assert stages[0] == "analyze_script"
    assert {"draw_frame", "speak_line", "animate_shot", "check_quality"} <= set(stages)
    messages = [event.data["progress"]["message"] for event in events if event.type == "job.progress"]
    assert "shot 2 of 7" in messages


async def test_every_commit_that_tells_something_rings_with_its_last_seq(studio: Studio) -> None:
    job_id = await studio.probe(1)
    assert studio.bell.rings == [
        {"type": "job", "job_id": str(job_id), "project_id": "", "user_id": studio.user, "seq": 1}
    ]
    worker = studio.worker()
    [order] = await worker.claim()
    await worker.finish(order)
    seqs = [ring["seq"] for ring in studio.bell.rings]
    assert seqs == sorted(seqs)
    assert seqs[-1] == (await studio.row(job_id)).last_seq


async def test_an_event_is_the_job_as_it_was_then(studio: Studio) -> None:
    job_id = await studio.probe(1, credits=3)
    worker = studio.worker()
    [order] = await worker.claim()
    await studio.deliveries.fail(
        order.id, order.fence, JobFailure("INPUT_UNREADABLE", "no", "", False, {}), canceled=False
    )
    queued, *_, failed = await studio.events(job_id)
    assert (queued.data["status"], queued.data["credits"]["held"], queued.data["error"]) == ("queued", 3, None)
    assert (failed.data["status"], failed.data["credits"]["released"], failed.final) == ("failed", 3, True)
    assert failed.data["error"]["code"] == "INPUT_UNREADABLE"
