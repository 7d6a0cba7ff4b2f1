"""Messages that consumers could not take, of every service; handled again on an administrator's word."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from filmstudio.ops.v1 import ops_pb2

from services.gateway import convert
from services.gateway.clients import SERVICES
from services.gateway.problems import Refusal, invalid
from services.gateway.routes.common import Admin, Pages, query_text
from services.gateway.schemas import admin as shapes
from services.gateway.studio import TheStudio
from services.kit.errors import DependencyAway

router = APIRouter(prefix="/api/v1/admin/dead-letters", tags=["administration"])

Service = Literal["users", "projects", "credits", "ai_jobs", "youtube", "crm_sync", "notifications"]


@router.get("")
async def list_dead_letters(
    _admin: Admin, studio: TheStudio, pages: Pages, service: Service | None = None
) -> shapes.DeadLetters:
    """Dead letters, service after service, each newest first; of one service where it is named.

    A service that is away hides nobody else's: it is named in `away`. 503 only where it was named, or where a page of it
    was to go on.
    """
    current, token = _place(pages.token, service)
    items: list[shapes.DeadLetter] = []
    away: list[str] = []
    following: list[str] = [service] if service else list(SERVICES[SERVICES.index(current) :])
    for name in following:
        request = ops_pb2.ListDeadLettersRequest(page_size=pages.size - len(items), page_token=token)
        try:
            answer = await studio.clients.operations[name].ListDeadLetters(request)
        except DependencyAway as error:
            # where Kafka is away nobody has any to show
            if service or token or error.dependency != name:
                raise
            away.append(name)
            continue
        items += [_dead_letter(name, letter) for letter in answer.dead_letters]
        token = ""
        if answer.next_page_token:
            return shapes.DeadLetters(items=items, next_page_token=f"{name}~{answer.next_page_token}", away=away)
        if len(items) >= pages.size and name != following[-1]:
            return shapes.DeadLetters(
                items=items, next_page_token=f"{following[following.index(name) + 1]}~", away=away
            )
    return shapes.DeadLetters(items=items, away=away)


def _place(page_token: str, service: str | None) -> tuple[str, str]:
    """The service a page begins with, and that service's own token."""
    if not page_token:
        return service or SERVICES[0], ""
    name, separator, token = page_token.partition("~")
    if not separator or name not in SERVICES or (service is not None and name != service):
        raise invalid("/query/page_token", "not one we gave for this list; start without it")
    return name, token


@router.post("/{dead_letter_id:path}/replay", status_code=204)
async def replay_dead_letter(
    _admin: Admin,
    dead_letter_id: str,
    studio: TheStudio,
    service: Annotated[Service | None, Query(description="where the id does not begin with it")] = None,
) -> None:
    """Handle the message again; safe, because every consumer knows what it has seen."""
    name, separator, own_id = dead_letter_id.partition("/")
    if not separator:
        name, own_id = service or "", dead_letter_id
    if name not in SERVICES:
        raise Refusal("NOT_FOUND", "there is no such dead letter; its id is service/topic:partition:offset")
    request = ops_pb2.ReplayDeadLetterRequest(id=query_text("id", own_id))
    await studio.clients.operations[name].ReplayDeadLetter(request, timeout=30)


def _dead_letter(service: str, message: ops_pb2.DeadLetter) -> shapes.DeadLetter:
    return shapes.DeadLetter(
        id=f"{service}/{message.id}",
        service=service,
        consumer=message.consumer,
        original_topic=message.original_topic,
        original_partition=message.original_partition,
        original_offset=message.original_offset,
        event_type=message.event_type,
        error=message.error,
        attempts=message.attempts,
        size_bytes=message.size_bytes,
        created_at=convert.moment(message.create_time),
    )
