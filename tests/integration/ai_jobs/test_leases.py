"""A step has one winner: claims, fences, leases that are renewed, lost or given back, and deliveries."""

from __future__ import annotations

import asyncio
from collections import Counter
from uuid import UUID

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.ai_jobs.v1 import steps_pb2, worker_pb2

from services.ai_jobs.errors import LeaseLost, OutputMismatch, OutputMissing
from services.kit.errors import Invalid
from services.kit.storage import StoredObject
from tests.integration.ai_jobs.conftest import Studio
from tests.integration.ai_jobs.rendering import ENGINES, result_of
from tests.integration.ai_jobs.situations import BAD_INPUT, BROKEN, left_s

GO_ON = worker_pb2.HeartbeatResponse.VERDICT_GO_ON
CANCEL = worker_pb2.HeartbeatResponse.VERDICT_CANCEL
LOST = worker_pb2.HeartbeatResponse.VERDICT_LOST


# ---- deliveries


async def test_a_repeat_of_the_accepted_completion_is_answered_the_same(studio: Studio) -> None:
    job_id = await studio.probe(2)
    worker = studio.worker()
    order = (await worker.claim())[0]
    await worker.finish(order)
    events = len(await studio.events(job_id))
    await worker.finish(order)
    assert len(await studio.events(job_id)) == events
    other = steps_pb2.StepResult(draw_frame=steps_pb2.DrawFrameResult(focus_x=1))
    with pytest.raises(OutputMismatch):
        await studio.deliveries.complete(order.id, order.fence, [], other, 0.5)


