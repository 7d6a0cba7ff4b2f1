"""The world outside in a test's hands: what people do on the providers' pages, what arrived there, what shall go wrong.

It drives the sandbox of a running studio (`_act`, `_state`, `_faults`), and asks nothing that the real providers' pages would
not show to a person.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.support.studio import Json, Person, Studio, until

# The tests' own stack waits seconds where an installation waits days, and has room for the uploads of many runs a day.
HASTE = {
    "BILLING_GRACE_S": "4",
    "BILLING_SWEEP_INTERVAL_S": "0.5",
    "PAYMENT_EVENT_INTERVAL_S": "1",
    "PAYMENT_EVENT_RETRY_FIRST_S": "0.2",
    "PAYMENT_EVENT_RETRY_MOST_S": "2",
    "CRM_PUSH_INTERVAL_S": "0.5",
    "CRM_POLL_INTERVAL_S": "0.5",
    "CRM_RETRY_MOST_S": "1",
    "SALESFORCE_AWAY_MOST_S": "1",
    "YOUTUBE_UPLOADS_PER_DAY": "1000000",
    "YOUTUBE_UPLOADS_PER_CHANNEL_PER_DAY": "1000000",
    "YOUTUBE_UNITS_PER_DAY": "1000000000",
    "YOUTUBE_QUOTA_WAIT_MOST_S": "2",
    "YOUTUBE_POLL_FIRST_S": "0.3",
    "YOUTUBE_RETRY_FIRST_S": "0.5",
    "YOUTUBE_RETRY_MOST_S": "1",
    "YOUTUBE_LOOK_FOR_WORK_S": "0.5",
    "YOUTUBE_PLAN_EVERY_S": "1",
    "YOUTUBE_REVOKE_EVERY_S": "1",
    "SWEEP_INTERVAL_S": "1",
    "PURGE_INTERVAL_S": "1",
    "WEBHOOKS_RETRY_DELAYS_S": "[0.5, 1, 1, 1, 1, 1, 1, 1, 1]",
    "WEBHOOKS_HOLD_MAX_S": "1",
    "MAIL_RETRY_DELAYS_S": "[0.5, 1]",
    "SANDBOX_YOUTUBE_UNITS": "1000000000",
    "SANDBOX_YOUTUBE_INSERTS": "1000000",
    "SANDBOX_YOUTUBE_CHANNEL_UPLOADS": "1000000",
    "SANDBOX_SALESFORCE_LIMIT": "1000000000",
    "SANDBOX_STRIPE_RETRY_S": "1",
}
HERE = "/services/data/v62.0"


class Outside:
    """The sandbox of a studio. Every method is what somebody does or sees outside of it."""

    def __init__(self, studio: Studio) -> None:
        self.url = studio.env["SANDBOX_URL"]
        self._http = httpx.Client(base_url=self.url, timeout=30)
        self._support = ""

    def close(self) -> None:
        """Close the connections to it."""
        self._http.close()

    def act(self, service: str, action: str, id: str = "") -> Json:
        """Do what a person does on a page; what came of it."""
        return self._json("POST", "/_act", {"service": service, "action": action, "id": id})

    def state(self, service: str) -> Json:
        """All that it has."""
        return self._json("GET", f"/_state/{service}")

    @contextmanager
    def fault(self, service: str, match: str, fault: str, times: int = 1) -> Iterator[None]:
        """Let something go wrong while the block runs; what is left of all faults is forgotten at its end."""
        self._json("POST", "/_faults", {"service": service, "match": match, "fault": fault, "times": times})
        try:
            yield
        finally:
            self._json("DELETE", "/_faults")

    @contextmanager
    def called(self, service: str, match: str, within_s: float = 20) -> Iterator[None]:
        """Fails unless such a request arrives by some time after the block's end."""
        # a delay of nothing does nothing, and is used up
        with self.fault(service, match, "late:0"):
            yield
            until(lambda: not self._json("GET", "/_faults")["faults"], within_s, f"a call of {match}")

    # Google

    def consent(self, person: Person, choice: str = "", account: str = "") -> Json:
        """The person's channel is connected, as its owner does it in a browser.

        `choice`: "channel=2" for the account's second channel; `account`: a Google account other than the person's address.
        """
        known = {one["id"]: one for one in person.ok("GET", "/youtube/connections")["items"]}
        page = person.ok("POST", "/youtube/connections")["authorization_url"]
        # Google's page asks whoever has several accounts which of them it shall be
        page += f"&{urlencode({'login_hint': account or person.email})}"
        answered = self.act("youtube", "consent", f"{page}#{choice}" if choice else page)
        assert answered["status"] == 200, answered
        changed = [one for one in person.ok("GET", "/youtube/connections")["items"] if one != known.get(one["id"])]
        assert [one["status"] for one in changed] == ["active"]
        connection: Json = changed[0]
        return connection

    def videos(self, title: str) -> list[Json]:
        """The videos of this title."""
        return [video for video in self.state("youtube")["videos"] if video["title"] == title]

    # Stripe

    def checkout_of(self, page: str) -> str:
        """The id of the checkout session of a page."""
        assert page.startswith(f"{self.url}/stripe/pay/cs_"), page
        return page.rpartition("/")[2]

    def stripe(self, kind: str, **has: Any) -> list[Json]:
        """Stripe's objects of a kind that have these values, oldest first."""
        return [row for row in self.state("stripe")["records"][kind] if has.items() <= row.items()]

    def press(self, page: str, **fields: str) -> None:
        """Send the form of a page of Stripe's, as its buttons do."""
        answer = self._http.post(page, data=fields)
        assert answer.status_code in (200, 303), f"{page} {fields}: {answer.status_code}"

    def session(self, page: str) -> Json:
        """The checkout session of a page, as Stripe has it now."""
        (session,) = self.stripe("checkout.session", id=self.checkout_of(page))
        return session

    # Salesforce

    def records(self, object: str, **has: Any) -> list[Json]:
        """Salesforce's records of an object that have these values, oldest first."""
        return [row for row in self.state("salesforce")["records"][object] if has.items() <= row.items()]

    def contact(self, person: Person) -> Json | None:
        """The person's contact, if there is one."""
        found = self.records("Contact", AI_Film_User_ID__c=person.id)
        assert len(found) <= 1, found
        return found[0] if found else None

    def by_support(self, method: str, object: str, id: str = "", values: Json | None = None) -> Json:
        """What support does to a record in the org, as a person: POST, PATCH, DELETE."""
        if not self._support:
            form = {"grant_type": "password", "username": "support", "password": "for a test"}
            answer = self._http.post("/salesforce/services/oauth2/token", data=form).raise_for_status()
            self._support = answer.json()["access_token"]
        path = f"/salesforce{HERE}/sobjects/{object}" + (f"/{id}" if id else "")
        headers = {"Authorization": f"Bearer {self._support}"}
        answer = self._http.request(method, path, json=values, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        done: Json = answer.json() if answer.content else {}
        return done

    # mail and webhooks

    def letters(self, email: str, subject: str = "") -> list[Json]:
        """The letters to an address whose subject contains this, oldest first."""
        kept = self.state("mail")["records"]["Message"]
        return [letter for letter in kept if email in letter["to"] and subject in letter["subject"]]

    def letter(self, email: str, subject: str, within_s: float = 20) -> Json:
        """The newest such letter, once there is one."""
        what = f"a mail to {email}: {subject}"
        found: Sequence[Json] = until(lambda: self.letters(email, subject), within_s, what)
        return found[-1]

    def deliveries(self, path: str, type: str = "") -> list[Received]:
        """What came to the webhook receiver at this path, of one type of events where it is named."""
        kept = self.state("webhooks")["records"]["Request"]
        received = [Received(request) for request in kept if request["path"] == f"/{path}"]
        return [one for one in received if not type or one.event["type"] == type]

    def receiver(self, path: str) -> str:
        """The address of a customer's program, as it is seen by `deliveries`."""
        return f"{self.url}/webhooks/in/{path}"

    def _json(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self._http.request(method, path, json=body)
        assert answer.is_success, f"{method} {path} {body}: {answer.status_code} {answer.text}"
        found: Json = answer.json()
        return found


class Received:
    """A message as a customer's program got it."""

    def __init__(self, request: Json) -> None:
        self.headers: dict[str, str] = request["headers"]
        self.body = base64.b64decode(request["body_base64"])
        self.status = int(request["status"])
        self._text = str(request["body"])

    @property
    def event(self) -> Json:
        """{type, timestamp, data}."""
        found: Json = httpx.Response(200, text=self._text).json()
        return found

    @property
    def id(self) -> str:
        """The message's id, the same in every attempt."""
        return self.headers["webhook-id"]


def token_of(letter: Json) -> str:
    """The token in a letter's link."""
    found = re.search(r"[?&]token=([A-Za-z0-9._~%-]+)", letter["text"])
    assert found, letter["text"]
    return found[1]
