"""The studio's API for programs: signs in, refreshes its token, repeats what is safe to repeat, and follows a job live."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from cli.errors import Refused, StudioError, Unreachable

Json = dict[str, Any]
ENDED = {"succeeded", "failed", "canceled", "expired"}
FINAL_EVENTS = {f"job.{status}" for status in ENDED}
FORMATS = {
    ".fountain": "fountain",
    ".spmd": "fountain",
    ".fdx": "fdx",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
}
# how often a live connection may fail in a row before server-sent events are tried instead
SOCKET_TRIES = 3
# seconds without an event after which the job itself is asked for
QUIET_S = 10.0
AWAY_TRIES = 6


def script_format(path: Path) -> str:
    """The format that a script's file name says; StudioError for an unknown ending."""
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        known = ", ".join(sorted(FORMATS))
        raise StudioError(
            f"{path.name}: what is it written in?", f"give the file one of these endings: {known}", 2
        ) from None


class Client:
    """A session with one studio. `on_tokens` hears of each new pair (access token, refresh token)."""

    def __init__(
        self,
        url: str,
        access_token: str = "",
        refresh_token: str = "",
        on_tokens: Callable[[str, str], None] | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.access_token = access_token
        self.refresh_token = refresh_token
        self._on_tokens = on_tokens
        self._http = httpx.Client(base_url=self.url, timeout=httpx.Timeout(30, connect=5), headers={"X-Client": "cli"})

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # requests

    def call(self, method: str, path: str, body: Json | None = None, **options: Any) -> httpx.Response:
        """The answer to a request; Refused for a refusal, Unreachable when there is none.

        `options`: params, key (an Idempotency-Key), timeout. What is safe to repeat is repeated while the studio says that a part of
        it is away; an expired token is refreshed once.
        """
        key = options.pop("key", None)
        repeatable = method in ("GET", "PUT", "DELETE") or key is not None
        tries = AWAY_TRIES if repeatable else 1
        for left in reversed(range(tries)):
            answer = self._send(method, path, body, key, **options)
            if answer.status_code == 401 and self.refresh_token and not path.startswith("/api/v1/auth/"):
                self.refresh()
                answer = self._send(method, path, body, key, **options)
            # without Retry-After it won't heal by itself: something is not set up
            if answer.status_code == 503 and left and "Retry-After" in answer.headers:
                time.sleep(min(5.0, float(answer.headers["Retry-After"])))
                continue
            break
        if answer.status_code >= 400:
            raise Refused(answer.status_code, _problem(answer))
        return answer

    def _send(self, method: str, path: str, body: Json | None, key: str | None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            return self._http.request(method, path, json=body, headers=headers, **options)
        except httpx.TransportError as error:
            raise Unreachable(self.url, type(error).__name__) from None

    def get(self, path: str, **params: Any) -> Json:
        """A GET's JSON. Parameters that are None are left out."""
        answer: Json = self.call(
            "GET", path, params={key: value for key, value in params.items() if value is not None}
        ).json()
        return answer

    def post(self, path: str, body: Json | None = None, **options: Any) -> Json:
        """A POST's JSON; {} where it has none. A key of its own makes it safe to repeat."""
        options.setdefault("key", None if path.startswith(("/api/v1/auth/", "/api/v1/live/")) else uuid.uuid4().hex)
        answer = self.call("POST", path, body, **options)
        parsed: Json = answer.json() if answer.content else {}
        return parsed

    # sign-in

    def register(self, email: str, password: str, name: str = "") -> Json:
        """Open an account and sign in; the user."""
        body = {"email": email, "password": password} | ({"name": name} if name else {})
        return self._signed_in(self.post("/api/v1/auth/register", body))

    def login(self, email: str, password: str) -> Json:
        """Sign in; the user."""
        return self._signed_in(self.post("/api/v1/auth/login", {"email": email, "password": password}))

    def refresh(self) -> None:
        """A new pair of tokens for the refresh token; Refused (401) where it no longer holds."""
        answer = self._send("POST", "/api/v1/auth/refresh", {"refresh_token": self.refresh_token}, None)
        if answer.status_code >= 400:
            raise Refused(answer.status_code, _problem(answer))
        self._signed_in(answer.json())

    def logout(self, everywhere: bool = False) -> None:
        """End the session, or all of the user's."""
        params = {"all": "true"} if everywhere else None
        self.call("POST", "/api/v1/auth/logout", {"refresh_token": self.refresh_token}, params=params)
        self._tokens("", "")

    def _signed_in(self, session: Json) -> Json:
        self._tokens(session["access_token"], session.get("refresh_token", ""))
        user: Json = session["user"]
        return user

    def _tokens(self, access_token: str, refresh_token: str) -> None:
        self.access_token, self.refresh_token = access_token, refresh_token
        if self._on_tokens is not None:
            self._on_tokens(access_token, refresh_token)

    # projects and films

    def create_project(self, title: str, description: str = "") -> Json:
        """A new project."""
        return self.post("/api/v1/projects", {"title": title, "description": description})

    def put_script(self, project_id: str, text: str, script_format: str, language: str = "en") -> Json:
        """Hand a script in."""
        body = {"format": script_format, "text": text, "language": language}
        answer: Json = self.call("PUT", f"/api/v1/projects/{project_id}/script", body).json()
        return answer

    def quote(self, project_id: str, options: Json | None = None, kind: str = "video") -> Json:
        """What a film would cost."""
        return self.post("/api/v1/quotes", {"kind": kind, "project_id": project_id, "options": options or {}})

    def generate(self, project_id: str, options: Json | None = None, kind: str = "video", **more: Any) -> Json:
        """Order a film (or a storyboard); the job. `more`: quote_id, and key for an Idempotency-Key of one's own."""
        key = more.pop("key", None) or uuid.uuid4().hex
        body = {"project_id": project_id, "options": options or {}, **more}
        return self.post(f"/api/v1/generate/{kind}", body, key=key, timeout=30)

    def job(self, job_id: str, wait_s: float = 0) -> Json:
        """A job; with `wait_s` once its status changes, or after that many seconds."""
        params = {"wait": wait_s} if wait_s else None
        answer: Json = self.call("GET", f"/api/v1/jobs/{job_id}", params=params, timeout=wait_s + 30).json()
        return answer

    def cancel(self, job_id: str) -> Json:
        """Cancel a job."""
        return self.post(f"/api/v1/jobs/{job_id}/cancel")

    def retry(self, job_id: str) -> Json:
        """Try a job again."""
        return self.post(f"/api/v1/jobs/{job_id}/retry")

    def finished(self, job_id: str, limit_s: float = 600) -> Json:
        """The job once it has ended; StudioError when it has not within the limit."""
        until = time.monotonic() + limit_s
        job = self.job(job_id)
        while job["status"] not in ENDED:
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise StudioError(f"job {job_id} has not ended within {limit_s:.0f} s; it is {job['status']}")
            job = self.job(job_id, max(1.0, min(20.0, left_s)))
        return job

    def credits(self) -> Json:
        """The balance."""
        return self.get("/api/v1/credits")

    def items(self, path: str, **params: Any) -> Iterator[Json]:
        """Every item of a list, page after page."""
        token: str | None = None
        while True:
            page = self.get(path, page_token=token, page_size=100, **params)
            yield from page["items"]
            token = page["next_page_token"]
            if not token:
                return

    def download(self, job: Json, output: Json, path: Path) -> Path:
        """Fetch one of a job's outputs, checked against its size and hash."""
        query = {key: output[key] for key in ("language", "format", "scene") if output.get(key)}
        answer = self.call("GET", f"/api/v1/jobs/{job['id']}/outputs/{output['kind']}", params=query)
        digest = hashlib.sha256()
        partial = path.with_name(path.name + ".part")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with httpx.stream("GET", answer.headers["Location"], timeout=60) as file, partial.open("wb") as target:
                if file.status_code != 200:
                    raise StudioError(f"{path.name} could not be fetched: storage answered {file.status_code}")
                for chunk in file.iter_bytes():
                    digest.update(chunk)
                    target.write(chunk)
        except httpx.TransportError as error:
            raise StudioError(
                f"{path.name} could not be fetched ({type(error).__name__})", "try again in a moment", 4
            ) from None
        if digest.hexdigest() != output["sha256"]:
            raise StudioError(f"{path.name} arrived damaged: its hash is not the one announced", "fetch it again")
        return partial.rename(path)

    # live

    def watch(self, job_id: str, after_seq: int = 0) -> Iterator[Json]:
        """Events of a job until it has ended, each once: by WebSocket, by server-sent events where that keeps failing."""
        failures = 0
        while True:
            events = self._socket_events if failures < SOCKET_TRIES else self._stream_events
            try:
                for event in events(job_id, after_seq):
                    if event["seq"] <= after_seq:
                        continue
                    after_seq, failures = event["seq"], 0
                    yield event
                    if event["type"] in FINAL_EVENTS and self.job(job_id)["status"] in ENDED:
                        return
                if self.job(job_id)["status"] in ENDED and after_seq >= self._last_seq(job_id, after_seq):
                    return
            except (WebSocketException, OSError, httpx.TransportError, Unreachable):
                failures += 1
                if failures > 20:
                    raise
                time.sleep(min(0.2 * 2 ** min(failures, 5), 5))

    def _last_seq(self, job_id: str, after_seq: int) -> int:
        """The last seq of an ended job; `after_seq` where nothing newer is there."""
        path = f"/api/v1/jobs/{job_id}/events"
        answer = self.call("GET", path, params={"after_seq": after_seq})
        seqs = [int(line[4:]) for line in answer.text.splitlines() if line.startswith("id: ")]
        return max(seqs, default=after_seq)

    def _socket_events(self, job_id: str, after_seq: int) -> Iterator[Json]:
        """Events by WebSocket; ends after a while of silence, so that the caller looks at the job itself."""
        ticket = self.post("/api/v1/live/tickets")["ticket"]
        address = f"{self.url.replace('http', 'ws', 1)}/api/v1/live?ticket={quote(ticket)}"
        with connect(address, open_timeout=5, close_timeout=1, max_size=16 * 1024 * 1024) as socket:
            socket.send(json.dumps({"type": "subscribe", "job_id": job_id, "after_seq": after_seq}))
            while True:
                try:
                    message: Json = json.loads(socket.recv(timeout=QUIET_S))
                except TimeoutError:
                    return
                if message.get("job_id") == job_id and "seq" in message:
                    yield message

    def _stream_events(self, job_id: str, after_seq: int) -> Iterator[Json]:
        """Events as server-sent events; ends when the studio closes the stream."""
        headers = {"Authorization": f"Bearer {self.access_token}", "Last-Event-ID": str(after_seq)}
        with self._http.stream("GET", f"/api/v1/jobs/{job_id}/events", headers=headers, timeout=60) as answer:
            if answer.status_code >= 400:
                answer.read()
                raise Refused(answer.status_code, _problem(answer))
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line[6:])


def _problem(answer: httpx.Response) -> Json:
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
