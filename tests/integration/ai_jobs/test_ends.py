"""How jobs end besides success, who ends what nobody else does, and how they begin again."""

from __future__ import annotations

from collections import Counter

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.ai_jobs.v1 import worker_pb2

from services.ai_jobs.errors import JobAlreadyRunning, JobEnded, JobState, LeaseLost
from services.kit.errors import NotFound, RemoteError
from services.kit.ids import new_id
from tests.integration.ai_jobs.conftest import Studio
from tests.integration.ai_jobs.situations import BAD_INPUT, BROKEN, failed_film, retry

CANCELED, CANCELING, FAILED, QUEUED, SUCCEEDED, EXPIRED = (
    pb.JOB_STATUS_CANCELED,
    pb.JOB_STATUS_CANCELING,
    pb.JOB_STATUS_FAILED,
    pb.JOB_STATUS_QUEUED,
    pb.JOB_STATUS_SUCCEEDED,
    pb.JOB_STATUS_EXPIRED,
)
CANCEL = worker_pb2.HeartbeatResponse.VERDICT_CANCEL


# ---- cancel


async def test_a_queued_job_is_canceled_at_once(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    assert await studio.jobs.cancel(studio.user, str(job_id)) is False
    job = await studio.job(job_id)
    assert (job.status, job.credits.captured, job.credits.released) == (CANCELED, 0, 2)
    assert await studio.worker().claim() == []
    name, told = (await studio.facts(job_id))[-1]
    assert (name, told.hold_id) == ("JobCanceled", next(iter(studio.credits.holds)))
    assert await studio.jobs.cancel(studio.user, str(job_id)) is True
    assert [event.type for event in await studio.events(job_id)] == ["job.queued", "job.canceled"]


async def test_a_running_job_is_canceled_once_its_workers_have_let_go(studio: Studio) -> None:
    job_id = await studio.probe(4, credits=3)
    worker = studio.worker()
    first, second = await worker.claim(2)
    await studio.jobs.cancel(studio.user, str(job_id))
    assert (await studio.job(job_id)).status == CANCELING
    assert await worker.claim() == []
    assert await worker.beat(first, second) == [CANCEL, CANCEL]
    await studio.deliveries.fail(first.id, first.fence, BROKEN, canceled=True)
    assert (await studio.job(job_id)).status == CANCELING
    # done before it heard: that counts as an end of its lease as well
    await worker.finish(second)
    job = await studio.job(job_id)
    assert (job.status, job.credits.captured, job.credits.released) == (CANCELED, 0, 3)
    assert Counter(step.state for step in (await studio.steps(job_id)).values()) == {"canceled": 3, "succeeded": 1}
    rings = await studio.sql("SELECT headers ->> 'ce_type' AS kind FROM ai_jobs.outbox WHERE aggregate_type = 'step'")
    assert Counter(row["kind"].rpartition(".")[2] for row in rings) == {"StepReady": 4, "StepCanceled": 2}


async def test_a_canceled_job_whose_workers_are_gone_ends_with_their_leases(studio: Studio) -> None:
    job_id = await studio.probe(2)
    await studio.dispatch.renew_all_if_owed()
    [order] = await studio.worker().claim(1)
    await studio.jobs.cancel(studio.user, str(job_id))
    await studio.upkeep.sweep_jobs()
    assert (await studio.job(job_id)).status == CANCELING
    await studio.lapse(order.id)
    await studio.upkeep.sweep_leases()
    assert (await studio.job(job_id)).status == CANCELED


async def test_a_lease_given_back_while_canceling_ends_the_job(studio: Studio) -> None:
    job_id = await studio.probe(2)
    worker = studio.worker()
    [order] = await worker.claim(1)
    await studio.jobs.cancel(studio.user, str(job_id))
    await studio.dispatch.release(worker.name, [(order.id, order.fence)])
    assert (await studio.job(job_id)).status == CANCELED


async def test_a_job_that_has_ended_otherwise_is_not_canceled(studio: Studio) -> None:
    job_id = await studio.probe(1)
    await studio.render()
    with pytest.raises(JobEnded) as refused:
        await studio.jobs.cancel(studio.user, str(job_id))
    assert refused.value.metadata == {"status": "succeeded"}
    with pytest.raises(NotFound):
        await studio.jobs.cancel("somebody else", str(job_id))


async def test_a_review_can_be_canceled(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30, review=True)
    await studio.render()
    await studio.jobs.cancel(studio.user, str(job_id))
    assert (await studio.job(job_id)).status == CANCELED


# ---- retry


async def test_a_retry_is_a_new_attempt_of_what_is_not_done_with_a_new_hold(studio: Studio) -> None:
    job_id = await failed_film(studio)
    first = await studio.job(job_id)
    assert (first.status, first.error.code, first.error.stage) == (FAILED, "INPUT_UNREADABLE", "compose_music")
    done = sum(step.done for step in (await studio.steps(job_id)).values())
    await retry(studio, job_id)
    queued = await studio.job(job_id)
    assert (queued.status, queued.attempt, queued.error.code, queued.progress.steps_done) == (QUEUED, 2, "", done)
    worker = await studio.render()
    job = await studio.job(job_id)
    assert (job.status, job.credits.captured) == (SUCCEEDED, 2)
    kinds = Counter(worker.kinds())
    assert (kinds["draw_frame"], kinds["speak_line"], kinds["animate_shot"]) == (0, 0, 7)
    [old, new] = studio.credits.holds.values()
    assert (old.attempt, new.attempt, job.hold_id) == (1, 2, new.id)
    facts = await studio.facts(job_id)
    assert [(name, told.attempt, told.hold_id) for name, told in facts if name in ("JobFailed", "JobSucceeded")] == [
        ("JobFailed", 1, old.id),
        ("JobSucceeded", 2, new.id),
    ]
    events = await studio.events(job_id)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert [event.type for event in events if event.final] == ["job.failed", "job.succeeded"]


async def test_a_fence_goes_on_counting_over_attempts(studio: Studio) -> None:
    job_id = await studio.probe(1)
    worker = studio.worker()
    [first] = await worker.claim()
    await studio.deliveries.fail(first.id, first.fence, BAD_INPUT, canceled=False)
    await retry(studio, job_id)
    [second] = await worker.claim()
    assert (second.id, second.fence) == (first.id, first.fence + 1)
    with pytest.raises(LeaseLost):
        await worker.finish(first)
    await worker.finish(second)
    assert (await studio.job(job_id)).status == SUCCEEDED


async def test_only_a_failed_or_canceled_job_is_retried(studio: Studio) -> None:
    job_id = await studio.probe(1)
    with pytest.raises(JobState):
        await retry(studio, job_id)
    await studio.render()
    with pytest.raises(JobState):
        await retry(studio, job_id)
    with pytest.raises(NotFound):
        await studio.jobs.retry("somebody else", str(job_id), pb.RetryJobRequest(job_id=str(job_id)))


async def test_a_refused_retry_leaves_the_job_as_it_was_and_uses_up_its_number(studio: Studio) -> None:
    job_id = await failed_film(studio)
    studio.credits.available = 0
    with pytest.raises(RemoteError):
        await retry(studio, job_id, "key")
    job = await studio.job(job_id)
    assert (job.status, job.attempt, job.error.code) == (FAILED, 1, "INPUT_UNREADABLE")
    studio.credits.available = 10
    await retry(studio, job_id, "key")
    assert ((await studio.job(job_id)).attempt, len(studio.credits.holds)) == (3, 2)


async def test_the_same_retry_twice_is_one_attempt(studio: Studio) -> None:
    job_id = await failed_film(studio)
    await retry(studio, job_id, "key")
    await retry(studio, job_id, "key")
    assert ((await studio.job(job_id)).attempt, len(studio.credits.holds)) == (2, 2)


async def test_a_project_whose_retry_is_being_reserved_takes_no_second_film(studio: Studio) -> None:
    job_id = await failed_film(studio)
    project_id = (await studio.job(job_id)).project_id
    seen: list[str] = []

    async def order() -> None:
        studio.credits.meanwhile = None
        assert (await studio.job(job_id)).status == FAILED
        with pytest.raises(JobAlreadyRunning) as refused:
            await studio.film(project_id, duration_s=30)
        with pytest.raises(JobState):
            await retry(studio, job_id)
        seen.append(refused.value.metadata["job_id"])

    studio.credits.meanwhile = order
    await retry(studio, job_id)
    assert seen == [str(job_id)]


async def test_a_retry_whose_reservation_was_swept_gives_its_hold_back(studio: Studio) -> None:
    job_id = await failed_film(studio)

    async def sweep() -> None:
        studio.clock.advance(minutes=3)
        await studio.upkeep.sweep_jobs()

    studio.credits.meanwhile = sweep
    with pytest.raises(JobState):
        await retry(studio, job_id)
    assert (await studio.job(job_id)).status == FAILED
    assert [hold.attempt for hold in studio.credits.live] == [1]


@pytest.mark.parametrize("review", [False, True])
async def test_a_film_that_was_canceled_before_its_storyboard_was_kept_can_be_retried(
    studio: Studio, review: bool
) -> None:
    job_id = await studio.film(studio.project(), duration_s=30, review=review)
    worker = studio.worker()
    [order] = await worker.claim()
    await worker.finish(order)
    if review:
        await studio.planner.run()
    await studio.jobs.cancel(studio.user, str(job_id))
    await retry(studio, job_id)
    await studio.render(worker)
    if review:
        assert (await studio.job(job_id)).status == pb.JOB_STATUS_WAITING_REVIEW
        await studio.jobs.approve(studio.user, str(job_id))
        await studio.render(worker)
    assert (await studio.job(job_id)).status == SUCCEEDED
    assert Counter(worker.kinds())["analyze_script"] == 1


# ---- the project is deleted


async def test_deleting_a_project_cancels_its_jobs_once(studio: Studio) -> None:
    project_id, other = studio.project(), studio.project()
    mine, theirs = await studio.film(project_id, duration_s=30), await studio.film(other, duration_s=30)
    event = new_id()
    await studio.jobs.cancel_jobs_of_project(event, project_id)
    assert [(await studio.job(job_id)).status for job_id in (mine, theirs)] == [CANCELED, QUEUED]
    again = await studio.film(project_id, duration_s=30)
    await studio.jobs.cancel_jobs_of_project(event, project_id)
    assert (await studio.job(again)).status == QUEUED


async def test_a_project_deleted_while_its_film_is_reserved_gives_the_hold_back(studio: Studio) -> None:
    project_id = studio.project()

    async def delete() -> None:
        await studio.jobs.cancel_jobs_of_project(new_id(), project_id)

    studio.credits.meanwhile = delete
    with pytest.raises(JobState):
        await studio.film(project_id, duration_s=30)
    assert (studio.credits.live, studio.credits.available) == ([], 100)


# ---- what nobody else ends


async def test_a_review_nobody_gives_expires_after_a_week(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30, review=True)
    await studio.render()
    studio.clock.advance(days=6, hours=23)
    await studio.upkeep.sweep_jobs()
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_WAITING_REVIEW
    studio.clock.advance(hours=2)
    await studio.upkeep.sweep_jobs()
    job = await studio.job(job_id)
    assert (job.status, job.credits.released) == (EXPIRED, 2)
    assert (await studio.facts(job_id))[-1][0] == "JobExpired"


async def test_what_no_worker_serves_expires_after_a_day(studio: Studio) -> None:
    job_id = await studio.probe(2, credits=1)
    studio.clock.advance(hours=23)
    await studio.upkeep.sweep_jobs()
    assert (await studio.job(job_id)).status == QUEUED
    studio.clock.advance(hours=2)
    await studio.upkeep.sweep_jobs()
    assert (await studio.job(job_id)).status == EXPIRED


async def test_a_job_somebody_works_on_does_not_expire(studio: Studio) -> None:
    job_id = await studio.probe(2)
    await studio.worker().claim(1)
    studio.clock.advance(hours=25)
    await studio.upkeep.sweep_jobs()
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_RUNNING
