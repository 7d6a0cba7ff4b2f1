"""A project's script, its versions, and the scenes found in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from filmstudio.projects.v1 import projects_pb2, script_pb2

from services.gateway import convert
from services.gateway.problems import Refusal
from services.gateway.routes.common import IfMatch, Pages, SignedIn, set_etag
from services.gateway.schemas import projects as shapes
from services.gateway.schemas.common import Page
from services.gateway.studio import TheStudio
from services.kit.errors import RemoteError

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["scripts"])


@router.get("/script")
async def get_script(
    _person: SignedIn,
    project_id: str,
    response: Response,
    studio: TheStudio,
    version: Annotated[int, Query(ge=1, le=2**31 - 1)] | None = None,
) -> shapes.Script:
    """The script, or one of its earlier versions."""
    request = projects_pb2.GetScriptRequest(project_id=project_id, version=version or 0)
    try:
        answer = await studio.clients.projects.GetScript(request)
    except RemoteError as error:
        if error.reason == "SCRIPT_MISSING":
            raise Refusal("NOT_FOUND", error.message) from None
        raise
    set_etag(response, answer.script.version)
    return convert.script(answer.script)


@router.put("/script")
async def put_script(
    _person: SignedIn,
    project_id: str,
    body: shapes.NewScript,
    response: Response,
    studio: TheStudio,
    if_match: IfMatch,
) -> shapes.Script:
    """Hand in a script. Another text, format or language makes a new version."""
    request = projects_pb2.PutScriptRequest(
        project_id=project_id,
        format=convert.number(script_pb2.ScriptFormat, body.format, "SCRIPT_FORMAT_"),
        text=body.text,
        language=body.language,
        if_match=if_match,
    )
    answer = await studio.clients.projects.PutScript(request)
    set_etag(response, answer.script.version)
    return convert.script(answer.script)


@router.get("/script/versions")
async def list_script_versions(
    _person: SignedIn, project_id: str, studio: TheStudio, pages: Pages
) -> Page[shapes.ScriptVersion]:
    """All versions of the script, newest first, without their text."""
    request = projects_pb2.ListScriptVersionsRequest(
        project_id=project_id, page_size=pages.size, page_token=pages.token
    )
    answer = await studio.clients.projects.ListScriptVersions(request)
    items = [convert.script_version(script) for script in answer.scripts]
    return Page[shapes.ScriptVersion](items=items, next_page_token=answer.next_page_token)


@router.get("/scenes")
async def list_scenes(_person: SignedIn, project_id: str, studio: TheStudio) -> shapes.Scenes:
    """Scenes and shots as the last analysis found them."""
    answer = await studio.clients.projects.GetStoryboard(projects_pb2.GetStoryboardRequest(project_id=project_id))
    return shapes.Scenes(items=[convert.scene(scene) for scene in answer.storyboard.scenes])
