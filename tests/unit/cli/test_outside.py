"""The commands for money, channels and webhooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest
from filmstudio.credits.v1 import credits_pb2
from filmstudio.youtube.v1 import youtube_pb2

from cli import client as client_module
from cli import youtube
from tests.unit.cli.test_commands import invoke, said
from tests.unit.gateway.conftest import Gateway
from tests.unit.gateway.fakes import refuse


@pytest.fixture
def signed_in(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    monkeypatch.setenv("FILMSTUDIO_URL", f"http://{served.address}")
    monkeypatch.setenv("FILMSTUDIO_TOKEN", served.services.users.token())
    monkeypatch.setattr(youtube, "LOOK_S", 0.01)
    return served


async def test_a_pack_is_bought_by_its_name_or_its_number(signed_in: Gateway) -> None:
    for pack in ("pack_30", "30"):
        result = await invoke("credits", "buy", pack)
        assert result.exit_code == 0, result.output
        assert "https://pay.example/pack_30" in result.output
    assert said(await invoke("subscribe", "pro", "--json"))["order_id"] == "o1"


async def test_what_is_offered_is_shown_with_prices(signed_in: Gateway) -> None:
    output = (await invoke("plans")).output
    assert "15.00 USD a month, 90 credits a month" in output
    assert "14.00 USD, 30 credits once" in output


async def test_a_balance_warns_of_debt_and_of_a_failed_payment(
    signed_in: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = credits_pb2.Account(available=0, plan_id="pro", debt=4)
    account.subscription.state = credits_pb2.Subscription.STATE_PAST_DUE
    account.subscription.grace_end_time.FromSeconds(1_900_000_000)
    answered = credits_pb2.GetAccountResponse(account=account)
    monkeypatch.setattr(type(signed_in.services.credits), "GetAccount", lambda _self, _request: answered)
    output = (await invoke("credits")).output
    assert "4 credits are owed" in output
    assert "the plan stays until 2030-03-17" in output


async def test_what_is_not_set_up_is_said_at_once(signed_in: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(client_module.time, "sleep", waits.append)
    refusal = refuse(grpc.StatusCode.FAILED_PRECONDITION, "BILLING_NOT_CONFIGURED", "no keys")
    signed_in.services.credits.refusals["CreatePortal"] = refusal
    result = await invoke("portal", "--json")
    assert (result.exit_code, said(result)["problem"]["code"]) == (4, "BILLING_NOT_CONFIGURED")
    assert waits == []


async def test_connecting_waits_for_the_channel(signed_in: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = signed_in.services.youtube
    fake.connection.state = youtube_pb2.Connection.STATE_RECONNECT_NEEDED

    def owner_says_yes(_self: Any, _request: Any) -> youtube_pb2.StartConnectionResponse:
        fake.connection.state = youtube_pb2.Connection.STATE_ACTIVE
        fake.connection.update_time.FromSeconds(1_900_000_000)
        return youtube_pb2.StartConnectionResponse(authorization_url="https://google.example/auth", state="s1")

    monkeypatch.setattr(type(fake), "StartConnection", owner_says_yes)
    result = await invoke("youtube", "connect")
    assert result.exit_code == 0, result.output
    assert "https://google.example/auth" in result.output
    assert "Films <from> Gull Rock is connected: c1" in result.output


async def test_a_channel_that_was_there_before_is_not_taken_for_the_new_one(
    signed_in: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(youtube, "CONSENT_S", 0.05)
    result = await invoke("youtube", "connect")
    assert (result.exit_code, "no channel was connected" in result.output) == (1, True)


async def test_a_film_goes_to_the_only_channel_and_its_end_is_told(
    signed_in: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = youtube_pb2.Publication.STATE_UPLOADING

    def further(fake: Any, request: Any) -> youtube_pb2.GetPublicationResponse:
        nonlocal looked
        publication = fake.publications[request.publication_id]
        publication.state, looked = looked, youtube_pb2.Publication.STATE_PUBLISHED
        publication.progress, publication.url = 1.0, "https://youtu.example/v1"
        publication.privacy_status, publication.notice = "private", "kept private"
        return youtube_pb2.GetPublicationResponse(publication=publication)

    monkeypatch.setattr(type(signed_in.services.youtube), "GetPublication", further)
    result = await invoke("youtube", "publish", "j1", "--title", "Light", "--tag", "sea", "--privacy", "public")
    assert result.exit_code == 0, result.output
    spec = signed_in.services.youtube.last("CreatePublication").spec
    assert (spec.connection_id, spec.title, list(spec.tags), spec.privacy) == ("c1", "Light", ["sea"], "public")
    assert "100% uploading" in result.output
    assert "https://youtu.example/v1 (private)" in result.output
    assert "kept private" in result.output


async def test_a_publication_that_fails_has_its_exit_code(signed_in: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = youtube_pb2.Publication(id="y1", state=youtube_pb2.Publication.STATE_FAILED)
    failed.error.CopyFrom(youtube_pb2.PublicationError(code="REJECTED", message="YouTube refused it"))
    answered = youtube_pb2.CreatePublicationResponse(publication=failed)
    monkeypatch.setattr(type(signed_in.services.youtube), "CreatePublication", lambda _self, _request: answered)
    result = await invoke("youtube", "publish", "j1", "c1")
    assert (result.exit_code, "YouTube refused it (REJECTED)" in result.output) == (5, True)


async def test_publishing_without_a_channel_says_how_to_get_one(signed_in: Gateway) -> None:
    signed_in.services.youtube.connection.state = youtube_pb2.Connection.STATE_RECONNECT_NEEDED
    result = await invoke("youtube", "publish", "j1")
    assert result.exit_code == 2
    assert "filmstudio youtube connect" in result.output


async def test_publications_and_channels_are_listed(signed_in: Gateway) -> None:
    signed_in.services.youtube.put(spec=youtube_pb2.PublicationSpec(title="[bold]Light"))
    assert "[bold]Light" in (await invoke("youtube", "status")).output
    assert said(await invoke("youtube", "status", "y1", "--json"))["status"] == "uploading"
    assert "Gull Rock" in (await invoke("youtube", "list")).output


async def test_an_order_says_where_the_film_shall_go(signed_in: Gateway, tmp_path: Path) -> None:
    script = tmp_path / "a.fountain"
    script.write_text("MARA\nHello.")
    refusal = refuse(grpc.StatusCode.FAILED_PRECONDITION, "RECONNECT_NEEDED", "connect it again")
    signed_in.services.youtube.refusals["CheckPublication"] = refusal
    result = await invoke("films", "new", str(script), "--publish", "c1", "--privacy", "unlisted")
    assert (result.exit_code, "filmstudio youtube connect" in result.output) == (1, True)
    spec = signed_in.services.youtube.last("CheckPublication").spec
    assert (spec.connection_id, spec.privacy) == ("c1", "unlisted")


async def test_a_webhook_is_added_with_its_secret_listed_and_removed(signed_in: Gateway) -> None:
    result = await invoke("webhooks", "add", "https://example.com/hook", "job.succeeded")
    assert "whsec_c2VjcmV0" in result.output
    assert list(signed_in.services.notifications.last("CreateEndpoint").events) == ["job.succeeded"]
    await invoke("webhooks", "add", "https://example.com/hook")
    assert list(signed_in.services.notifications.last("CreateEndpoint").events) == ["*"]
    assert said(await invoke("webhooks", "list", "--json"))[0]["id"] == "w1"
    assert (await invoke("webhooks", "rm", "w1")).exit_code == 0
    assert signed_in.services.notifications.last("DeleteEndpoint").endpoint_id == "w1"
