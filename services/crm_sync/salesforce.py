"""Salesforce's REST API as this service uses it: collections of records, queries, limits. Every call has a timeout, is counted
against our share of the day's calls, and logs in at most once by itself. Why httpx and no SDK: docs/adr/0012.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from services.crm_sync.errors import Away, LimitReached, RequestRefused
from services.crm_sync.models import Fields

# records in one collection call, and ids in one delete: Salesforce's own limit
COLLECTION = 200
# errors of one record that pass by themselves
PASSING = frozenset(
    {
        "UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "REQUEST_RUNNING_TOO_LONG", "TXN_SECURITY_METERING_ERROR",
        "ALL_OR_NONE_OPERATION_ROLLED_BACK", "PROCESSING_HALTED", "UNKNOWN_EXCEPTION",
    }
)  # fmt: skip
LIMIT_CODES = frozenset({"REQUEST_LIMIT_EXCEEDED", "ExceededQuota"})
_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


@dataclass(frozen=True)
class Item:
    """What became of one record of a call. `code` and `message` are empty where it went through."""

    record_id: str = ""
    created: bool = False
    code: str = ""
    message: str = ""

    @property
    def taken(self) -> bool:
        """Whether Salesforce has it."""
        return not self.code

    @property
    def passing(self) -> bool:
        """Whether the same record may well be taken in a moment."""
        return self.code in PASSING

    @property
    def parent_missing(self) -> bool:
        """Whether the parent named by its external id isn't there."""
        return "oreign key external" in self.message

    @property
    def missing(self) -> bool:
        """Whether the record named by its id isn't there any more."""
        return self.code in {"ENTITY_IS_DELETED", "INVALID_CROSS_REFERENCE_KEY", "NOT_FOUND"}


@dataclass
class Usage:
    """API calls of the last 24 hours as Salesforce counts them, and how many of them are ours to make."""

    share: float
    used: int = 0
    limit: int = 0

    @property
    def ours(self) -> int:
        """Calls up to which we go."""
        return int(self.share * self.limit)

    @property
    def spent(self) -> bool:
        """Whether the next call would not be ours to make."""
        return self.limit > 0 and self.used >= self.ours


@dataclass(frozen=True)
class Session:
    """A token and the org's address. It proves good with the first call that goes through."""

    token: str
    instance_url: str


class Logins(Protocol):
    """Who gets us in, one at a time, and how often that is tried."""

    async def session(self) -> Session:
        """The session in hand, or a new one. LoginRefused, Away."""

    async def proved_good(self) -> None:
        """A call has gone through with it."""

    async def refused(self) -> None:
        """401. The next `session()` logs in again; LoginRefused where the session had never proved good."""


