"""One studio for all end-to-end tests, and the films that several of them look at."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.studio import CHECKOUT, Json, Person, Studio, running


@pytest.fixture(scope="session")
def studio() -> Iterator[Studio]:
    """A whole studio: real workers, real backing services, its gateway's address."""
    context = running(CHECKOUT / ".local" / "test")
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
