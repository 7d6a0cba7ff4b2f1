"""Word to others: webhooks to customers' programs, signed and sent until taken; mails, and the ways to end them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import httpx
import pytest
from svix.webhooks import Webhook, WebhookVerificationError

from tests.e2e.conftest import Premiere
from tests.support.outside import Outside, Received, token_of
from tests.support.studio import Json, Person, Studio, until


class Listener:
    """Somebody with a program that wants to hear of their credits."""

    def __init__(self, studio: Studio, outside: Outside) -> None:
        self.person = studio.register()
        self.path = f"credits-{secrets.token_hex(4)}"
        asked = {"url": outside.receiver(self.path), "events": ["credits.*"]}
        self.webhook: Json = self.person.ok("POST", "/webhooks", asked)
        self._studio = studio
        self._outside = outside
        # the account's own opening is told too, unless there was no webhook yet: what is told after it comes after it
        self.happens("a welcome")
        self.delivery_of(self.heard("a welcome")[0].id)
        until(lambda: not [line for line in self.log() if line["status"] == "pending"], 10, "quiet")

    @property
    def address(self) -> str:
        """The webhook's own path in the API."""
        return f"/webhooks/{self.webhook['id']}"

    def happens(self, reason: str) -> None:
        """Something that the program is told of."""
        gift = {"amount": 1, "reason": reason}
        self._studio.admin().ok("POST", f"/admin/users/{self.person.id}/credits", gift)

    def heard(self, reason: str, times: int = 1) -> list[Received]:
        """What came of it, once it came so often."""

        def look() -> list[Received] | None:
            came = [one for one in self._outside.deliveries(self.path) if reason in one.body.decode()]
            return came if len(came) >= times else None

        found: list[Received] = until(look, 20, f"{times} deliveries about {reason}")
        return found

    def log(self) -> list[Json]:
        """What was sent there, newest first."""
        lines: list[Json] = self.person.ok("GET", f"{self.address}/deliveries?page_size=100")["items"]
        return lines

    def delivery_of(self, message_id: str) -> Json:
        """The log's line of a message that was sent once, when it has succeeded."""

        def look() -> Json | None:
            (line,) = [line for line in self.log() if line["message_id"] == message_id]
            return line if line["status"] == "succeeded" else None

        found: Json = until(look, 20, f"delivery of {message_id}")
        return found


@pytest.fixture
def listener(studio: Studio, outside: Outside) -> Listener:
    """A new one."""
    return Listener(studio, outside)


@pytest.fixture(scope="module")
def lasting(studio: Studio, outside: Outside) -> Listener:
    """One for all tests that leave it as it is."""
    return Listener(studio, outside)


def test_a_films_maker_has_a_program_that_hears_of_it_signed(premiere: Premiere, outside: Outside) -> None:
    job_id = premiere.job["id"]
    subjects = {job_id, premiere.publication["id"]}

    def arrived() -> dict[str, Received] | None:
        events = [(one, one.event) for one in outside.deliveries(premiere.path)]
        came = {event["type"]: one for one, event in events if event["data"].get("id") in subjects}
        return came if {"job.queued", "job.succeeded", "publication.succeeded"} <= came.keys() else None

    came: dict[str, Received] = until(arrived, 20, "word of the film and its publication")
    for one in came.values():
        # signed again as of then: a program verifies what comes at once, and this film may have been made a while ago
        sent_at = datetime.fromtimestamp(int(one.headers["webhook-timestamp"]), UTC)
        signature = Webhook(premiere.webhook["secret"]).sign(one.headers["webhook-id"], sent_at, one.body.decode())
        assert signature in one.headers["webhook-signature"].split()
    job = came["job.succeeded"].event["data"]
    assert (job["id"], job["status"], job["credits"]["captured"]) == (job_id, "succeeded", 1)
    film = next(output for output in job["outputs"] if output["kind"] == "film")
    # no signed address travels: the link asks whoever follows it who they are
    assert film["sha256"] == premiere.output("film")["sha256"]
    assert httpx.get(film["link"]).status_code == 401
    publication = came["publication.succeeded"].event["data"]
    assert publication["video_id"] == premiere.publication["video_id"]


def test_a_forged_or_changed_message_does_not_verify(listener: Listener) -> None:
    listener.happens("a first gift")
    (came,) = listener.heard("a first gift")
    hook = Webhook(listener.webhook["secret"])
    hook.verify(came.body, came.headers)
    with pytest.raises(WebhookVerificationError):
        hook.verify(came.body.replace(b"first", b"worst"), came.headers)


