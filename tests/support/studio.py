"""A whole studio in a test's hands: brought up beside anybody's `make up`, spoken to through its gateway alone."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy.local import envfile
from deploy.local.program import BACKING
from deploy.local.stack import Stack

Json = dict[str, Any]
ENDED = ("succeeded", "failed", "canceled", "expired")
CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPT = """\
Title: The Kettle

INT. KITCHEN - NIGHT

MARA (60s), a keeper in a yellow raincoat with a grey bun, pours tea.

MARA
The kettle knows when it rains.

EXT. SEA - DAWN

TOM (9), a boy in a red scarf, waves from a small boat.

TOM
I am coming home!
"""
# how long a request is repeated, by those who are patient, while a part of the studio is away
PATIENCE_S = 60.0
# an access token isn't used for the last while of its life
BEFORE_EXPIRY_S = 60.0


class Away(AssertionError):
    """The studio did not answer for longer than anybody should have to wait."""


def until(happens: Callable[[], Any], within_s: float, what: str, every_s: float = 0.1) -> Any:
    """What `happens()` gives once it is true; AssertionError when the time is up."""
    deadline = time.monotonic() + within_s
    while not (found := happens()):
        assert time.monotonic() < deadline, f"{what} did not happen within {within_s:g} s"
        time.sleep(every_s)
    return found


@dataclass
class Person:
    """Somebody at the gateway, signed in or not."""

    http: httpx.Client
    email: str = ""
    password: str = ""
    user: Json = field(default_factory=dict)
    # seconds for which what can't be served just now is asked again; every order has a key, so that none counts twice
    patience_s: float = 0.0
    # when the access token is about to expire, by the monotonic clock: who is there for all tests signs in again
    stale_at: float = math.inf

    @property
    def id(self) -> str:
        """The user's id."""
        return str(self.user["id"])

    @property
    def token(self) -> str:
        """The access token."""
        return self.http.headers.get("Authorization", "").removeprefix("Bearer ")

    def sign_in(self, how: str = "login") -> Person:
        """Login, or register; the access token is used from then on."""
        self.stale_at = math.inf
        session = self.ok("POST", f"/auth/{how}", {"email": self.email, "password": self.password})
        self.user = session["user"]
        self.http.headers["Authorization"] = f"Bearer {session['access_token']}"
        self.stale_at = time.monotonic() + session["expires_in"] - BEFORE_EXPIRY_S
        return self

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """The answer to one request, whatever it is. Header names with underscores: `If_Match`."""
        if time.monotonic() >= self.stale_at:
            self.sign_in()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, f"/api/v1{path}", json=body, headers=named)

    def ok(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The JSON of an answer that is no refusal."""
        deadline = time.monotonic() + self.patience_s
        if method == "POST" and not path.startswith(("/auth/", "/live/")):
            headers.setdefault("Idempotency_Key", secrets.token_hex(16))
        while True:
            try:
                answer = self.ask(method, path, body, **headers)
            except httpx.TransportError as error:
                why: object = repr(error)
            else:
                busy = answer.status_code == 409 and answer.json().get("code") == "IDEMPOTENCY_IN_FLIGHT"
                expired = answer.status_code == 401 and self.patience_s and not path.startswith("/auth/")
                if answer.status_code < 400:
                    return answer.json() if answer.content else None
                if expired:
                    self.sign_in()
                elif answer.status_code < 500 and not busy:
                    raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
                why = f"{answer.status_code} {answer.text}"
            if time.monotonic() >= deadline:
                raise Away(f"{method} {path}: {why}")
            time.sleep(0.2)

    def refused(self, status: int, code: str, method: str, path: str, body: Any = None, **headers: str) -> Json:
        """The problem of a refusal, which is this one."""
        return problem(self.ask(method, path, body, **headers), status, code)

    # projects

    def project(self, title: str = "The Kettle") -> str:
        """A new project's id."""
        return str(self.ok("POST", "/projects", {"title": title})["id"])

    def put_script(self, project_id: str, text: str = SCRIPT, **more: str) -> Json:
        """Hand a script in."""
        body = {"format": "fountain", "text": text, "language": "en", **more}
        answer: Json = self.ok("PUT", f"/projects/{project_id}/script", body)
        return answer

    def project_with_script(self, text: str = SCRIPT, title: str = "The Kettle") -> str:
        """A new project's id, with a script that fits into a quarter of a minute."""
        project_id = self.project(title)
        self.put_script(project_id, text)
        return project_id

    def upload(self, project_id: str, kind: str, filename: str, content_type: str, data: bytes) -> str:
        """A file of the project, announced and sent to storage; its asset id, not yet complete."""
        announced = {
            "project_id": project_id, "kind": kind, "filename": filename, "content_type": content_type,
            "size_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(),
        }  # fmt: skip
        place = self.ok("POST", "/assets/upload", announced)
        sent = httpx.request(place["method"], place["url"], content=data, headers=place["headers"])
        assert sent.is_success, sent.text
        return str(place["asset_id"])

    # jobs

    def order(
        self, project_id: str, duration: float | None = 15, resolution: str | None = "480p", **options: Any
    ) -> Json:
        """A film is ordered; the job as it was accepted."""
        asked = {"duration_s": duration, "resolution": resolution, **options}
        body = {
            "project_id": project_id,
            "options": {name: value for name, value in asked.items() if value is not None},
        }
        job: Json = self.ok("POST", "/generate/video", body)
        return job

    def film(self, project_id: str, duration: float = 15, resolution: str | None = "480p", **options: Any) -> Json:
        """A film is made; its job, which has succeeded."""
        job = self.wait_for_end(self.order(project_id, duration, resolution, **options)["id"])
        assert job["status"] == "succeeded", job["error"]
        return job

    def job(self, job_id: str) -> Json:
        """A job as it is now."""
        job: Json = self.ok("GET", f"/jobs/{job_id}")
        return job

    def wait_for(self, job_id: str, accepts: Callable[[Json], bool], within_s: float, what: str) -> Json:
        """The job once it is as wanted."""

        def look() -> Json | None:
            job = self.job(job_id)
            if accepts(job):
                return job
            assert job["status"] not in ENDED, f"the job is {job['status']}: {job['error']}; waited until {what}"
            return None

        found: Json = until(look, within_s, f"job {job_id}: {what}")
        return found

    def wait_for_end(self, job_id: str, within_s: float = 240) -> Json:
        """The job once it has ended, in whatever way."""
        return self.wait_for(job_id, lambda job: job["status"] in ENDED, within_s, "its end")

    def probe(self, steps: int = 1, seconds_per_step: float = 0.0, **more: Any) -> Json:
        """A synthetic job, for administrators."""
        job: Json = self.ok("POST", "/admin/probes", {"steps": steps, "seconds_per_step": seconds_per_step, **more})
        return job

    def events(self, job_id: str, after_seq: int = 0) -> list[Json]:
        """A job's events until the stream closes, in the order they came."""
        headers = {"Last-Event-ID": str(after_seq)}
        with self.http.stream("GET", f"/api/v1/jobs/{job_id}/events", headers=headers, timeout=120) as answer:
            assert answer.status_code in (200, 204), answer.read()
            return [json.loads(line[6:]) for line in answer.iter_lines() if line.startswith("data: ")]

    # credits

    def credits(self) -> Json:
        """The balance."""
        balance: Json = self.ok("GET", "/credits")
        return balance

    def transactions(self, job_id: str | None = None) -> list[Json]:
        """The ledger, newest first; of one job where it is named."""
        found: list[Json] = []
        token = ""
        while True:
            page = self.ok("GET", f"/credits/transactions?page_size=100&page_token={token}")
            found += page["items"]
            token = page["next_page_token"]
            if not token:
                return [line for line in found if job_id is None or line["job_id"] == job_id]

    def settled(self, within_s: float = 5.0) -> Json:
        """The balance once nothing is held, with a ledger that adds up to it."""
        balance: Json = until(
            lambda: found if (found := self.credits())["held"] == 0 else None, within_s, "the end of every hold"
        )
        assert sum(line["amount"] for line in self.transactions()) == balance["available"]
        return balance


def problem(answer: httpx.Response, status: int, code: str) -> Json:
    """The problem of a refusal: RFC 9457, with this status and code."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    found: Json = answer.json()
    assert found["code"] == code, found
    assert found["status"] == status
    assert found["trace_id"]
    return found


class Studio:
    """A running studio and the people at its gateway."""

    def __init__(self, stack: Stack, env: Mapping[str, str], patience_s: float = 0.0) -> None:
        self.stack = stack
        self.env = dict(env)
        self.url = self.env["FILMSTUDIO_URL"]
        self._patience_s = patience_s
        self._people: list[Person] = []
        self._admin: Person | None = None

    def anonymous(self) -> Person:
        """Somebody who isn't signed in."""
        person = Person(httpx.Client(base_url=self.url, timeout=30), patience_s=self._patience_s)
        self._people.append(person)
        return person

    def register(self, tier: str = "free", credits: int = 0) -> Person:
        """A new user; an administrator gives the tier and the credits."""
        person = self.anonymous()
        person.email, person.password = f"{secrets.token_hex(8)}@example.com", secrets.token_urlsafe(18)
        person.sign_in("register")
        if tier != "free":
            self.admin().ok("PATCH", f"/admin/users/{person.id}", {"subscription_tier": tier})
        if credits:
            self.admin().ok("POST", f"/admin/users/{person.id}/credits", {"amount": credits, "reason": "for a test"})
        return person

    def admin(self) -> Person:
        """The administrator, signed in once."""
        if self._admin is None:
            self._admin = self.anonymous()
            self._admin.email = self.env["FILMSTUDIO_ADMIN_EMAIL"]
            self._admin.password = self.env["FILMSTUDIO_ADMIN_PASSWORD"]
            self._admin.sign_in()
        return self._admin

    def close(self) -> None:
        """Close everybody's connections."""
        for person in self._people:
            person.http.close()


@contextmanager
def running(
    root: Path, workers: int = 1, patience_s: float = 0.0, settings: Mapping[str, str] | None = None
) -> Iterator[Studio]:
    """A studio under this root. In the end its own processes are stopped; the backing services stay for other tests.

    `settings` are variables that its processes are told besides what a stack tells them.
    """
    stack = Stack(root)
    root.mkdir(parents=True, exist_ok=True)
    envfile.write(stack.layout.settings, settings or {})
    running_before = {name for name, process in stack.daemon.processes().items() if process["statename"] == "RUNNING"}
    studio = Studio(stack, stack.up(workers=workers), patience_s)
    try:
        yield studio
    finally:
        studio.close()
        if not running_before - set(BACKING):
            stack.up(only=())
