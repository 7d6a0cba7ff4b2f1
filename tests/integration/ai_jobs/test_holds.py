"""Holds nobody has ended: settled by the end of their attempts, and no other."""

from __future__ import annotations

from filmstudio.credits.v1 import credits_pb2

from services.kit.ids import new_id
from tests.integration.ai_jobs.conftest import Studio
from tests.integration.ai_jobs.situations import failed_film, retry


async def settle_late(studio: Studio) -> list[credits_pb2.Hold]:
    studio.clock.advance(seconds=31)
    await studio.upkeep.reconcile_holds()
    return list(studio.credits.holds.values())


async def test_the_hold_of_a_film_that_succeeded_is_captured_by_what_was_written(studio: Studio) -> None:
    project_id = studio.project()
    await studio.film(project_id, duration_s=30)
    await studio.render()
    [hold] = await settle_late(studio)
    assert (hold.state, hold.captured, hold.released) == (credits_pb2.Hold.STATE_CAPTURED, 2, 0)


async def test_the_hold_of_any_other_end_is_released(studio: Studio) -> None:
    job_id = await failed_film(studio)
    await studio.jobs.cancel(studio.user, str(await studio.probe(1, credits=5)))
    holds = await settle_late(studio)
    assert [hold.state for hold in holds] == [credits_pb2.Hold.STATE_RELEASED] * 2
    assert studio.credits.available == 100
    # a hold of the attempt before is released even while the next one lives
    await retry(studio, job_id)
    holds = await settle_late(studio)
    assert [hold.attempt for hold in studio.credits.live] == [2]


async def test_the_hold_of_an_earlier_attempt_is_released_while_the_next_one_lives(studio: Studio) -> None:
    job_id = await failed_film(studio)
    await retry(studio, job_id)
    first, second = await settle_late(studio)
    assert (first.state, second.state) == (credits_pb2.Hold.STATE_RELEASED, credits_pb2.Hold.STATE_LIVE)


async def test_the_hold_of_a_living_job_is_left_alone(studio: Studio) -> None:
    await studio.film(studio.project(), duration_s=30)
    studio.clock.advance(hours=5)
    [hold] = await settle_late(studio)
    assert hold.state == credits_pb2.Hold.STATE_LIVE


async def test_a_hold_is_left_alone_while_its_attempt_is_being_reserved(studio: Studio) -> None:
    job_id = await failed_film(studio)
    await settle_late(studio)
    seen: list[int] = []

    # also where the sweeper is late
    async def reconcile() -> None:
        studio.clock.advance(seconds=200)
        await studio.upkeep.reconcile_holds()
        seen.extend(hold.attempt for hold in studio.credits.live)

    studio.credits.meanwhile = reconcile
    await retry(studio, job_id)
    assert seen == [2]


async def test_a_hold_of_an_unknown_job_is_released_after_three_minutes(studio: Studio) -> None:
    await studio.credits.hold(4, str(new_id()), 1)
    [hold] = await settle_late(studio)
    assert hold.state == credits_pb2.Hold.STATE_LIVE
    studio.clock.advance(minutes=3)
    [hold] = await settle_late(studio)
    assert hold.state == credits_pb2.Hold.STATE_RELEASED
