"""Live events: by WebSocket and by server-sent events, without a gap and without a repeat."""

from __future__ import annotations

import json

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.e2e.conftest import Film, live
from tests.support.studio import Json, Person, Studio

FINAL = {"job.succeeded", "job.failed", "job.canceled", "job.expired"}


def subscribe(socket: ClientConnection, **to: str | int) -> None:
    socket.send(json.dumps({"type": "subscribe", **to}))


def heard(socket: ClientConnection, at_most: int = 10_000) -> list[Json]:
    """A job's events up to its end, or so many."""
    found: list[Json] = []
    while len(found) < at_most and (not found or found[-1]["type"] not in FINAL):
        event = json.loads(socket.recv(timeout=20))
        if "seq" in event:
            found.append(event)
    return found


def read_on(socket: ClientConnection) -> None:
    """Read until the connection ends: the opening of a new account may be told before."""
    while True:
        socket.recv(timeout=20)


def close_code(socket: ClientConnection) -> int:
    """The code with which the studio closes the connection."""
    with pytest.raises(ConnectionClosed) as closed:
        read_on(socket)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def test_a_web_socket_replays_what_came_after_a_seq(film: Film) -> None:
    with live(film.person) as socket:
        subscribe(socket, job_id=film.job["id"], after_seq=5)
        assert heard(socket) == film.events[5:]


def test_a_broken_and_reopened_web_socket_has_no_gap_and_no_repeat(studio: Studio, admin: Person) -> None:
    job_id = admin.probe(steps=12, seconds_per_step=0.2, width=1)["id"]
    events: list[Json] = []
    while not events or events[-1]["type"] not in FINAL:
        with live(admin) as socket:
            subscribe(socket, job_id=job_id, after_seq=len(events))
            events += heard(socket, at_most=4)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events == admin.events(job_id)
    assert len({event["id"] for event in events}) == len(events)
    assert sum(event["type"] == "job.step" for event in events) == 12


def test_credits_that_change_are_told_unasked(studio: Studio) -> None:
    person = studio.register()
    with live(person) as socket:
        # the answer shows that the connection is served
        socket.send('{"type": "ping"}')
        assert json.loads(socket.recv(timeout=10)) == {"type": "pong"}
        studio.admin().ok("POST", f"/admin/users/{person.id}/credits", {"amount": 4, "reason": "a gift"})
        # the account's own opening may be told first
        told: list[Json] = []
        while not told or told[-1]["data"]["available"] != 7:
            told.append(json.loads(socket.recv(timeout=10)))
    assert {message["type"] for message in told} == {"credits.changed"}
    assert told[-1]["data"] == {"available": 7, "held": 0, "plan": "free", "debt": 0, "subscription": None}
    assert "seq" not in told[-1]


def test_a_ticket_opens_one_connection(film: Film) -> None:
    url = film.person.ok("POST", "/live/tickets")["url"]
    with connect(url) as first:
        first.send('{"type": "ping"}')
        assert json.loads(first.recv(timeout=10)) == {"type": "pong"}
        with connect(url) as second:
            assert close_code(second) == 4401


def test_nobody_hears_of_somebody_elses_job_or_project(film: Film, studio: Studio) -> None:
    stranger = studio.register()
    for subject in ({"job_id": film.job["id"]}, {"project_id": film.project_id}):
        with live(stranger) as socket:
            subscribe(socket, **subject)
            assert close_code(socket) == 4403


def test_a_message_that_makes_no_sense_is_answered_and_the_connection_goes_on(film: Film) -> None:
    with live(film.person) as socket:
        socket.send("not json")
        assert json.loads(socket.recv(timeout=10))["code"] == "MALFORMED"
        subscribe(socket)
        assert json.loads(socket.recv(timeout=10))["code"] == "VALIDATION_FAILED"
        subscribe(socket, job_id=film.job["id"], after_seq=len(film.events) - 1)
        assert heard(socket) == film.events[-1:]


def test_server_sent_events_replay_after_the_last_event_id(film: Film) -> None:
    assert film.person.events(film.job["id"], after_seq=7) == film.events[7:]


def test_a_reader_of_an_ended_job_with_nothing_newer_is_sent_away(film: Film) -> None:
    answer = film.person.ask("GET", f"/jobs/{film.job['id']}/events", Last_Event_ID=str(len(film.events)))
    assert (answer.status_code, answer.content) == (204, b"")


def test_server_sent_events_open_by_a_ticket_too(film: Film, studio: Studio) -> None:
    ticket = film.person.ok("POST", "/live/tickets")["ticket"]
    nobody = studio.anonymous()
    path = f"/jobs/{film.job['id']}/events?after_seq={len(film.events) - 1}&ticket={ticket}"
    answer = nobody.ask("GET", path)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert f"id: {len(film.events)}\nevent: job.succeeded\n" in answer.text
    nobody.refused(401, "UNAUTHENTICATED", "GET", path)
    studio.register().refused(404, "NOT_FOUND", "GET", f"/jobs/{film.job['id']}/events")
