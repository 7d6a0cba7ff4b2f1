"""Collections: up to 200 records in one call of the sandbox's Salesforce, each with a result of its own.

The answer is 200 also where records were refused. With `allOrNone` one refusal undoes them all; a record that can't be read at
all refuses the whole request.
"""

from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.salesforce_door import Door
from deploy.local.sandbox.salesforce_errors import Refused, Unreadable
from deploy.local.sandbox.salesforce_records import Records
from deploy.local.sandbox.salesforce_requests import fields_of, json_of, named_object, type_of, writable

COLLECTION = 200


class Collections:
    """Routes below `/services/data/…/composite/sobjects`."""

    def __init__(self, core: Core, records: Records, door: Door) -> None:
        self._core = core
        self._records = records
        self._door = door

    def routes(self) -> Sequence[BaseRoute]:
        """What is served."""
        table = [
            ("POST", "", self._create_many), ("PATCH", "", self._update_many), ("DELETE", "", self._delete_many),
            ("PATCH", "/{object}/{field}", self._upsert_many),
            ("GET", "/{object}", self._retrieve_many), ("POST", "/{object}", self._retrieve_many),
        ]  # fmt: skip
        return self._door.routes("/services/data/{version}/composite/sobjects", table)

    async def _create_many(self, request: Request, user: str) -> Response:
        def create(given: Json) -> Json:
            record = self._records.insert(type_of(given), given, user)
            return {"id": record["Id"], "success": True, "errors": []}

        return await self._many(request, create)

    async def _update_many(self, request: Request, user: str) -> Response:
        def update(given: Json) -> Json:
            values = {name: value for name, value in given.items() if name.lower() != "id"}
            id = next((str(value) for name, value in given.items() if name.lower() == "id"), "")
            record = self._records.update(type_of(given), id, values, user)
            return {"id": record["Id"], "success": True, "errors": []}

        return await self._many(request, update)

    async def _upsert_many(self, request: Request, user: str) -> Response:
        of = writable(request)
        field, seen = self._records.external_field(of, request.path_params["field"]), set[str]()

        def upsert(given: Json) -> Json:
            if type_of(given) is not of:
                raise Refused("INVALID_TYPE", f"records of {of.name} only")
            value = next((value for name, value in given.items() if name.lower() == field.name.lower()), None)
            if value in seen:
                raise Refused("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", (field.name,))
            if isinstance(value, str):
                seen.add(value)
            record, created = self._records.upsert(of, field, value, given, user)
            return {"id": record["Id"], "success": True, "errors": [], "created": created}

        return await self._many(request, upsert)

    async def _delete_many(self, request: Request, _user: str) -> Response:
        ids = [id for id in request.query_params.get("ids", "").split(",") if id]
        whole = request.query_params.get("allOrNone", "false") == "true"

        def delete(id: str) -> Json:
            of = self._records.of_id(id)
            if of is None:
                raise Refused("MALFORMED_ID", f"malformed id {id}")
            self._records.delete(of, id)
            return {"id": id, "success": True, "errors": []}

        return JSONResponse(self._each(ids, delete, whole=whole))

    async def _many(self, request: Request, write: Callable[[Json], Json]) -> Response:
        body = await json_of(request)
        rows = body.get("records") if isinstance(body, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Unreadable(
                "JSON_PARSER_ERROR", 'wanted is {"allOrNone": false, "records": [{"attributes": {"type": …}, …}]}'
            )
        return JSONResponse(self._each(rows, write, whole=body.get("allOrNone") is True))

    def _each(self, rows: Sequence[Any], write: Callable[[Any], Json], *, whole: bool) -> list[Json]:
        """The result of each row; with `whole` one refusal undoes them all."""
        if len(rows) > COLLECTION:
            why = f"record limit reached. cannot submit more than {COLLECTION} records into this call"
            raise Refused("EXCEEDED_ID_LIMIT", why)
        results: list[Json] = []
        try:
            with self._core.store.together():
                for row in rows:
                    results.append(_result(write, row))
                if whole and not all(result["success"] for result in results):
                    raise _Undone
        except _Undone:
            rolled = Refused(
                "ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back because not all records were valid"
            )
            return [
                {"success": False, "errors": [rolled.of_record()]} if result["success"] else result
                for result in results
            ]
        return results

    async def _retrieve_many(self, request: Request, _user: str) -> Response:
        of, version = named_object(request), request.path_params["version"]
        if request.method == "POST":
            body = await json_of(request)
            ids, names = body.get("ids", []), body.get("fields", [])
        else:
            ids, names = (request.query_params.get(name, "").split(",") for name in ("ids", "fields"))
        only = fields_of(of, names)
        found = [self._records.find(of, id) for id in ids]
        return JSONResponse([record and self._records.shown(of, record, version, only) for record in found])


class _Undone(Exception):
    """One refusal undoes all."""


def _result(write: Callable[[Any], Json], row: Any) -> Json:
    try:
        return write(row)
    except Unreadable:
        raise
    except Refused as refused:
        return {"success": False, "errors": [refused.of_record()]}