def test_after_a_rotation_a_message_verifies_by_the_old_and_the_new_secret(listener: Listener) -> None:
    rotated = listener.person.ok("POST", f"{listener.address}/rotate")
    assert rotated["secret"] != listener.webhook["secret"]
    assert rotated["previous_secret_expires_at"] is not None
    listener.happens("a gift in between")
    (came,) = listener.heard("a gift in between")
    assert len(came.headers["webhook-signature"].split(" ")) == 2
    for secret in (listener.webhook["secret"], rotated["secret"]):
        Webhook(secret).verify(came.body, came.headers)
    # neither is ever shown again
    assert "secret" not in listener.person.ok("GET", listener.address)


def test_a_message_is_sent_until_it_is_taken_and_again_when_asked_for(listener: Listener, outside: Outside) -> None:
    with outside.fault("webhooks", f"POST /in/{listener.path}", "status:500", times=2):
        listener.happens("a stubborn gift")
        came = listener.heard("a stubborn gift", times=3)
    assert [one.status for one in came] == [500, 500, 200]
    assert len({one.id for one in came}) == 1
    line = listener.delivery_of(came[0].id)
    assert (line["attempts"], line["response_status"], line["event_type"]) == (3, 200, "credits.granted")

    # a line of its own in the log, and the same message to whoever keeps what they have seen
    again = listener.person.ok("POST", f"/webhooks/deliveries/{line['id']}/redeliver")
    assert (again["message_id"], again["status"]) == (came[0].id, "pending")
    assert listener.heard("a stubborn gift", times=4)[-1].id == came[0].id
    succeeded = lambda: {row["id"] for row in listener.log() if row["status"] == "succeeded"}  # noqa: E731
    until(lambda: {line["id"], again["id"]} <= succeeded(), 10, "the log of both")


def test_a_paused_webhook_hears_nothing_until_it_is_started_and_a_deleted_one_nothing_more(
    listener: Listener, outside: Outside
) -> None:
    other = listener.person.ok("POST", "/webhooks", {"url": outside.receiver(listener.path), "events": ["job.*"]})
    assert listener.person.ok("PATCH", listener.address, {"active": False})["status"] == "paused"
    listener.happens("a quiet gift")
    (line,) = until(lambda: [line for line in listener.log() if line["status"] == "pending"], 10, "one that waits")
    assert line["attempts"] == 0
    assert listener.person.ok("PATCH", listener.address, {"active": True})["status"] == "active"
    assert listener.heard("a quiet gift")[0].id == line["message_id"]
    # the other wants to hear of jobs alone
    assert listener.person.ok("GET", f"/webhooks/{other['id']}/deliveries")["items"] == []
    listener.person.ok("DELETE", listener.address)
    listener.person.refused(404, "NOT_FOUND", "GET", listener.address)
    assert [row["id"] for row in listener.person.ok("GET", "/webhooks")["items"]] == [other["id"]]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hooks",
        "https://10.0.0.1/hooks",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/hooks",
        "https://[::ffff:192.168.0.1]/hooks",
        "https://0x0a000001/hooks",
        "https://metadata.google.internal/hooks",
        "https://me:secret@example.com/hooks",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_nobody_outside_has_is_refused(lasting: Listener, url: str) -> None:
    lasting.person.refused(422, "URL_FORBIDDEN", "POST", "/webhooks", {"url": url, "events": ["*"]})
    lasting.person.refused(422, "URL_FORBIDDEN", "PATCH", lasting.address, {"url": url})


def test_events_that_there_are_not_and_other_peoples_webhooks_are_refused(lasting: Listener, studio: Studio) -> None:
    asked = {"url": "https://example.com/hooks", "events": ["job.exploded"]}
    lasting.person.refused(422, "VALIDATION_FAILED", "POST", "/webhooks", asked)
    stranger = studio.register()
    for method, path, body in (
        ("GET", lasting.address, None),
        ("PATCH", lasting.address, {"active": False}),
        ("DELETE", lasting.address, None),
        ("POST", f"{lasting.address}/rotate", None),
        ("GET", f"{lasting.address}/deliveries", None),
    ):
        stranger.refused(404, "NOT_FOUND", method, path, body)
    assert lasting.person.ok("GET", lasting.address)["status"] == "active"


