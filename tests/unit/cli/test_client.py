"""The API client: tokens, repeats, events, downloads."""

from __future__ import annotations

import asyncio
import hashlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidHandshake

from cli import client as client_module
from cli.client import Client, script_format
from cli.errors import Refused, StudioError, Unreachable
from tests.unit.gateway.conftest import Gateway

Maker = Callable[..., Client]


@pytest.fixture
def of() -> Iterator[Maker]:
    made: list[Client] = []

    def make(gateway: Gateway, **claims: Any) -> Client:
        made.append(Client(f"http://{gateway.address}", gateway.services.users.token(**claims), "refresh"))
        return made[-1]

    yield make
    for client in made:
        client.close()


async def test_an_expired_token_is_refreshed_once_and_the_new_pair_is_told(of: Maker, served: Gateway) -> None:
    pairs: list[tuple[str, str]] = []
    client = of(served, exp=1)
    client._on_tokens = lambda access, refresh: pairs.append((access, refresh))
    assert (await asyncio.to_thread(client.credits))["available"] == 27
    assert served.services.users.last("Refresh").refresh_token == "refresh"
    assert [refresh for _, refresh in pairs] == ["r" * 43]


async def test_a_refusal_carries_its_code_and_what_to_do(of: Maker, served: Gateway) -> None:
    with pytest.raises(Refused) as refused:
        await asyncio.to_thread(of(served).job, "nothing")
    assert (refused.value.status, refused.value.code, refused.value.exit_code) == (404, "NOT_FOUND", 1)


async def test_while_a_part_is_away_what_is_safe_is_repeated(
    of: Maker, served: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def come_back(seconds: float) -> None:
        waits.append(seconds)
        served.services.jobs.away = False

    monkeypatch.setattr(client_module.time, "sleep", come_back)
    served.services.jobs.away = True
    job = await asyncio.to_thread(of(served).generate, "p1", {})
    assert (job["id"], len(waits)) == ("j1", 1)
    keys = {request.request_id for call, request, _ in served.services.jobs.calls if call == "CreateJob"}
    assert len(keys) == 1


def test_a_studio_that_is_not_there_is_unreachable(nowhere: str) -> None:
    with Client(nowhere) as client, pytest.raises(Unreachable, match="does not answer"):
        client.credits()


def add_events(gateway: Gateway, count: int) -> None:
    jobs = gateway.services.jobs
    jobs.put()
    for _ in range(count - 1):
        jobs.add("j1", "job.progress")
    jobs.add("j1", "job.succeeded", final=True)


async def test_watching_brings_each_event_once(of: Maker, served: Gateway) -> None:
    add_events(served, 150)
    events = await asyncio.to_thread(lambda: list(of(served).watch("j1")))
    assert [event["seq"] for event in events] == list(range(1, 151))


async def test_a_broken_connection_goes_on_where_it_was(
    of: Maker, served: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_events(served, 9)
    whole = Client._socket_events
    asked: list[int] = []

    def breaking(self: Client, job_id: str, after_seq: int) -> Iterator[Any]:
        asked.append(after_seq)
        for number, event in enumerate(whole(self, job_id, after_seq)):
            if number == 3:
                raise OSError("cut")
            yield event

    monkeypatch.setattr(Client, "_socket_events", breaking)
    monkeypatch.setattr(client_module.time, "sleep", lambda _seconds: None)
    events = await asyncio.to_thread(lambda: list(of(served).watch("j1")))
    assert [event["seq"] for event in events] == list(range(1, 10))
    assert asked == [0, 3, 6]


async def test_where_sockets_fail_server_sent_events_are_read(
    of: Maker, served: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_events(served, 5)

    def failing(_self: Client, _job_id: str, _after_seq: int) -> Iterator[Any]:
        raise InvalidHandshake("a proxy without WebSockets")

    monkeypatch.setattr(Client, "_socket_events", failing)
    monkeypatch.setattr(client_module.time, "sleep", lambda _seconds: None)
    events = await asyncio.to_thread(lambda: list(of(served).watch("j1")))
    assert [event["seq"] for event in events] == [1, 2, 3, 4, 5]


async def test_watching_a_job_whose_events_are_known_ends(
    of: Maker, served: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "QUIET_S", 0.1)
    add_events(served, 2)
    assert await asyncio.to_thread(lambda: list(of(served).watch("j1", 2))) == []


@pytest.fixture
def storage() -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a film")

        def log_message(self, *_: Any) -> None:
            return

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/film.mp4"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("damaged", [False, True])
async def test_a_download_is_checked_against_its_hash(
    of: Maker, served: Gateway, storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: bool
) -> None:
    output = {"kind": "film", "sha256": hashlib.sha256(b"another" if damaged else b"a film").hexdigest()}
    target = tmp_path / "out" / "film.mp4"
    client = of(served)

    class Answer:
        headers = {"Location": storage}  # noqa: RUF012 - read once

    monkeypatch.setattr(client, "call", lambda *_args, **_options: Answer())
    if damaged:
        with pytest.raises(StudioError, match="damaged"):
            await asyncio.to_thread(client.download, {"id": "j1"}, output, target)
        assert not target.exists()
    else:
        await asyncio.to_thread(client.download, {"id": "j1"}, output, target)
        assert target.read_bytes() == b"a film"


def test_a_scripts_format_is_its_ending() -> None:
    assert script_format(Path("a.Fountain")) == "fountain"
    assert script_format(Path("a.md")) == "markdown"
    with pytest.raises(StudioError, match="what is it written in"):
        script_format(Path("a.docx"))
