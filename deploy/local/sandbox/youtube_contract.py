"""The YouTube Data API's own contract, read from the discovery document that Google ships in google-api-python-client.

Every request is held against it: the parameters, their types, the parts, and each field of a body. So a client's mistake is
refused here for the reason for which Google would refuse it, not because we thought of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deploy.local.sandbox.youtube_errors import GoogleError

Json = dict[str, Any]
DOCUMENT = "discovery_cache/documents/youtube.v3.json"


@dataclass(frozen=True)
class Media:
    """What a method takes as an upload."""

    types: tuple[str, ...]
    """Media types, "video/*" among them."""
    max_bytes: int

    def takes(self, content_type: str) -> bool:
        """Whether this type is welcome."""
        plain = content_type.partition(";")[0].strip().lower()
        return any(
            pattern in ("*/*", plain) or (pattern.endswith("/*") and plain.startswith(pattern[:-1]))
            for pattern in self.types
        )


@dataclass(frozen=True)
class Method:
    """One method of the API."""

    id: str
    http_method: str
    path: str
    parameters: Mapping[str, Json]
    request: str
    """The schema of its body, "" where it has none."""
    parts: frozenset[str]
    """What `part` may name; empty where the method has no such parameter."""
    scopes: frozenset[str]
    media: Media | None


class Contract:
    """The methods and schemas of the document, without its prose."""

    def __init__(self, document: Json) -> None:
        self._schemas = {name: _bare(schema) for name, schema in document["schemas"].items()}
        self._common = {name: _bare(parameter) for name, parameter in document["parameters"].items()}
        self.methods = {
            method["id"].removeprefix("youtube."): self._method(method)
            for resource in document["resources"].values()
            for method in resource.get("methods", {}).values()
        }

    def parameters(self, method: Method, query: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
        """The parameters by name, `part` and other lists taken apart. GoogleError for what the method doesn't know."""
        found: dict[str, list[str]] = {}
        for name, value in query:
            rule = method.parameters.get(name) or self._common.get(name)
            if rule is None:
                raise GoogleError(
                    "invalid",
                    f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
                    f" Field '{name}' could not be found in request message.",
                    name,
                )
            if name in found and not rule.get("repeated"):
                raise GoogleError("invalid", f"Parameter {name} may be given once only.", name)
            values = value.split(",") if rule.get("repeated") else [value]
            for each in values:
                _check_text(name, each, rule)
            found.setdefault(name, []).extend(values)
        for name, rule in method.parameters.items():
            if rule.get("required") and not "".join(found.get(name, [])):
                raise GoogleError("required", f"Required parameter: {name}", name)
        for part in found.get("part", []):
            if part not in method.parts:
                raise GoogleError("unknownPart", f"'{part}'", "part")
        return found

    def body(self, method: Method, body: object, parts: Sequence[str]) -> Json:
        """The body, checked field by field. GoogleError names the first that the schema doesn't know."""
        if not isinstance(body, dict):
            raise GoogleError("invalid", "Invalid JSON payload received. Expected an object.")
        self._check(body, {"$ref": method.request}, "resource")
        for name in body:
            if name in method.parts - {"id"} and name not in parts:
                raise GoogleError("unexpectedPart", f"'{name}'", "part")
        return body

    def _method(self, method: Json) -> Method:
        answer = self._schemas.get(method.get("response", {}).get("$ref", ""), {}).get("properties", {})
        resource = answer.get("items", {}).get("items", {}).get("$ref", "")
        properties = self._schemas[resource]["properties"] if resource else answer
        parts = frozenset(
            name
            for name, rule in properties.items()
            if name == "id" or "$ref" in rule or (name == "localizations" and rule.get("type") == "object")
        )
        media = method.get("mediaUpload")
        return Method(
            id=method["id"].removeprefix("youtube."),
            http_method=method["httpMethod"],
            path=method["path"],
            parameters={name: _bare(rule) for name, rule in method["parameters"].items()},
            request=method.get("request", {}).get("$ref", ""),
            parts=parts if "part" in method["parameters"] else frozenset(),
            scopes=frozenset(method.get("scopes", ())),
            media=Media(tuple(media["accept"]), int(media["maxSize"])) if media else None,
        )

    def _check(self, value: object, rule: Json, at: str) -> None:
        if "$ref" in rule:
            self._check_object(value, self._schemas[rule["$ref"]], at)
            return
        match rule.get("type"):
            case "object":
                self._check_object(value, rule, at)
            case "array":
                if not isinstance(value, list):
                    raise _bad_value(at, value)
                for number, item in enumerate(value):
                    self._check(item, rule["items"], f"{at}[{number}]")
            case "string":
                # 64-bit numbers are strings in Google's JSON, and numbers are taken too
                number_as_text = rule.get("format") in ("int64", "uint64") and type(value) is int
                if not isinstance(value, str) and not number_as_text:
                    raise _bad_value(at, value)
                if "enum" in rule and value not in rule["enum"]:
                    raise _bad_value(at, value)
            case "boolean":
                if not isinstance(value, bool):
                    raise _bad_value(at, value)
            case "integer":
                if type(value) is not int:
                    raise _bad_value(at, value)
            case "number":
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise _bad_value(at, value)

    def _check_object(self, value: object, rule: Json, at: str) -> None:
        if not isinstance(value, dict):
            raise _bad_value(at, value)
        fields, others = rule.get("properties", {}), rule.get("additionalProperties", {})
        for name, inner in value.items():
            if name not in fields and not others:
                raise GoogleError(
                    "invalid", f"Invalid JSON payload received. Unknown name \"{name}\" at '{at}': Cannot find field."
                )
            self._check(inner, fields.get(name, others), f"{at}.{name}")


@cache
def contract() -> Contract:
    """The contract of the installed google-api-python-client, read once."""
    spec = find_spec("googleapiclient")
    if spec is None or spec.origin is None:
        raise SystemExit("google-api-python-client is not installed: `make setup` brings it")
    return Contract(json.loads((Path(spec.origin).parent / DOCUMENT).read_bytes()))


def _bare(rule: Json) -> Json:
    """A rule without its prose, which is nine tenths of the document."""
    kept: Json = {
        name: rule[name]
        for name in ("$ref", "type", "format", "enum", "repeated", "required", "minimum", "maximum", "default")
        if name in rule
    }
    if "properties" in rule:
        kept["properties"] = {name: _bare(inner) for name, inner in rule["properties"].items()}
    for name in ("items", "additionalProperties"):
        if name in rule:
            kept[name] = _bare(rule[name])
    return kept


def _check_text(name: str, value: str, rule: Json) -> None:
    kind, wrong = rule["type"], False
    if "enum" in rule:
        wrong = value not in rule["enum"]
    elif kind == "boolean":
        wrong = value not in ("true", "false")
    elif kind == "integer":
        wrong = (
            not value.removeprefix("-").isdecimal()
            or int(value) < int(rule.get("minimum", value))
            or int(value) > int(rule.get("maximum", value))
        )
    if wrong:
        raise GoogleError("invalid", f"Invalid value at '{name}' ({kind}), \"{value}\"", name)


def _bad_value(at: str, value: object) -> GoogleError:
    return GoogleError("invalid", f"Invalid value at '{at}', {json.dumps(value)[:200]}")
