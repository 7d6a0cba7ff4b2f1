"""The record browser of the sandbox's Salesforce: what support sees and does in the org, as the person SUPPORT."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from deploy.local.sandbox.core import Json
from deploy.local.sandbox.pages import form, page
from deploy.local.sandbox.salesforce_errors import Refused
from deploy.local.sandbox.salesforce_login import Usage
from deploy.local.sandbox.salesforce_records import SUPPORT, USERS, Records
from deploy.local.sandbox.salesforce_schema import OBJECTS, Field, SObject

SHOWN = 200
# what a list shows of each object
COLUMNS = {
    "Contact": ("Name", "Email", "Subscription_Tier__c", "Credit_Balance__c", "Total_Films_Generated__c"),
    "AI_Project__c": ("Name", "Contact__c", "Status__c", "Duration__c", "Credits_Used__c"),
    "AI_Credit__c": ("Name", "Contact__c", "Transaction_Type__c", "Amount__c", "Balance_After__c", "Payment_Status__c"),
    "YouTube_Integration__c": ("Name", "Contact__c", "AI_Project__c", "Upload_Status__c", "Views__c", "Likes__c"),
}


class Pages:
    """Lists, records, and their forms."""

    def __init__(self, records: Records, usage: Usage) -> None:
        self._records = records
        self._usage = usage

    def routes(self) -> Sequence[BaseRoute]:
        """What is served."""
        return [
            Route("/", self._home),
            Route("/o/{object}", self._list),
            Route("/o/{object}/new", self._new, methods=["GET", "POST"]),
            Route("/o/{object}/{id}", self._record, methods=["GET", "POST"]),
        ]

    async def _home(self, _request: Request) -> Response:
        objects = [(of, self._records.count(of)) for of in OBJECTS.values()]
        return page("salesforce_home.html", objects=objects, usage=self._usage, user=USERS[SUPPORT])

    async def _list(self, request: Request) -> Response:
        of = OBJECTS.get(request.path_params["object"])
        if of is None:
            return self._missing()
        search = request.query_params.get("q", "")
        rows = [row for row in reversed(self._records.all(of)) if _contains(row, search)]
        return page(
            "salesforce_list.html", of=of, rows=rows[:SHOWN], found=len(rows), search=search, links=self._links,
            columns=[of.fields[name] for name in COLUMNS[of.name]],
        )  # fmt: skip

    async def _new(self, request: Request) -> Response:
        of = OBJECTS.get(request.path_params["object"])
        if of is None:
            return self._missing()
        values: Json = dict(request.query_params)
        if request.method == "POST":
            values = _read(of, await form(request))
            try:
                record = self._records.insert(of, values, SUPPORT)
            except Refused as refused:
                return self._form(of, values, {}, str(refused), 400)
            return _to(of, record["Id"])
        return self._form(of, values, {}, "")

    async def _record(self, request: Request) -> Response:
        of = OBJECTS.get(request.path_params["object"])
        record = self._records.find(of, request.path_params["id"]) if of else None
        if of is None or record is None:
            return self._missing()
        if request.method == "POST":
            given = await form(request)
            if given.pop("_delete", ""):
                self._records.delete(of, record["Id"])
                return RedirectResponse(f"../{of.name}", 303)
            values = _read(of, given)
            changed = {name: value for name, value in values.items() if value != record[name]}
            try:
                self._records.update(of, record["Id"], changed, SUPPORT)
            except Refused as refused:
                return self._form(of, record | values, record, str(refused), 400)
            return _to(of, record["Id"])
        return self._form(of, record, record, "")

    def _form(self, of: SObject, values: Json, record: Json, error: str, status: int = 200) -> Response:
        children = [
            (child, reference, [row for row in self._records.all(child) if row[reference.name] == record["Id"]][-20:])
            for child in OBJECTS.values()
            for reference in child.references()
            if record and reference.refers_to == of.name
        ]
        return page(
            "salesforce_record.html", status, of=of, values=values, record=record, error=error, links=self._links,
            children=children, users=USERS,
        )  # fmt: skip

    def _links(self, field: Field, value: Any) -> tuple[str, str] | None:
        """(object, name) of the record that a reference names."""
        target = OBJECTS.get(field.refers_to)
        record = self._records.find(target, str(value)) if target and value else None
        return (target.name, record["Name"]) if target and record else None

    def _missing(self) -> Response:
        return page("salesforce_home.html", 404, objects=[], usage=self._usage, user=USERS[SUPPORT])


def _contains(row: Json, search: str) -> bool:
    return not search or any(search.casefold() in str(value).casefold() for value in row.values() if value is not None)


def _read(of: SObject, given: dict[str, str]) -> Json:
    """An HTML form as a record: an unticked box is a false, an empty field a null."""
    out: Json = {}
    for field in of.fields.values():
        if not field.writable:
            continue
        text = given.get(field.name, "").strip()
        match field.type:
            case "boolean":
                out[field.name] = bool(text)
            case "double":
                out[field.name] = _number(text)
            case _:
                out[field.name] = text or None
    return out


def _number(text: str) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _to(of: SObject, id: str) -> Response:
    return RedirectResponse(f"/salesforce/o/{quote(of.name)}/{id}", 303)
