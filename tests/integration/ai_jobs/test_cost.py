"""What a step costs the database does not depend on how many others its job has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from services.ai_jobs import step_repository
from services.ai_jobs.step_models import StepState
from tests.integration.ai_jobs.conftest import Studio

SMALL, LARGE = 10, 200


class Traffic:
    """What is asked of the database, and how many rows it answers with."""

    def __init__(self) -> None:
        self.statements = 0
        self.rows = 0


@contextmanager
def traffic(studio: Studio) -> Iterator[Traffic]:
    """Counts for as long as it is entered."""
    seen, engine = Traffic(), studio.database.engine.sync_engine

    def asked(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        seen.statements += 1
        seen.rows += max(0, cursor.rowcount)

    event.listen(engine, "after_cursor_execute", asked)
    try:
        yield seen
    finally:
        event.remove(engine, "after_cursor_execute", asked)


async def cost_of_a_step(studio: Studio, steps: int) -> tuple[int, int]:
    """Statements and rows of one claim and one delivery, in the middle of a job that runs."""
    await studio.probe(steps)
    worker = studio.worker(f"worker-of-{steps}")
    for order in await worker.claim(3):
        await worker.finish(order)
    with traffic(studio) as seen:
        [order] = await worker.claim(1)
        await worker.finish(order)
    await studio.jobs.cancel(studio.user, order.job_id)
    return seen.statements, seen.rows


async def test_a_claim_and_a_delivery_cost_the_same_in_a_large_job_as_in_a_small_one(studio: Studio) -> None:
    small = await cost_of_a_step(studio, SMALL)
    assert await cost_of_a_step(studio, LARGE) == small
    assert small[0] <= 20


async def test_a_look_at_a_large_job_costs_the_same_as_one_at_a_small_one(studio: Studio) -> None:
    seen = []
    for steps in (SMALL, LARGE):
        job_id = await studio.probe(steps)
        await studio.worker().claim(1)
        with traffic(studio) as counted:
            assert (await studio.job(job_id)).progress.steps_total == steps
        seen.append((counted.statements, counted.rows))
        await studio.jobs.cancel(studio.user, str(job_id))
    assert seen[0] == seen[1]
    assert seen[0][0] <= 2


async def tallied(studio: Studio, job_id: UUID) -> dict[str, Any]:
    """The plan in figures, counted here from its rows."""
    steps = list((await studio.steps(job_id)).values())
    left = [step.weight * (1 - step.progress) for step in steps if not step.done]
    begun = [step for step in steps if step.state in (StepState.READY, StepState.LEASED)]
    return {
        "total": len(steps),
        "done": sum(step.done for step in steps),
        "cached": sum(step.cached for step in steps),
        "leased": sum(step.state is StepState.LEASED for step in steps),
        "share_done": pytest.approx(sum(s.weight * s.progress for s in steps) / sum(s.weight for s in steps)),
        "left": pytest.approx(sum(left)),
        "longest": pytest.approx(max(left, default=0.0)),
        "current": begun[0].kind if begun else None,
        "last_kind": steps[-1].kind,
    }


async def test_a_plan_in_figures_is_what_its_steps_add_up_to_at_every_stage(studio: Studio) -> None:
    job_id = await studio.film(studio.project(), duration_s=30)
    worker = studio.worker()
    while orders := await worker.claim(4):
        await worker.beat(orders[0], progress=0.3)
        async with studio.database.work() as work:
            tally = await step_repository.tally(work.session, job_id)
        current = tally.current
        assert {
            "total": tally.total,
            "done": tally.done,
            "cached": tally.cached,
            "leased": tally.leased,
            "share_done": tally.share_done,
            "left": sum(kind.weight_left for kind in tally.kinds),
            "longest": max(kind.longest_left for kind in tally.kinds),
            "current": current.kind if current else None,
            "last_kind": tally.last_kind,
        } == await tallied(studio, job_id)
        for order in orders:
            await worker.finish(order)
        await studio.planner.run()
    assert (await studio.job(job_id)).progress.value == 1.0
