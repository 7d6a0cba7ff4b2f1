"""The committed description is what the code serves."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from services.gateway import openapi

FILE = Path(__file__).resolve().parents[2] / "deploy" / "openapi.json"


def test_the_committed_description_is_the_codes() -> None:
    assert FILE.read_text() == openapi.text(), "run `make openapi` and commit deploy/openapi.json"


def test_it_is_openapi_3_1_with_examples() -> None:
    description = json.loads(FILE.read_text())
    assert description["openapi"].startswith("3.1")
    assert description["components"]["schemas"]["NewProject"]["properties"]["title"]["examples"]


def test_choices_are_enums() -> None:
    options = json.loads(FILE.read_text())["components"]["schemas"]["VideoOptions"]["properties"]
    enum = options["style"]["anyOf"][0]["enum"]
    assert enum == ["flat", "paper", "watercolor", "noir"]


def test_every_operation_answers_errors_as_problems() -> None:
    for operations in json.loads(FILE.read_text())["paths"].values():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_every_body_shows_an_example() -> None:
    description = json.loads(FILE.read_text())
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            reference = json.dumps(content.get("schema", {})).partition("#/components/schemas/")[2].partition('"')[0]
            # a refresh token comes from us, and nobody makes one up
            if reference and reference != "Refresh":
                assert "examples" in json.dumps(_whole(description, reference)), f"{method} {path}: {reference}"


def _whole(description: dict[str, Any], name: str) -> list[Any]:
    """A shape with those that it refers to."""
    shapes, found, names = description["components"]["schemas"], [], [name]
    while names:
        shape = shapes[names.pop()]
        found.append(shape)
        names += [
            reference
            for reference in re.findall(r"#/components/schemas/(\w+)", json.dumps(shape))
            if shapes[reference] not in found
        ]
    return found


def test_what_is_open_to_everybody_is_known() -> None:
    paths = json.loads(FILE.read_text())["paths"]
    open_to_all = {
        f"{method.upper()} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if not operation.get("security")
    }
    assert open_to_all == {
        *(f"POST /api/v1/auth/{name}" for name in ("register", "login", "refresh", "logout")),
        "POST /api/v1/auth/password/forgot",
        "POST /api/v1/auth/password/reset",
        "GET /.well-known/jwks.json",
        "GET /api/v1/plans",
        "GET /api/v1/youtube/oauth/callback",
        "POST /api/v1/webhooks/stripe",
        "GET /api/v1/unsubscribe",
        "POST /api/v1/unsubscribe",
        "GET /health",
        "GET /ready",
        "GET /metrics",
    }
