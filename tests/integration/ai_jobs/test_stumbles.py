"""Errors of our own: one job's are no other's, and none of them lasts for ever."""

from __future__ import annotations

from typing import cast

import grpc
import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.ai_jobs.course import Course
from services.ai_jobs.dispatch import Dispatch
from services.ai_jobs.models import Job
from services.ai_jobs.stumbles import MAX_STUMBLES
from services.ai_jobs.upkeep import FROZEN_S, Upkeep
from services.kit.errors import RemoteError
from tests.integration.ai_jobs.conftest import Studio
from tests.integration.ai_jobs.rendering import ENGINES


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Jobs that can't be settled: whoever tries meets an error that nobody thought of."""
    poisoned: set[str] = set()
    settle = Course.settle

    async def stumbling(course: Course) -> None:
        if str(course.job.id) in poisoned and not course.job.ended:
            raise ValueError("nobody thought of this")
        await settle(course)

    monkeypatch.setattr(Course, "settle", stumbling)
    return poisoned


async def test_a_film_that_can_never_be_planned_fails_and_its_credits_go_back(studio: Studio) -> None:
    project = studio.project()
    job_id = await studio.film(project, duration_s=30)
    worker = studio.worker()
    [order] = await worker.claim()
    await worker.finish(order)
    studio.projects.poison.add(project)
    for _ in range(MAX_STUMBLES):
        await studio.planner.run()
        assert (await studio.job(job_id)).status == pb.JOB_STATUS_RUNNING
        studio.clock.advance(minutes=2)
    await studio.planner.run()
    job = await studio.job(job_id)
    assert (job.status, job.error.code, job.error.retryable) == (pb.JOB_STATUS_FAILED, "PLANNING_FAILED", True)
    assert (job.credits.captured, job.credits.released) == (0, 2)
    assert (await studio.facts(job_id))[-1][0] == "JobFailed"


async def test_films_that_rest_leave_their_places_to_those_behind_them(studio: Studio) -> None:
    stuck = [studio.project() for _ in range(21)]
    studio.credits.the_plan.max_live_jobs = 100
    for project in [*stuck, studio.project()]:
        job_id = await studio.film(project, duration_s=15)
    studio.projects.poison.update(stuck)
    worker = studio.worker()
    for order in await worker.claim(64):
        await worker.finish(order)
    await studio.planner.run()
    await studio.planner.run()
    assert {order.job_id for order in await worker.claim()} == {str(job_id)}


async def test_projects_that_fail_are_not_projects_that_refuse(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    worker = studio.worker()
    [order] = await worker.claim()
    await worker.finish(order)

    async def failing(*_: object) -> None:
        raise RemoteError(grpc.StatusCode.INTERNAL, "INTERNAL", "internal error", {})

    with monkeypatch.context() as patched:
        patched.setattr(studio.projects, "put_storyboard", failing)
        await studio.planner.run()
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_RUNNING
    studio.clock.advance(seconds=3)
    await studio.render()
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_SUCCEEDED


async def test_one_job_that_cannot_go_on_takes_nobody_elses_steps_along(studio: Studio, poison: set[str]) -> None:
    bad, good = await studio.probe(1), await studio.probe(1, user="another")
    poison.add(str(bad))
    orders = await studio.worker().claim()
    assert [order.job_id for order in orders] == [str(good)]
    assert await studio.worker().beat(*orders) == [1]


async def test_a_worker_that_is_back_gets_steps_though_one_it_lost_cannot_go_on(
    studio: Studio, poison: set[str]
) -> None:
    bad = await studio.probe(1)
    worker = studio.worker()
    assert len(await worker.claim()) == 1
    poison.add(str(bad))
    good = await studio.probe(1, user="another")
    orders = await studio.dispatch.claim(worker.name, ["cpu"], ENGINES, 4, held=set())
    assert [order.job_id for order in orders] == [str(good)]


async def test_verdicts_reach_a_worker_though_one_of_its_jobs_cannot_go_on(studio: Studio, poison: set[str]) -> None:
    bad, good = await studio.probe(1), await studio.probe(1, user="another")
    worker = studio.worker()
    orders = await worker.claim()
    assert {order.job_id for order in orders} == {str(bad), str(good)}
    poison.add(str(bad))
    studio.clock.advance(seconds=5)
    assert len(await worker.beat(*orders)) == 2
    assert (await studio.row(good)).progress == 0.5


async def test_lost_leases_go_on_elsewhere_though_one_job_cannot_and_that_one_ends(
    studio: Studio, poison: set[str]
) -> None:
    bad, good = await studio.probe(1, credits=2), await studio.probe(1, user="another")
    await studio.dispatch.renew_all_if_owed()
    orders = await studio.worker().claim()
    poison.add(str(bad))
    await studio.lapse(*(order.id for order in orders))
    await studio.upkeep.sweep_leases()
    [again] = await studio.worker("another").claim()
    assert again.job_id == str(good)
    for _ in range(MAX_STUMBLES):
        studio.clock.advance(minutes=2)
        await studio.upkeep.sweep_leases()
    job = await studio.job(bad)
    assert (job.status, job.error.code, job.credits.released) == (pb.JOB_STATUS_FAILED, "PLANNING_FAILED", 2)


async def test_leases_that_ran_out_while_we_were_frozen_are_nobodys_failure(studio: Studio) -> None:
    at = [0.0]
    dispatch = cast(Dispatch, studio.dispatch)
    upkeep = Upkeep(studio.database, studio.house, dispatch, studio.upkeep._credits, clock=lambda: at[0])
    job_id = await studio.probe(1)
    await upkeep.sweep_leases()
    [order] = await studio.worker().claim()
    await studio.lapse(order.id)
    at[0] += FROZEN_S + 1
    await upkeep.sweep_leases()
    [step] = (await studio.steps(job_id)).values()
    assert (step.state, step.lost_leases) == ("leased", 0)
    await studio.lapse(order.id)
    at[0] += 1
    await upkeep.sweep_leases()
    [step] = (await studio.steps(job_id)).values()
    assert (step.state, step.lost_leases) == ("ready", 1)


async def test_a_review_after_a_late_retry_lasts_its_whole_time(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=15, review=True)
    await studio.render()
    await studio.jobs.cancel(studio.user, str(job_id))
    studio.clock.advance(days=10)
    await studio.jobs.retry(studio.user, str(job_id), pb.RetryJobRequest(job_id=str(job_id)))
    await studio.render()
    await studio.upkeep.sweep_jobs()
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_WAITING_REVIEW


async def test_a_retry_being_reserved_does_not_outlive_its_project(studio: Studio) -> None:
    project = studio.project()
    job_id = await studio.film(project, duration_s=15)
    await studio.jobs.cancel(studio.user, str(job_id))

    async def delete_the_project() -> None:
        await studio.jobs.cancel_jobs_of_project(studio.house.new_id(), project)

    studio.credits.meanwhile = delete_the_project
    with pytest.raises(Exception, match="given up"):
        await studio.jobs.retry(studio.user, str(job_id), pb.RetryJobRequest(job_id=str(job_id)))
    async with studio.database.work() as work:
        job = await work.session.get(Job, job_id)
    assert job is not None
    assert (job.status, job.reserving_attempt) == ("canceled", None)
    # what the first attempt held ends with its event
    assert [hold.attempt for hold in studio.credits.live] == [1]
