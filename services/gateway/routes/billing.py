"""What can be bought, the payment provider's pages, invoices, and the provider's own events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Request
from filmstudio.credits.v1 import credits_pb2

from services.gateway import convert_billing
from services.gateway.problems import Refusal, fields
from services.gateway.routes.common import Pages, RequestId, SignedIn
from services.gateway.schemas import billing as shapes
from services.gateway.schemas.common import Page
from services.gateway.studio import Studio, TheStudio

router = APIRouter(prefix="/api/v1", tags=["billing"])
# the payment provider answers behind these calls
PROVIDER_DEADLINE_S = 20.0
EVENT_DEADLINE_S = 10.0
MAX_EVENT_BYTES = 256 * 1024


@router.get("/plans")
async def list_plans(studio: TheStudio) -> shapes.Plans:
    """Plans and packs of credits, with their prices; open to everybody."""
    answer = await studio.clients.credits.ListPlans(credits_pb2.ListPlansRequest())
    return convert_billing.plans(answer)


@router.post("/credits/checkout", status_code=201)
async def buy_credits(
    _person: SignedIn, body: shapes.PackOrder, studio: TheStudio, request_id: RequestId
) -> shapes.Checkout:
    """A page where a pack of credits is paid. They are there once the payment is."""
    return await _checkout(studio, credits_pb2.CreateCheckoutRequest(pack_id=body.pack, request_id=request_id))


@router.post("/subscriptions/checkout", status_code=201)
async def subscribe(
    _person: SignedIn, body: shapes.PlanOrder, studio: TheStudio, request_id: RequestId
) -> shapes.Checkout:
    """A page where a subscription begins. 409 `ALREADY_SUBSCRIBED`: change it in the portal."""
    return await _checkout(studio, credits_pb2.CreateCheckoutRequest(plan_id=body.plan, request_id=request_id))


@router.post("/billing/portal")
async def open_portal(_person: SignedIn, studio: TheStudio) -> shapes.Portal:
    """A page where payment and subscription are changed or canceled. 409 `NO_CUSTOMER` before anything was bought."""
    request = credits_pb2.CreatePortalRequest()
    answer = await studio.clients.credits.CreatePortal(request, timeout=PROVIDER_DEADLINE_S)
    return shapes.Portal(url=answer.url)


@router.get("/invoices")
async def list_invoices(_person: SignedIn, studio: TheStudio, pages: Pages) -> Page[shapes.Invoice]:
    """My invoices, newest first."""
    request = credits_pb2.ListInvoicesRequest(page_size=pages.size, page_token=pages.token)
    answer = await studio.clients.credits.ListInvoices(request, timeout=PROVIDER_DEADLINE_S)
    items = [convert_billing.invoice(invoice) for invoice in answer.invoices]
    return Page[shapes.Invoice](items=items, next_page_token=answer.next_page_token)


@router.post(
    "/webhooks/stripe",
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
async def receive_stripe_event(
    request: Request,
    studio: TheStudio,
    stripe_signature: Annotated[str, Header(max_length=2000, description="of the body, byte for byte")] = "",
) -> shapes.Received:
    """For Stripe alone: one of its events, verified by its signature and kept; what follows from it happens soon after."""
    event = credits_pb2.ReceivePaymentEventRequest(
        provider="stripe", payload=await _raw(request, MAX_EVENT_BYTES), signature=stripe_signature
    )
    await studio.clients.credits.ReceivePaymentEvent(event, timeout=EVENT_DEADLINE_S)
    return shapes.Received()


async def _raw(request: Request, max_bytes: int) -> bytes:
    """The body as it came; 413 as soon as it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise Refusal("TOO_LARGE", f"the body is larger than {max_bytes} bytes")
    return bytes(body)


async def _checkout(studio: Studio, request: credits_pb2.CreateCheckoutRequest) -> shapes.Checkout:
    with fields({"pack_id": "pack", "plan_id": "plan"}):
        answer = await studio.clients.credits.CreateCheckout(request, timeout=PROVIDER_DEADLINE_S)
    return shapes.Checkout(url=answer.url, order_id=answer.order_id)
