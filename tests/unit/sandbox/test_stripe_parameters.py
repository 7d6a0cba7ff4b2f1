"""The sandbox's Stripe against the installed stripe library: the same parameters, the same fields."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from deploy.local.sandbox import stripe_shapes as shapes
from deploy.local.sandbox.core import Core, Json
from deploy.local.sandbox.store import Store
from deploy.local.sandbox.stripe_books import SHOWN, Books, pinned_version, shown
from deploy.local.sandbox.stripe_deeds import Deeds
from deploy.local.sandbox.stripe_forms import METADATA, RANGE, Required
from deploy.local.sandbox.stripe_operations import Operations
from deploy.local.sandbox.stripe_parameters import RULES

SPEC = find_spec("stripe")
assert SPEC
assert SPEC.origin
LIBRARY = Path(SPEC.origin).parent
CLASSES = {
    "billing_portal.configuration": "billing_portal/_configuration.py",
    "billing_portal.session": "billing_portal/_session.py",
    "checkout.session": "checkout/_session.py",
    "item": "_line_item.py",
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def classes(module: ast.Module) -> dict[str, ast.ClassDef]:
    return {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}


def declared(node: ast.ClassDef) -> dict[str, ast.expr]:
    return {
        each.target.id: each.annotation
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }


def named_in(annotation: ast.expr) -> set[str]:
    """The class names in an annotation, also in those that are text."""
    text = ast.unparse(annotation)
    return set(re.findall(r"\w+", text))


@cache
def operations() -> dict[str, tuple[Path, str]]:
    """The class of each operation's parameters, as the library's services say it: "POST customers" → folder, class."""
    found = {}
    for path in LIBRARY.rglob("_*_service.py"):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.FunctionDef) or not node.args.args:
                continue
            verbs = re.findall(r"self\._request\(\s*'(get|post|delete)',\s*(?:f?'|'|)(/v1/[^']*)'", ast.unparse(node))
            verbs += re.findall(r"self\._request\('(\w+)', '(/v1/[^']*)'\.format", ast.unparse(node))
            params = next((each for each in node.args.args if each.arg == "params"), None)
            for verb, address in verbs:
                if params is not None and params.annotation is not None:
                    name = re.findall(r"(\w+Params)\b", ast.unparse(params.annotation))[0]
                    short = re.sub(r"\{[^}]*\}", "{id}", address.removeprefix("/v1/"))
                    found[f"{verb.upper()} {short}"] = (path.parent.relative_to(LIBRARY), name)
    return found


@cache
def parameter_class(folder: Path, name: str) -> tuple[Path, ast.ClassDef]:
    for path in (LIBRARY / "params" / folder).glob("*.py"):
        if name in path.read_text() and (node := classes(parsed(path)).get(name)):
            return path, node
    raise LookupError(name)


def unknown_parameters(rules: Mapping[str, Any], path: Path, names: set[str], at: str) -> Iterator[str]:
    """Those of our rules that the library hasn't."""
    there = classes(parsed(path))
    fields: dict[str, ast.expr] = {}
    for name in names & set(there):
        fields |= declared(there[name])
    for name, given in rules.items():
        if name not in fields:
            yield f"{at}[{name}]"
            continue
        rule = given.rule if isinstance(given, Required) else given
        rule = rule[0] if isinstance(rule, list) else rule
        if isinstance(rule, dict):
            yield from unknown_parameters(rule, path, named_in(fields[name]), f"{at}[{name}]")
        elif isinstance(rule, tuple):
            literals = set(re.findall(r"'([\w-]+)'", ast.unparse(fields[name])))
            # words of plain strings are told in prose only
            missing = set(rule) - literals if literals else set()
            yield from (f"{at}[{name}]={word}" for word in sorted(missing))


@pytest.mark.parametrize("name", sorted(name for name in RULES if RULES[name]))
def test_every_parameter_that_is_taken_is_one_of_the_library(name: str) -> None:
    path, node = parameter_class(*operations()[name])

    assert list(unknown_parameters(RULES[name], path, {node.name}, name)) == []


def test_every_operation_is_served_and_is_one_of_the_library(tmp_path: Path) -> None:
    table = Operations(Books(Core(Store(tmp_path), "http://127.0.0.1:1"))).table()

    assert set(table) == set(RULES)
    assert set(RULES) <= set(operations())


