"""What was made for a project that is gone for good."""

from __future__ import annotations

from typing import cast
from uuid import UUID, uuid4

import pytest

from services.ai_jobs.purges import Purges
from services.kit.errors import NotFound
from services.kit.storage import Storage
from tests.integration.ai_jobs.conftest import Studio


def purges(studio: Studio) -> Purges:
    return Purges(studio.database, cast(Storage, studio.storage))


async def test_films_of_a_purged_project_go_with_it_and_no_others(studio: Studio) -> None:
    doomed, kept = studio.project(), studio.project()
    jobs = [await studio.film(project, duration_s=30) for project in (doomed, kept)]
    await studio.render()
    before = len(studio.storage.objects)
    await studio.jobs.purge_project_later(uuid4(), doomed, studio.user)
    await purges(studio).sweep()
    assert not [key for key in studio.storage.objects if doomed in key]
    assert len(studio.storage.objects) == before / 2
    with pytest.raises(NotFound):
        await studio.job(jobs[0])
    assert (await studio.job(jobs[1])).outputs


async def test_a_project_with_a_living_job_waits(studio: Studio) -> None:
    project = studio.project()
    job_id = await studio.film(project, duration_s=30)
    await studio.jobs.purge_project_later(uuid4(), project, studio.user)
    await purges(studio).sweep()
    assert (await studio.job(job_id)).id == str(job_id)
    await studio.jobs.cancel(studio.user, str(job_id))
    await purges(studio).sweep()
    with pytest.raises(NotFound):
        await studio.job(job_id)


async def test_nothing_about_a_purged_project_is_left_in_any_table(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ai_jobs.purges.ROWS", 2)
    doomed, kept = studio.project(), studio.project()
    for project in (doomed, doomed, kept):
        await studio.film(project, duration_s=30, seed=1 if project == kept else len(studio.storage.objects))
        await studio.render()

    async def rows(project: str) -> dict[str, int]:
        jobs = "(SELECT id FROM ai_jobs.jobs WHERE project_id = $1)"
        counted = {
            "jobs": "jobs WHERE project_id = $1",
            "artifacts": "artifacts WHERE project_id = $1",
            "paid": "paid_segments WHERE project_id = $1",
            "steps": "render_steps WHERE project_id = $1",
            "events": f"job_events WHERE job_id IN {jobs}",
        }
        return {
            name: (await studio.sql(f"SELECT count(*) FROM ai_jobs.{table}", UUID(project)))[0][0]
            for name, table in counted.items()
        }

    before = await rows(kept)
    assert all((await rows(doomed)).values())
    await studio.jobs.purge_project_later(uuid4(), doomed, studio.user)
    await purges(studio).sweep()
    assert set((await rows(doomed)).values()) == {0}
    assert await rows(kept) == before
    counters = await studio.sql("SELECT count(*) FROM ai_jobs.outbox_sequences")
    # the kept film's own: its job and its steps
    assert counters[0][0] == 1 + before["steps"]
    assert await studio.sql("SELECT 1 FROM ai_jobs.purges") == []
