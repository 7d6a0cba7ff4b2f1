"""What was made for a project that is gone for good."""

from __future__ import annotations

from typing import cast
from uuid import uuid4

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
