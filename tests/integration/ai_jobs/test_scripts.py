"""A script job: an idea is written out, handed to projects, and costs nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb

from services.ai_jobs.errors import LanguageUnsupported
from services.ai_jobs.models import JobKind, JobStatus
from services.kit.errors import Invalid
from tests.integration.ai_jobs.conftest import Studio


async def written(studio: Studio, project_id: str, idea: str = "A fox who reads", **more: Any) -> UUID:
    request = pb.CreateJobRequest(kind=pb.JOB_KIND_SCRIPT, project_id=project_id, idea=idea, **more)
    return await studio.jobs.create(studio.user, JobKind.SCRIPT, request)


async def test_an_idea_becomes_the_projects_script(studio: Studio) -> None:
    project_id = studio.project()
    before = studio.projects.scripts[project_id].version
    job_id = await written(studio, project_id, language="en")
    worker = await studio.render()
    job = await studio.job(job_id)
    script = studio.projects.scripts[project_id]
    assert (job.status, worker.kinds()) == (pb.JOB_STATUS_SUCCEEDED, ["write_script"])
    assert "A fox who reads" in script.text
    assert (script.version, job.script_version, job.credits.held) == (before + 1, script.version, 0)


async def test_a_script_that_projects_refuses_ends_the_job(studio: Studio) -> None:
    project_id = studio.project()
    job_id = await written(studio, project_id)
    del studio.projects.projects[project_id]
    await studio.render()
    job = await studio.row(job_id)
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert job.error["code"] == "NOT_FOUND"


@pytest.mark.parametrize("idea", ["", "ab", "x" * 2001])
async def test_an_idea_that_is_none_is_refused(studio: Studio, idea: str) -> None:
    with pytest.raises(Invalid, match="an idea has"):
        await written(studio, studio.project(), idea)


async def test_an_idea_without_a_word_is_refused(studio: Studio) -> None:
    with pytest.raises(Invalid, match="has words"):
        await written(studio, studio.project(), "1 2 3!")


async def test_an_idea_in_a_language_without_plots_is_refused_with_those_that_have_some(studio: Studio) -> None:
    with pytest.raises(LanguageUnsupported) as refused:
        await written(studio, studio.project(), language="sa")
    assert refused.value.metadata["field"] == "language"
    assert {"en", "hi", "ta"} <= set(refused.value.metadata["supported"].split(","))
    assert await studio.plans_due() == []


async def test_a_projects_own_language_counts_where_the_order_names_none(studio: Studio) -> None:
    project_id = studio.project()
    studio.projects.projects[project_id].language = "ja"
    with pytest.raises(LanguageUnsupported, match="ja"):
        await written(studio, project_id)
    assert await written(studio, project_id, language="pt-BR")
