"""The OpenAPI 3.1 description, from the code: `python -m services.gateway.openapi` prints it, the same bytes each time."""

from __future__ import annotations

import json
import sys
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from services.gateway.problems import MEDIA_TYPE, PROBLEMS
from services.gateway.schemas.common import Problem

TITLE = "AI Film Studio"
VERSION = "1.0.0"
DESCRIPTION = """A script goes in, a finished film comes out.

Sign in, make a project, put its script, ask for a video, follow the job, download its outputs.

- JSON, UTF-8, snake_case; times are RFC 3339 in UTC; unknown fields are refused.
- Errors are problem+json (RFC 9457) with a `code`.
- Lists: `page_size` (20, at most 100), `page_token`; answers have `items` and `next_page_token`.
- `Idempotency-Key` on every POST that creates: same key and body, same status and id.
- `ETag` on single resources, `If-Match` on PUT, PATCH and DELETE.
"""
_ERROR = {
    "description": "A refusal or a failure. `code` is one of " + ", ".join(PROBLEMS) + ".",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def schema(app: FastAPI) -> dict[str, Any]:
    """The description of the application's routes; made once."""
    if app.openapi_schema is None:
        app.openapi_schema = _schema(app)
    return app.openapi_schema


def _schema(app: FastAPI) -> dict[str, Any]:
    description = get_openapi(
        title=TITLE, version=VERSION, description=DESCRIPTION, routes=app.routes, openapi_version="3.1.0"
    )
    shapes = description["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes.update(problem.pop("$defs", {}))
    shapes["Problem"] = problem
    # the framework's own error shape is never sent
    for name in ("HTTPValidationError", "ValidationError"):
        shapes.pop(name, None)
    for operations in description["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = _ERROR
    description["components"]["schemas"] = dict(sorted(shapes.items()))
    description["components"].setdefault("securitySchemes", {})["ticket"] = {
        "type": "apiKey",
        "in": "query",
        "name": "ticket",
        "description": "a live ticket, one use",
    }
    return description


def text() -> str:
    """The description as it is committed."""
    # the application needs this module too
    from services.gateway.app import routes

    return json.dumps(schema(routes()), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
