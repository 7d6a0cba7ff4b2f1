"""Channels and publications: what goes out, what comes back, what a browser without a sign-in sees."""

from __future__ import annotations

from datetime import UTC, datetime

import grpc
import pytest
from filmstudio.youtube.v1 import youtube_pb2

from tests.unit.gateway.conftest import Gateway
from tests.unit.gateway.fakes import refuse

CALLBACK = "/api/v1/youtube/oauth/callback"
PUBLISH = {
    "connection_id": "c1",
    "title": "The Light on Gull Rock",
    "description": "A lamp that will not burn.",
    "tags": ["short film", "sea"],
    "privacy": "private",
    "publish_at": "2030-03-01T18:00:00+01:00",
    "made_for_kids": False,
    "contains_synthetic_media": False,
    "playlist": "Films",
    "captions": ["en", "hi"],
}


async def test_connecting_begins_with_googles_page(gateway: Gateway) -> None:
    headers = {**gateway.auth(), "Idempotency-Key": "once"}
    answer = await gateway.http.post("/api/v1/youtube/connections", headers=headers)
    assert answer.status_code == 201
    assert answer.json() == {"authorization_url": "https://google.example/auth?state=s1", "state": "s1"}
    assert gateway.services.youtube.last("StartConnection").request_id == "POST /youtube/connections once"


async def test_the_way_back_from_google_is_a_page_without_a_sign_in(gateway: Gateway) -> None:
    answer = await gateway.http.get(f"{CALLBACK}?state=s1&code=abc&scope=x&authuser=0")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Films &lt;from&gt; Gull Rock is connected" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    request = gateway.services.youtube.last("CompleteConnection")
    assert (request.state, request.code, request.error) == ("s1", "abc", "")


async def test_the_way_back_answers_programs_in_json(gateway: Gateway) -> None:
    headers = {"Accept": "application/json"}
    answer = await gateway.http.get(f"{CALLBACK}?state=s1&code=abc", headers=headers)
    assert (answer.json()["id"], answer.json()["status"]) == ("c1", "active")
    answer = await gateway.http.get(f"{CALLBACK}?state=forged&code=abc", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "OAUTH_STATE_INVALID")


