"""Projects themselves: begun within the plan, changed, deleted and restored, and what became of their jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from filmstudio.projects.v1 import projects_pb2

from services.kit import paging, requests
from services.kit.clock import Now, utc_now
from services.kit.db import Database, Work
from services.kit.errors import NotFound
from services.kit.ids import new_id, parse_id
from services.projects import events, repository
from services.projects.errors import PlanLimit
from services.projects.models import Project

_CREATE = "CreateProject"


class Plans(Protocol):
    """What plans allow; credits knows."""

    async def max_projects(self) -> int:
        """How many projects the user on whose behalf this runs may have; 0: any number."""


def no_such_project() -> NotFound:
    """The project does not exist, is deleted, or is somebody else's."""
    return NotFound("no such project")


async def required_project(work: Work, user_id: str, project_id: str, *, locked: bool = False) -> Project:
    """The user's project; NotFound for any other."""
    key = parse_id(project_id)
    project = await repository.project(work.session, user_id, key, locked=locked) if key else None
    if project is None:
        raise no_such_project()
    return project


class ProjectsService:
    """The use cases of projects, one transaction each."""

    def __init__(
        self,
        db: Database,
        plans: Plans,
        restorable: timedelta,
        now: Now = utc_now,
        next_id: Callable[[], UUID] = new_id,
    ) -> None:
        self._db = db
        self._plans = plans
        self._restorable = restorable
        self._now = now
        self._new_id = next_id

    async def create(self, user_id: str, request: projects_pb2.CreateProjectRequest) -> Project:
        """A new project; the same request_id gives the same one. Invalid, PlanLimit."""
        project = Project.begin(self._new_id(), user_id, request.title, request.description, self._now())
        allowed = await self._plans.max_projects()
        async with self._db.work() as work:
            made = await requests.begin(work, user_id, _CREATE, request.request_id, request)
            if made is not None:
                kept = await repository.project_even_deleted(work.session, user_id, made)
                if kept is None:
                    raise no_such_project()
                return kept
            await self._require_room(work, user_id, allowed)
            work.save(project, events.project_created(project))
            await requests.finish(work, user_id, _CREATE, request.request_id, project.id)
        return project

    async def get(self, user_id: str, project_id: str) -> Project:
        """The user's project."""
        async with self._db.work() as work:
            return await required_project(work, user_id, project_id)

    async def page(self, user_id: str, page_size: int, page_token: str) -> tuple[Sequence[Project], str]:
        """The user's projects, newest first, and the token of the next page."""
        size = paging.size(page_size)
        async with self._db.work() as work:
            rows = await repository.projects_page(work.session, user_id, paging.after(page_token), size + 1)
        return paging.cut(rows, size, [row.id for row in rows])

    async def update(
        self, user_id: str, project_id: str, title: str | None, description: str | None, if_match: str
    ) -> Project:
        """A new title or description. EtagMismatch, Invalid."""
        async with self._db.work() as work:
            project = await required_project(work, user_id, project_id, locked=True)
            project.require_match(if_match)
            if project.change(title, description, self._now()):
                work.save(events.project_updated(project))
            return project

    async def delete(self, user_id: str, project_id: str, if_match: str) -> Project:
        """Put the project away; whoever runs jobs for it hears so and cancels them."""
        async with self._db.work() as work:
            project = await required_project(work, user_id, project_id, locked=True)
            project.require_match(if_match)
            project.delete(self._now())
            work.save(events.project_deleted(project))
            return project

    async def restore(self, user_id: str, project_id: str) -> Project:
        """Take a deleted project back; one that is not deleted stays as it is. PlanLimit; NotFound after its time."""
        allowed = await self._plans.max_projects()
        async with self._db.work() as work:
            key = parse_id(project_id)
            project = await repository.project_even_deleted(work.session, user_id, key) if key else None
            if project is None:
                raise no_such_project()
            if project.deleted_at is None:
                return project
            project.restore(self._restorable, self._now())
            with work.session.no_autoflush:
                await self._require_room(work, user_id, allowed)
            work.save(events.project_restored(project))
            return project

    async def erase_all(self, event_id: UUID, user_id: str) -> None:
        """Put away all of a user's projects so that the sweeper's next turn removes them: nobody can restore them."""
        async with self._db.work() as work:
            if not await work.first_time(event_id):
                return
            now = self._now()
            await repository.lock_user(work.session, user_id)
            await repository.depart(work.session, user_id, now)
            for project in await repository.projects_locked(work.session, user_id):
                was_there = project.deleted_at is None
                project.erase(self._restorable, now)
                if was_there:
                    work.save(events.project_deleted(project))

    async def _require_room(self, work: Work, user_id: str, allowed: int) -> None:
        await repository.lock_user(work.session, user_id)
        # a token may outlive its account for some minutes
        if await repository.has_departed(work.session, user_id):
            raise NotFound("this account is gone")
        if allowed and await repository.count_projects(work.session, user_id) >= allowed:
            raise PlanLimit(
                f"your plan allows {allowed} projects; delete one or choose a larger plan",
                limit="max_projects",
                allowed=allowed,
            )

    async def follow_job(
        self, event_id: UUID, sequence: int, project_id: str, job_id: str, *, live: bool, has_film: bool
    ) -> None:
        """Note what a job's event says; a repeated or an overtaken one changes nothing."""
        project_key, job_key = parse_id(project_id), parse_id(job_id)
        if project_key is None or job_key is None:
            return
        async with self._db.work() as work:
            if not await work.first_time(event_id):
                return
            project = await repository.project_of_job(work.session, project_key)
            if project is None or not await repository.note_job(
                work.session, project_key, job_key, sequence, live=live
            ):
                return
            any_live = await repository.any_live_job(work.session, project_key)
            if project.follow_job(job_key, any_live=any_live, has_film=has_film, now=self._now()):
                work.save(events.project_updated(project))
