"""The REST API of the sandbox's Salesforce: records one at a time, queries, what changed, what there is.

Paths, bodies, statuses and error codes after Salesforce's "REST API Developer Guide".
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox import salesforce_soql as soql
from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.salesforce_collections import COLLECTION
from deploy.local.sandbox.salesforce_describe import described, summary
from deploy.local.sandbox.salesforce_door import Door
from deploy.local.sandbox.salesforce_errors import Refused
from deploy.local.sandbox.salesforce_login import Usage
from deploy.local.sandbox.salesforce_records import Records, between
from deploy.local.sandbox.salesforce_requests import every_object, fields_of, named_object, record_of, writable
from deploy.local.sandbox.salesforce_schema import (
    NEWEST_VERSION,
    OLDEST_VERSION,
    SObject,
    sobject,
)  # fmt: skip
from deploy.local.sandbox.salesforce_values import stamp

QUERY_BATCH = 2_000
# queries whose further rows may still be asked for
CURSORS = 20


class Rest:
    """Routes below `/services/data`."""

    def __init__(self, core: Core, records: Records, usage: Usage, door: Door) -> None:
        self._core = core
        self._records = records
        self._usage = usage
        self._door = door
        # locator → (fields, ids); lost by a restart, as it may be there
        self._cursors: OrderedDict[str, tuple[SObject, tuple[str, ...], list[str]]] = OrderedDict()

    def routes(self) -> Sequence[BaseRoute]:
        """What is served."""
        door, base = self._door, "/services/data/{version}"
        table: list[tuple[str, str, Callable[[Request, str], Any]]] = [
            ("GET", "", self._resources), ("GET", "/limits", self._limits),
            ("GET", "/sobjects", self._global), ("GET", "/sobjects/{object}", self._basic),
            ("POST", "/sobjects/{object}", self._create),
            ("GET", "/sobjects/{object}/describe", self._describe),
            ("GET", "/sobjects/{object}/updated", self._updated), ("GET", "/sobjects/{object}/deleted", self._deleted),
            ("GET", "/sobjects/{object}/{id}", self._get), ("PATCH", "/sobjects/{object}/{id}", self._update),
            ("DELETE", "/sobjects/{object}/{id}", self._delete),
            ("GET", "/sobjects/{object}/{field}/{value}", self._get_by),
            ("PATCH", "/sobjects/{object}/{field}/{value}", self._upsert),
            ("DELETE", "/sobjects/{object}/{field}/{value}", self._delete_by),
            ("GET", "/query", self._query), ("GET", "/query/{locator}", self._more),
        ]  # fmt: skip
        versions = [Route(path, self._versions) for path in ("/services/data", "/services/data/")]
        return [*versions, *door.routes(base, table)]

    async def _versions(self, _request: Request) -> Response:
        versions = range(OLDEST_VERSION, NEWEST_VERSION + 1)
        return JSONResponse(
            [{"label": f"v{n}", "url": f"/services/data/v{n}.0", "version": f"{n}.0"} for n in versions]
        )

    async def _resources(self, request: Request, _user: str) -> Response:
        base = f"/services/data/{request.path_params['version']}"
        names = {"sobjects": "sobjects", "query": "query", "limits": "limits", "composite": "composite", "jobs": "jobs"}
        return JSONResponse({name: f"{base}/{path}" for name, path in names.items()})

    async def _limits(self, _request: Request, _user: str) -> Response:
        limit, used = self._usage.limit, self._usage.calls()
        return JSONResponse({"DailyApiRequests": {"Max": limit, "Remaining": max(0, limit - used)}})

    async def _global(self, request: Request, _user: str) -> Response:
        version = request.path_params["version"]
        return JSONResponse(
            {
                "encoding": "UTF-8",
                "maxBatchSize": COLLECTION,
                "sobjects": [summary(of, version) for of in every_object()],
            }
        )

    async def _basic(self, request: Request, _user: str) -> Response:
        of = named_object(request)
        return JSONResponse({"objectDescribe": summary(of, request.path_params["version"]), "recentItems": []})

    async def _describe(self, request: Request, _user: str) -> Response:
        return JSONResponse(described(named_object(request), request.path_params["version"]))

    async def _create(self, request: Request, user: str) -> Response:
        record = self._records.insert(writable(request), await record_of(request), user)
        return JSONResponse({"id": record["Id"], "success": True, "errors": []}, 201)

    async def _get(self, request: Request, _user: str) -> Response:
        of = named_object(request)
        return self._one(request, of, self._records.get(of, request.path_params["id"]))

    async def _get_by(self, request: Request, _user: str) -> Response:
        of = named_object(request)
        return self._one(request, of, self._by(request, of))

    def _one(self, request: Request, of: SObject, record: Json) -> Response:
        asked = request.query_params.get("fields")
        only = fields_of(of, asked.split(",")) if asked else None
        return JSONResponse(self._records.shown(of, record, request.path_params["version"], only))

    async def _update(self, request: Request, user: str) -> Response:
        self._records.update(writable(request), request.path_params["id"], await record_of(request), user)
        return Response(status_code=204)

    async def _delete(self, request: Request, _user: str) -> Response:
        self._records.delete(writable(request), request.path_params["id"])
        return Response(status_code=204)

    async def _upsert(self, request: Request, user: str) -> Response:
        of, given, value = writable(request), await record_of(request), request.path_params["value"]
        field = self._records.external_field(of, request.path_params["field"])
        if any(name.lower() == field.name.lower() for name in given):
            why = f"The {field.name} field should not be specified in the sobject data."
            raise Refused("INVALID_FIELD", why, (field.name,))
        record, created = self._records.upsert(of, field, value, given, user)
        return JSONResponse(
            {"id": record["Id"], "success": True, "errors": [], "created": created}, 201 if created else 200
        )

    async def _delete_by(self, request: Request, _user: str) -> Response:
        of = writable(request)
        self._records.delete(of, self._by(request, of)["Id"])
        return Response(status_code=204)

    def _by(self, request: Request, of: SObject) -> Json:
        field = self._records.external_field(of, request.path_params["field"])
        record = self._records.by_external_id(of, field, request.path_params["value"])
        if record is None:
            raise Refused("NOT_FOUND", "Provided external ID field does not exist or is not accessible", status=404)
        return record

    async def _query(self, request: Request, _user: str) -> Response:
        query = soql.parse(request.query_params.get("q", ""), self._records.follow)
        rows = soql.run(query, self._records.all(query.of), self._records.follow(query.of))
        if query.count:
            return JSONResponse({"totalSize": len(rows), "done": True, "records": []})
        locator = f"01gSB{self._core.store.next_number('salesforce.query'):010d}"
        self._cursors[locator] = (query.of, query.fields, [row["Id"] for row in rows])
        while len(self._cursors) > CURSORS:
            self._cursors.popitem(last=False)
        return self._batch(request, locator, 0)

    async def _more(self, request: Request, _user: str) -> Response:
        locator, _, start = request.path_params["locator"].partition("-")
        if locator not in self._cursors or not start.isdigit():
            raise Refused("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._batch(request, locator, int(start))

    def _batch(self, request: Request, locator: str, start: int) -> Response:
        of, fields, ids = self._cursors[locator]
        version, end = request.path_params["version"], start + QUERY_BATCH
        follow = self._records.follow(of)
        found = [self._records.find(of, id) for id in ids[start:end]]
        rows = [_row(of, row, fields, follow, version) for row in found if row]
        answer: Json = {"totalSize": len(ids), "done": end >= len(ids), "records": rows}
        if answer["done"]:
            del self._cursors[locator]
        else:
            answer["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}-{end}"
        return JSONResponse(answer)

    async def _updated(self, request: Request, _user: str) -> Response:
        of = named_object(request)
        start, end = _range(request)
        rows = between(self._records.all(of), "SystemModstamp", start, end)
        return JSONResponse({"ids": [row["Id"] for row in rows], "latestDateCovered": stamp(end)})

    async def _deleted(self, request: Request, _user: str) -> Response:
        of = named_object(request)
        start, end = _range(request)
        rows = between(self._records.deleted(of), "deletedDate", start, end)
        return JSONResponse(
            {"deletedRecords": rows, "earliestDateAvailable": stamp(start), "latestDateCovered": stamp(end)}
        )


def _row(
    of: SObject, row: Json, fields: Sequence[str], follow: Callable[[Mapping[str, Any], str], Any], version: str
) -> Json:
    out: Json = {"attributes": {"type": of.name, "url": f"/services/data/{version}/sobjects/{of.name}/{row['Id']}"}}
    for path in fields:
        *steps, name = path.split(".")
        at, through = out, of
        for step in steps:
            reference = through.by_relationship(step)
            target = sobject(reference.refers_to) if reference else None
            if reference is None or target is None or (at is out and not row.get(reference.name)):
                at[step] = None
                break
            at = at.setdefault(step, {"attributes": {"type": target.name}})
            through = target
        else:
            at[name] = follow(row, path)
    return out


def _range(request: Request) -> tuple[Any, Any]:
    try:
        start, end = (soql.instant(request.query_params[name].replace(" ", "+")) for name in ("start", "end"))
    except (KeyError, ValueError):
        raise Refused("INVALID_REPLICATION_DATE", "start and end are wanted, as 2026-01-31T10:00:00Z") from None
    if end <= start:
        raise Refused("INVALID_REPLICATION_DATE", "startDate has to be before endDate")
    return start, end
