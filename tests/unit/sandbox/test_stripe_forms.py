"""Requests to the sandbox's Stripe: brackets, types, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.local.sandbox.stripe_forms import BOOL, INT, METADATA, RANGE, STR, Required, StripeError, checked, decoded

RULES = {
    "name": Required(STR), "amount": INT, "active": BOOL, "mode": ("payment", "subscription"), "metadata": METADATA,
    "items": [{"price": Required(STR), "quantity": INT}], "created": RANGE, "expand": [STR],
}  # fmt: skip


def asked(*fields: tuple[str, str]) -> dict[str, Any]:
    return checked(decoded([("name", "x"), *fields]), RULES)


def refused(*fields: tuple[str, str]) -> dict[str, Any]:
    with pytest.raises(StripeError) as caught:
        asked(*fields)
    assert caught.value.status == 400
    return caught.value.error


def test_brackets_become_lists_and_objects_in_their_types() -> None:
    given = asked(
        ("items[1][price]", "b"), ("items[0][price]", "a"), ("items[0][quantity]", "2"), ("expand[]", "x"),
        ("expand[]", "y.z"), ("metadata[order]", "7"), ("active", "true"), ("created[gte]", "5"),
    )  # fmt: skip

    assert given["items"] == [{"price": "a", "quantity": 2}, {"price": "b"}]
    assert (given["expand"], given["metadata"], given["active"]) == (["x", "y.z"], {"order": "7"}, True)
    assert given["created"] == {"gte": 5}


def test_an_unknown_parameter_is_named_in_full() -> None:
    error = refused(("items[0][price]", "a"), ("items[0][colour]", "red"))

    assert (error["code"], error["param"]) == ("parameter_unknown", "items[0][colour]")
    assert error["message"] == "Received unknown parameter: items[0][colour]"


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(StripeError) as caught:
        checked({}, RULES)

    assert (caught.value.error["code"], caught.value.error["param"]) == ("parameter_missing", "name")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("amount", "ten", "Invalid integer: ten"),
        ("amount", "1.5", "Invalid integer: 1.5"),
        ("active", "yes", "Invalid boolean: yes"),
        ("mode", "setup", "must be one of payment or subscription"),
        ("metadata[" + "k" * 41 + "]", "v", "keys up to 40"),
        ("metadata[k]", "v" * 501, "values up to 500"),
        ("items", "price", "Invalid array"),
        ("created[before]", "5", "Received unknown parameter: created[before]"),
    ],
)
def test_what_is_of_the_wrong_kind_is_refused(name: str, value: str, says: str) -> None:
    assert says in refused((name, value))["message"]


def test_an_empty_text_empties_a_list_and_metadata() -> None:
    given = asked(("items", ""), ("metadata", ""))

    assert (given["items"], given["metadata"]) == ([], {})


def test_a_parameter_is_either_a_value_or_an_object() -> None:
    with pytest.raises(StripeError, match="both as a value and as an object"):
        decoded([("created", "5"), ("created[gte]", "5")])
