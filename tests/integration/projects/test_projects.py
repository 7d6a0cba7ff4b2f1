"""Projects: begun within the plan, changed, deleted, restored, purged, and told of."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from filmstudio.projects.v1 import projects_pb2 as pb

from services.kit.errors import EtagMismatch, IdempotencyKeyReused, Invalid, NotFound
from services.kit.ids import new_id
from services.projects.errors import PlanLimit
from tests.integration.projects.conftest import Studio


async def test_a_new_project_is_a_draft_and_is_told_of(studio: Studio) -> None:
    project = await studio.project("  The   Light ")
    assert (project.title, project.status(), project.etag) == ("The Light", pb.Project.STATUS_DRAFT, "1")
    [(name, told)] = await studio.facts(project.id)
    assert (name, told.user_id, told.title) == ("ProjectCreated", studio.user, "The Light")


@pytest.mark.parametrize(
    ("title", "description"), [("", ""), ("   ", ""), ("x" * 101, ""), ("a\x00b", ""), ("ok", "d" * 5001)]
)
async def test_a_title_or_description_out_of_bounds_is_refused(studio: Studio, title: str, description: str) -> None:
    with pytest.raises(Invalid):
        await studio.projects.create(studio.user, pb.CreateProjectRequest(title=title, description=description))


async def test_the_same_request_id_gives_the_same_project(studio: Studio) -> None:
    request = pb.CreateProjectRequest(title="Once", request_id="r1")
    first, again = await asyncio.gather(*(studio.projects.create(studio.user, request) for _ in range(2)))
    assert first.id == again.id
    assert len(await studio.facts(first.id)) == 1
    with pytest.raises(IdempotencyKeyReused):
        await studio.projects.create(studio.user, pb.CreateProjectRequest(title="Twice", request_id="r1"))


async def test_the_plan_bounds_the_projects_even_at_once(studio: Studio) -> None:
    studio.plan.allowed = 3
    answers = await asyncio.gather(*(studio.project(f"film {n}") for n in range(8)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, PlanLimit)]
    assert len(refused) == 5
    assert refused[0].metadata == {"limit": "max_projects", "allowed": "3"}
    assert len((await studio.projects.page(studio.user, 0, ""))[0]) == 3


async def test_a_refused_request_may_come_again_under_its_id(studio: Studio) -> None:
    studio.plan.allowed = 1
    await studio.project()
    request = pb.CreateProjectRequest(title="Second", request_id="second")
    with pytest.raises(PlanLimit):
        await studio.projects.create(studio.user, request)
    studio.plan.allowed = 2
    assert (await studio.projects.create(studio.user, request)).title == "Second"


async def test_pages_go_from_the_newest_to_the_oldest(studio: Studio) -> None:
    made = [(await studio.project(f"film {n}")).id for n in range(5)]
    first, token = await studio.projects.page(studio.user, 3, "")
    second, end = await studio.projects.page(studio.user, 3, token)
    assert [project.id for project in [*first, *second]] == made[::-1]
    assert end == ""


async def test_somebody_elses_project_is_not_found(studio: Studio) -> None:
    project = await studio.project()
    for project_id in (str(project.id), str(uuid4()), "no id"):
        with pytest.raises(NotFound):
            await studio.projects.get(str(uuid4()), project_id)


async def test_a_change_against_an_old_etag_is_refused(studio: Studio) -> None:
    project = await studio.project()
    changed = await studio.projects.update(studio.user, str(project.id), "New", None, '"1"')
    assert (changed.title, changed.etag) == ("New", "2")
    with pytest.raises(EtagMismatch):
        await studio.projects.update(studio.user, str(project.id), "Newer", None, '"1"')
    same = await studio.projects.update(studio.user, str(project.id), "New", None, "")
    assert same.etag == "2"
    assert [name for name, _ in await studio.facts(project.id)] == ["ProjectCreated", "ProjectUpdated"]


async def test_a_deleted_project_is_not_found_until_it_is_restored(studio: Studio) -> None:
    project = await studio.project()
    deleted = await studio.projects.delete(studio.user, str(project.id), "")
    assert deleted.status() == pb.Project.STATUS_DELETED
    with pytest.raises(NotFound):
        await studio.projects.get(studio.user, str(project.id))
    restored = await studio.projects.restore(studio.user, str(project.id))
    assert restored.status() == pb.Project.STATUS_DRAFT
    assert [name for name, _ in await studio.facts(project.id)] == [
        "ProjectCreated",
        "ProjectDeleted",
        "ProjectRestored",
    ]


async def test_restoring_counts_against_the_plan(studio: Studio) -> None:
    studio.plan.allowed = 1
    project = await studio.project()
    await studio.projects.delete(studio.user, str(project.id), "")
    await studio.project("another")
    with pytest.raises(PlanLimit):
        await studio.projects.restore(studio.user, str(project.id))


async def test_after_thirty_days_a_deleted_project_is_gone(studio: Studio) -> None:
    project, kept = await studio.project(), await studio.project()
    for doomed in (project, kept):
        await studio.projects.delete(studio.user, str(doomed.id), "")
    await studio.projects.restore(studio.user, str(kept.id))
    studio.clock.now += timedelta(days=31)
    with pytest.raises(NotFound):
        await studio.projects.restore(studio.user, str(project.id))
    await studio.sweeper.sweep()
    assert (await studio.projects.get(studio.user, str(kept.id))).id == kept.id
    async with studio.database.work() as work:
        assert await work.session.get(type(project), project.id) is None
    assert [name for name, _ in await studio.facts(project.id)][-1] == "ProjectPurged"
    assert "ProjectPurged" not in [name for name, _ in await studio.facts(kept.id)]


async def follow(studio: Studio, project_id: object, job_id: object, sequence: int, **what: bool) -> None:
    await studio.projects.follow_job(
        new_id(), sequence, str(project_id), str(job_id), **{"live": False, "has_film": False} | what
    )


async def test_a_projects_status_follows_its_jobs(studio: Studio) -> None:
    project, job = await studio.project(), new_id()
    await follow(studio, project.id, job, 1, live=True)
    assert (await studio.projects.get(studio.user, str(project.id))).status() == pb.Project.STATUS_IN_PRODUCTION
    await follow(studio, project.id, job, 3, has_film=True)
    # overtaken by the end
    await follow(studio, project.id, job, 2, live=True)
    done = await studio.projects.get(studio.user, str(project.id))
    assert (done.status(), done.last_job_id) == (pb.Project.STATUS_COMPLETED, job)
    second = new_id()
    await follow(studio, project.id, second, 1, live=True)
    await follow(studio, project.id, second, 2)
    after = await studio.projects.get(studio.user, str(project.id))
    assert (after.status(), after.last_job_id) == (pb.Project.STATUS_COMPLETED, second)


async def test_a_repeated_event_changes_nothing(studio: Studio) -> None:
    project, event = await studio.project(), new_id()
    job = str(new_id())
    for _ in range(3):
        await studio.projects.follow_job(event, 1, str(project.id), job, live=True, has_film=False)
    assert [name for name, _ in await studio.facts(project.id)] == ["ProjectCreated", "ProjectUpdated"]


async def test_one_of_two_live_jobs_ending_leaves_the_project_in_production(studio: Studio) -> None:
    project, first, second = await studio.project(), new_id(), new_id()
    await follow(studio, project.id, first, 1, live=True)
    await follow(studio, project.id, second, 1, live=True)
    await follow(studio, project.id, first, 2)
    found = await studio.projects.get(studio.user, str(project.id))
    assert (found.status(), found.last_job_id) == (pb.Project.STATUS_IN_PRODUCTION, second)