def test_the_version_is_the_one_that_the_library_sends() -> None:
    import stripe

    assert pinned_version() == stripe.api_version


def story(folder: Path) -> dict[str, list[Json]]:
    """An object of each kind, after a purchase, a subscription and what can befall them."""
    books = Books(Core(Store(folder), "http://127.0.0.1:1"))
    todo, deeds = Operations(books), Deeds(Operations(books))
    monthly = {"currency": "usd", "recurring": {"interval": "month"}}
    pro = todo.catalog.create_price({**monthly, "unit_amount": 1500, "product_data": {"name": "Pro"}})
    big = todo.catalog.create_price({**monthly, "unit_amount": 9900, "product_data": {"name": "Enterprise"}})
    pack = todo.catalog.create_price({"currency": "usd", "unit_amount": 500, "product_data": {"name": "10 credits"}})
    bought = todo.checkout.create(
        {
            "mode": "payment",
            "line_items": [{"price": pack["id"], "quantity": 1}],
            "success_url": "http://127.0.0.1:1/",
            "customer": todo.catalog.create_customer({"email": "a@example.com"})["id"],
            "invoice_creation": {"enabled": True},
        }
    )
    deeds.do("fail_payment", bought["id"])
    deeds.do("pay", bought["id"])
    deeds.do("dispute", bought["id"])
    deeds.do("dispute", f"{bought['id']}:won")
    asked = {"mode": "subscription", "line_items": [{"price": big["id"], "quantity": 1}], "success_url": "http://x/"}
    begun = todo.checkout.create(asked)
    deeds.do("pay", begun["id"])
    deeds.do("refund", f"{begun['id']}:200")
    subscription = books.get("subscription", books.get("checkout.session", begun["id"])["subscription"])
    portal = todo.portal.open({"customer": subscription["customer"], "return_url": "http://x/"})
    todo.portal.change(portal, subscription, pro["id"])
    kinds = (*SHOWN, "billing_portal.configuration", "billing_portal.session", "balance_transaction")
    found = {kind: [shown(row) for row in books.list(kind)] for kind in kinds}
    found["item"] = todo.checkout.items(bought["id"])
    return found


def wrong_fields(obj: Any, node: ast.ClassDef, at: str) -> Iterator[str]:
    """Fields that the library's class hasn't, and those of its that are never empty and are missing."""
    fields, inner = declared(node), {each.name: each for each in node.body if isinstance(each, ast.ClassDef)}
    for name, value in obj.items():
        if name not in fields:
            yield f"{at}.{name} isn't one of the library's"
            continue
        nested = [inner[each] for each in named_in(fields[name]) if each in inner]
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and len(nested) == 1:
                yield from wrong_fields(each, nested[0], f"{at}.{name}")
    for name, annotation in fields.items():
        optional = ast.unparse(annotation).startswith(("Optional", "ClassVar"))
        if not optional and name not in obj:
            yield f"{at}.{name} is missing"


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Json]]:
    return story(tmp_path_factory.mktemp("stripe"))


@pytest.mark.parametrize(
    "kind", [*SHOWN, "billing_portal.configuration", "billing_portal.session", "balance_transaction", "item"]
)
def test_objects_have_the_fields_of_the_library(kind: str, objects: dict[str, list[Json]]) -> None:
    file = CLASSES.get(kind, f"_{kind}.py")
    name = "LineItem" if kind == "item" else "".join(word.capitalize() for word in kind.rpartition(".")[2].split("_"))
    node = classes(parsed(LIBRARY / file))[name]

    assert objects[kind], f"the story has no {kind}"
    assert sorted({wrong for obj in objects[kind] for wrong in wrong_fields(obj, node, kind)}) == []


def test_a_shape_is_born_with_its_own_lists() -> None:
    first, second = shapes.customer("cus_1", 1), shapes.customer("cus_2", 1)
    first["preferred_locales"].append("hi")

    assert second["preferred_locales"] == []


def test_rules_use_the_words_for_metadata_and_ranges() -> None:
    assert RULES["POST customers"]["metadata"] == METADATA
    assert RULES["GET events"]["created"] == RANGE
