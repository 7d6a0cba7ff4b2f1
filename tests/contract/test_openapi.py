"""The committed description is what the code serves."""

from __future__ import annotations

import json
from pathlib import Path

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
    assert enum == ["flat", "watercolor", "noir"]


def test_every_operation_answers_errors_as_problems() -> None:
    for operations in json.loads(FILE.read_text())["paths"].values():
        for operation in operations.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]
