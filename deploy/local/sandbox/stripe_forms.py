"""Stripe's requests as they come in: form fields with brackets, checked against what an operation takes.

A rule says what a parameter may be: `STR`, `INT`, `BOOL`, `TIME`, a tuple of the allowed words, a dict of named parameters,
a list with the rule of its items, or `METADATA`. `Required(rule)` must be given. Refusals are worded and coded as Stripe's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

STR, INT, BOOL, TIME, METADATA, RANGE = "string", "integer", "boolean", "timestamp", "metadata", "range"
DOCS = "https://stripe.com/docs/error-codes/"
# what Stripe takes in one piece of metadata
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500
_BRACKETS = re.compile(r"\[([^\]]*)\]")


class StripeError(Exception):
    """A refusal as Stripe shapes it. `status` is HTTP's."""

    def __init__(
        self, status: int, message: str, *, kind: str = "invalid_request_error", code: str = "", param: str = "",
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        # something was done before the refusal, and stays done
        self.carried_out = False
        self.error: dict[str, Any] = {"message": message, "type": kind, **more}
        if code:
            self.error |= {"code": code, "doc_url": DOCS + code.replace("_", "-")}
        if param:
            self.error["param"] = param


@dataclass(frozen=True)
class Required:
    """A parameter without which the request is refused."""

    rule: Any


def decoded(fields: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Fields such as `items[0][price]` and `expand[]` as nested dicts; lists come as dicts by their index."""
    out: dict[str, Any] = {}
    for name, value in fields:
        head, _, _ = name.partition("[")
        path = [head, *_BRACKETS.findall(name[len(head) :])]
        at = out
        for step, following in zip(path, [*path[1:], None], strict=True):
            key = step if step else str(len(at))
            if following is None:
                at[key] = value
                break
            inner = at.setdefault(key, {})
            if not isinstance(inner, dict):
                raise StripeError(400, f"Invalid request: {name} is given both as a value and as an object", param=name)
            at = inner
    return out


def checked(given: Mapping[str, Any], rules: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """The parameters in their types. Raises `StripeError` 400: an unknown one, a missing one, one of the wrong kind."""
    out: dict[str, Any] = {}
    for name, value in given.items():
        where = f"{path}[{name}]" if path else name
        if name not in rules:
            raise StripeError(400, f"Received unknown parameter: {where}", code="parameter_unknown", param=where)
        rule = rules[name]
        out[name] = _value(value, rule.rule if isinstance(rule, Required) else rule, where)
    for name, rule in rules.items():
        where = f"{path}[{name}]" if path else name
        if isinstance(rule, Required) and name not in out:
            raise StripeError(400, f"Missing required param: {where}.", code="parameter_missing", param=where)
    return out


def _value(value: Any, rule: Any, where: str) -> Any:
    if rule == METADATA:
        return _metadata(value, where)
    if rule == RANGE:
        if isinstance(value, dict):
            return checked(value, {"gt": TIME, "gte": TIME, "lt": TIME, "lte": TIME}, where)
        return _value(value, TIME, where)
    if isinstance(rule, dict):
        if value == "":
            return None  # an empty string unsets what is optional
        if not isinstance(value, dict):
            raise StripeError(400, "Invalid object", code="parameter_invalid_string_blank", param=where)
        return checked(value, rule, where)
    if isinstance(rule, list):
        if value == "":
            return []
        if not isinstance(value, dict) or not all(key.isdigit() for key in value):
            raise StripeError(400, "Invalid array", param=where)
        return [_value(value[key], rule[0], f"{where}[{key}]") for key in sorted(value, key=int)]
    if not isinstance(value, str):
        raise StripeError(400, f"Invalid {rule if isinstance(rule, str) else 'string'}: {{...}}", param=where)
    return _plain(value, rule, where)


def _plain(value: str, rule: Any, where: str) -> Any:
    if isinstance(rule, tuple):
        if value not in rule:
            words = ", ".join(rule[:-1]) + (" or " if len(rule) > 1 else "") + rule[-1]
            raise StripeError(400, f"Invalid {where}: must be one of {words}", param=where)
        return value
    match rule:
        case "integer" | "timestamp":
            if not re.fullmatch(r"-?\d{1,18}", value):
                code = "parameter_invalid_integer"
                raise StripeError(400, f"Invalid {rule}: {value}", code=code, param=where)
            return int(value)
        case "boolean":
            if value not in {"true", "false"}:
                raise StripeError(400, f"Invalid boolean: {value}", param=where)
            return value == "true"
        case _:
            if len(value) > 5_000:
                raise StripeError(400, f"Invalid string: {where} is longer than 5000 characters", param=where)
            return value


def _metadata(value: Any, where: str) -> dict[str, str]:
    if value == "":
        return {}
    if not isinstance(value, dict) or not all(isinstance(inner, str) for inner in value.values()):
        raise StripeError(400, "Metadata must be a set of keys with strings", param=where)
    if len(value) > METADATA_KEYS:
        raise StripeError(400, f"You can have up to {METADATA_KEYS} metadata keys", param=where)
    for key, inner in value.items():
        if len(key) > METADATA_KEY_LENGTH or len(inner) > METADATA_VALUE_LENGTH:
            limits = f"keys up to {METADATA_KEY_LENGTH} and values up to {METADATA_VALUE_LENGTH} characters"
            raise StripeError(400, f"Metadata takes {limits}", param=f"{where}[{key}]")
    return dict(value)


def no_such(kind: str, id: str, param: str = "id") -> StripeError:
    """The refusal for an id that names nothing."""
    return StripeError(404, f"No such {kind}: '{id}'", code="resource_missing", param=param)
