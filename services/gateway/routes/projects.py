"""Film projects."""

from __future__ import annotations

from fastapi import APIRouter, Response
from filmstudio.projects.v1 import projects_pb2

from services.gateway import convert
from services.gateway.routes.common import IfMatch, Pages, RequestId, SignedIn, set_etag
from services.gateway.schemas import projects as shapes
from services.gateway.schemas.common import Page
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1/projects", tags=["projects"])


@router.get("")
async def list_projects(_person: SignedIn, studio: TheStudio, pages: Pages) -> Page[shapes.Project]:
    """My projects, newest first."""
    request = projects_pb2.ListProjectsRequest(page_size=pages.size, page_token=pages.token)
    answer = await studio.clients.projects.ListProjects(request)
    items = [convert.project(project) for project in answer.projects]
    return Page[shapes.Project](items=items, next_page_token=answer.next_page_token)


@router.post("", status_code=201)
async def create_project(
    _person: SignedIn, body: shapes.NewProject, response: Response, studio: TheStudio, request_id: RequestId
) -> shapes.Project:
    """A new project. 403 `PLAN_LIMIT` beyond the plan's number of them."""
    request = projects_pb2.CreateProjectRequest(title=body.title, description=body.description, request_id=request_id)
    project = (await studio.clients.projects.CreateProject(request)).project
    response.headers["Location"] = f"{studio.settings.url}/api/v1/projects/{project.id}"
    return _answer(project, response)


@router.get("/{project_id}")
async def get_project(_person: SignedIn, project_id: str, response: Response, studio: TheStudio) -> shapes.Project:
    """A project."""
    answer = await studio.clients.projects.GetProject(projects_pb2.GetProjectRequest(project_id=project_id))
    return _answer(answer.project, response)


@router.put("/{project_id}")
async def replace_project(
    _person: SignedIn,
    project_id: str,
    body: shapes.NewProject,
    response: Response,
    studio: TheStudio,
    if_match: IfMatch,
) -> shapes.Project:
    """Replace title and description."""
    request = projects_pb2.UpdateProjectRequest(
        project_id=project_id, title=body.title, description=body.description, if_match=if_match
    )
    return _answer((await studio.clients.projects.UpdateProject(request)).project, response)


@router.patch("/{project_id}")
async def update_project(
    _person: SignedIn,
    project_id: str,
    body: shapes.ProjectChange,
    response: Response,
    studio: TheStudio,
    if_match: IfMatch,
) -> shapes.Project:
    """Change title or description."""
    request = projects_pb2.UpdateProjectRequest(
        project_id=project_id, title=body.title, description=body.description, if_match=if_match
    )
    return _answer((await studio.clients.projects.UpdateProject(request)).project, response)


@router.delete("/{project_id}", status_code=204)
async def delete_project(_person: SignedIn, project_id: str, studio: TheStudio, if_match: IfMatch) -> None:
    """Delete it; it can be restored for 30 days. Its live jobs are canceled."""
    request = projects_pb2.DeleteProjectRequest(project_id=project_id, if_match=if_match)
    await studio.clients.projects.DeleteProject(request)


@router.post("/{project_id}/restore")
async def restore_project(_person: SignedIn, project_id: str, response: Response, studio: TheStudio) -> shapes.Project:
    """Bring a deleted project back."""
    request = projects_pb2.RestoreProjectRequest(project_id=project_id)
    return _answer((await studio.clients.projects.RestoreProject(request)).project, response)


def _answer(project: projects_pb2.Project, response: Response) -> shapes.Project:
    set_etag(response, project.etag)
    return convert.project(project)