def test_the_link_of_the_first_mail_proves_an_address_once(studio: Studio, outside: Outside) -> None:
    person = studio.register()
    assert not person.ok("GET", "/me")["email_verified"]
    letter = outside.letter(person.email, "confirm your e-mail address")
    token = token_of(letter)
    assert token in letter["html"]
    # mail about sign-in can't be ended
    assert "List-Unsubscribe" not in letter["headers"]
    anybody = studio.anonymous()
    assert anybody.ok("POST", "/auth/email/verify", {"token": token})["email_verified"]
    assert person.ok("GET", "/me")["email_verified"]
    anybody.refused(422, "TOKEN_INVALID", "POST", "/auth/email/verify", {"token": token})


def test_a_forgotten_password_is_replaced_by_the_mails_token_once_in_the_readers_language(
    studio: Studio, outside: Outside
) -> None:
    person = studio.register()
    person.http.headers["X-Client"] = "cli"
    session = person.ok("POST", "/auth/login", {"email": person.email, "password": person.password})
    person.ok("PATCH", "/me", {"language": "de-AT"})
    anybody, old, new = studio.anonymous(), person.password, secrets.token_urlsafe(18)
    unknown = f"{secrets.token_hex(8)}@example.com"
    answers = [anybody.ask("POST", "/auth/password/forgot", {"email": email}) for email in (person.email, unknown)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"")] * 2
    letter = outside.letter(person.email, "Passwort")
    assert letter["headers"]["Content-Language"] == "de"
    token = token_of(letter)

    anybody.ok("POST", "/auth/password/reset", {"token": token, "password": new})
    anybody.refused(422, "TOKEN_INVALID", "POST", "/auth/password/reset", {"token": token, "password": old})
    # whoever was signed in isn't any more
    person.refused(401, "UNAUTHENTICATED", "POST", "/auth/refresh", {"refresh_token": session["refresh_token"]})
    person.refused(401, "UNAUTHENTICATED", "POST", "/auth/login", {"email": person.email, "password": old})
    person.password = new
    assert person.sign_in().ok("GET", "/me")["id"] == person.id
    assert outside.letters(unknown) == []


def test_a_mail_tells_of_the_film_until_one_click_ends_such_mails(premiere: Premiere, outside: Outside) -> None:
    person = premiere.person
    letter = outside.letter(person.email, f"Your film is ready: {premiere.title}")
    assert letter["text"].startswith("Your film is ready")
    assert "Hello Mara Lind," in letter["text"]
    assert f"/api/v1/jobs/{premiere.job['id']}/outputs/film" in letter["text"]
    assert letter["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter["headers"]["List-Unsubscribe"].strip("<>")
    # a mail program looks at links by itself: that alone changes nothing
    assert httpx.get(link).status_code == 200
    before = person.ok("GET", "/me/notifications")
    assert before["film_ready"]
    try:
        done = httpx.post(link, data={"List-Unsubscribe": "One-Click"})
        assert (done.status_code, done.json()) == (200, {"preference": "film_ready"})
        assert person.ok("GET", "/me/notifications") == {**before, "film_ready": False}
        job = person.film(premiere.project_id)
        told = lambda: [one.event["data"]["id"] for one in outside.deliveries(premiere.path, "job.succeeded")]  # noqa: E731
        until(lambda: job["id"] in told(), 20, "word of the second film")
        # mails leave in order: this one is asked for after that one was not
        asked_before = len(outside.letters(person.email, "confirm your e-mail address"))
        person.ok("POST", "/auth/email/verify")
        confirming = lambda: len(outside.letters(person.email, "confirm your e-mail address"))  # noqa: E731
        until(lambda: confirming() > asked_before, 20, "a later mail")
        assert all(job["id"] not in one["text"] for one in outside.letters(person.email))
    finally:
        assert person.ok("PATCH", "/me/notifications", {"film_ready": True})["film_ready"]


def test_a_link_that_is_not_ours_unsubscribes_nobody(studio: Studio) -> None:
    studio.anonymous().refused(422, "TOKEN_INVALID", "POST", "/unsubscribe?token=made-up")


def test_preferences_are_chosen_one_by_one_and_their_version_is_watched(studio: Studio) -> None:
    person: Person = studio.register()
    first = person.ask("GET", "/me/notifications")
    changed = person.ask("PATCH", "/me/notifications", {"youtube": False}, If_Match=first.headers["etag"])
    assert changed.json() == {**first.json(), "youtube": False}
    person.refused(
        412, "ETAG_MISMATCH", "PATCH", "/me/notifications", {"youtube": True}, If_Match=first.headers["etag"]
    )
    assert not person.ok("GET", "/me/notifications")["youtube"]
