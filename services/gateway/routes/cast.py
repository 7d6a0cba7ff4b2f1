"""A filmmaker's changes of shots, and the cast."""

from __future__ import annotations

from fastapi import APIRouter, Response
from filmstudio.projects.v1 import projects_pb2

from services.gateway import convert, convert_cast
from services.gateway.routes.common import IfMatch, RequestId, SignedIn, set_etag
from services.gateway.schemas import cast as shapes
from services.gateway.schemas import projects as project_shapes
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1/projects/{project_id}", tags=["scripts"])


@router.patch("/shots/{shot_id}")
async def update_shot(
    _person: SignedIn,
    project_id: str,
    shot_id: str,
    body: shapes.ShotChange,
    response: Response,
    studio: TheStudio,
    if_match: IfMatch,
) -> project_shapes.Shot:
    """Change a shot. The next film renders that shot again, and as little else as can be; later analyses keep the change."""
    edit, cleared = convert_cast.shot_edit(body)
    request = projects_pb2.UpdateShotRequest(
        project_id=project_id,
        shot_id=shot_id,
        edit=edit,
        cleared=cleared,
        approved=body.approved,
        if_match=if_match,
    )
    answer = await studio.clients.projects.UpdateShot(request)
    set_etag(response, answer.etag)
    return convert.shot(answer.shot)


@router.get("/characters")
async def list_characters(_person: SignedIn, project_id: str, studio: TheStudio) -> shapes.Cast:
    """The cast: who was found in the script, and whom you have added."""
    answer = await studio.clients.projects.ListCharacters(projects_pb2.ListCharactersRequest(project_id=project_id))
    return shapes.Cast(items=[convert_cast.member(member) for member in answer.members])


@router.post("/characters", status_code=201)
async def create_character(
    _person: SignedIn,
    project_id: str,
    body: shapes.NewCharacter,
    response: Response,
    studio: TheStudio,
    request_id: RequestId,
) -> shapes.Character:
    """Describe somebody before the script names them. 409 `NAME_TAKEN` where the cast has that name."""
    edit, _ = convert_cast.character_edit(body)
    request = projects_pb2.CreateCharacterRequest(
        project_id=project_id, name=body.name, edit=edit, request_id=request_id
    )
    member = (await studio.clients.projects.CreateCharacter(request)).member
    response.headers["Location"] = (
        f"{studio.settings.url}/api/v1/projects/{project_id}/characters/{member.character.id}"
    )
    return _answer(member, response)


@router.patch("/characters/{character_id}")
async def update_character(
    _person: SignedIn,
    project_id: str,
    character_id: str,
    body: shapes.CharacterChange,
    response: Response,
    studio: TheStudio,
    if_match: IfMatch,
) -> shapes.Character:
    """Say how somebody looks and sounds; kept over later analyses."""
    edit, cleared = convert_cast.character_edit(body)
    request = projects_pb2.UpdateCharacterRequest(
        project_id=project_id, character_id=character_id, edit=edit, cleared=cleared, if_match=if_match
    )
    return _answer((await studio.clients.projects.UpdateCharacter(request)).member, response)


@router.delete("/characters/{character_id}", status_code=204)
async def delete_character(
    _person: SignedIn, project_id: str, character_id: str, studio: TheStudio, if_match: IfMatch
) -> None:
    """Remove whom you have added; of somebody in the script, what you have said of them."""
    request = projects_pb2.DeleteCharacterRequest(project_id=project_id, character_id=character_id, if_match=if_match)
    await studio.clients.projects.DeleteCharacter(request)


def _answer(member: projects_pb2.CastMember, response: Response) -> shapes.Character:
    set_etag(response, member.etag)
    return convert_cast.member(member)
