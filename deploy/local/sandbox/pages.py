"""The pages that a person sees: one layout, which says on each of them that nothing here is real."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

TEMPLATES = Path(__file__).parent / "templates"

_environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)


def _size(number: int) -> str:
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.1f} kB"


_environment.filters["size"] = _size


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page of this template, which extends `layout.html` (blocks: title, head, content)."""
    return HTMLResponse(_environment.get_template(template).render(**values), status)


async def form(request: Request) -> dict[str, str]:
    """The fields of an HTML form as it was sent (application/x-www-form-urlencoded); of repeated ones the last."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
