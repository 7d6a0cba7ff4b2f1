"""Synchronous requests enter: proto → one call → proto."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from datetime import UTC
from typing import Any
from uuid import UUID

from filmstudio.credits.v1 import credits_pb2 as pb
from filmstudio.credits.v1 import credits_pb2_grpc

from services.credits import events
from services.credits.billing import Billing
from services.credits.errors import PaymentProviderRefused
from services.credits.inbox import Inbox
from services.credits.payments import PaymentRefused
from services.credits.service import Credits
from services.kit import telemetry
from services.kit.errors import Invalid, NotFound
from services.kit.ids import parse_id
from services.kit.rpc import caller

SERVICE = "filmstudio.credits.v1.CreditsService"
CALLERS: Mapping[str, Set[str]] = {
    "GetPlan": {"gateway", "ai_jobs", "projects"},
    "ListPlans": {"gateway"},
    "GetAccount": {"gateway"},
    "ListTransactions": {"gateway"},
    "HoldCredits": {"ai_jobs"},
    "EndHold": {"ai_jobs"},
    "ListLiveHolds": {"ai_jobs"},
    "GrantCredits": {"gateway", "crm_sync"},
    "SetPlan": {"gateway"},
    "CreateCheckout": {"gateway"},
    "CreatePortal": {"gateway"},
    "ListInvoices": {"gateway"},
    "ReceivePaymentEvent": {"gateway"},
}


def _user_id(text: str) -> UUID:
    user_id = parse_id(text)
    if user_id is None:
        raise Invalid("user_id is not a UUID", field="user_id")
    return user_id


@contextmanager
def _asking_the_provider() -> Iterator[None]:
    """What the payment provider refuses is refused by name: its own text stays with it."""
    try:
        yield
    except PaymentRefused as refused:
        telemetry.log().error("the payment provider refused a request", cause=refused.code)
        message = "the payment provider refused; try again later, and tell us if it stays so"
        raise PaymentProviderRefused(message, cause=refused.code) from None


class CreditsServicer(credits_pb2_grpc.CreditsServiceServicer):
    """The door of credits."""

    def __init__(self, credits: Credits, billing: Billing, inbox: Inbox) -> None:
        self._credits = credits
        self._billing = billing
        self._inbox = inbox

    async def GetPlan(self, request: pb.GetPlanRequest, context: Any) -> pb.GetPlanResponse:
        plan = await self._credits.plan_of(_user_id(caller().user()), admin=caller().admin)
        return pb.GetPlanResponse(plan=events.plan_proto(plan))

    async def ListPlans(self, request: pb.ListPlansRequest, context: Any) -> pb.ListPlansResponse:
        return pb.ListPlansResponse(
            plans=[events.plan_proto(plan) for plan in self._credits.plans()],
            packs=[events.pack_proto(pack) for pack in self._credits.packs()],
        )

    async def GetAccount(self, request: pb.GetAccountRequest, context: Any) -> pb.GetAccountResponse:
        account = await self._credits.account(_user_id(caller().user()), admin=caller().admin)
        return pb.GetAccountResponse(account=events.account_proto(account))

    async def ListTransactions(self, request: pb.ListTransactionsRequest, context: Any) -> pb.ListTransactionsResponse:
        rows, next_page_token = await self._credits.transactions(
            _user_id(caller().user()), request.page_size, request.page_token, admin=caller().admin
        )
        return pb.ListTransactionsResponse(
            transactions=[events.transaction_proto(row) for row in rows], next_page_token=next_page_token
        )

    async def HoldCredits(self, request: pb.HoldCreditsRequest, context: Any) -> pb.HoldCreditsResponse:
        hold = await self._credits.hold(
            _user_id(caller().user()),
            request.amount,
            request.job_id,
            request.attempt,
            request.request_id,
            admin=caller().admin,
        )
        return pb.HoldCreditsResponse(hold=events.hold_proto(hold))

    async def EndHold(self, request: pb.EndHoldRequest, context: Any) -> pb.EndHoldResponse:
        hold_id = parse_id(request.hold_id)
        if hold_id is None:
            raise NotFound("there is no such hold")
        return pb.EndHoldResponse(hold=events.hold_proto(await self._credits.end_hold(hold_id, request.captured)))

    async def ListLiveHolds(self, request: pb.ListLiveHoldsRequest, context: Any) -> pb.ListLiveHoldsResponse:
        if not request.HasField("created_before"):
            raise Invalid("say before which time", field="created_before")
        holds, next_page_token = await self._credits.live_holds(
            request.created_before.ToDatetime(tzinfo=UTC), request.page_size, request.page_token
        )
        return pb.ListLiveHoldsResponse(
            holds=[events.hold_proto(hold) for hold in holds], next_page_token=next_page_token
        )

    async def GrantCredits(self, request: pb.GrantCreditsRequest, context: Any) -> pb.GrantCreditsResponse:
        if caller().service == "gateway":
            caller().require_admin()
        expires_at = request.expire_time.ToDatetime(tzinfo=UTC) if request.HasField("expire_time") else None
        account, transaction = await self._credits.grant(
            _user_id(request.user_id),
            request.amount,
            request.business_key,
            request.reason,
            expires_at=expires_at,
            actor_id=caller().user_id,
        )
        return pb.GrantCreditsResponse(
            account=events.account_proto(account), transaction=events.transaction_proto(transaction)
        )

    async def SetPlan(self, request: pb.SetPlanRequest, context: Any) -> pb.SetPlanResponse:
        caller().require_admin()
        account = await self._credits.set_plan(_user_id(request.user_id), request.plan_id, caller().user())
        return pb.SetPlanResponse(account=events.account_proto(account))

    async def CreateCheckout(self, request: pb.CreateCheckoutRequest, context: Any) -> pb.CreateCheckoutResponse:
        with _asking_the_provider():
            order = await self._billing.checkout(_user_id(caller().user()), request)
        return pb.CreateCheckoutResponse(url=order.url or "", order_id=str(order.id))

    async def CreatePortal(self, request: pb.CreatePortalRequest, context: Any) -> pb.CreatePortalResponse:
        with _asking_the_provider():
            return pb.CreatePortalResponse(url=await self._billing.portal(_user_id(caller().user())))

    async def ListInvoices(self, request: pb.ListInvoicesRequest, context: Any) -> pb.ListInvoicesResponse:
        with _asking_the_provider():
            invoices, next_page_token = await self._billing.invoices(
                _user_id(caller().user()), request.page_size, request.page_token
            )
        return pb.ListInvoicesResponse(
            invoices=[events.invoice_proto(invoice) for invoice in invoices], next_page_token=next_page_token
        )

    async def ReceivePaymentEvent(
        self, request: pb.ReceivePaymentEventRequest, context: Any
    ) -> pb.ReceivePaymentEventResponse:
        already = await self._inbox.receive(request.provider, request.payload, request.signature)
        return pb.ReceivePaymentEventResponse(already=already)
