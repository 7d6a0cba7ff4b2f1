"""Addresses of customers' programs that are told of events, signed by Standard Webhooks."""

from __future__ import annotations

from fastapi import APIRouter, Response
from filmstudio.notifications.v1 import notifications_pb2

from services.gateway import convert_notifications
from services.gateway.convert import moment_or_none
from services.gateway.routes.common import IfMatch, Pages, RequestId, SignedIn, set_etag
from services.gateway.schemas import notifications as shapes
from services.gateway.schemas.common import Page
from services.gateway.studio import Studio, TheStudio

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])
# an address is looked up before it is taken
LOOKUP_DEADLINE_S = 15.0


@router.get("")
async def list_webhooks(_person: SignedIn, studio: TheStudio, pages: Pages) -> Page[shapes.Webhook]:
    """My webhooks, newest first."""
    request = notifications_pb2.ListEndpointsRequest(page_size=pages.size, page_token=pages.token)
    answer = await studio.clients.notifications.ListEndpoints(request)
    items = [convert_notifications.webhook(endpoint) for endpoint in answer.endpoints]
    return Page[shapes.Webhook](items=items, next_page_token=answer.next_page_token)


@router.post("", status_code=201)
async def create_webhook(
    _person: SignedIn, body: shapes.NewWebhook, response: Response, studio: TheStudio, request_id: RequestId
) -> shapes.CreatedWebhook:
    """Tell a program of events. The secret is in this answer and in no other. 422 `URL_FORBIDDEN`, 403 `ENDPOINT_LIMIT`."""
    request = notifications_pb2.CreateEndpointRequest(
        url=body.url, events=body.events, description=body.description, request_id=request_id
    )
    answer = await studio.clients.notifications.CreateEndpoint(request, timeout=LOOKUP_DEADLINE_S)
    response.headers["Location"] = f"{studio.settings.url}/api/v1/webhooks/{answer.endpoint.id}"
    set_etag(response, answer.endpoint.etag)
    members = convert_notifications.webhook_members(answer.endpoint)
    return shapes.CreatedWebhook(**members, secret=answer.secret or None)


@router.get("/{webhook_id}")
async def get_webhook(_person: SignedIn, webhook_id: str, response: Response, studio: TheStudio) -> shapes.Webhook:
    """A webhook."""
    request = notifications_pb2.GetEndpointRequest(endpoint_id=webhook_id)
    return _answer((await studio.clients.notifications.GetEndpoint(request)).endpoint, response)


@router.patch("/{webhook_id}")
async def update_webhook(
    _person: SignedIn,
    webhook_id: str,
    body: shapes.WebhookChange,
    response: Response,
    studio: TheStudio,
    if_match: IfMatch,
) -> shapes.Webhook:
    """Change the address, the events or the description; pause it, or start it again."""
    request = notifications_pb2.UpdateEndpointRequest(
        endpoint_id=webhook_id,
        url=body.url,
        events=None if body.events is None else notifications_pb2.EventFilter(events=body.events),
        description=body.description,
        active=body.active,
        if_match=if_match,
    )
    answer = await studio.clients.notifications.UpdateEndpoint(request, timeout=LOOKUP_DEADLINE_S)
    return _answer(answer.endpoint, response)


@router.delete("/{webhook_id}", status_code=204)
async def delete_webhook(_person: SignedIn, webhook_id: str, studio: TheStudio, if_match: IfMatch) -> None:
    """Remove it; what has not been delivered is given up."""
    request = notifications_pb2.DeleteEndpointRequest(endpoint_id=webhook_id, if_match=if_match)
    await studio.clients.notifications.DeleteEndpoint(request)


@router.post("/{webhook_id}/rotate")
async def rotate_secret(
    _person: SignedIn, webhook_id: str, response: Response, studio: TheStudio
) -> shapes.RotatedWebhook:
    """A new secret, in this answer and in no other; messages carry both signatures until the old one ends."""
    request = notifications_pb2.RotateSecretRequest(endpoint_id=webhook_id)
    answer = await studio.clients.notifications.RotateSecret(request)
    set_etag(response, answer.endpoint.etag)
    return shapes.RotatedWebhook(
        **convert_notifications.webhook_members(answer.endpoint),
        secret=answer.secret or None,
        previous_secret_expires_at=moment_or_none(answer, "previous_expire_time"),
    )


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(_person: SignedIn, webhook_id: str, studio: TheStudio, pages: Pages) -> Page[shapes.Delivery]:
    """What was sent there and what was answered, newest first."""
    request = notifications_pb2.ListDeliveriesRequest(
        endpoint_id=webhook_id, page_size=pages.size, page_token=pages.token
    )
    answer = await studio.clients.notifications.ListDeliveries(request)
    items = [convert_notifications.delivery(delivery) for delivery in answer.deliveries]
    return Page[shapes.Delivery](items=items, next_page_token=answer.next_page_token)


@router.post("/deliveries/{delivery_id}/redeliver", status_code=202)
async def redeliver(_person: SignedIn, delivery_id: str, studio: TheStudio) -> shapes.Delivery:
    """Send the same message again, now."""
    return await _redeliver(studio, notifications_pb2.RedeliverRequest(delivery_id=delivery_id))


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliver", status_code=202)
async def redeliver_of_webhook(
    _person: SignedIn, webhook_id: str, delivery_id: str, studio: TheStudio
) -> shapes.Delivery:
    """Send the same message again, now; the same as by the delivery's id alone."""
    request = notifications_pb2.RedeliverRequest(endpoint_id=webhook_id, delivery_id=delivery_id)
    return await _redeliver(studio, request)


async def _redeliver(studio: Studio, request: notifications_pb2.RedeliverRequest) -> shapes.Delivery:
    return convert_notifications.delivery((await studio.clients.notifications.Redeliver(request)).delivery)


def _answer(endpoint: notifications_pb2.Endpoint, response: Response) -> shapes.Webhook:
    set_etag(response, endpoint.etag)
    return convert_notifications.webhook(endpoint)
