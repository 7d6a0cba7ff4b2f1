"""Bulk API 2.0: many records in a handful of calls. A job is made, given one CSV file, closed, waited for, and read."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any

from services.crm_sync.errors import Away, RequestRefused
from services.crm_sync.models import Fields
from services.crm_sync.salesforce import Item, Salesforce

# how a CSV file says that a field is to be emptied; an empty cell leaves it as it is
EMPTY = "#N/A"
POLL_FIRST_S, POLL_MOST_S = 0.5, 10.0
DONE, FAILED, ABORTED = "JobComplete", "Failed", "Aborted"
_ENDED = {DONE, FAILED, ABORTED}
_INGEST = "/jobs/ingest"


class Bulk:
    """Ingest jobs of an org."""

    def __init__(self, salesforce: Salesforce, wait_s: float) -> None:
        self._salesforce = salesforce
        self._wait_s = wait_s

    async def create(self, object_name: str, external_id: str) -> str:
        """A new upsert job's id."""
        job = {
            "object": object_name, "operation": "upsert", "externalIdFieldName": external_id, "contentType": "CSV",
            "lineEnding": "LF",
        }  # fmt: skip
        return str((await self._salesforce.call("POST", _INGEST, json=job)).json()["id"])

    async def run(self, job_id: str, records: Sequence[Fields]) -> str:
        """Give the job its records and let it work; its state in the end. Away where that takes longer than it may."""
        content = to_csv(records)
        await self._salesforce.call(
            "PUT", f"{_INGEST}/{job_id}/batches", content=content, headers={"Content-Type": "text/csv"}
        )
        await self._salesforce.call("PATCH", f"{_INGEST}/{job_id}", json={"state": "UploadComplete"})
        return await self.end(job_id)

    async def end(self, job_id: str) -> str:
        """Wait for a job's end; its state. Away where that takes longer than it may."""
        loop = asyncio.get_running_loop()
        deadline, pause_s = loop.time() + self._wait_s, POLL_FIRST_S
        while True:
            state = str((await self._salesforce.call("GET", f"{_INGEST}/{job_id}")).json()["state"])
            if state in _ENDED:
                return state
            if loop.time() + pause_s > deadline:
                raise Away(f"bulk job {job_id} is still {state}")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, POLL_MOST_S)

    async def give_up(self, job_id: str) -> None:
        """See a job off whose maker is gone: aborted where it had no file yet, waited for where it works, so that nothing
        old of it comes after what is sent next.
        """
        try:
            state = str((await self._salesforce.call("GET", f"{_INGEST}/{job_id}")).json()["state"])
            if state == "Open":
                await self._salesforce.call("PATCH", f"{_INGEST}/{job_id}", json={"state": ABORTED})
            elif state not in _ENDED:
                await self.end(job_id)
        except RequestRefused as error:
            if error.status != 404:
                raise

    async def results(self, job_id: str, external_id: str) -> dict[str, Item]:
        """What became of each record, by its external id; what the job never came to is missing."""
        found: dict[str, Item] = {}
        for row in await self._rows(job_id, "successfulResults"):
            found[row[external_id]] = Item(record_id=row["sf__Id"], created=row["sf__Created"] == "true")
        for row in await self._rows(job_id, "failedResults"):
            found[row[external_id]] = _refused(row["sf__Error"])
        return found

    async def _rows(self, job_id: str, which: str) -> list[dict[str, str]]:
        answer = await self._salesforce.call("GET", f"{_INGEST}/{job_id}/{which}", headers={"Accept": "text/csv"})
        return list(csv.DictReader(io.StringIO(answer.content.decode())))


def _refused(error: str) -> Item:
    """The failure of one record as a bulk job tells it: "CODE:message:fields --"."""
    code, _, message = error.partition(":")
    return Item(code=code.strip() or "UNKNOWN_ERROR", message=message.rstrip("- ").rstrip(":").strip())


def to_csv(records: Sequence[Fields]) -> bytes:
    """Records as a bulk job wants them; a parent named by its external id becomes a column "Parent__r.Id__c"."""
    rows = [_flat(record) for record in records]
    names = sorted({name for row in rows for name in row})
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _flat(record: Fields) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            row |= {f"{name}.{inner}": _cell(each) for inner, each in value.items()}
        else:
            row[name] = _cell(value)
    return row


def _cell(value: Any) -> str:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
