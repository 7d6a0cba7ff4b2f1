"""The door of credits over real gRPC: who may call what, and what comes back."""

import hashlib
import socket
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import grpc
import pytest
from filmstudio.credits.v1 import credits_pb2 as pb
from filmstudio.credits.v1 import credits_pb2_grpc

from services.credits import rpc
from services.credits.payments import PaymentRefused
from services.kit.errors import RemoteError
from services.kit.identity import Callers, acting_for
from services.kit.rpc import Client, Server

NAMES = ("gateway", "ai_jobs", "projects", "render_worker", "users")


@pytest.fixture
async def door(ledger, till):
    """Stubs by the name of the service that calls."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    server = Server(address, Callers({name: hashlib.sha256(name.encode()).hexdigest() for name in NAMES}))
    server.add(
        credits_pb2_grpc.add_CreditsServiceServicer_to_server,
        rpc.CreditsServicer(ledger.credits, till.billing, till.house.inbox),
        rpc.SERVICE,
        rpc.CALLERS,
    )
    await server.start()
    clients = {name: Client(address, "credits", name) for name in NAMES}
    yield {name: client.stub(credits_pb2_grpc.CreditsServiceStub) for name, client in clients.items()}
    for client in clients.values():
        await client.stop()
    await server.stop()


@asynccontextmanager
async def refused(code, reason):
    with pytest.raises(RemoteError) as error:
        yield error
    assert (error.value.code, error.value.reason) == (code, reason)


async def test_a_film_is_paid_for(door, user):
    with acting_for(str(user)):
        plan = (await door["ai_jobs"].GetPlan(pb.GetPlanRequest())).plan
        assert (plan.id, plan.max_film_seconds, plan.max_resolution, plan.watermark) == ("free", 60, "720p", True)
        request = pb.HoldCreditsRequest(amount=3, job_id=str(uuid4()), attempt=1, request_id="r1")
        hold = (await door["ai_jobs"].HoldCredits(request)).hold
        assert (hold.state, hold.amount, hold.user_id) == (pb.Hold.STATE_LIVE, 3, str(user))
        ended = (await door["ai_jobs"].EndHold(pb.EndHoldRequest(hold_id=hold.id, captured=2))).hold
        assert (ended.state, ended.captured, ended.released) == (pb.Hold.STATE_CAPTURED, 2, 1)
        account = (await door["gateway"].GetAccount(pb.GetAccountRequest())).account
        assert (account.available, account.held, account.plan_id) == (1, 0, "free")
        listed = (await door["gateway"].ListTransactions(pb.ListTransactionsRequest())).transactions
    assert [row.amount for row in listed] == [1, 0, -3, 3]
    assert [row.job_id for row in listed] == [request.job_id] * 3 + [""]


async def test_a_hold_is_ended_on_behalf_of_nobody(door, user):
    with acting_for(str(user)):
        request = pb.HoldCreditsRequest(amount=3, job_id=str(uuid4()), attempt=1, request_id="r1")
        hold = (await door["ai_jobs"].HoldCredits(request)).hold
    ended = (await door["ai_jobs"].EndHold(pb.EndHoldRequest(hold_id=hold.id))).hold
    assert ended.state == pb.Hold.STATE_RELEASED
    async with refused(grpc.StatusCode.NOT_FOUND, "NOT_FOUND"):
        await door["ai_jobs"].EndHold(pb.EndHoldRequest(hold_id="not a hold"))


async def test_refusals_carry_their_reason_and_numbers(door, user):
    with acting_for(str(user)):
        request = pb.HoldCreditsRequest(amount=9, job_id=str(uuid4()), attempt=1, request_id="r1")
        async with refused(grpc.StatusCode.FAILED_PRECONDITION, "INSUFFICIENT_CREDITS") as error:
            await door["ai_jobs"].HoldCredits(request)
        assert error.value.metadata == {"needed": "9", "available": "3"}
        request.amount = 1
        hold = (await door["ai_jobs"].HoldCredits(request)).hold
        await door["ai_jobs"].EndHold(pb.EndHoldRequest(hold_id=hold.id))
        async with refused(grpc.StatusCode.FAILED_PRECONDITION, "HOLD_ENDED"):
            await door["ai_jobs"].HoldCredits(request)
        async with refused(grpc.StatusCode.FAILED_PRECONDITION, "HOLD_ENDED"):
            await door["ai_jobs"].EndHold(pb.EndHoldRequest(hold_id=hold.id, captured=1))


async def test_live_holds_are_listed_for_the_reconciler(door, user):
    with acting_for(str(user)):
        request = pb.HoldCreditsRequest(amount=1, job_id=str(uuid4()), attempt=1, request_id="r1")
        hold = (await door["ai_jobs"].HoldCredits(request)).hold
    listing = pb.ListLiveHoldsRequest(page_size=100)
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED"):
        await door["ai_jobs"].ListLiveHolds(listing)
    listing.created_before.FromDatetime(datetime.now(UTC) + timedelta(minutes=1))
    found = []
    while True:
        page = await door["ai_jobs"].ListLiveHolds(listing)
        found += [listed.id for listed in page.holds]
        listing.page_token = page.next_page_token
        if not page.next_page_token:
            break
    assert hold.id in found


async def test_administrators_grant_once_per_key_and_set_plans(door, user):
    admin = str(uuid4())
    grant = pb.GrantCreditsRequest(user_id=str(user), amount=30, reason="thanks", business_key=f"admin:{user}")
    with acting_for(admin, admin=True):
        for _ in range(2):
            answer = await door["gateway"].GrantCredits(grant)
            assert (answer.account.available, answer.transaction.amount) == (33, 30)
        account = (await door["gateway"].SetPlan(pb.SetPlanRequest(user_id=str(user), plan_id="pro"))).account
        assert (account.plan_id, account.available) == ("pro", 33)
        async with refused(grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED"):
            await door["gateway"].SetPlan(pb.SetPlanRequest(user_id="somebody", plan_id="pro"))


async def test_others_neither_grant_nor_set_plans(door, user):
    with acting_for(str(user)):
        async with refused(grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN"):
            await door["gateway"].GrantCredits(
                pb.GrantCreditsRequest(user_id=str(user), amount=30, business_key=f"admin:{user}")
            )
        async with refused(grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN"):
            await door["gateway"].SetPlan(pb.SetPlanRequest(user_id=str(user), plan_id="pro"))
        assert (await door["gateway"].GetAccount(pb.GetAccountRequest())).account.available == 3


async def test_a_call_for_nobody_is_refused_where_a_user_is_needed(door):
    async with refused(grpc.StatusCode.PERMISSION_DENIED, "FORBIDDEN"):
        await door["gateway"].GetAccount(pb.GetAccountRequest())


async def test_the_plans_are_listed(door):
    plans = (await door["gateway"].ListPlans(pb.ListPlansRequest())).plans
    assert [plan.id for plan in plans] == ["free", "pro", "enterprise"]


@pytest.mark.parametrize("method", sorted(rpc.CALLERS))
async def test_services_that_are_not_named_may_not_call(door, user, method):
    request = getattr(pb, f"{method}Request")()
    with acting_for(str(user), admin=True):
        for name in sorted(set(NAMES) - rpc.CALLERS[method]):
            async with refused(grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED"):
                await getattr(door[name], method)(request)


def test_every_rpc_of_the_contract_names_its_callers():
    service = pb.DESCRIPTOR.services_by_name["CreditsService"]
    assert {method.name for method in service.methods} == set(rpc.CALLERS)


async def test_a_pack_is_ordered_paid_and_shown(door, till, user):
    with acting_for(str(user)):
        made = await door["gateway"].CreateCheckout(pb.CreateCheckoutRequest(pack_id="pack_10", request_id="r1"))
        assert made.url.startswith("https://pay.example/")
        till.provider.pay_pack(made.order_id)
        for note in till.provider.scopes[made.order_id].notes:
            event = pb.ReceivePaymentEventRequest(provider="stripe", payload=note.id.encode(), signature="signed")
            assert not (await door["gateway"].ReceivePaymentEvent(event)).already
            assert (await door["gateway"].ReceivePaymentEvent(event)).already
        await till.house.inbox.follow()
        account = (await door["gateway"].GetAccount(pb.GetAccountRequest())).account
        assert (account.available, account.debt, account.HasField("subscription")) == (13, 0, False)
        listed = (await door["gateway"].ListTransactions(pb.ListTransactionsRequest())).transactions
        assert (listed[0].kind, listed[0].amount) == (pb.Transaction.KIND_PURCHASE, 10)
        assert (await door["gateway"].CreatePortal(pb.CreatePortalRequest())).url
        invoices = (await door["gateway"].ListInvoices(pb.ListInvoicesRequest(page_size=2))).invoices
        assert [(row.id, row.currency) for row in invoices] == [("in_3", "USD"), ("in_2", "USD")]


async def test_an_account_shows_its_subscription(door, till, user):
    await till.subscribe(user, "pro")
    with acting_for(str(user)):
        account = (await door["gateway"].GetAccount(pb.GetAccountRequest())).account
    assert (account.plan_id, account.subscription.plan_id) == ("pro", "pro")
    assert account.subscription.state == pb.Subscription.STATE_ACTIVE
    assert account.subscription.HasField("period_end_time")
    assert not account.subscription.HasField("grace_end_time")


async def test_the_packs_are_listed(door):
    packs = (await door["gateway"].ListPlans(pb.ListPlansRequest())).packs
    assert (packs[0].id, packs[0].credits, packs[0].price_cents) == ("pack_10", 10, 500)


async def test_a_forged_webhook_and_a_portal_without_a_purchase_are_refused_with_their_reasons(door, user):
    async with refused(grpc.StatusCode.INVALID_ARGUMENT, "SIGNATURE_INVALID"):
        event = pb.ReceivePaymentEventRequest(provider="stripe", payload=b"{}", signature="forged")
        await door["gateway"].ReceivePaymentEvent(event)
    with acting_for(str(user)):
        async with refused(grpc.StatusCode.FAILED_PRECONDITION, "NO_CUSTOMER"):
            await door["gateway"].CreatePortal(pb.CreatePortalRequest())


async def test_what_the_payment_provider_refuses_is_refused_by_name(door, till, user):
    till.provider.down = PaymentRefused("parameter_unknown")
    with acting_for(str(user)):
        async with refused(grpc.StatusCode.FAILED_PRECONDITION, "PAYMENT_PROVIDER_REFUSED") as error:
            await door["gateway"].CreateCheckout(pb.CreateCheckoutRequest(pack_id="pack_30"))
    assert error.value.metadata["cause"] == "parameter_unknown"