@pytest.mark.parametrize(
    ("query", "said"),
    [("state=forged&code=x", "connect the channel again"), ("error=access_denied", "you said &lt;no")],
)
async def test_a_refused_connection_is_said_on_the_page_with_its_status(
    gateway: Gateway, query: str, said: str
) -> None:
    answer = await gateway.http.get(f"{CALLBACK}?{query}", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert said in answer.text


async def test_youtube_away_is_said_on_the_page_too(gateway: Gateway) -> None:
    gateway.services.youtube.away = True
    answer = await gateway.http.get(f"{CALLBACK}?state=s1&code=abc")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "try again in a moment" in answer.text


async def test_an_error_on_the_way_back_shows_nothing_of_itself(gateway: Gateway) -> None:
    gateway.services.youtube.refusals["CompleteConnection"] = ValueError("secret detail")  # type: ignore[assignment]
    answer = await gateway.http.get(f"{CALLBACK}?state=s1&code=abc")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_a_studio_without_youtube_says_so_and_not_to_try_again(gateway: Gateway) -> None:
    gateway.services.youtube.refusals["StartConnection"] = refuse(
        grpc.StatusCode.FAILED_PRECONDITION, "YOUTUBE_NOT_CONFIGURED"
    )
    answer = await gateway.http.post("/api/v1/youtube/connections", headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (503, "YOUTUBE_NOT_CONFIGURED")
    assert "retry-after" not in answer.headers


async def test_channels_are_listed_shown_and_disconnected(gateway: Gateway) -> None:
    gateway.services.youtube.connection.state = youtube_pb2.Connection.STATE_RECONNECT_NEEDED
    page = (await gateway.http.get("/api/v1/youtube/connections", headers=gateway.auth())).json()
    assert [item["status"] for item in page["items"]] == ["reconnect_needed"]
    answer = await gateway.http.get("/api/v1/youtube/connections/c1", headers=gateway.auth())
    headers = {**gateway.auth(), "If-Match": answer.headers["etag"]}
    gone = await gateway.http.delete("/api/v1/youtube/connections/c1", headers=headers)
    assert gone.status_code == 204
    assert gateway.services.youtube.last("DeleteConnection").if_match == '"1"'


async def test_playlists_are_a_channels(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/youtube/playlists?connection_id=c1", headers=gateway.auth())
    assert answer.json()["items"] == [{"id": "PL1", "title": "Films", "item_count": 2, "privacy": "public"}]
    assert (await gateway.http.get("/api/v1/youtube/playlists", headers=gateway.auth())).status_code == 422
    gateway.services.youtube.refusals["ListPlaylists"] = refuse(
        grpc.StatusCode.FAILED_PRECONDITION, "RECONNECT_NEEDED", connection_id="c1"
    )
    answer = await gateway.http.get("/api/v1/youtube/playlists?connection_id=c1", headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"], answer.json()["connection_id"]) == (
        409, "RECONNECT_NEEDED", "c1",
    )  # fmt: skip


async def test_a_publication_carries_all_that_was_said(gateway: Gateway) -> None:
    headers = {**gateway.auth(), "Idempotency-Key": "once"}
    answer = await gateway.http.post("/api/v1/youtube/publications", json={"job_id": "j1", **PUBLISH}, headers=headers)
    assert answer.status_code == 201
    assert answer.headers["location"] == "http://studio.example/api/v1/youtube/publications/y1"
    request = gateway.services.youtube.last("CreatePublication")
    spec = request.spec
    assert (request.job_id, request.request_id) == ("j1", "POST /youtube/publications once")
    assert (spec.title, list(spec.tags), list(spec.captions)) == (PUBLISH["title"], PUBLISH["tags"], ["en", "hi"])
    assert spec.publish_time.ToDatetime(tzinfo=UTC) == datetime(2030, 3, 1, 17, tzinfo=UTC)
    assert spec.HasField("contains_synthetic_media")
    assert not spec.contains_synthetic_media
    shape = answer.json()
    assert (shape["status"], shape["publish_at"], shape["video_id"]) == ("queued", "2030-03-01T17:00:00Z", None)


async def test_what_is_not_said_of_a_publication_is_left_to_youtube(gateway: Gateway) -> None:
    body = {"job_id": "j1", "connection_id": "c1"}
    answer = await gateway.http.post("/api/v1/youtube/publications", json=body, headers=gateway.auth())
    spec = gateway.services.youtube.last("CreatePublication").spec
    assert spec == youtube_pb2.PublicationSpec(connection_id="c1", privacy="private")
    assert (answer.json()["contains_synthetic_media"], answer.json()["views"]) == (True, None)


async def test_a_publication_shows_how_far_it_is_and_what_youtube_made_of_it(gateway: Gateway) -> None:
    publication = gateway.services.youtube.put(
        state=youtube_pb2.Publication.STATE_FAILED,
        progress=0.42,
        video_id="v1",
        url="https://youtu.example/v1",
        privacy_status="private",
        locked_private=True,
        notice="kept private",
        warnings=["no thumbnail"],
        views=7,
    )
    publication.error.CopyFrom(youtube_pb2.PublicationError(code="UPLOAD_LIMIT", message="tomorrow", retryable=True))
    publication.captions.add(language="en", state=youtube_pb2.CaptionTrack.STATE_UPLOADED, caption_id="k")
    publication.statistics_time.FromSeconds(1_900_000_000)
    answer = await gateway.http.get("/api/v1/youtube/publications/y1", headers=gateway.auth())
    shape = answer.json()
    assert {
        "status": "failed", "progress": 0.42, "video_id": "v1", "privacy_status": "private", "locked_private": True,
        "notice": "kept private", "warnings": ["no thumbnail"], "views": 7, "likes": 0,
        "error": {"code": "UPLOAD_LIMIT", "message": "tomorrow", "retryable": True},
        "captions": [{"language": "en", "status": "uploaded", "error": None}],
    }.items() <= shape.items()  # fmt: skip
    assert answer.headers["etag"] == '"1"'


async def test_publications_are_found_by_job_and_project(gateway: Gateway) -> None:
    gateway.services.youtube.put()
    answer = await gateway.http.get("/api/v1/youtube/publications?job_id=j1&project_id=p1", headers=gateway.auth())
    assert [item["id"] for item in answer.json()["items"]] == ["y1"]
    request = gateway.services.youtube.last("ListPublications")
    assert (request.job_id, request.project_id) == ("j1", "p1")


async def test_somebody_elses_publication_is_not_found(gateway: Gateway) -> None:
    gateway.services.youtube.put()
    answer = await gateway.http.get("/api/v1/youtube/publications/y1", headers=gateway.auth(user_id="u2"))
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_publication_is_canceled_while_it_can_be(gateway: Gateway) -> None:
    gateway.services.youtube.put()
    answer = await gateway.http.post("/api/v1/youtube/publications/y1/cancel", headers=gateway.auth())
    assert (answer.status_code, answer.json()["status"]) == (202, "canceled")
    gateway.services.youtube.refusals["CancelPublication"] = refuse(
        grpc.StatusCode.FAILED_PRECONDITION, "PUBLICATION_STATE", state="published"
    )
    answer = await gateway.http.post("/api/v1/youtube/publications/y1/cancel", headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (409, "PUBLICATION_STATE")


@pytest.mark.parametrize(
    "value",
    [
        "2030-03-01T18:00:00", "2030-03-01", 1900000000, "soon", "2030-02-31T00:00:00Z",
        # in UTC both lie outside of the years there are
        "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59",
    ],
)  # fmt: skip
async def test_a_time_has_a_date_an_hour_and_a_zone(gateway: Gateway, value: object) -> None:
    gateway.services.jobs.put()
    body = {"job_id": "j1", "connection_id": "c1", "publish_at": value}
    answer = await gateway.http.post("/api/v1/youtube/publications", json=body, headers=gateway.auth())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/publish_at")


async def test_a_time_may_be_spelled_in_small_letters(gateway: Gateway) -> None:
    body = {"job_id": "j1", "connection_id": "c1", "publish_at": "2030-03-01t18:00:00z"}
    answer = await gateway.http.post("/api/v1/youtube/publications", json=body, headers=gateway.auth())
    assert answer.json()["publish_at"] == "2030-03-01T18:00:00Z"


async def test_a_place_that_youtube_names_is_named_as_in_the_body(gateway: Gateway) -> None:
    gateway.services.youtube.refusals["CreatePublication"] = refuse(
        grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "in the past", field="publish_at"
    )
    body = {"job_id": "j1", **PUBLISH}
    answer = await gateway.http.post("/api/v1/youtube/publications", json=body, headers=gateway.auth())
    assert answer.json()["errors"] == [{"pointer": "/publish_at", "detail": "in the past"}]


async def test_an_order_carries_what_shall_be_published_once_the_film_is_there(gateway: Gateway) -> None:
    body = {"project_id": "p1", "publish": PUBLISH}
    answer = await gateway.http.post("/api/v1/generate/video", json=body, headers=gateway.auth())
    assert answer.status_code == 202
    publish = gateway.services.jobs.last("CreateJob").publish
    assert (publish.connection_id, publish.playlist, list(publish.captions)) == ("c1", "Films", ["en", "hi"])
    assert gateway.services.youtube.last("CheckPublication").spec.title == PUBLISH["title"]
    assert answer.json()["publish"] == {
        "connection_id": "c1", "title": PUBLISH["title"], "description": PUBLISH["description"],
        "tags": PUBLISH["tags"], "privacy": "private", "publish_at": "2030-03-01T17:00:00Z",
        "contains_synthetic_media": False, "playlist": "Films", "captions": ["en", "hi"],
    }  # fmt: skip


async def test_an_order_without_publishing_asks_youtube_nothing(gateway: Gateway) -> None:
    answer = await gateway.http.post("/api/v1/generate/video", json={"project_id": "p1"}, headers=gateway.auth())
    assert answer.json()["publish"] is None
    assert gateway.services.youtube.calls == []
    assert not gateway.services.jobs.last("CreateJob").HasField("publish")


async def test_while_youtube_is_away_the_film_is_made_all_the_same(gateway: Gateway) -> None:
    gateway.services.youtube.away = True
    body = {"project_id": "p1", "publish": PUBLISH}
    answer = await gateway.http.post("/api/v1/generate/video", json=body, headers=gateway.auth())
    assert answer.status_code == 202
    assert gateway.services.jobs.last("CreateJob").publish.connection_id == "c1"


UNKNOWN_CHANNEL = refuse(grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
RECONNECT = refuse(grpc.StatusCode.FAILED_PRECONDITION, "RECONNECT_NEEDED")
BAD_TITLE = refuse(grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "no <", field="title")
NOT_CONFIGURED = refuse(grpc.StatusCode.FAILED_PRECONDITION, "YOUTUBE_NOT_CONFIGURED")
NO_SCRIPT = refuse(grpc.StatusCode.FAILED_PRECONDITION, "SCRIPT_MISSING")
PLAN = refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "PLAN_LIMIT", limit="resolution", allowed="720p")


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (UNKNOWN_CHANNEL, 404, "NOT_FOUND"),
        (RECONNECT, 409, "RECONNECT_NEEDED"),
        (BAD_TITLE, 422, "VALIDATION_FAILED"),
        (NOT_CONFIGURED, 503, "YOUTUBE_NOT_CONFIGURED"),
    ],
)
async def test_what_cannot_be_published_is_refused_before_anything_is_made(
    gateway: Gateway, refusal: Exception, status: int, code: str
) -> None:
    gateway.services.youtube.refusals["CheckPublication"] = refusal  # type: ignore[assignment]
    body = {"project_id": "p1", "publish": PUBLISH}
    answer = await gateway.http.post("/api/v1/generate/video", json=body, headers=gateway.auth())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert all(call != "CreateJob" for call, _, _ in gateway.services.jobs.calls)


async def test_the_place_of_what_cannot_be_published_is_within_publish(gateway: Gateway) -> None:
    refusal = refuse(grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "no <", field="title")
    gateway.services.youtube.refusals["CheckPublication"] = refusal
    body = {"project_id": "p1", "publish": PUBLISH}
    answer = await gateway.http.post("/api/v1/generate/video", json=body, headers=gateway.auth())
    assert answer.json()["errors"] == [{"pointer": "/publish/title", "detail": "no <"}]


@pytest.mark.parametrize(
    ("channels", "films", "first"),
    [
        (RECONNECT, NO_SCRIPT, "SCRIPT_MISSING"),
        (RECONNECT, PLAN, "PLAN_LIMIT"),
        (BAD_TITLE, PLAN, "VALIDATION_FAILED"),
        (BAD_TITLE, UNKNOWN_CHANNEL, "NOT_FOUND"),
    ],
    ids=["409 after 422", "409 after 403", "422 before 403", "422 after 404"],
)
async def test_the_refusals_of_channel_and_film_keep_their_order(
    gateway: Gateway, channels: Exception, films: Exception, first: str
) -> None:
    gateway.services.youtube.refusals["CheckPublication"] = channels  # type: ignore[assignment]
    gateway.services.jobs.refusals["CreateQuote"] = films  # type: ignore[assignment]
    body = {"project_id": "p1", "publish": PUBLISH}
    answer = await gateway.http.post("/api/v1/generate/video", json=body, headers=gateway.auth())
    assert answer.json()["code"] == first


@pytest.mark.parametrize("lacking", ["job", "channel"])
async def test_who_lacks_the_job_or_the_channel_hears_that_before_anything_about_the_rest(
    gateway: Gateway, lacking: str
) -> None:
    if lacking == "channel":
        gateway.services.jobs.put()
        gateway.services.youtube.refusals["GetConnection"] = refuse(grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
        bodies = {
            "youtube/publications": {},
            "generate/video": {"project_id": "p1", "publish": {"connection_id": "c1"}},
        }
    else:
        bodies = {"youtube/publications": {}}
    for path, body in bodies.items():
        said = {"job_id": "j1", "connection_id": "c1", **body, "colour": "red"}
        answer = await gateway.http.post(f"/api/v1/{path}", json=said, headers=gateway.auth())
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_what_is_said_of_publishing_is_pointed_at_where_it_is_wrong(gateway: Gateway) -> None:
    for publish, pointer in (
        ({}, "/publish/connection_id"),
        ({"connection_id": "c1", "privacy": "secret"}, "/publish/privacy"),
        ({"connection_id": "c1", "title": "x" * 101}, "/publish/title"),
        ({"connection_id": "c1", "job_id": "j1"}, "/publish/job_id"),
    ):
        body = {"project_id": "p1", "publish": publish}
        answer = await gateway.http.post("/api/v1/generate/video", json=body, headers=gateway.auth())
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
