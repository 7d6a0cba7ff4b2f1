"""Live: tickets, a job's events as server-sent events, and the WebSocket."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response, WebSocket
from fastapi.responses import StreamingResponse
from filmstudio.users.v1 import users_pb2

from services.gateway import streams
from services.gateway.auth import Person
from services.gateway.convert import moment
from services.gateway.problems import invalid
from services.gateway.routes.common import SignedIn
from services.gateway.schemas import jobs as shapes
from services.gateway.socket import INTERNAL, NOT_SIGNED_IN, Session
from services.gateway.studio import Studio, TheStudio
from services.kit import identity
from services.kit.clock import utc_now
from services.kit.errors import DependencyAway, RemoteError

router = APIRouter(prefix="/api/v1", tags=["live"])

TicketParameter = Annotated[str, Query(max_length=500, description="a live ticket, instead of an access token")]


@router.post("/live/tickets", status_code=201)
async def create_live_ticket(_person: SignedIn, studio: TheStudio) -> shapes.Ticket:
    """A ticket for what can't send an Authorization header: one use, 30 seconds."""
    answer = await studio.clients.users.CreateLiveTicket(users_pb2.CreateLiveTicketRequest())
    seconds = round((moment(answer.expire_time) - utc_now()).total_seconds())
    socket = studio.settings.url.replace("http", "ws", 1)
    return shapes.Ticket(
        ticket=answer.ticket, expires_in=max(0, seconds), url=f"{socket}/api/v1/live?ticket={answer.ticket}"
    )


@router.get(
    "/jobs/{job_id}/events",
    response_class=Response,
    openapi_extra={"security": [{"HTTPBearer": []}, {"ticket": []}]},
    responses={
        200: {
            "description": "`id:` is the seq, `event:` the type",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        204: {"description": "the job has ended and there is nothing newer"},
    },
)
async def stream_job_events(
    request: Request,
    job_id: str,
    studio: TheStudio,
    after_seq: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    ticket: TicketParameter = "",
    last_event_id: Annotated[str, Header(max_length=20, description="as browsers send it; goes before after_seq")] = "",
) -> Response:
    """A job's events: what was missed, then live; ends after the event that ends an attempt."""
    person = await _reader(request, studio, ticket)
    if last_event_id:
        if not (last_event_id.isascii() and last_event_id.isdigit()) or int(last_event_id) >= 2**63:
            raise invalid("/header/Last-Event-ID", "the id of an event, a whole number")
        after_seq = int(last_event_id)
    with identity.acting(person.caller(request.state.request_id)):
        first = await streams.read(studio, job_id, after_seq)
    if first.ended and not first.events:
        return Response(status_code=204)
    return StreamingResponse(
        streams.stream(studio, person, job_id, after_seq, first),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _reader(request: Request, studio: Studio, ticket: str) -> Person:
    """Who reads: by ticket where there is one, else by access token."""
    if ticket:
        return await studio.gatekeeper.redeem(ticket)
    if request.state.sign_in_error is not None:
        raise request.state.sign_in_error
    person: Person = request.state.person
    return person


@router.websocket("/live")
async def live(socket: WebSocket, studio: TheStudio) -> None:
    """Subscriptions to jobs and projects; `credits.changed` comes unasked.

    It is accepted before the ticket is looked at: a browser sees a close code only then.
    """
    await socket.accept()
    try:
        person = await studio.gatekeeper.redeem(socket.query_params.get("ticket", "")[:500])
    except RemoteError:
        await socket.close(NOT_SIGNED_IN, "the ticket is used up, expired or unknown")
        return
    except DependencyAway as error:
        await socket.close(INTERNAL, f"{error.dependency} is away")
        return
    await Session(studio, socket, person).run()
