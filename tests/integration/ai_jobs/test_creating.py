"""Quotes and the way into the queue: reserved, held, queued, and what is refused in which order."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.ai_jobs.errors import (
    JobAlreadyRunning,
    JobState,
    LanguageUnsupported,
    PlanLimit,
    QuoteStale,
    ScriptMissing,
    ScriptTooLong,
)
from services.ai_jobs.models import JobKind, Quote
from services.ai_jobs.reservations import Reservations
from services.kit.errors import DependencyAway, IdempotencyKeyReused, Invalid, NotFound, RemoteError
from services.kit.requests import RequestInFlight
from tests.integration.ai_jobs.conftest import Studio

VIDEO = JobKind.VIDEO


def ordered(project_id: str, quote_id: object = "", key: str = "", **options: Any) -> pb.CreateJobRequest:
    asked = pb.VideoOptions(**{"duration_s": 30, **options})
    return pb.CreateJobRequest(
        kind=pb.JOB_KIND_VIDEO, project_id=project_id, options=asked, quote_id=str(quote_id), request_id=key
    )


async def quoted(studio: Studio, project_id: str, key: str = "", **options: Any) -> Quote:
    asked = pb.VideoOptions(**{"duration_s": 30, **options})
    request = pb.CreateQuoteRequest(kind=pb.JOB_KIND_VIDEO, project_id=project_id, options=asked, request_id=key)
    return await studio.quotes.quote(studio.user, VIDEO, request)


async def jobs_kept(studio: Studio) -> int:
    return len(await studio.sql("SELECT id FROM ai_jobs.jobs"))


# ---- quotes


async def test_a_quote_names_the_price_and_holds_nothing(studio: Studio) -> None:
    quote = await quoted(studio, studio.project(), duration_s=61)
    assert (quote.credits, quote.eta_seconds > 0) == (4, True)
    assert quote.breakdown == [{"what": "film", "quantity": 1.017, "unit": "minute", "credits": 4}]
    assert studio.credits.holds == {}


async def test_the_same_quote_request_gives_the_same_quote(studio: Studio) -> None:
    project_id = studio.project()
    first, again = await quoted(studio, project_id, "q"), await quoted(studio, project_id, "q")
    assert first.id == again.id
    with pytest.raises(IdempotencyKeyReused):
        await quoted(studio, project_id, "q", duration_s=40)


async def test_a_quote_binds_its_job(studio: Studio) -> None:
    project_id = studio.project()
    quote = await quoted(studio, project_id)
    job = await studio.job(await studio.jobs.create(studio.user, VIDEO, ordered(project_id, quote.id)))
    assert (job.credits.quoted, job.credits.held) == (quote.credits, quote.credits)


async def test_a_quote_goes_stale_with_another_script_other_options_or_time(studio: Studio) -> None:
    project_id = studio.project()
    quote = await quoted(studio, project_id)
    with pytest.raises(QuoteStale):
        await studio.jobs.create(studio.user, VIDEO, ordered(project_id, quote.id, duration_s=31))
    studio.clock.advance(minutes=31)
    with pytest.raises(QuoteStale):
        await studio.jobs.create(studio.user, VIDEO, ordered(project_id, quote.id))
    studio.clock.advance(minutes=-31)
    studio.rewrite(project_id, ["Another line."])
    with pytest.raises(QuoteStale):
        await studio.jobs.create(studio.user, VIDEO, ordered(project_id, quote.id))
    assert await jobs_kept(studio) == 0


async def test_a_quote_is_its_users_alone(studio: Studio) -> None:
    project_id = studio.project()
    quote = await quoted(studio, project_id)
    for quote_id in (quote.id, "no id"):
        with pytest.raises(NotFound):
            await studio.jobs.create("somebody else", VIDEO, ordered(project_id, quote_id))


# ---- reserve, hold, queue


async def test_a_refused_hold_leaves_no_trace_and_its_key_may_be_used_again(studio: Studio) -> None:
    project_id = studio.project()
    studio.credits.available = 1
    with pytest.raises(RemoteError) as refused:
        await studio.film(project_id, "key", duration_s=30)
    assert (refused.value.reason, refused.value.metadata) == ("INSUFFICIENT_CREDITS", {"needed": "2", "available": "1"})
    assert await jobs_kept(studio) == 0
    studio.credits.available = 2
    job_id = await studio.film(project_id, "key", duration_s=30)
    assert (await studio.job(job_id)).status == pb.JOB_STATUS_QUEUED


async def test_the_same_request_gives_the_same_job_and_one_hold(studio: Studio) -> None:
    project_id = studio.project()
    first = await studio.film(project_id, "key", duration_s=30)
    assert await studio.film(project_id, "key", duration_s=30) == first
    assert len(studio.credits.holds) == 1
    with pytest.raises(IdempotencyKeyReused):
        await studio.film(project_id, "key", duration_s=40)


async def test_a_repeat_while_the_first_is_under_way_is_told_so(studio: Studio) -> None:
    project_id = studio.project()
    seen: list[BaseException] = []

    async def again() -> None:
        studio.credits.meanwhile = None
        with pytest.raises(RequestInFlight) as refused:
            await studio.film(project_id, "key", duration_s=30)
        seen.append(refused.value)

    studio.credits.meanwhile = again
    await studio.film(project_id, "key", duration_s=30)
    assert (len(seen), await jobs_kept(studio)) == (1, 1)


async def test_a_job_nobody_has_credits_for_yet_is_nobodys_business(studio: Studio) -> None:
    seen: list[tuple[int, str]] = []

    async def look() -> None:
        [row] = await studio.sql("SELECT id, status FROM ai_jobs.jobs")
        with pytest.raises(NotFound):
            await studio.reading.job(studio.user, str(row["id"]))
        with pytest.raises(NotFound):
            await studio.jobs.cancel(studio.user, str(row["id"]))
        listed, _ = await studio.reading.jobs(
            studio.user, project_id="", status=None, live=False, page_size=5, page_token=""
        )
        seen.append((len(listed), row["status"]))

    studio.credits.meanwhile = look
    await studio.film(studio.project(), duration_s=30)
    assert seen == [(0, "reserving")]


async def crashed_between_hold_and_queue(studio: Studio, project_id: str) -> None:
    """The process dies with the hold taken: nothing of its clean-up runs."""

    async def die(*_: object) -> None:
        raise SystemExit

    studio.credits.meanwhile = die
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Reservations, "_unreserve", die)
        with pytest.raises(SystemExit):
            await studio.film(project_id, "key", duration_s=30)
    studio.credits.meanwhile = None


async def test_the_sweeper_ends_what_a_crash_left_between_hold_and_queue(studio: Studio) -> None:
    project_id = studio.project()
    await crashed_between_hold_and_queue(studio, project_id)
    assert (await jobs_kept(studio), len(studio.credits.live)) == (1, 1)
    with pytest.raises(JobAlreadyRunning):
        await studio.film(project_id, "another", duration_s=30)
    await studio.upkeep.sweep_jobs()
    assert await jobs_kept(studio) == 1
    studio.clock.advance(minutes=2, seconds=1)
    await studio.upkeep.sweep_jobs()
    assert await jobs_kept(studio) == 0
    studio.clock.advance(minutes=1)
    await studio.upkeep.reconcile_holds()
    assert (studio.credits.live, studio.credits.available) == ([], 100)
    # the mark of the request has lapsed as well
    await studio.sql("UPDATE ai_jobs.requests SET created_at = now() - interval '61 seconds'")
    assert await studio.film(project_id, "key", duration_s=30)


async def test_a_hold_that_comes_after_the_sweeper_is_given_back(studio: Studio) -> None:
    async def sweep() -> None:
        studio.clock.advance(minutes=3)
        await studio.upkeep.sweep_jobs()

    project_id = studio.project()
    studio.credits.meanwhile = sweep
    with pytest.raises(JobState):
        await studio.film(project_id, "key", duration_s=30)
    assert (await jobs_kept(studio), studio.credits.live, studio.credits.available) == (0, [], 100)
    # the answer said so: the same request may be made again at once
    studio.credits.meanwhile = None
    assert await studio.film(project_id, "key", duration_s=30)


async def test_credits_that_are_away_leave_no_reservation(studio: Studio) -> None:
    async def away() -> None:
        raise DependencyAway("credits")

    project_id = studio.project()
    studio.credits.meanwhile = away
    with pytest.raises(DependencyAway):
        await studio.film(project_id, "key", duration_s=30)
    assert await jobs_kept(studio) == 0
    # the hold may have been taken all the same
    studio.clock.advance(minutes=4)
    await studio.upkeep.reconcile_holds()
    assert (studio.credits.live, studio.credits.available) == ([], 100)


# ---- refusals, in the API's order: 404, 422, 403, 409, 402


async def test_what_does_not_exist_is_refused_first(studio: Studio) -> None:
    with pytest.raises(RemoteError) as refused:
        await studio.film("0190b5a0-0000-7000-8000-000000000000", duration_s=7)
    assert refused.value.reason == "NOT_FOUND"
    with pytest.raises(NotFound):
        await studio.film("", duration_s=7)
    project_id = studio.project()
    del studio.projects.scripts[project_id]
    with pytest.raises(ScriptMissing):
        await studio.film(project_id, duration_s=7)


async def test_what_is_wrong_in_itself_comes_before_what_the_plan_allows(studio: Studio) -> None:
    project_id = studio.project()
    studio.credits.the_plan.max_film_seconds = 20
    studio.credits.the_plan.max_live_jobs = 0
    studio.projects.scripts[project_id].spoken_seconds = 40
    with pytest.raises(Invalid) as refused:
        await studio.film(project_id, duration_s=7)
    assert refused.value.metadata["field"] == "options.duration_s"
    with pytest.raises(ScriptTooLong) as too_long:
        await studio.film(project_id, duration_s=30)
    assert too_long.value.metadata == {"needed_seconds": "45", "field": "options.duration_s"}
    with pytest.raises(LanguageUnsupported):
        await studio.film(project_id, duration_s=60, subtitles=pb.SubtitleOptions(languages=["fr"]))
    with pytest.raises(PlanLimit) as limited:
        await studio.film(project_id, duration_s=60)
    assert limited.value.metadata == {"limit": "duration_s", "allowed": "20"}


async def test_the_plans_limit_comes_before_a_stale_quote_and_that_before_the_credits(studio: Studio) -> None:
    project_id, other = studio.project(), studio.project()
    quote = await quoted(studio, project_id)
    studio.rewrite(project_id, ["Another line."])
    await studio.film(other, duration_s=30)
    studio.credits.the_plan.max_live_jobs = 1
    studio.credits.available = 0
    with pytest.raises(PlanLimit) as limited:
        await studio.jobs.create(studio.user, VIDEO, ordered(project_id, quote.id))
    assert limited.value.metadata == {"limit": "live_jobs", "allowed": "1"}
    studio.credits.the_plan.max_live_jobs = 2
    with pytest.raises(QuoteStale):
        await studio.jobs.create(studio.user, VIDEO, ordered(project_id, quote.id))
    with pytest.raises(RemoteError):
        await studio.jobs.create(studio.user, VIDEO, ordered(project_id))


async def test_a_second_film_of_a_project_is_refused_while_the_first_lives(studio: Studio) -> None:
    project_id = studio.project()
    job_id = await studio.film(project_id, duration_s=30)
    # also where the plan allows one job in all
    studio.credits.the_plan.max_live_jobs = 1
    with pytest.raises(JobAlreadyRunning) as refused:
        await studio.film(project_id, duration_s=40)
    assert refused.value.metadata == {"job_id": str(job_id)}
    await studio.jobs.cancel(studio.user, str(job_id))
    assert await studio.film(project_id, duration_s=40) != job_id


async def test_films_ordered_at_once_never_exceed_the_plan(studio: Studio) -> None:
    answers = await asyncio.gather(
        *(studio.film(studio.project(), duration_s=30) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(answer, UUID) for answer in answers) == 3
    assert sum(isinstance(answer, PlanLimit) for answer in answers) == 5
    assert len(studio.credits.live) == 3


async def test_one_project_ordered_many_times_at_once_gets_one_film(studio: Studio) -> None:
    project_id = studio.project()
    answers = await asyncio.gather(*(studio.film(project_id, duration_s=30) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(answer, UUID) for answer in answers) == 1
    assert sum(isinstance(answer, JobAlreadyRunning) for answer in answers) == 5


async def test_a_repeated_quote_is_the_first_one_whatever_became_of_the_script(studio: Studio) -> None:
    project_id = studio.project()
    first = await quoted(studio, project_id, "q")
    studio.projects.scripts[project_id].spoken_seconds = 400
    assert (await quoted(studio, project_id, "q")).id == first.id
    with pytest.raises(ScriptTooLong):
        await quoted(studio, project_id, "another")


async def test_an_unknown_quote_is_not_found_before_the_order_is_looked_at(studio: Studio) -> None:
    for unknown in ("0192f000-0000-7000-8000-000000000000", "no id"):
        with pytest.raises(NotFound):
            await studio.jobs.create(studio.user, VIDEO, ordered(studio.project(), unknown, duration_s=14))