class Salesforce:
    """An org. Raises SalesforceTrouble (LoginRefused, LimitReached, Away) or RequestRefused."""

    def __init__(
        self, logins: Logins, usage: Usage, version: str, timeout_s: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        self.usage = usage
        # made by this process, whatever became of them
        self.calls = 0
        # of those, the ones that Salesforce has served
        self.served = 0
        self._logins = logins
        self._data = f"/services/data/v{version}"
        self._http = httpx.AsyncClient(timeout=timeout_s, transport=transport, trust_env=False)

    async def upsert(self, object_name: str, external_id: str, records: Sequence[Fields]) -> list[Item]:
        """Make or change up to 200 records, found by an external-id field; what became of each, in the same order."""
        path = f"/composite/sobjects/{object_name}/{external_id}"
        return await self._collection("PATCH", path, object_name, records)

    async def update(self, object_name: str, records: Sequence[Fields]) -> list[Item]:
        """Change up to 200 records, each with its `id`; what became of each, in the same order."""
        return await self._collection("PATCH", "/composite/sobjects", object_name, records)

    async def delete(self, record_ids: Sequence[str]) -> list[Item]:
        """Delete up to 200 records; what became of each, in the same order. Long gone is as good as deleted."""
        parameters = {"ids": ",".join(record_ids), "allOrNone": "false"}
        answer = await self.call("DELETE", "/composite/sobjects", params=parameters)
        items = [_item(each) for each in answer.json()]
        return [Item(record_id=item.record_id) if item.missing else item for item in items]

    async def query(self, soql: str) -> list[Fields]:
        """All records of a query, page by page."""
        answer = (await self.call("GET", "/query", params={"q": soql})).json()
        records: list[Fields] = list(answer["records"])
        while not answer["done"]:
            # the address of the next page is a whole path of the org's
            following = str(answer["nextRecordsUrl"]).removeprefix(self._data)
            answer = (await self.call("GET", following)).json()
            records += answer["records"]
        return records

    async def look_at_limits(self) -> None:
        """Ask how many calls there are, even where our share is used up: this costs one."""
        found = (await self.call("GET", "/limits", beyond_share=True)).json()["DailyApiRequests"]
        self.usage.limit = int(found["Max"])
        self.usage.used = self.usage.limit - int(found["Remaining"])

    async def call(
        self, method: str, path: str, *, beyond_share: bool = False, json: Any = None, content: bytes | None = None,
        params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        """One call below `/services/data/vXX.X`, once more with a new login where the session has run out."""
        while True:
            if self.usage.spent and not beyond_share:
                raise LimitReached(f"{self.usage.used} of the day's {self.usage.limit} API calls are used")
            session = await self._logins.session()
            self.calls += 1
            try:
                answer = await self._http.request(
                    method, f"{session.instance_url}{self._data}{path}", json=json, content=content, params=params,
                    # a contact that looks like another one is a contact all the same: ours are told apart by their id
                    headers={
                        "Authorization": f"Bearer {session.token}", "Sforce-Duplicate-Rule-Header": "allowSave=true",
                        **(headers or {}),
                    },
                )  # fmt: skip
            except httpx.TransportError as error:
                raise Away(f"no answer to {method} {path.partition('?')[0]}: {type(error).__name__}") from None
            self._count(answer)
            if answer.status_code == 401:
                await self._logins.refused()
                continue
            refusal = _refusal(answer)
            if isinstance(refusal, Away):
                raise refusal
            # whatever else is wrong, we are let in
            await self._logins.proved_good()
            if isinstance(refusal, LimitReached):
                self.usage.used = max(self.usage.used, self.usage.ours)
            if refusal is not None:
                raise refusal
            self.served += 1
            return answer

    async def _collection(self, method: str, path: str, object_name: str, records: Sequence[Fields]) -> list[Item]:
        if not 1 <= len(records) <= COLLECTION:
            raise ValueError(f"a collection has 1 to {COLLECTION} records, not {len(records)}")
        body = [{"attributes": {"type": object_name}, **record} for record in records]
        answer = await self.call(method, path, json={"allOrNone": False, "records": body})
        items = [_item(each) for each in answer.json()]
        if len(items) != len(records):
            raise Away(f"{len(items)} results for {len(records)} records")
        return items

    def _count(self, answer: httpx.Response) -> None:
        if told := _USAGE.search(answer.headers.get("Sforce-Limit-Info", "")):
            self.usage.used, self.usage.limit = int(told[1]), int(told[2])

    async def start(self) -> None:
        """Nothing to do: connections open as they are needed."""

    async def stop(self) -> None:
        """Close what is open."""
        await self._http.aclose()


def _item(told: Mapping[str, Any]) -> Item:
    if told["success"]:
        return Item(record_id=str(told.get("id") or ""), created=bool(told.get("created", False)))
    errors = told.get("errors") or [{}]
    first = errors[0]
    return Item(
        record_id=str(told.get("id") or ""),
        code=str(first.get("statusCode") or "UNKNOWN_ERROR"),
        message=str(first.get("message") or ""),
    )


def _refusal(answer: httpx.Response) -> Exception | None:
    """What an answer that is no success means; None for one that is."""
    if answer.is_success:
        return None
    code, message = told_error(answer)
    if answer.status_code >= 500 or answer.status_code in (408, 429):
        return Away(f"{answer.status_code} {code}".strip())
    if code in LIMIT_CODES:
        return LimitReached(f"Salesforce says {code}: the organisation has no API calls left")
    return RequestRefused(answer.status_code, code or str(answer.status_code), message)


def told_error(answer: httpx.Response) -> tuple[str, str]:
    """Salesforce's own code and message of a refusal, in any of the shapes it has; empty where it says nothing readable."""
    try:
        body = answer.json()
    except ValueError:
        return "", ""
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return "", ""
    code = first.get("errorCode") or first.get("error") or ""
    return str(code), str(first.get("message") or first.get("error_description") or "")
