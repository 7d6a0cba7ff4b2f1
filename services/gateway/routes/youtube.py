"""Channels, and films published there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from filmstudio.youtube.v1 import youtube_pb2

from services.gateway import convert_youtube, pages
from services.gateway.routes.common import IfMatch, Pages, RequestId, SignedIn, query_text, set_etag
from services.gateway.schemas import youtube as shapes
from services.gateway.schemas.common import Page
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1/youtube", tags=["youtube"])
# Google answers behind these calls
PROVIDER_DEADLINE_S = 20.0

Filter = Annotated[str, Query(max_length=64)]
FromGoogle = Annotated[str, Query(max_length=4096)]


@router.post("/connections", status_code=201)
async def start_connection(_person: SignedIn, studio: TheStudio, request_id: RequestId) -> shapes.NewConnection:
    """Begin to connect a channel: its owner opens `authorization_url` in a browser within ten minutes."""
    answer = await studio.clients.youtube.StartConnection(youtube_pb2.StartConnectionRequest(request_id=request_id))
    return shapes.NewConnection(authorization_url=answer.authorization_url, state=answer.state)


@router.get(
    "/oauth/callback",
    response_model=shapes.Connection,
    responses={
        200: {
            "description": "a page for people; the connection where JSON is asked for",
            "content": {"text/html": {"schema": {"type": "string"}}},
        }
    },
)
async def complete_connection(
    request: Request, studio: TheStudio, state: FromGoogle = "", code: FromGoogle = "", error: FromGoogle = ""
) -> Response:
    """Where Google sends the channel's owner back to: the channel is connected, or it is said why not."""
    in_json = pages.wants(request, "application/json")
    answered = youtube_pb2.CompleteConnectionRequest(state=state, code=code, error=error)
    try:
        answer = await studio.clients.youtube.CompleteConnection(answered, timeout=PROVIDER_DEADLINE_S)
    except Exception as failure:
        if in_json:
            raise
        return pages.of_error("The channel is not connected", failure)
    if in_json:
        shape = convert_youtube.connection(answer.connection)
        return Response(shape.model_dump_json(), media_type="application/json")
    title = f"{answer.connection.channel_title} is connected"
    return pages.page(title, ["Films can be published on this channel now. You may close this page."])


@router.get("/connections")
async def list_connections(_person: SignedIn, studio: TheStudio, paging: Pages) -> Page[shapes.Connection]:
    """My channels."""
    request = youtube_pb2.ListConnectionsRequest(page_size=paging.size, page_token=paging.token)
    answer = await studio.clients.youtube.ListConnections(request)
    items = [convert_youtube.connection(connection) for connection in answer.connections]
    return Page[shapes.Connection](items=items, next_page_token=answer.next_page_token)


@router.get("/connections/{connection_id}")
async def get_connection(
    _person: SignedIn, connection_id: str, response: Response, studio: TheStudio
) -> shapes.Connection:
    """A channel."""
    request = youtube_pb2.GetConnectionRequest(connection_id=connection_id)
    connection = (await studio.clients.youtube.GetConnection(request)).connection
    set_etag(response, connection.etag)
    return convert_youtube.connection(connection)


@router.delete("/connections/{connection_id}", status_code=204)
async def delete_connection(_person: SignedIn, connection_id: str, studio: TheStudio, if_match: IfMatch) -> None:
    """Disconnect a channel: our grant is revoked, what is under way is canceled, what is up stays."""
    request = youtube_pb2.DeleteConnectionRequest(connection_id=connection_id, if_match=if_match)
    await studio.clients.youtube.DeleteConnection(request, timeout=PROVIDER_DEADLINE_S)


@router.get("/playlists")
async def list_playlists(
    _person: SignedIn, studio: TheStudio, paging: Pages, connection_id: Annotated[str, Query(max_length=64)]
) -> Page[shapes.Playlist]:
    """A channel's playlists. 409 `RECONNECT_NEEDED` where Google refuses our grant."""
    request = youtube_pb2.ListPlaylistsRequest(
        connection_id=query_text("connection_id", connection_id), page_size=paging.size, page_token=paging.token
    )
    answer = await studio.clients.youtube.ListPlaylists(request, timeout=PROVIDER_DEADLINE_S)
    items = [convert_youtube.playlist(playlist) for playlist in answer.playlists]
    return Page[shapes.Playlist](items=items, next_page_token=answer.next_page_token)


@router.get("/publications")
async def list_publications(
    _person: SignedIn, studio: TheStudio, paging: Pages, job_id: Filter = "", project_id: Filter = ""
) -> Page[shapes.Publication]:
    """My publications, newest first."""
    request = youtube_pb2.ListPublicationsRequest(
        job_id=query_text("job_id", job_id),
        project_id=query_text("project_id", project_id),
        page_size=paging.size,
        page_token=paging.token,
    )
    answer = await studio.clients.youtube.ListPublications(request)
    items = [convert_youtube.publication(publication) for publication in answer.publications]
    return Page[shapes.Publication](items=items, next_page_token=answer.next_page_token)


@router.post("/publications", status_code=201)
async def create_publication(
    _person: SignedIn, body: shapes.NewPublication, response: Response, studio: TheStudio, request_id: RequestId
) -> shapes.Publication:
    """Publish a finished film. 409 `JOB_STATE` where the job has made none, 409 `RECONNECT_NEEDED`."""
    request = youtube_pb2.CreatePublicationRequest(
        job_id=body.job_id, spec=convert_youtube.spec_in(body), request_id=request_id
    )
    publication = (await studio.clients.youtube.CreatePublication(request)).publication
    response.headers["Location"] = f"{studio.settings.url}/api/v1/youtube/publications/{publication.id}"
    return _answer(publication, response)


@router.get("/publications/{publication_id}")
async def get_publication(
    _person: SignedIn, publication_id: str, response: Response, studio: TheStudio
) -> shapes.Publication:
    """A publication."""
    request = youtube_pb2.GetPublicationRequest(publication_id=publication_id)
    return _answer((await studio.clients.youtube.GetPublication(request)).publication, response)


@router.post("/publications/{publication_id}/cancel", status_code=202)
async def cancel_publication(
    _person: SignedIn, publication_id: str, response: Response, studio: TheStudio
) -> shapes.Publication:
    """Stop an upload. 409 `PUBLICATION_STATE` once YouTube has the whole film."""
    request = youtube_pb2.CancelPublicationRequest(publication_id=publication_id)
    return _answer((await studio.clients.youtube.CancelPublication(request)).publication, response)


def _answer(publication: youtube_pb2.Publication, response: Response) -> shapes.Publication:
    set_etag(response, publication.etag)
    return convert_youtube.publication(publication)
