"""What a job, its quote and its steps may do next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ai_jobs.errors import JobEnded, JobState, LeaseLost
from services.ai_jobs.models import ENDS, LIVE, Job, JobFailure, JobKind, JobStatus, Quote
from services.ai_jobs.step_models import MAX_FAILURES, MAX_LOST_LEASES, RenderStep, StepState

NOW = datetime(2026, 11, 21, tzinfo=UTC)
FAILURE = JobFailure("ENGINE_FAILED", "it stumbled", "draw_frame", True, {})


def job_in(status: JobStatus, **values: Any) -> Job:
    plain = {"attempt": 1, "attempts_used": 1, "held": 0, "captured": 0, "released": 0, "progress": 0.0, "last_seq": 0}
    return Job(id=uuid4(), status=status, version=1, plan_due=False, **{**plain, **values})


def step_in(state: StepState, **values: Any) -> RenderStep:
    plain = {"fence": 1, "failures": 0, "lost_leases": 0, "worker": "w", "progress": 0.5, "outputs": [], "result": b""}
    return RenderStep(id=uuid4(), state=state, **{**plain, **values})


# ---- jobs


def test_each_status_is_live_or_an_end() -> None:
    assert set(LIVE) | ENDS == set(JobStatus)
    assert not set(LIVE) & ENDS


def test_every_reservation_uses_up_a_number_even_when_it_is_dropped() -> None:
    job = job_in(JobStatus.FAILED)
    assert job.reserve(NOW) == 2
    assert (job.still_reserving(2), job.still_reserving(1), job.attempt) == (True, False, 1)
    job.drop_reservation()
    assert not job.still_reserving(2)
    assert job.reserve(NOW) == 3


def test_a_new_attempt_begins_with_nothing_of_the_old_one() -> None:
    job = job_in(JobStatus.RUNNING, held=3, progress=0.7)
    job.fail(FAILURE, NOW)
    attempt = job.reserve(NOW)
    job.begin(attempt, "hold-2", 4, NOW)
    assert (job.status, job.attempt, job.hold_id, job.held, job.released) == (JobStatus.QUEUED, 2, "hold-2", 4, 0)
    assert (job.progress, job.error, job.finished_at, job.reserving_attempt) == (0.0, None, None, None)


@given(held=st.integers(0, 50), data=st.data(), status=st.sampled_from(sorted(ENDS)))
def test_captured_and_released_add_up_to_what_was_held(held: int, data: st.DataObject, status: JobStatus) -> None:
    job = job_in(JobStatus.RUNNING, held=held)
    captured = data.draw(st.integers(0, held)) if status is JobStatus.SUCCEEDED else 0
    job.end(status, NOW, captured=captured)
    assert job.captured + job.released == held
    assert (job.ended, job.working, job.finished_at) == (True, False, NOW)


def test_a_failure_says_why() -> None:
    job = job_in(JobStatus.RUNNING, held=2)
    job.fail(FAILURE, NOW)
    assert (job.status, job.released) == (JobStatus.FAILED, 2)
    assert job.error == {
        "code": "ENGINE_FAILED", "message": "it stumbled", "stage": "draw_frame", "retryable": True, "metadata": {},
    }  # fmt: skip


def test_a_job_starts_once() -> None:
    job = job_in(JobStatus.QUEUED)
    assert job.start(NOW)
    assert not job.start(NOW + timedelta(seconds=1))
    assert job.started_at == NOW


@given(st.lists(st.floats(0, 1.5), min_size=1, max_size=30))
def test_progress_never_falls_and_never_exceeds_the_whole(values: list[float]) -> None:
    job = job_in(JobStatus.RUNNING)
    seen = []
    for value in values:
        job.advance(value, "draw_frame", "")
        seen.append(job.progress)
    assert seen == sorted(seen)
    assert seen[-1] == min(1.0, max(values))


@given(st.lists(st.floats(0, 3), min_size=1, max_size=40))
def test_progress_is_reported_at_most_once_a_second(gaps: list[float]) -> None:
    job, now, told = job_in(JobStatus.RUNNING), NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if job.may_report(now):
            told.append(now)
    assert told
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(told))


@pytest.mark.parametrize("status", list(JobStatus))
def test_cancel_changes_live_jobs_is_repeatable_and_refused_on_other_ends(status: JobStatus) -> None:
    job = job_in(status)
    if status in (JobStatus.CANCELING, JobStatus.CANCELED):
        assert job.may_cancel() is False
    elif status in ENDS:
        with pytest.raises(JobEnded):
            job.may_cancel()
    else:
        assert job.may_cancel() is True


@pytest.mark.parametrize("status", list(JobStatus))
def test_retry_and_approval_are_for_their_states_alone(status: JobStatus) -> None:
    job = job_in(status)
    for allowed, rule in (
        ({JobStatus.FAILED, JobStatus.CANCELED}, job.require_retryable),
        ({JobStatus.WAITING_REVIEW}, job.require_review),
    ):
        if status in allowed:
            rule()
        else:
            with pytest.raises(JobState):
                rule()


def test_events_are_numbered_without_gaps_and_each_changes_the_etag() -> None:
    job = job_in(JobStatus.RUNNING)
    assert [job.next_seq() for _ in range(3)] == [1, 2, 3]
    assert job.version == 4


# ---- quotes


def test_a_quote_binds_for_exactly_what_it_was_given_for() -> None:
    project_id = uuid4()
    asked = ("user", project_id, JobKind.VIDEO, "sha", 3)
    quote = Quote(
        user_id="user",
        project_id=project_id,
        kind=JobKind.VIDEO,
        options_sha256="sha",
        script_version=3,
        expires_at=NOW + timedelta(minutes=30),
    )
    assert quote.binds(*asked, NOW)
    assert not quote.binds(*asked, NOW + timedelta(minutes=30))
    others: tuple[Any, ...] = ("other", UUID(int=0), JobKind.STORYBOARD, "other", 4)
    for index, other in enumerate(others):
        changed: list[Any] = [*asked]
        changed[index] = other
        assert not quote.binds(*changed, NOW)


# ---- steps


def test_only_the_latest_claim_holds_a_step() -> None:
    step = step_in(StepState.LEASED, fence=3)
    step.held_by(3)
    with pytest.raises(LeaseLost):
        step.held_by(2)
    for state in set(StepState) - {StepState.LEASED}:
        with pytest.raises(LeaseLost):
            step_in(state, fence=3).held_by(3)


def test_a_step_fails_for_good_with_its_last_failure() -> None:
    step = step_in(StepState.LEASED)
    assert [step.report_failure(NOW, retryable=True) for _ in range(MAX_FAILURES)] == [False, False, True]
    assert (step.state, step.finished_at) == (StepState.FAILED, NOW)


def test_a_failure_that_will_not_heal_is_for_good_at_once() -> None:
    step = step_in(StepState.LEASED)
    assert step.report_failure(NOW, retryable=False)


def test_lost_leases_are_counted_apart_from_failures() -> None:
    step = step_in(StepState.LEASED, failures=MAX_FAILURES - 1)
    assert [step.lose_lease(NOW) for _ in range(MAX_LOST_LEASES)] == [False] * 4 + [True]
    assert step.failures == MAX_FAILURES - 1


def test_a_step_that_is_ready_again_has_no_worker_and_no_progress() -> None:
    step = step_in(StepState.LEASED, lease_expires_at=NOW)
    step.make_ready(NOW)
    assert (step.state, step.worker, step.progress, step.lease_expires_at) == (StepState.READY, "", 0.0, None)
    assert (step.ready_at, step.fence) == (NOW, 1)


def test_a_done_step_keeps_what_it_made() -> None:
    step = step_in(StepState.LEASED)
    step.succeed([{"name": "frame"}], b"result", NOW, work_s=2.5)
    assert (step.done, step.progress, step.outputs, step.result, step.work_s) == (
        True,
        1.0,
        [{"name": "frame"}],
        b"result",
        2.5,
    )
    assert (step.cached, step.finished_at, step.lease_expires_at) == (False, NOW, None)


def test_a_retry_forgets_failures_and_goes_on_counting_fences() -> None:
    step = step_in(StepState.FAILED, fence=4, failures=3, lost_leases=2, finished_at=NOW)
    step.reopen()
    assert (step.state, step.failures, step.lost_leases, step.fence) == (StepState.WAITING, 0, 0, 4)
    assert step.finished_at is None
