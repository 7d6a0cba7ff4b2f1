"""One studio for all end-to-end tests, and the films that several of them look at."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.support.outside import HASTE, Outside
from tests.support.studio import CHECKOUT, Json, Person, Studio, running, until


@pytest.fixture(scope="session")
def studio() -> Iterator[Studio]:
    """A whole studio: real workers, real backing services, its gateway's address."""
    context = running(CHECKOUT / ".local" / "test", settings=HASTE)
    # in a thread, because the stack runs loops of its own
    with ThreadPoolExecutor(1) as thread:
        yield thread.submit(context.__enter__).result()
        thread.submit(context.__exit__, None, None, None).result()


@pytest.fixture(scope="session")
def admin(studio: Studio) -> Person:
    return studio.admin()


@pytest.fixture(scope="session")
def filmmaker(studio: Studio) -> Person:
    """Somebody on plan pro with credits enough."""
    return studio.register("pro", credits=60)


@pytest.fixture(scope="session")
def outside(studio: Studio) -> Iterator[Outside]:
    """The world outside of the studio."""
    world = Outside(studio)
    yield world
    world.close()


@contextmanager
def live(person: Person) -> Iterator[ClientConnection]:
    """A WebSocket opened by a ticket."""
    ticket = person.ok("POST", "/live/tickets")
    with connect(ticket["url"], open_timeout=10, close_timeout=5) as socket:
        yield socket


@dataclass(frozen=True)
class Film:
    """A first film as its filmmaker saw it come to be."""

    person: Person
    project_id: str
    quote: Json
    accepted: Json
    # the balance while it was made
    during: Json
    events: list[Json]
    job: Json
    # the balance and the ledger after it
    after: Json
    transactions: list[Json]

    def output(self, kind: str, **also: str) -> Json:
        """One of its outputs."""
        wanted = {"kind": kind, **also}
        return next(output for output in self.job["outputs"] if wanted.items() <= output.items())


@pytest.fixture(scope="session")
def film(studio: Studio) -> Film:
    """A new user's first film: a quarter of a minute on plan free, with nothing else said."""
    person = studio.register()
    project_id = person.project_with_script()
    options = {"duration_s": 15, "seed": 7}
    quote = person.ok("POST", "/quotes", {"kind": "video", "project_id": project_id, "options": options})
    order = {"project_id": project_id, "options": options, "quote_id": quote["quote_id"]}
    accepted = person.ok("POST", "/generate/video", order)
    during = person.credits()
    events = person.events(accepted["id"])
    job = person.job(accepted["id"])
    assert job["status"] == "succeeded", job["error"]
    return Film(person, project_id, quote, accepted, during, events, job, person.settled(), person.transactions())


@pytest.fixture(scope="session")
def film_file(film: Film, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film itself, fetched as a browser would."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    path.write_bytes(fetched(film.person, film.job["id"], "film").content)
    return path


def fetched(person: Person, job_id: str, kind: str, query: str = "") -> httpx.Response:
    """An output, by the gateway's redirect to storage."""
    redirect = person.ask("GET", f"/jobs/{job_id}/outputs/{kind}{query}")
    assert redirect.status_code == 302, redirect.text
    return httpx.get(redirect.headers["location"], timeout=30).raise_for_status()


@dataclass(frozen=True)
class Premiere:
    """A film with everything that the world outside does about one: published as ordered, told to its maker's program."""

    person: Person
    connection: Json
    # the maker's program: its webhook as created, with the secret, and its path at the receiver
    webhook: Json
    path: str
    project_id: str
    title: str
    playlist: str
    order: Json
    job: Json
    # from the order to the film
    seconds: float
    # what came on the WebSocket about the publication
    told: list[Json]
    publication: Json

    def output(self, kind: str, **also: str) -> Json:
        """One of the film's outputs."""
        wanted = {"kind": kind, **also}
        return next(output for output in self.job["outputs"] if wanted.items() <= output.items())


@pytest.fixture(scope="session")
def premiere(studio: Studio, outside: Outside) -> Premiere:
    """Somebody on plan pro, with a channel and a program of their own, orders a film to be published."""
    person = studio.register("pro", credits=20)
    person.ok("PATCH", "/me", {"name": "Mara Lind"})
    path = f"films-{secrets.token_hex(4)}"
    webhook = person.ok("POST", "/webhooks", {"url": outside.receiver(path), "events": ["*"]})
    connection = outside.consent(person)
    title, playlist = f"The Kettle {secrets.token_hex(4)}", f"Kettles {secrets.token_hex(4)}"
    project_id = person.project_with_script(title=title)
    publish = {
        "connection_id": connection["id"], "description": "Tea, and rain.", "tags": ["short film", "tea"],
        "privacy": "unlisted", "playlist": playlist,
    }  # fmt: skip
    order = {"project_id": project_id, "options": {"duration_s": 15, "resolution": "480p"}, "publish": publish}
    with live(person) as socket:
        # the answer shows that the connection is served
        socket.send('{"type": "ping"}')
        socket.recv(timeout=10)
        begun = time.monotonic()
        job = person.wait_for_end(person.ok("POST", "/generate/video", order)["id"])
        seconds = time.monotonic() - begun
        assert job["status"] == "succeeded", job["error"]
        told: list[Json] = []
        while not told or told[-1]["type"] != "publication.done":
            message = json.loads(socket.recv(timeout=30))
            if message["type"].startswith("publication."):
                told.append(message)
    (listed,) = person.ok("GET", f"/youtube/publications?job_id={job['id']}")["items"]
    publication = up(person, listed["id"])
    return Premiere(
        person, connection, webhook, path, project_id, title, playlist, order, job, seconds, told, publication
    )


def up(person: Person, publication_id: str, within_s: float = 30) -> Json:
    """A publication once the video is up with all that is set beside it."""

    def complete(publication: Json) -> bool:
        assert publication["status"] not in ("failed", "canceled"), publication["error"]
        waiting = any(caption["status"] == "waiting" for caption in publication["captions"])
        playlist = not publication["playlist"] or publication["playlist_id"]
        return publication["status"] in ("published", "scheduled") and not waiting and bool(playlist)

    return become(person, publication_id, complete, within_s, "a video with all that is set beside it")


def become(
    person: Person, publication_id: str, accepts: Callable[[Json], bool], within_s: float = 30, what: str = "a change"
) -> Json:
    """A publication once it is as wanted."""

    def look() -> Json | None:
        publication: Json = person.ok("GET", f"/youtube/publications/{publication_id}")
        return publication if accepts(publication) else None

    found: Json = until(look, within_s, f"publication {publication_id}: {what}")
    return found
