"""Webhooks of the sandbox's Stripe: each event is sent, signed as Stripe signs, until the studio takes it.

The target is FILMSTUDIO_URL/api/v1/webhooks/stripe. Events go in the order in which they arose; one that is refused is sent
again after 0.5 s, 1 s, … at most SANDBOX_STRIPE_RETRY_S (5) later, for three days, and others aren't held up by it. Where
nobody listens all wait. Faults, by "webhook TYPE": `late:SECONDS`, `repeat:N`, `shuffle`.
"""

import asyncio
import contextlib
import hashlib
import hmac
import http.client
import json
import logging
import random
import urllib.error
import urllib.request
from typing import Any

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.stripe_books import SERVICE, Books

log = logging.getLogger("sandbox.stripe")

TIMEOUT_S = 10.0
FIRST_RETRY_S = 0.5
GIVE_UP_S = 3 * 86_400
# how long what shall be shuffled is gathered
GATHER_S = 1.0
PATH = "/api/v1/webhooks/stripe"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Stripe takes a redirect for a failure."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class Webhooks:
    """The outbox and who empties it."""

    def __init__(self, core: Core, books: Books) -> None:
        self._core = core
        self._books = books
        environ = core.environ
        self._target = environ.get("FILMSTUDIO_URL", "").rstrip("/") + PATH
        self._secret = environ.get("STRIPE_WEBHOOK_SECRET", "")
        self._longest_s = float(environ.get("SANDBOX_STRIPE_RETRY_S") or 5)
        self._opener = urllib.request.build_opener(_NoRedirects)
        self._bag_until = 0.0
        self._random = random.Random()  # noqa: S311 - a seed is drawn and printed for each bag
        self._more = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Send what is left, and what comes."""
        if self._secret:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave the rest for the next start."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def ring(self) -> None:
        """There is something to send."""
        self._more.set()

    def enqueue(self) -> None:
        """Turn what arose into deliveries, with what the faults make of them."""
        now = self._core.now().timestamp()
        for arisen in self._books.list("_outbox"):
            subject = f"webhook {arisen['type']}"
            take = self._core.faults.take
            late, repeat = take(SERVICE, subject, {"late"}), take(SERVICE, subject, {"repeat"})
            due, order = now, 0.0
            if take(SERVICE, subject, {"shuffle"}):
                due, order = self._bag(now)
            if late:
                due += late.number
            with self._core.store.together():
                for _ in range(1 + (repeat.count if repeat else 0)):
                    id = f"{self._core.store.next_number('stripe.delivery'):012d}"
                    delivery = {
                        "id": id,
                        "event": arisen["id"],
                        "due": due,
                        "order": order,
                        "since": now,
                        "attempts": 0,
                    }
                    self._core.store.put(SERVICE, "_delivery", id, delivery)
                self._core.store.delete(SERVICE, "_outbox", arisen["id"])

    def _bag(self, now: float) -> tuple[float, float]:
        """When and in which place what is shuffled goes; those of one second share a bag."""
        if now >= self._bag_until:
            self._bag_until = now + GATHER_S
            seed = random.SystemRandom().randrange(2**32)
            self._random.seed(seed)
            log.warning("webhooks shuffled, seed=%d", seed)
        return self._bag_until, self._random.random()

    async def _run(self) -> None:
        """Send what is due, wait for what isn't."""
        while True:
            self._more.clear()
            self.enqueue()
            pause = await self._send_due()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._more.wait()

    async def _send_due(self) -> float | None:
        """One round; how long nothing is due after it (None: nothing is left)."""
        for delivery in sorted(
            self._books.list("_delivery"), key=lambda each: (each["due"], each["order"], each["id"])
        ):
            if delivery["due"] > self._core.now().timestamp():
                break
            if not await self._send(delivery):
                # what arises meanwhile waits too: looking at all that waits for each of it would cost more and more
                await asyncio.sleep(self._backoff(delivery))
                return 0.0
            self.enqueue()
        left = [delivery["due"] for delivery in self._books.list("_delivery")]
        return max(0.0, min(left) - self._core.now().timestamp()) if left else None

    async def _send(self, delivery: Json) -> bool:
        """Try a delivery; False where nobody listens, and no other need be tried."""
        event = self._books.find("event", delivery["event"])
        if event is None:
            raise LookupError(f"the event {delivery['event']} is gone")
        body = json.dumps(event, indent=2).encode()
        status = await asyncio.to_thread(self._post, body)
        if status is not None and 200 <= status < 300:
            with self._core.store.together():
                self._core.store.delete(SERVICE, "_delivery", delivery["id"])
                self._books.save(event | {"pending_webhooks": 0})
            return True
        now = self._core.now().timestamp()
        if now - delivery["since"] > GIVE_UP_S:
            self._core.store.delete(SERVICE, "_delivery", delivery["id"])
            return True
        delivery["attempts"] += 1
        if status is not None:
            delivery["due"] = now + self._backoff(delivery)
        self._core.store.put(SERVICE, "_delivery", delivery["id"], delivery)
        return status is not None

    def _backoff(self, delivery: Json) -> float:
        return min(self._longest_s, FIRST_RETRY_S * 2 ** min(delivery["attempts"] - 1, 20))

    def _post(self, body: bytes) -> int | None:
        """The status; 0 for half an answer or none in time; None where nobody listens."""
        at = int(self._core.now().timestamp())
        headers = {
            "Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": f"t={at},v1={signature(self._secret, at, body)}",
        }  # fmt: skip
        request = urllib.request.Request(self._target, body, headers, method="POST")
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except urllib.error.URLError as error:
            return None if isinstance(error.reason, ConnectionRefusedError) else 0
        except (OSError, http.client.HTTPException):
            return 0


def signature(secret: str, at: int, body: bytes) -> str:
    """The `v1` of a `Stripe-Signature`: HMAC-SHA256 over "time.body", in hex."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