async def test_two_completions_at_once_count_once(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    worker = studio.worker()
    [order] = await worker.claim()
    await asyncio.gather(*(worker.finish(order) for _ in range(4)))
    assert Counter(event.type for event in await studio.events(job_id))["job.step"] == 1


async def test_what_an_earlier_claim_says_is_refused(studio: Studio) -> None:
    await studio.probe(1)
    late, quick = studio.worker("late"), studio.worker("quick")
    await studio.dispatch.renew_all_if_owed()
    [first] = await late.claim()
    await studio.lapse(first.id)
    await studio.upkeep.sweep_leases()
    [second] = await quick.claim()
    assert (second.id, second.fence) == (first.id, 2)
    with pytest.raises(LeaseLost):
        await late.finish(first)
    with pytest.raises(LeaseLost):
        await studio.deliveries.fail(first.id, first.fence, BAD_INPUT, canceled=False)
    with pytest.raises(LeaseLost):
        await studio.deliveries.upload_urls(first.id, first.fence, [])
    await studio.dispatch.release("late", [(first.id, first.fence)])
    assert await late.beat(first) == [LOST]
    await quick.finish(second)
    # also once it is done
    with pytest.raises(LeaseLost):
        await late.finish(first)


async def test_a_completion_after_the_lease_ran_out_counts_while_nobody_else_has_the_step(studio: Studio) -> None:
    job_id = await studio.probe(1)
    worker = studio.worker()
    [order] = await worker.claim()
    await studio.lapse(order.id)
    await worker.finish(order)
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_SUCCEEDED


@pytest.mark.parametrize("step_id", ["0190b5a0-0000-7000-8000-000000000000", "no id"])
async def test_an_unknown_step_is_a_lost_lease(studio: Studio, step_id: str) -> None:
    with pytest.raises(LeaseLost):
        await studio.deliveries.complete(step_id, 1, [], steps_pb2.StepResult(), 0.1)


async def ready_frame(studio: Studio) -> steps_pb2.RenderStep:
    """A claimed picture."""
    worker = studio.worker()
    await studio.film(studio.project(), duration_s=30)
    [analysis] = await worker.claim()
    await worker.finish(analysis)
    await studio.planner.run()
    return next(order for order in await worker.claim(20) if order.params.HasField("draw_frame"))


async def test_a_completion_counts_only_with_its_objects_in_storage(studio: Studio) -> None:
    order = await ready_frame(studio)
    worker = studio.worker()
    outputs, result = worker.outputs(order), result_of(order.params)
    [key] = [key for key in studio.storage.objects if order.id in key and key.endswith("/frame")]
    kept = studio.storage.objects.pop(key)
    with pytest.raises(OutputMissing):
        await studio.deliveries.complete(order.id, order.fence, outputs, result, 0.5)
    for wrong in (StoredObject(999, kept.sha256, ""), StoredObject(1000, "0" * 64, "")):
        studio.storage.objects[key] = wrong
        with pytest.raises(OutputMismatch):
            await studio.deliveries.complete(order.id, order.fence, outputs, result, 0.5)
    studio.storage.objects[key] = kept
    await studio.deliveries.complete(order.id, order.fence, outputs, result, 0.5)


async def test_an_upload_goes_to_the_claims_own_folder(studio: Studio) -> None:
    order = await ready_frame(studio)
    output = steps_pb2.StepOutput(name="frame", content_type="image/png", size_bytes=7, sha256="ab" * 32)
    [upload] = await studio.deliveries.upload_urls(order.id, order.fence, [output])
    assert upload.url.endswith(
        f"/users/{studio.user}/projects/{order.project_id}/generated/{order.id}/{order.fence}/frame"
    )
    assert (upload.name, upload.headers["Content-Length"]) == ("frame", "7")


@pytest.mark.parametrize("name", ["", "../../other/frame", "a/b", ".", "..", "frame\n", "x" * 65])
async def test_a_file_name_that_leads_elsewhere_is_refused(studio: Studio, name: str) -> None:
    order = await ready_frame(studio)
    output = steps_pb2.StepOutput(name=name, content_type="image/png", size_bytes=7, sha256="ab" * 32)
    with pytest.raises(Invalid):
        await studio.deliveries.upload_urls(order.id, order.fence, [output])
    with pytest.raises(Invalid):
        await studio.deliveries.complete(order.id, order.fence, [output], result_of(order.params), 0.5)


@pytest.mark.parametrize("sha256", ["", "ab", "z" * 64])
async def test_a_file_without_a_proper_hash_is_refused(studio: Studio, sha256: str) -> None:
    order = await ready_frame(studio)
    output = steps_pb2.StepOutput(name="frame", content_type="image/png", size_bytes=7, sha256=sha256)
    with pytest.raises(Invalid):
        await studio.deliveries.upload_urls(order.id, order.fence, [output])


# ---- failures


async def test_a_step_fails_for_good_with_its_third_failure(studio: Studio) -> None:
    job_id = await studio.probe(3, credits=2)
    worker = studio.worker()
    for attempt in (1, 2, 3):
        assert (await studio.job(job_id)).status in (pb.JOB_STATUS_QUEUED, pb.JOB_STATUS_RUNNING)
        [order] = await worker.claim(1)
        assert order.fence == attempt
        await studio.deliveries.fail(order.id, order.fence, BROKEN, canceled=False)
    job = await studio.job(job_id)
    assert (job.status, job.error.code, job.error.stage, job.error.retryable) == (
        pb.JOB_STATUS_FAILED, "ENGINE_FAILED", "wait", True,
    )  # fmt: skip
    assert (job.credits.captured, job.credits.released) == (0, 2)
    assert await worker.claim() == []
    assert Counter(step.state for step in (await studio.steps(job_id)).values()) == {"failed": 1, "canceled": 2}


async def test_a_bad_input_fails_at_once_and_stops_the_rest(studio: Studio) -> None:
    job_id = await studio.probe(3)
    worker, other = studio.worker(), studio.worker("other")
    [order] = await worker.claim(1)
    [running] = await other.claim(1)
    await studio.deliveries.fail(order.id, order.fence, BAD_INPUT, canceled=False)
    assert (await studio.job(job_id)).error.code == "INPUT_UNREADABLE"
    assert await other.beat(running) == [CANCEL]
    with pytest.raises(LeaseLost):
        await other.finish(running)


async def test_a_step_that_costs_five_workers_their_lives_fails(studio: Studio) -> None:
    job_id = await studio.probe(1)
    worker = studio.worker()
    await studio.dispatch.renew_all_if_owed()
    for _ in range(5):
        assert (await studio.job(job_id)).status in (pb.JOB_STATUS_QUEUED, pb.JOB_STATUS_RUNNING)
        [order] = await worker.claim()
        await studio.lapse(order.id)
        await studio.upkeep.sweep_leases()
    job = await studio.job(job_id)
    assert (job.status, job.error.code, job.error.retryable) == (pb.JOB_STATUS_FAILED, "WORKER_LOST", True)


async def test_a_lease_given_back_counts_as_nothing(studio: Studio) -> None:
    job_id = await studio.probe(1)
    worker = studio.worker()
    for _ in range(7):
        [order] = await worker.claim()
        await studio.dispatch.release(worker.name, [(order.id, order.fence), ("no id", 1)])
    [step] = (await studio.steps(job_id)).values()
    assert (step.state, step.fence, step.failures, step.lost_leases) == ("ready", 7, 0, 0)
    # somebody else's lease can't be given back
    [order] = await worker.claim()
    await studio.dispatch.release("other", [(order.id, order.fence)])
    assert [step.state for step in (await studio.steps(job_id)).values()] == ["leased"]


# ---- heartbeats


async def test_a_heartbeat_renews_a_lease_and_says_go_on(studio: Studio) -> None:
    await studio.probe(1)
    worker = studio.worker()
    [order] = await worker.claim()
    await studio.sql("UPDATE ai_jobs.render_steps SET lease_expires_at = now() + interval '2 seconds'")
    assert await worker.beat(order) == [GO_ON]
    assert await left_s(studio, order.id) > 25


async def test_a_heartbeat_on_a_step_that_is_done_or_anothers_says_lost(studio: Studio) -> None:
    await studio.probe(2)
    worker = studio.worker()
    first, second = await worker.claim()
    assert await studio.worker("other").beat(first) == [LOST]
    await worker.finish(first)
    assert await worker.beat(first, second) == [LOST, GO_ON]


async def test_a_lease_that_was_renewed_in_time_is_not_lost(studio: Studio) -> None:
    job_id = await studio.probe(1)
    [order] = await studio.worker().claim()
    # the sweeper saw it run out just before a heartbeat came
    await studio.dispatch.lose_lease(job_id, UUID(order.id))
    [step] = (await studio.steps(job_id)).values()
    assert (step.state, step.lost_leases) == ("leased", 0)


# ---- our own absence is nobody's failure


async def test_leases_that_ran_out_while_we_were_away_are_renewed_first(studio: Studio) -> None:
    job_id = await studio.probe(2)
    worker = studio.worker()
    order, _ = await worker.claim()
    await studio.lapse(*(str(step.id) for step in (await studio.steps(job_id)).values()))
    started = studio.restarted()
    studio.upkeep._dispatch = started
    await studio.upkeep.sweep_leases()
    steps = (await studio.steps(job_id)).values()
    assert {(step.state, step.lost_leases) for step in steps} == {("leased", 0)}
    assert await left_s(studio, order.id) > 25
    # once, not for ever
    await studio.lapse(order.id)
    await studio.upkeep.sweep_leases()
    assert Counter(step.state for step in (await studio.steps(job_id)).values()) == {"ready": 1, "leased": 1}


async def test_after_an_outage_of_the_database_leases_are_renewed_again(studio: Studio) -> None:
    await studio.probe(1)
    worker = studio.worker()
    [order] = await worker.claim()
    await studio.lapse(order.id)
    studio.dispatch.owe_renewal()
    assert await studio.worker("other").claim() == []
    assert await left_s(studio, order.id) > 25


async def test_a_step_is_claimable_at_once_though_our_clock_runs_ahead_of_the_databases(studio: Studio) -> None:
    studio.clock.advance(seconds=20)
    await studio.probe(1)
    assert len(await studio.worker().claim()) == 1


async def test_a_worker_that_is_back_without_its_step_gets_it_at_once(studio: Studio) -> None:
    await studio.probe(1)
    worker = studio.worker()
    [first] = await worker.claim(1)
    [again] = await studio.dispatch.claim(worker.name, ["cpu"], ENGINES, 1, set())
    assert (again.id, again.fence) == (first.id, first.fence + 1)
    steps = await studio.steps(UUID(first.job_id))
    assert [step.lost_leases for step in steps.values()] == [1]


async def test_a_worker_keeps_the_steps_it_says_it_holds(studio: Studio) -> None:
    await studio.probe(1)
    worker = studio.worker()
    [first] = await worker.claim(1)
    assert await studio.dispatch.claim(worker.name, ["cpu"], ENGINES, 1, {(UUID(first.id), first.fence)}) == []


async def test_another_workers_leases_are_no_business_of_this_ones(studio: Studio) -> None:
    await studio.probe(1)
    await studio.worker().claim(1)
    assert await studio.dispatch.claim("somebody-else", ["cpu"], ENGINES, 1, set()) == []
