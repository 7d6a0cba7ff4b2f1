"""The documentation page: made from the OpenAPI description, without anything from another site."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.gateway import docs_page

router = APIRouter(include_in_schema=False)
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The API, for people."""
    return HTMLResponse(docs_page.render(request.app.openapi()), headers={"Content-Security-Policy": POLICY})
