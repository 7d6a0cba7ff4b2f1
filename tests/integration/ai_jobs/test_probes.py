"""Probes: jobs of steps that only wait, with credits like any other."""

from __future__ import annotations

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.kit.errors import Invalid
from tests.integration.ai_jobs.conftest import Studio


async def test_a_probe_with_credits_holds_and_captures_them(studio: Studio) -> None:
    job_id = await studio.probe(5, credits=7, width=2)
    worker = studio.worker()
    assert len(await worker.claim()) == 2
    await studio.lapse(*(str(step.id) for step in (await studio.steps(job_id)).values()))
    await studio.upkeep.sweep_leases()
    await studio.render(worker)
    job = await studio.job(job_id)
    assert (job.status, job.project_id, len(worker.made)) == (pb.JOB_STATUS_SUCCEEDED, "", 5)
    assert (job.credits.quoted, job.credits.held, job.credits.captured) == (7, 7, 7)
    assert [name for name, _ in await studio.facts(job_id)] == ["JobQueued", "JobStarted", "JobSucceeded"]


async def test_two_probes_render_each_their_own_steps(studio: Studio) -> None:
    first, second = await studio.probe(2), await studio.probe(2)
    worker = await studio.render()
    assert sorted(order.job_id for order in worker.made) == sorted([str(first)] * 2 + [str(second)] * 2)


@pytest.mark.parametrize(
    ("steps", "seconds", "fail_rate"), [(0, 1, 0), (20_001, 1, 0), (1, -1, 0), (1, 601, 0), (1, 1, 1.5)]
)
async def test_a_probe_out_of_bounds_is_refused(studio: Studio, steps: int, seconds: float, fail_rate: float) -> None:
    request = pb.CreateProbeRequest(steps=steps, seconds_per_step=seconds, fail_rate=fail_rate)
    with pytest.raises(Invalid):
        await studio.jobs.create_probe(studio.user, request)
