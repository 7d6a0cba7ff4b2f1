"""Bulk API 2.0, the ingest half: a job is made, gets its CSV, is closed, and works through it a few hundred rows at a time.

After Salesforce's "Bulk API 2.0 and Bulk API Developer Guide". A job that was closed is worked through to its end also if the
sandbox is killed meanwhile: rows that were done stay done, and are not done again.
"""

import asyncio
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.salesforce_door import Door
from deploy.local.sandbox.salesforce_errors import Refused
from deploy.local.sandbox.salesforce_records import SERVICE, Records
from deploy.local.sandbox.salesforce_requests import record_of
from deploy.local.sandbox.salesforce_schema import USER, SObject, known_field, sobject
from deploy.local.sandbox.salesforce_values import record_id, stamp

# rows in one go, as Salesforce chunks a job
CHUNK = 200
# what Salesforce takes in one upload
UPLOAD_BYTES = 100_000_000
OPERATIONS = ("insert", "update", "upsert", "delete")
DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "TAB": "\t", "PIPE": "|"}
NULL = "#N/A"


class Bulk:
    """Routes below `/services/data/…/jobs/ingest`, and the work."""

    def __init__(self, core: Core, records: Records, door: Door) -> None:
        self._core = core
        self._records = records
        self._door = door
        self._work: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()

    def routes(self) -> Sequence[BaseRoute]:
        """What is served."""
        base = "/services/data/{version}/jobs/ingest"
        table = [
            ("POST", "", self._create), ("GET", "", self._all), ("GET", "/{job}", self._get),
            ("PATCH", "/{job}", self._change), ("DELETE", "/{job}", self._delete), ("PUT", "/{job}/batches", self._upload),
            ("GET", "/{job}/{which}", self._results),
        ]  # fmt: skip
        return self._door.routes(base, table)

    async def start(self) -> None:
        """Go on with what was left."""
        self._closed.set()
        self._work = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave the rest for the next start."""
        if self._work:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _create(self, request: Request, user: str) -> Response:
        asked = await record_of(request)
        known = {"object", "operation", "externalIdFieldName", "contentType", "lineEnding", "columnDelimiter"}
        if not set(asked) <= known:
            raise Refused("INVALIDJOB", f"InvalidJob : unknown: {', '.join(sorted(set(asked) - known))}")
        of, operation = sobject(str(asked.get("object"))), asked.get("operation")
        if of is None or of is USER:
            raise Refused("INVALIDJOB", f"InvalidJob : Unable to find object: {asked.get('object')}")
        if operation not in OPERATIONS or asked.get("contentType", "CSV") != "CSV":
            raise Refused("INVALIDJOB", f"InvalidJob : operation is one of {', '.join(OPERATIONS)}, contentType CSV")
        if asked.get("columnDelimiter", "COMMA") not in DELIMITERS or asked.get("lineEnding", "LF") not in {
            "LF",
            "CRLF",
        }:
            raise Refused("INVALIDJOB", "InvalidJob : columnDelimiter or lineEnding isn't known")
        external = asked.get("externalIdFieldName")
        if operation == "upsert":
            if not external:
                raise Refused("INVALIDJOB", "InvalidJob : externalIdFieldName is required for upsert")
            self._records.external_field(of, external)
        now = stamp(self._core.now())
        id = record_id("750", self._core.store.next_number("salesforce.bulk"))
        job = {
            "id": id, "operation": operation, "object": of.name, "createdById": user, "createdDate": now,
            "systemModstamp": now, "state": "Open", "externalIdFieldName": external, "concurrencyMode": "Parallel",
            "contentType": "CSV", "apiVersion": float(request.path_params["version"].removeprefix("v")),
            "jobType": "V2Ingest", "contentUrl": f"services/data/{request.path_params['version']}/jobs/ingest/{id}/batches",
            "lineEnding": asked.get("lineEnding", "LF"), "columnDelimiter": asked.get("columnDelimiter", "COMMA"),
            "numberRecordsProcessed": 0, "numberRecordsFailed": 0, "retries": 0, "errorMessage": None,
        }  # fmt: skip
        self._save(job)
        return JSONResponse(job)

    async def _all(self, _request: Request, _user: str) -> Response:
        return JSONResponse({"done": True, "records": self._core.store.list(SERVICE, "_job"), "nextRecordsUrl": None})

    async def _get(self, request: Request, _user: str) -> Response:
        return JSONResponse(self._job(request))

    async def _upload(self, request: Request, _user: str) -> Response:
        job = self._job(request)
        if job["state"] != "Open" or self._csv(job).exists():
            raise Refused("INVALIDJOBSTATE", "InvalidJobState : data can be uploaded once, while the job is Open")
        if not request.headers.get("content-type", "").startswith("text/csv"):
            raise Refused("INVALIDBATCH", "InvalidBatch : Content-Type is text/csv", status=415)
        part, size = self._csv(job).with_suffix(".part"), 0
        with part.open("wb") as file:
            async for piece in request.stream():
                size += len(piece)
                if size > UPLOAD_BYTES:
                    raise Refused("INVALIDBATCH", f"InvalidBatch : at most {UPLOAD_BYTES} bytes", status=413)
                file.write(piece)
        part.rename(self._csv(job))
        return Response(status_code=201)

    async def _change(self, request: Request, _user: str) -> Response:
        job, wanted = self._job(request), (await record_of(request)).get("state")
        if wanted not in {"UploadComplete", "Aborted"} or job["state"] != "Open":
            why = f"InvalidJobState : from {job['state']} to {wanted} there is no way"
            raise Refused("INVALIDJOBSTATE", why)
        if wanted == "UploadComplete" and not self._csv(job).exists():
            raise Refused("INVALIDJOBSTATE", "InvalidJobState : nothing was uploaded")
        job["state"] = wanted
        self._save(job)
        self._closed.set()
        return JSONResponse(job)

    async def _delete(self, request: Request, _user: str) -> Response:
        job = self._job(request)
        if job["state"] in {"UploadComplete", "InProgress"}:
            raise Refused("INVALIDJOBSTATE", "InvalidJobState : the job isn't over yet")
        with self._core.store.together():
            for row in self._core.store.list(SERVICE, f"_rows {job['id']}"):
                self._core.store.delete(SERVICE, f"_rows {job['id']}", str(row["row"]))
            self._core.store.delete(SERVICE, "_job", job["id"])
        self._csv(job).unlink(missing_ok=True)
        return Response(status_code=204)

    async def _results(self, request: Request, _user: str) -> Response:
        job, which = self._job(request), request.path_params["which"]
        done = {row["row"]: row for row in self._core.store.list(SERVICE, f"_rows {job['id']}")}
        rows = list(enumerate(self._rows(job))) if self._csv(job).exists() else []
        columns = list(rows[0][1]) if rows else []
        match which:
            case "successfulResults":
                head = ["sf__Id", "sf__Created", *columns]
                body = [
                    [done[n]["id"], _bit(done[n]["created"]), *row.values()]
                    for n, row in rows
                    if n in done and not done[n]["error"]
                ]
            case "failedResults":
                head = ["sf__Id", "sf__Error", *columns]
                body = [
                    [done[n]["id"], done[n]["error"], *row.values()]
                    for n, row in rows
                    if n in done and done[n]["error"]
                ]
            case "unprocessedrecords":
                head, body = columns, [list(row.values()) for n, row in rows if n not in done]
            case _:
                raise Refused("NOT_FOUND", "The requested resource does not exist", status=404)
        out = io.StringIO()
        ending = "\r\n" if job["lineEnding"] == "CRLF" else "\n"
        writer = csv.writer(
            out, delimiter=DELIMITERS[job["columnDelimiter"]], lineterminator=ending, quoting=csv.QUOTE_ALL
        )
        writer.writerows([head, *body])
        return Response(out.getvalue(), media_type="text/csv")

    async def _run(self) -> None:
        """Work through what is closed, whenever something is."""
        while True:
            await self._closed.wait()
            self._closed.clear()
            for job in self._core.store.list(SERVICE, "_job"):
                if job["state"] in {"UploadComplete", "InProgress"}:
                    await self._process(job)

    async def _process(self, job: Json) -> None:
        of = sobject(job["object"])
        assert of is not None  # noqa: S101 - checked when the job was made
        rows = list(self._rows(job))
        unknown = [name for name in (rows[0] if rows else {}) if not _column(of, name)]
        if unknown:
            job |= {"state": "Failed", "errorMessage": f"InvalidBatch : Field name not found : {', '.join(unknown)}"}
            self._save(job)
            return
        job["state"] = "InProgress"
        for start in range(job["numberRecordsProcessed"], len(rows), CHUNK):
            await asyncio.sleep(0)  # others' requests come in between
            with self._core.store.together():
                for number in range(start, min(start + CHUNK, len(rows))):
                    result = self._one(job, of, rows[number])
                    job["numberRecordsProcessed"] += 1
                    job["numberRecordsFailed"] += bool(result["error"])
                    self._core.store.put(SERVICE, f"_rows {job['id']}", str(number), {"row": number, **result})
                self._save(job)
        job["state"] = "JobComplete"
        self._save(job)

    def _one(self, job: Json, of: SObject, row: Mapping[str, str]) -> Json:
        by, given = job["createdById"], _given(of, row)
        id = str(given.pop("Id", "") or "")
        try:
            match job["operation"]:
                case "insert":
                    return {"id": self._records.insert(of, given, by)["Id"], "created": True, "error": ""}
                case "update":
                    return {"id": self._records.update(of, id, given, by)["Id"], "created": False, "error": ""}
                case "delete":
                    self._records.delete(of, id)
                    return {"id": id, "created": False, "error": ""}
                case _:
                    field = self._records.external_field(of, job["externalIdFieldName"])
                    record, created = self._records.upsert(of, field, given.get(field.name), given, by)
                    return {"id": record["Id"], "created": created, "error": ""}
        except Refused as refused:
            about = " ".join(refused.fields)
            return {"id": id, "created": False, "error": f"{refused.code}:{refused.message}:{about} --"}

    def _rows(self, job: Json) -> Iterator[dict[str, str]]:
        with self._csv(job).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file, delimiter=DELIMITERS[job["columnDelimiter"]])

    def _job(self, request: Request) -> Json:
        job = self._core.store.get(SERVICE, "_job", request.path_params["job"])
        if job is None:
            raise Refused("NOT_FOUND", "The requested resource does not exist", status=404)
        return job

    def _save(self, job: Json) -> None:
        job["systemModstamp"] = stamp(self._core.now())
        self._core.store.put(SERVICE, "_job", job["id"], job)

    def _csv(self, job: Json) -> Any:
        return self._core.store.file(SERVICE, f"{job['id']}.csv")


def _column(of: SObject, name: str) -> bool:
    """Whether a column names a field, or a parent's external id (`Contact__r.AI_Film_User_ID__c`)."""
    relationship, dot, inner = name.partition(".")
    if not dot:
        return known_field(of, name) is not None
    through = of.by_relationship(relationship)
    target = sobject(through.refers_to) if through else None
    return target is not None and known_field(target, inner) is not None


def _given(of: SObject, row: Mapping[str, str]) -> Json:
    """A row as a record: an empty cell is left alone, `#N/A` empties the field."""
    out: Json = {}
    for name, text in row.items():
        if text in {"", None}:
            continue
        relationship, dot, inner = name.partition(".")
        if dot:
            out[relationship] = None if text == NULL else {inner: text}
            continue
        field = known_field(of, name)
        assert field is not None  # noqa: S101 - the columns were checked
        out[field.name] = None if text == NULL else _value(field.type, text)
    return out


def _value(type: str, text: str) -> Any:
    if type == "boolean":
        return text.lower() in {"true", "1"}
    if type == "double":
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _bit(value: bool) -> str:
    return "true" if value else "false"
