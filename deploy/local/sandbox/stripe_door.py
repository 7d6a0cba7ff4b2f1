"""What is done around every call of the sandbox's Stripe: the key, the version, parameters, idempotency, `expand[]`.

Idempotency as Stripe has it: for 24 h the same key with the same parameters gives the same answer again, also a declined
payment's; with other parameters it is a refusal. What was refused before anything began isn't kept.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox import stripe_checkout
from deploy.local.sandbox.core import Json
from deploy.local.sandbox.stripe_books import SERVICE, Cause, kind_of, listed, shown
from deploy.local.sandbox.stripe_forms import StripeError, checked, decoded
from deploy.local.sandbox.stripe_operations import Operation, Operations
from deploy.local.sandbox.stripe_parameters import RULES

KEPT_S = 86_400
EXPAND_DEPTH = 4


class Door:
    """The API's routes."""

    def __init__(self, operations: Operations, environ: Mapping[str, str], ring: Callable[[], None]) -> None:
        self._operations = operations
        # called when something may have been told
        self._ring = ring
        self._books = operations.books
        self._key = environ.get("STRIPE_SECRET_KEY", "")

    def routes(self) -> list[BaseRoute]:
        """One for each operation; anything else is Stripe's 404."""
        table = self._operations.table()
        names = sorted(RULES, key=lambda name: "{" in name.rpartition("/")[2])
        routes: list[BaseRoute] = [
            Route("/v1/" + path, self._served(f"{method} {path}", table[f"{method} {path}"]), methods=[method])
            for method, _, path in (name.partition(" ") for name in names)
        ]
        return [*routes, Route("/v1/{rest:path}", self._unknown, methods=["GET", "POST", "DELETE"])]

    def _served(self, name: str, operation: Operation) -> Any:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            headers = {"Request-Id": f"req_{self._books.core.token(10)}", "Stripe-Version": self._books.api_version}
            try:
                self._authenticate(request)
                version = request.headers.get("stripe-version")
                if version and version != self._books.api_version:
                    raise StripeError(
                        400, f"Invalid Stripe API version: {version} (the sandbox speaks {self._books.api_version})"
                    )
                status, answer, replayed = self._carried_out(name, operation, request, body, headers["Request-Id"])
            except StripeError as refused:
                return JSONResponse({"error": shown(refused.error)}, refused.status, headers)
            finally:
                if request.method != "GET":
                    self._ring()
            key = request.headers.get("idempotency-key")
            if key and request.method == "POST":
                headers |= {"Idempotency-Key": key} | ({"Idempotent-Replayed": "true"} if replayed else {})
            return JSONResponse(answer, status, headers)

        return endpoint

    async def _unknown(self, request: Request) -> Response:
        why = f"Unrecognized request URL ({request.method}: /v1/{request.path_params['rest']}), or not served by the sandbox."
        return JSONResponse({"error": {"message": why, "type": "invalid_request_error"}}, 404)

    def _authenticate(self, request: Request) -> None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                given = ""
        if not given:
            raise StripeError(401, "You did not provide an API key, or it can't be read.")
        if not self._key or not hmac.compare_digest(given.encode(), self._key.encode()):
            raise StripeError(401, f"Invalid API Key provided: {given[:8]}****", code="api_key_invalid")

    def _carried_out(
        self, name: str, operation: Operation, request: Request, body: bytes, request_id: str
    ) -> tuple[int, Json, bool]:
        """Status, answer, and whether it was given before. Raises `StripeError`."""
        given = decoded(_fields(request, body))
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        digest = hashlib.sha256(json.dumps([request.url.path, given], sort_keys=True).encode()).hexdigest()
        before = self._before(key, digest)
        if before:
            return before["status"], before["answer"], True
        params = checked(given, RULES[name])
        expand = params.pop("expand", [])
        self._books.cause = Cause(request_id, key or None)
        refusal = None
        try:
            with self._books.store.together():
                try:
                    result = operation(*request.path_params.values(), params)
                    status, answer = 200, shown(self._expanded(result, expand))
                except StripeError as refused:
                    if not refused.carried_out:
                        raise
                    refusal, status, answer = refused, refused.status, shown({"error": refused.error})
                if key:
                    kept = {"digest": digest, "status": status, "answer": answer, "at": self._books.now()}
                    self._books.store.put(SERVICE, "_idempotency", key, kept)
        finally:
            self._books.cause = Cause()
        if refusal:
            raise refusal
        return status, answer, False

    def _before(self, key: str, digest: str) -> Json | None:
        """What was answered to this key. Raises `StripeError` where it was for something else."""
        kept = self._books.find("_idempotency", key) if key else None
        if kept is None or kept["at"] < self._books.now() - KEPT_S:
            return None
        if kept["digest"] != digest:
            why = (
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request."
            )
            raise StripeError(400, why, kind="idempotency_error")
        return kept

    def _expanded(self, result: Json, paths: list[str]) -> Json:
        for path in paths:
            steps = path.split(".")
            if len(steps) > EXPAND_DEPTH:
                raise StripeError(
                    400, f"You cannot expand more than {EXPAND_DEPTH} levels of a property.", param="expand"
                )
            if not self._expand(result, steps):
                raise StripeError(400, f"This property cannot be expanded ({path}).", param="expand")
        return result

    def _expand(self, obj: Any, steps: list[str]) -> bool:
        """Put objects in the place of their ids along a path; False where there is no such way."""
        if not steps:
            return True
        if isinstance(obj, list):
            # the path holds for a list if it does for each of its rows
            return all(self._expand(row, steps) for row in obj)
        if not isinstance(obj, dict):
            return obj is None
        name, rest = steps[0], steps[1:]
        if name not in obj:
            included = self._included(obj, name)
            if included is None:
                return False
            obj[name] = included
        value = obj[name]
        if isinstance(value, str):
            kind = kind_of(value)
            found = self._books.find(kind, value) if kind else None
            if found is None:
                return False
            obj[name] = value = found
        elif not rest and not isinstance(value, dict | list | None):
            return False
        return self._expand(value, rest)

    def _included(self, obj: Json, name: str) -> Json | None:
        """What is there only for those who ask."""
        operations, id = self._operations, obj.get("id", "")
        match obj.get("object"), name:
            case "checkout.session", "line_items":
                return stripe_checkout.items_listed(id, operations.checkout.items(id))
            case "invoice", "payments":
                return operations.invoices.payments_of(obj)
            case "charge", "refunds":
                rows = self._books.list("refund", {"charge": id})
                return listed(rows[::-1], f"/v1/charges/{id}/refunds")
            case "customer", "subscriptions":
                rows = self._books.list("subscription", {"customer": id})
                return listed(
                    [row for row in rows[::-1] if row["status"] != "canceled"], f"/v1/customers/{id}/subscriptions"
                )
            case _:
                return None


def _fields(request: Request, body: bytes) -> list[tuple[str, str]]:
    query = parse_qsl(request.url.query, keep_blank_values=True)
    if request.method == "GET":
        return query
    kind = request.headers.get("content-type", "")
    if body and not kind.startswith("application/x-www-form-urlencoded"):
        why = "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."
        raise StripeError(400, why)
    return query + parse_qsl(body.decode(), keep_blank_values=True)
