"""The gRPC door of users."""

from __future__ import annotations

import json
from uuid import uuid4

import grpc
import jwt
import pytest
from filmstudio.users.v1 import users_pb2 as pb

from services.kit.errors import RemoteError
from services.kit.identity import acting_for
from services.users.rpc import CALLERS
from tests.integration.users.conftest import PASSWORD, Studio


async def registered(studio: Studio) -> pb.Session:
    request = pb.RegisterRequest(email=f"{uuid4().hex}@example.com", password=PASSWORD, name="Asha")
    return (await studio.client("gateway").Register(request)).session


async def test_a_registered_user_holds_a_token_that_the_key_set_verifies(studio: Studio) -> None:
    session = await registered(studio)
    keys = json.loads((await studio.client("gateway").GetJwks(pb.GetJwksRequest())).jwks_json)["keys"]
    kid = jwt.get_unverified_header(session.access_token)["kid"]
    key = next(jwt.PyJWK(key) for key in keys if key["kid"] == kid)
    claims = jwt.decode(session.access_token, key.key, algorithms=["RS256"], audience="filmstudio", issuer="filmstudio")
    assert (claims["sub"], claims["role"], session.expires_in) == (session.user.id, "free_user", 900)
    assert session.user.role == pb.ROLE_FREE_USER


async def test_only_the_named_callers_are_served(studio: Studio) -> None:
    for name, callers in CALLERS.items():
        for service in {"gateway", "credits", "render_worker"} - callers:
            with pytest.raises(RemoteError) as refused:
                await getattr(studio.client(service), name)(getattr(pb, f"{name}Request")())
            assert refused.value.reason == "CALLER_NOT_ALLOWED"
    with pytest.raises(RemoteError) as refused:
        await studio.client("somebody else").GetJwks(pb.GetJwksRequest())
    assert refused.value.code is grpc.StatusCode.UNAUTHENTICATED


async def test_refusals_carry_their_reason_and_field(studio: Studio) -> None:
    gateway = studio.client("gateway")
    with pytest.raises(RemoteError) as weak:
        await gateway.Register(pb.RegisterRequest(email="asha@example.com", password="password1"))
    assert (weak.value.code, weak.value.metadata["field"]) == (grpc.StatusCode.INVALID_ARGUMENT, "password")
    session = await registered(studio)
    with pytest.raises(RemoteError) as taken:
        await gateway.Register(pb.RegisterRequest(email=session.user.email, password=PASSWORD))
    assert (taken.value.code, taken.value.reason) == (grpc.StatusCode.ALREADY_EXISTS, "EMAIL_TAKEN")


async def test_what_administrators_may_nobody_else_may(studio: Studio) -> None:
    gateway, session = studio.client("gateway"), await registered(studio)
    with acting_for(session.user.id):
        for call, request in (
            (gateway.ListUsers, pb.ListUsersRequest()),
            (gateway.SetAccess, pb.SetAccessRequest(user_id=session.user.id, admin=True)),
            (gateway.ListActivities, pb.ListActivitiesRequest()),
        ):
            with pytest.raises(RemoteError) as refused:
                await call(request)  # type: ignore[operator]
            assert refused.value.code is grpc.StatusCode.PERMISSION_DENIED


async def test_an_administrator_suspends_and_reads_the_log(studio: Studio) -> None:
    gateway, session, admin = studio.client("gateway"), await registered(studio), await studio.admin()
    with acting_for(admin, admin=True):
        user = (await gateway.SetAccess(pb.SetAccessRequest(user_id=session.user.id, suspended=True))).user
        log = await gateway.ListActivities(pb.ListActivitiesRequest(user_id=session.user.id, page_size=1))
    assert user.suspended
    assert (log.activities[0].action, log.activities[0].actor_id) == ("user.suspended", admin)
    with pytest.raises(RemoteError) as refused:
        await gateway.Login(pb.LoginRequest(email=session.user.email, password=PASSWORD))
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SUSPENDED")
    floors = (await gateway.ListTokenFloors(pb.ListTokenFloorsRequest())).floors
    assert session.user.id in {floor.user_id for floor in floors}


async def test_profile_contact_and_ticket(studio: Studio) -> None:
    gateway, session = studio.client("gateway"), await registered(studio)
    with acting_for(session.user.id):
        user = (await gateway.UpdateUser(pb.UpdateUserRequest(name="Meera", if_match=session.user.etag))).user
        assert (await gateway.GetUser(pb.GetUserRequest())).user == user
        ticket = (await gateway.CreateLiveTicket(pb.CreateLiveTicketRequest())).ticket
    redeemed = await gateway.RedeemLiveTicket(pb.RedeemLiveTicketRequest(ticket=ticket))
    assert (redeemed.user_id, redeemed.role) == (session.user.id, pb.ROLE_FREE_USER)
    contact = await studio.client("credits").GetContact(pb.GetContactRequest(user_id=session.user.id))
    assert (contact.email, contact.name) == (session.user.email, "Meera")


async def test_refresh_and_sign_out(studio: Studio) -> None:
    gateway, session = studio.client("gateway"), await registered(studio)
    fresh = (await gateway.Refresh(pb.RefreshRequest(refresh_token=session.refresh_token))).session
    await gateway.Logout(pb.LogoutRequest(refresh_token=fresh.refresh_token))
    with pytest.raises(RemoteError) as refused:
        await gateway.Refresh(pb.RefreshRequest(refresh_token=fresh.refresh_token))
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
