"""Films are made while the whole world outside is away, and it catches up when it is back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.conftest import Premiere, up
from tests.support.outside import Outside
from tests.support.studio import Json, Studio, until

AWAY = ("youtube", "crm_sync", "notifications", "sandbox")
BACK_S = 60.0


@pytest.fixture
def back(studio: Studio, premiere: Premiere) -> Iterator[Callable[[], None]]:
    """All of them are stopped; a call brings them back."""

    def bring() -> None:
        for name in AWAY:
            studio.stack.start(name)
        for path in ("/youtube/connections", "/me/notifications"):
            until(lambda path=path: premiere.person.ask("GET", path).is_success, BACK_S, f"an answer of {path}")

    try:
        for name in AWAY:
            studio.stack.stop(name)
        yield bring
    finally:
        bring()


def test_a_film_is_made_as_fast_with_nobody_outside_and_everything_catches_up(
    premiere: Premiere, back: Callable[[], None], studio: Studio, outside: Outside
) -> None:
    person = premiere.person
    title = f"The Kettle {secrets.token_hex(4)}"
    project_id = person.project_with_script(title=title)
    publish = {**premiere.order["publish"], "playlist": ""}
    begun = time.monotonic()
    accepted = person.ok("POST", "/generate/video", {**premiere.order, "project_id": project_id, "publish": publish})
    ordered = time.monotonic() - begun
    job = person.wait_for_end(accepted["id"])
    seconds = time.monotonic() - begun
    assert (job["status"], job["credits"]["captured"]) == ("succeeded", 1), job["error"]
    # what it costs at most is to find out once that nobody can be asked
    assert ordered < 3
    assert seconds <= premiere.seconds * 1.5 + 3
    person.settled()
    assert person.http.get("/ready").json()["status"] == "ready"
    person.refused(503, "DEPENDENCY_AWAY", "GET", "/youtube/connections")
    person.refused(503, "DEPENDENCY_AWAY", "GET", "/me/notifications")

    back()
    made = until(lambda: person.ok("GET", f"/youtube/publications?job_id={job['id']}")["items"], BACK_S, "its turn")
    assert len(made) == 1
    publication = up(person, made[0]["id"], BACK_S)
    (video,) = outside.videos(title)
    film = next(output for output in job["outputs"] if output["kind"] == "film")
    assert (video["id"], video["sha256"]) == (publication["video_id"], film["sha256"])

    def in_salesforce() -> Json | None:
        rows = outside.records("AI_Project__c", AI_Film_Project_ID__c=project_id)
        return rows[0] if rows and rows[0]["Status__c"] == "Completed" else None

    assert until(in_salesforce, BACK_S, "the film in Salesforce")["Credits_Used__c"] == 1

    def told() -> list[str]:
        came = outside.deliveries(premiere.path, "job.succeeded")
        return [one.event["data"]["status"] for one in came if one.event["data"]["id"] == job["id"]]

    assert until(told, BACK_S, "word to the maker's program") == ["succeeded"]
    assert job["id"] in outside.letter(person.email, f"Your film is ready: {title}", BACK_S)["text"]
