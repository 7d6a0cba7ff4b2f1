"""What a field of Salesforce takes: the checks that a value must pass, each with the code that Salesforce refuses it by."""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from deploy.local.sandbox.salesforce_errors import Refused, Unreadable
from deploy.local.sandbox.salesforce_schema import Field, SObject, known_field
from deploy.local.sandbox.salesforce_soql import instant

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
# finds a parent by an external id: (reference, external id field, value) → record id; Refused where there is none
Find = Callable[[Field, str, Any], str]


def record_id(prefix: str, number: int) -> str:
    """The 18 characters of a record's id: 15, whose case counts, and 3 that keep it apart where case is lost."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return long_id(f"{prefix}SB00{digits:0>8}")


def long_id(id: str) -> str:
    """An id of 15 characters in its form of 18, by Salesforce's rule; one of 18 as it is."""
    if len(id) != 15:
        return id
    chunks = (id[at : at + 5] for at in range(0, 15, 5))
    return id + "".join(
        _LETTERS[sum(1 << bit for bit, letter in enumerate(chunk) if "A" <= letter <= "Z")] for chunk in chunks
    )


def cleaned(of: SObject, given: Mapping[str, Any], find: Find) -> dict[str, Any]:
    """The values by the schema's own spelling, checked and as they are kept. Raises `Refused` for the first that won't do.

    A parent may be named by its external id (`"Contact__r": {"AI_Film_User_ID__c": "…"}`).
    """
    out: dict[str, Any] = {}
    for name, value in given.items():
        if name == "attributes":
            continue
        through = of.by_relationship(name)
        if through is not None and through.writable:
            out[through.name] = _parent(through, value, find)
            continue
        field = known_field(of, name)
        if field is None:
            raise unknown_column(of, name)
        if not field.writable:
            why = f"Unable to create/update fields: {field.name}. Please check the security settings of this field."
            raise Refused("INVALID_FIELD_FOR_INSERT_UPDATE", why, (field.name,))
        out[field.name] = _checked(field, value)
    return out


def unknown_column(of: SObject, name: str) -> Unreadable:
    """The refusal of a field that the object hasn't."""
    return Unreadable("INVALID_FIELD", f"No such column '{name}' on sobject of type {of.name}")


def _parent(through: Field, value: Any, find: Find) -> str | None:
    if value is None:
        return None
    names = {name: inner for name, inner in value.items() if name != "attributes"} if isinstance(value, dict) else {}
    if len(names) != 1:
        raise Unreadable("JSON_PARSER_ERROR", f"{through.relationship} wants one external id of {through.refers_to}")
    [(name, wanted)] = names.items()
    return find(through, name, wanted)


def _checked(field: Field, value: Any) -> Any:
    if value is None or value == "":
        if field.type == "boolean":
            raise Refused("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.caption()}: value not of required type: null")
        return None
    match field.type:
        case "boolean":
            return _of_type(field, value, bool)
        case "double":
            return _number(field, value)
        case "datetime":
            return _time(field, value)
        case "reference":
            id = _of_type(field, value, str)
            if not re.fullmatch(r"[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?", id):
                raise Refused("MALFORMED_ID", f"{field.caption()}: id value of incorrect type: {id}", (field.name,))
            return long_id(id)
        case _:
            return _text(field, _of_type(field, value, str))


def _text(field: Field, text: str) -> str:
    if field.length and len(text) > field.length:
        short = text if len(text) <= 80 else text[:80] + "…"
        why = f"{field.caption()}: data value too large: {short} (max length={field.length})"
        raise Refused("STRING_TOO_LONG", why, (field.name,))
    if field.type == "email" and not _EMAIL.fullmatch(text):
        why = f"{field.caption()}: invalid email address: {text}"
        raise Refused("INVALID_EMAIL_ADDRESS", why, (field.name,))
    if field.restricted and text not in field.values:
        why = f"{field.caption()}: bad value for restricted picklist field: {text}"
        raise Refused("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", why, (field.name,))
    return text


def _number(field: Field, value: Any) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unreadable("double", value)
    try:
        number = Decimal(str(value)).quantize(Decimal(1).scaleb(-field.scale), ROUND_HALF_UP)
    except InvalidOperation:
        number = None
    if number is None or abs(number) >= Decimal(10) ** (field.precision - field.scale):
        why = f"{field.caption()}: value outside of valid range on numeric field: {value}"
        raise Refused("NUMBER_OUTSIDE_VALID_RANGE", why, (field.name,))
    return float(number)


def _time(field: Field, value: Any) -> str:
    try:
        return stamp(instant(_of_type(field, value, str)))
    except ValueError:
        raise _unreadable("datetime", value) from None


def stamp(at: Any) -> str:
    """A time as Salesforce writes it: to the second."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.000+0000"


def _of_type(field: Field, value: Any, wanted: type) -> Any:
    if type(value) is not wanted:
        raise _unreadable({str: "string", bool: "boolean"}[wanted], value)
    return value


def _unreadable(wanted: str, value: Any) -> Unreadable:
    return Unreadable("JSON_PARSER_ERROR", f"Cannot deserialize instance of {wanted} from value {value!r}")
