"""Films on YouTube: published by their order or later, once each, and what becomes of them when Google says no."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import ExitStack

import httpx
import pytest

from tests.e2e.conftest import Premiere, become, fetched, up
from tests.support.outside import Outside
from tests.support.studio import Json, Person, Studio, until

INSERT = "POST /api/upload/youtube/v3/videos*"


def publish(premiere: Premiere, title: str, connection: Json, **more: object) -> Json:
    """The film is published once more, under another title."""
    asked = {"job_id": premiere.job["id"], "connection_id": connection["id"], "title": title, **more}
    publication: Json = premiere.person.ok("POST", "/youtube/publications", asked)
    return publication


@pytest.fixture
def title() -> str:
    """A title that no other video has."""
    return f"The Light on Gull Rock {secrets.token_hex(4)}"


@pytest.fixture
def second(premiere: Premiere, outside: Outside) -> Json:
    """The filmmaker's other channel, connected now."""
    return outside.consent(premiere.person, "channel=2")


def test_a_film_ordered_to_be_published_is_on_youtube_byte_for_byte_and_once(
    premiere: Premiere, outside: Outside
) -> None:
    (video,) = outside.videos(premiere.title)
    film = premiere.output("film")
    assert (video["sha256"], video["size_bytes"]) == (film["sha256"], film["size_bytes"])
    assert hashlib.sha256(fetched(premiere.person, premiere.job["id"], "film").content).hexdigest() == video["sha256"]
    assert (video["privacy_status"], video["description"]) == ("unlisted", "Tea, and rain.")
    assert set(video["tags"]) > {"short film", "tea"}
    assert (video["made_for_kids"], video["contains_synthetic_media"]) == (False, True)
    assert video["channel_id"] == premiere.connection["channel_id"]
    publication = premiere.publication
    assert (publication["status"], publication["video_id"]) == ("published", video["id"])
    assert (publication["progress"], publication["privacy_status"]) == (1, "unlisted")
    assert (publication["notice"], publication["warnings"], publication["error"]) == (None, [], None)
    assert video["id"] in httpx.get(publication["url"]).raise_for_status().text


def test_thumbnail_captions_and_playlist_are_set_beside_the_film(premiere: Premiere, outside: Outside) -> None:
    (video,) = outside.videos(premiere.title)
    assert video["thumbnail_sha256"] == premiere.output("thumbnail")["sha256"]
    (caption,) = video["captions"]
    text = fetched(premiere.person, premiere.job["id"], "subtitles", "?language=en&format=srt").content
    assert (caption["language"], caption["sha256"]) == ("en", hashlib.sha256(text).hexdigest())
    playlists = [row for row in outside.state("youtube")["playlists"] if row["title"] == premiere.playlist]
    assert [row["video_ids"] for row in playlists] == [[video["id"]]]
    path = f"/youtube/playlists?connection_id={premiere.connection['id']}&page_size=100"
    assert premiere.playlist in [row["title"] for row in premiere.person.ok("GET", path)["items"]]


def test_a_publication_is_told_of_live_until_it_is_done(premiere: Premiere) -> None:
    kinds = [message["type"] for message in premiere.told]
    assert kinds.count("publication.done") == 1
    assert set(kinds[:-1]) <= {"publication.progress"}
    values = [message["data"]["progress"] for message in premiere.told]
    assert values == sorted(values)
    done = premiere.told[-1]
    assert "seq" not in done
    assert (done["data"]["id"], done["data"]["status"]) == (premiere.publication["id"], "published")


def test_a_film_is_published_later_too_on_another_channel_and_once_a_key(
    premiere: Premiere, second: Json, outside: Outside, title: str
) -> None:
    asked = {"job_id": premiere.job["id"], "connection_id": second["id"], "title": title, "made_for_kids": True}
    key = secrets.token_hex(8)
    made = [premiere.person.ok("POST", "/youtube/publications", asked, Idempotency_Key=key) for _ in range(2)]
    assert made[0]["id"] == made[1]["id"]
    publication = up(premiere.person, made[0]["id"])
    (video,) = outside.videos(title)
    assert (video["id"], video["sha256"]) == (publication["video_id"], premiere.output("film")["sha256"])
    assert (video["channel_id"], video["made_for_kids"]) == (second["channel_id"], True)
    # private, as nothing else was asked: no reason for a notice
    assert (publication["privacy_status"], publication["notice"]) == ("private", None)
    premiere.person.refused(409, "PUBLICATION_STATE", "POST", f"/youtube/publications/{publication['id']}/cancel")


def test_a_video_that_youtube_keeps_private_says_so(
    premiere: Premiere, second: Json, outside: Outside, title: str
) -> None:
    with outside.fault("youtube", INSERT, "private_lock"):
        publication = up(premiere.person, publish(premiere, title, second, privacy="public")["id"])
    assert (publication["privacy"], publication["privacy_status"]) == ("public", "private")
    assert publication["locked_private"]
    assert "audit" in publication["notice"]


