"""Server-sent events and the WebSocket: no gap, no repeat, and the codes they close with."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.youtube.v1 import youtube_pb2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from services.gateway import streams
from tests.unit.gateway.conftest import Gateway, until


async def ticket(gateway: Gateway, user_id: str = "u1") -> str:
    answer = await gateway.http.post("/api/v1/live/tickets", headers=gateway.auth(user_id=user_id))
    return str(answer.json()["ticket"])


async def socket(gateway: Gateway, user_id: str = "u1") -> ClientConnection:
    return await connect(f"ws://{gateway.address}/api/v1/live?ticket={await ticket(gateway, user_id)}")


async def received(connection: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(3):
        message: dict[str, Any] = json.loads(await connection.recv())
        return message


async def close_code(connection: ClientConnection) -> int:
    try:
        async with asyncio.timeout(3):
            while True:
                await connection.recv()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


def ids(text: str) -> list[int]:
    return [int(line[4:]) for line in text.splitlines() if line.startswith("id: ")]


async def test_a_stream_replays_and_then_follows_to_the_end(served: Gateway) -> None:
    jobs = served.services.jobs
    jobs.put()
    for _ in range(250):
        jobs.add("j1", "job.progress", ring=False)
    seen: list[int] = []
    async with served.http.stream("GET", "/api/v1/jobs/j1/events", headers=served.auth()) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                seen.append(int(line[4:]))
                if seen[-1] == 250:
                    jobs.add("j1", "job.step")
                    jobs.add("j1", "job.succeeded", final=True)
    assert seen == list(range(1, 253))


async def test_a_stream_goes_on_after_the_last_event_seen(served: Gateway) -> None:
    jobs = served.services.jobs
    jobs.put()
    for _ in range(5):
        jobs.add("j1", "job.progress")
    jobs.add("j1", "job.succeeded", final=True)
    headers = {**served.auth(), "Last-Event-ID": "4"}
    assert ids((await served.http.get("/api/v1/jobs/j1/events?after_seq=1", headers=headers)).text) == [5, 6]
    assert ids((await served.http.get("/api/v1/jobs/j1/events?after_seq=3", headers=served.auth())).text) == [4, 5, 6]


async def test_events_on_a_stream_have_the_one_shape(served: Gateway) -> None:
    jobs = served.services.jobs
    jobs.put()
    jobs.add("j1", "job.succeeded", final=True)
    text = (await served.http.get("/api/v1/jobs/j1/events", headers=served.auth())).text
    data = json.loads(next(line[6:] for line in text.splitlines() if line.startswith("data: ")))
    assert data.keys() == {"id", "type", "at", "job_id", "seq", "data"}
    assert "event: job.succeeded" in text


async def test_an_ended_stream_with_nothing_newer_is_204(served: Gateway) -> None:
    jobs = served.services.jobs
    jobs.put()
    jobs.add("j1", "job.succeeded", final=True)
    answer = await served.http.get("/api/v1/jobs/j1/events?after_seq=1", headers=served.auth())
    assert answer.status_code == 204


async def test_somebody_elses_stream_is_not_found(served: Gateway) -> None:
    served.services.jobs.put()
    answer = await served.http.get("/api/v1/jobs/j1/events", headers=served.auth(user_id="u2"))
    assert answer.status_code == 404
    assert (await served.http.get("/api/v1/jobs/j1/events")).status_code == 401
    headers = {**served.auth(), "Last-Event-ID": "x"}
    assert (await served.http.get("/api/v1/jobs/j1/events", headers=headers)).status_code == 422


async def test_a_stream_takes_a_ticket_once(served: Gateway) -> None:
    jobs = served.services.jobs
    jobs.put()
    jobs.add("j1", "job.succeeded", final=True)
    path = f"/api/v1/jobs/j1/events?ticket={await ticket(served)}"
    assert (await served.http.get(path)).status_code == 200
    assert (await served.http.get(path)).status_code == 401


async def test_without_the_bell_events_come_by_looking(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "POLL_S", 0.1)
    jobs = served.services.jobs
    jobs.put()
    async with served.http.stream("GET", "/api/v1/jobs/j1/events", headers=served.auth()) as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        jobs.add("j1", "job.succeeded", final=True, ring=False)
        rest = "\n".join([line async for line in lines])
    assert ids(rest) == [1]


async def test_a_quiet_stream_says_that_it_is_there(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.1)
    served.services.jobs.put()
    async with served.http.stream("GET", "/api/v1/jobs/j1/events", headers=served.auth()) as answer:
        async for line in answer.aiter_lines():
            if line.startswith(":"):
                break
    assert line == ": still here"


async def test_ai_jobs_away_pauses_a_stream(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "POLL_S", 0.05)
    jobs = served.services.jobs
    jobs.put()
    async with served.http.stream("GET", "/api/v1/jobs/j1/events", headers=served.auth()) as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        jobs.away = True
        jobs.add("j1", "job.succeeded", final=True)
        await asyncio.sleep(0.2)
        jobs.away = False
        rest = "\n".join([line async for line in lines])
    assert ids(rest) == [1]


async def test_a_socket_replays_after_a_seq_and_follows(served: Gateway) -> None:
    jobs = served.services.jobs
    jobs.put()
    for _ in range(3):
        jobs.add("j1", "job.progress")
    async with await socket(served) as connection:
        await connection.send(json.dumps({"type": "subscribe", "job_id": "j1", "after_seq": 1}))
        assert [(await received(connection))["seq"] for _ in range(2)] == [2, 3]
        jobs.add("j1", "job.succeeded", final=True)
        assert (await received(connection))["type"] == "job.succeeded"


async def test_a_project_begins_with_snapshots_and_brings_later_jobs(served: Gateway) -> None:
    jobs = served.services.jobs
    jobs.put("old", jobs_pb2.JOB_STATUS_FAILED)
    jobs.put("j1")
    jobs.add("j1", "job.started")
    async with await socket(served) as connection:
        await connection.send(json.dumps({"type": "subscribe", "project_id": "p1"}))
        snapshot = await received(connection)
        assert (snapshot["type"], snapshot["job_id"], snapshot["seq"]) == ("job.snapshot", "j1", 1)
        assert snapshot["data"]["status"] == "running"
        jobs.add("j1", "job.progress")
        assert (await received(connection))["seq"] == 2
        jobs.put("j2", created_s=time.time() + 1)
        jobs.add("j2", "job.queued")
        event = await received(connection)
        assert (event["job_id"], event["seq"], event["type"]) == ("j2", 1, "job.queued")


async def test_a_changed_balance_comes_unasked(served: Gateway) -> None:
    async with await socket(served) as connection:
        await connection.send(json.dumps({"type": "ping"}))
        assert (await received(connection))["type"] == "pong"
        served.studio.hub.heard(json.dumps({"type": "credits.changed", "user_id": "u1"}).encode())
        event = await received(connection)
    balance = {"available": 27, "held": 3, "plan": "pro", "debt": 0, "subscription": None}
    assert (event["type"], event["data"]) == ("credits.changed", balance)
    assert "seq" not in event


def ring(gateway: Gateway, kind: str, publication_id: str = "y1", user_id: str = "u1") -> None:
    message = {"type": f"publication.{kind}", "user_id": user_id, "publication_id": publication_id}
    gateway.studio.hub.heard(json.dumps(message).encode())


async def test_a_publications_progress_and_end_come_unasked(served: Gateway) -> None:
    publication = served.services.youtube.put(progress=0.5)
    async with await socket(served) as connection:
        await connection.send(json.dumps({"type": "ping"}))
        await received(connection)
        ring(served, "progress")
        event = await received(connection)
        assert (event["type"], event["data"]["id"], event["data"]["progress"]) == ("publication.progress", "y1", 0.5)
        assert "seq" not in event
        publication.state = youtube_pb2.Publication.STATE_PUBLISHED
        ring(served, "done")
        event = await received(connection)
    assert (event["type"], event["data"]["status"]) == ("publication.done", "published")


async def test_of_several_rings_for_a_publication_the_end_is_told(served: Gateway) -> None:
    served.services.youtube.put()
    async with await socket(served) as connection:
        await connection.send(json.dumps({"type": "ping"}))
        await received(connection)
        for kind in ("progress", "done", "progress"):
            ring(served, kind)
        assert (await received(connection))["type"] == "publication.done"
        ring(served, "progress", "y1")
        assert (await received(connection))["type"] == "publication.progress"


async def test_a_publication_of_somebody_else_or_of_nobody_is_not_told_and_the_socket_stays(served: Gateway) -> None:
    served.services.youtube.put()
    async with await socket(served) as connection:
        await connection.send(json.dumps({"type": "ping"}))
        await received(connection)
        ring(served, "done", user_id="u2")
        ring(served, "done", "gone")
        await until(lambda: served.services.youtube.calls)
        served.services.youtube.away = True
        ring(served, "progress")
        await until(lambda: len(served.services.youtube.calls) == 2)
        await connection.send(json.dumps({"type": "ping"}))
        assert (await received(connection))["type"] == "pong"


async def test_a_bad_message_is_answered_and_the_socket_stays(served: Gateway) -> None:
    async with await socket(served) as connection:
        for text, code in (
            ("{", "MALFORMED"),
            ('{"type": "subscribe"}', "VALIDATION_FAILED"),
            ("[]", "VALIDATION_FAILED"),
        ):
            await connection.send(text)
            answer = await received(connection)
            assert (answer["type"], answer["code"]) == ("error", code)


async def test_close_codes(served: Gateway) -> None:
    served.services.jobs.put()
    async with connect(f"ws://{served.address}/api/v1/live?ticket=forged") as connection:
        assert await close_code(connection) == 4401
    for subject in ({"job_id": "j1"}, {"project_id": "p1"}, {"job_id": "nothing"}):
        served.services.projects.refusals.clear()
        async with await socket(served, "u2") as connection:
            subject = {"project_id": "not-mine"} if "project_id" in subject else subject
            await connection.send(json.dumps({"type": "subscribe", **subject}))
            assert await close_code(connection) == 4403


async def test_too_many_subscriptions_close_with_4429(served: Gateway) -> None:
    jobs = served.services.jobs
    async with await socket(served) as connection:
        for number in range(4):
            jobs.put(f"j{number}")
            await connection.send(json.dumps({"type": "subscribe", "job_id": f"j{number}"}))
        assert await close_code(connection) == 4429


async def test_too_many_sockets_close_with_4429(served: Gateway) -> None:
    async with await socket(served), await socket(served), await socket(served) as third:
        assert await close_code(third) == 4429


async def test_a_client_that_does_not_read_is_let_go(served: Gateway) -> None:
    jobs = served.services.jobs
    jobs.put()
    served.studio.settings.__dict__["slow_client_s"] = 0.3
    for _ in range(400):
        jobs.add("j1", "job.progress", ring=False)
        jobs.events["j1"][-1].data_json = json.dumps({"filler": "x" * 40_000})
    address = f"ws://{served.address}/api/v1/live?ticket={await ticket(served)}"
    async with connect(address, max_queue=1, close_timeout=0.1) as connection:
        await connection.send(json.dumps({"type": "subscribe", "job_id": "j1"}))
        await until(lambda: served.studio.hub.sockets)
        await until(lambda: not served.studio.hub.sockets)
    assert served.studio.hub.sockets == {}


async def test_a_withdrawn_sign_in_ends_the_socket(served: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.socket.POLL_S", 0.05)
    async with await socket(served) as connection:
        served.services.users.floors["u1"] = time.time() + 5
        await served.studio.gatekeeper.read_floors()
        assert await close_code(connection) == 4401


async def test_streams_end_when_the_process_leaves(served: Gateway) -> None:
    served.services.jobs.put()
    async with await socket(served) as connection:
        await connection.send(json.dumps({"type": "ping"}))
        await received(connection)
        served.studio.hub.close()
        assert await close_code(connection) == 1001


async def test_a_wrong_place_to_begin_is_pointed_at_though_only_a_ticket_came(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/v1/jobs/j1/events?ticket=ticket-0&after_seq=-1")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/after_seq")
    assert (await gateway.http.get("/api/v1/jobs/j1/events?after_seq=-1")).status_code == 401
