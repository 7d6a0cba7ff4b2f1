"""Where tests find jobs: failed, halfway, tried again."""

from __future__ import annotations

from uuid import UUID

from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.ai_jobs.models import JobFailure
from tests.integration.ai_jobs.conftest import Studio
from tests.integration.ai_jobs.rendering import kind_of

BAD_INPUT = JobFailure("INPUT_UNREADABLE", "the picture can't be decoded", "", False, {})
BROKEN = JobFailure("ENGINE_FAILED", "the engine stumbled", "", True, {})


async def retry(studio: Studio, job_id: UUID, key: str = "") -> None:
    await studio.jobs.retry(studio.user, str(job_id), pb.RetryJobRequest(job_id=str(job_id), request_id=key))


async def rendered_halfway(studio: Studio, job_id: UUID) -> int:
    """Analysed, spoken and drawn; how many steps that were. Segments are ready."""
    worker = studio.worker()
    while True:
        await studio.planner.run()
        orders = await worker.claim()
        ready = any(kind_of(order) == "animate_shot" for order in orders)
        later = [order for order in orders if ready and kind_of(order) not in ("sync_lips", "draw_frame")]
        for order in orders:
            if order not in later:
                await worker.finish(order)
        if later:
            await studio.dispatch.release(worker.name, [(order.id, order.fence) for order in later])
            return len(worker.made)


async def failed_film(studio: Studio) -> UUID:
    """A film whose music could not be made."""
    job_id = await studio.film(studio.project(), duration_s=30)
    await rendered_halfway(studio, job_id)
    [order] = await studio.worker().claim(1)
    await studio.deliveries.fail(order.id, order.fence, BAD_INPUT, canceled=False)
    return job_id


async def left_s(studio: Studio, step_id: str) -> float:
    """Seconds until the step's lease runs out, by the database's clock."""
    query = "SELECT extract(epoch FROM lease_expires_at - now())::float8 AS left FROM ai_jobs.render_steps WHERE id = $1::uuid"
    [row] = await studio.sql(query, step_id)
    return float(row["left"])