def test_a_used_up_quota_is_waited_for_and_the_film_still_goes_up_once(
    premiere: Premiere, second: Json, outside: Outside, title: str
) -> None:
    with outside.fault("youtube", INSERT, "error:quotaExceeded"):
        made = publish(premiere, title, second)
        waiting = become(premiere.person, made["id"], lambda row: bool(row["status"] == "waiting_quota"))
        assert waiting["eta"] > waiting["created_at"]
        assert outside.videos(title) == []
    assert up(premiere.person, made["id"])["eta"] is None
    assert len(outside.videos(title)) == 1


def test_a_canceled_publication_never_gets_to_youtube(
    premiere: Premiere, second: Json, outside: Outside, title: str
) -> None:
    with outside.fault("youtube", INSERT, "status:503", times=-1):
        made = publish(premiere, title, second)
        path = f"/youtube/publications/{made['id']}/cancel"
        assert premiere.person.ok("POST", path)["status"] == "canceled"
        assert premiere.person.ok("POST", path)["status"] == "canceled"
    # the next one passes where that one would have been
    up(premiere.person, publish(premiere, f"{title} again", second)["id"])
    assert outside.videos(title) == []
    assert premiere.person.ok("GET", f"/youtube/publications/{made['id']}")["status"] == "canceled"


def test_a_lost_grant_is_told_and_the_film_goes_up_once_the_channel_is_connected_again(
    premiere: Premiere, second: Json, outside: Outside, title: str
) -> None:
    person = premiere.person
    with ExitStack() as faults:
        # the token at hand is refused, and so is a new one
        faults.enter_context(outside.fault("youtube", INSERT, "error:authError"))
        faults.enter_context(outside.fault("youtube", "POST /token", "error:invalid_grant"))
        made = publish(premiere, title, second)
        failed = become(person, made["id"], lambda row: bool(row["status"] == "failed"))
    assert (failed["error"]["code"], failed["error"]["retryable"]) == ("RECONNECT_NEEDED", True)
    assert person.ok("GET", f"/youtube/connections/{second['id']}")["status"] == "reconnect_needed"
    letter = outside.letter(person.email, "connect your YouTube channel again")
    assert second["channel_title"] in letter["text"]
    asked = {"job_id": premiere.job["id"], "connection_id": second["id"]}
    person.refused(409, "RECONNECT_NEEDED", "POST", "/youtube/publications", asked)

    assert outside.consent(person, "channel=2")["id"] == second["id"]
    up_again = become(person, made["id"], lambda row: bool(row["status"] == "published"))
    (video,) = outside.videos(title)
    assert (video["id"], up_again["error"]) == (up_again["video_id"], None)


def test_a_disconnected_channel_is_given_back_to_google_and_its_videos_stay(
    premiere: Premiere, outside: Outside, title: str
) -> None:
    person = premiere.person
    # of an account of its own: at Google, the end of one grant is the end of all that an account has given us
    lent = outside.consent(person, account=f"{secrets.token_hex(4)}@example.com")
    up(person, publish(premiere, title, lent)["id"])
    with outside.called("youtube", "POST /revoke"):
        person.ok("DELETE", f"/youtube/connections/{lent['id']}")
    assert lent["id"] not in [row["id"] for row in person.ok("GET", "/youtube/connections")["items"]]
    person.refused(404, "NOT_FOUND", "GET", f"/youtube/connections/{lent['id']}")
    asked = {"job_id": premiere.job["id"], "connection_id": lent["id"]}
    person.refused(404, "NOT_FOUND", "POST", "/youtube/publications", asked)
    assert len(outside.videos(title)) == 1


def test_who_says_no_at_google_has_no_channel(studio: Studio, outside: Outside) -> None:
    person = studio.register()
    page = person.ok("POST", "/youtube/connections")["authorization_url"]
    refused = outside.act("youtube", "consent", f"{page}#deny")
    assert refused["status"] == 400
    assert person.ok("GET", "/youtube/connections")["items"] == []
    # the state is used up by it
    with httpx.Client(headers={"Accept": "application/json"}) as browser:
        assert browser.get(refused["redirect"]).json()["code"] == "OAUTH_STATE_INVALID"


def test_somebody_elses_channel_publication_and_film_are_not_found(premiere: Premiere, studio: Studio) -> None:
    stranger: Person = studio.register("pro", credits=1)
    connection, publication = premiere.connection["id"], premiere.publication["id"]
    for method, path in (
        ("GET", f"/youtube/connections/{connection}"),
        ("DELETE", f"/youtube/connections/{connection}"),
        ("GET", f"/youtube/playlists?connection_id={connection}"),
        ("GET", f"/youtube/publications/{publication}"),
        ("POST", f"/youtube/publications/{publication}/cancel"),
    ):
        stranger.refused(404, "NOT_FOUND", method, path)
    order = {"project_id": stranger.project_with_script(), "publish": {"connection_id": connection}}
    stranger.refused(404, "NOT_FOUND", "POST", "/generate/video", order)
    asked = {"job_id": premiere.job["id"], "connection_id": connection}
    stranger.refused(404, "NOT_FOUND", "POST", "/youtube/publications", asked)
    assert stranger.ok("GET", "/youtube/publications")["items"] == []
    # nothing was made and nothing is held
    until(lambda: stranger.credits()["available"] == 4, 5, "the gift")
    assert stranger.credits()["held"] == 0
