"""What the calls of the sandbox's Salesforce read from a request: the object it names, the fields, the body."""

import json
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from deploy.local.sandbox.core import Json
from deploy.local.sandbox.salesforce_errors import Refused, Unreadable
from deploy.local.sandbox.salesforce_schema import OBJECTS, USER, SObject, known_field, sobject


def every_object() -> list[SObject]:
    """Those that a program can read."""
    return [*OBJECTS.values(), USER]


def named_object(request: Request) -> SObject:
    """The object in the path. Raises `Refused` 404."""
    of = sobject(request.path_params["object"])
    if of is None:
        raise Refused("NOT_FOUND", "The requested resource does not exist", status=404)
    return of


def writable(request: Request) -> SObject:
    """The object in the path, where programs may write it. Raises `Refused`."""
    of = named_object(request)
    if of is USER:
        raise Refused("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", status=403)
    return of


def type_of(given: Json) -> SObject:
    """The object that a record of a collection names. Raises `Refused`."""
    attributes = given.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    of = sobject(name) if isinstance(name, str) else None
    if of is None or of is USER:
        raise Refused("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return of


def fields_of(of: SObject, asked: Sequence[str]) -> set[str]:
    """The fields that are asked for, and Id. Raises `Refused`."""
    names = {"Id"}
    for name in filter(None, (each.strip() for each in asked)):
        field = known_field(of, name)
        if field is None:
            raise Refused("INVALID_FIELD", f"No such column '{name}' on entity '{of.name}'.")
        names.add(field.name)
    return names


async def json_of(request: Request) -> Any:
    """The body. Raises `Refused`."""
    try:
        return json.loads(await request.body())
    except ValueError as error:
        raise Unreadable("JSON_PARSER_ERROR", f"the body is no JSON: {error}") from None


async def record_of(request: Request) -> Json:
    """The body as one record. Raises `Refused`."""
    body = await json_of(request)
    if not isinstance(body, dict):
        raise Unreadable("JSON_PARSER_ERROR", "a JSON object is wanted")
    return body
