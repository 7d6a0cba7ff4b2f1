"""Small HTML pages for people who come from elsewhere without a sign-in: from Google's consent page, from a mail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from services.gateway import problems

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_STYLE = """
:root { color-scheme: light dark }
body { font: 17px/1.6 system-ui, sans-serif; max-width: 32rem; margin: 18vh auto 0; padding: 0 1.2rem }
h1 { font-size: 1.5rem; line-height: 1.25 } .note { opacity: .7; font-size: .9rem }
label { display: block; margin: 1rem 0 } input { font: inherit; width: 100%; padding: .4rem; box-sizing: border-box }
button { font: inherit; padding: .5rem 1.4rem; border-radius: .5rem; border: 0; background: #c2410c; color: #fff }
"""


def wants(request: Request, media_type: str) -> bool:
    """The request's Accept header names the type itself."""
    accepted = request.headers.get("accept", "").lower()
    return any(part.partition(";")[0].strip() == media_type for part in accepted.split(","))


def page(title: str, lines: Sequence[str], status: int = 200, form: str = "") -> HTMLResponse:
    """A page of a title and paragraphs, both plain text; `form`: HTML."""
    text = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{text}{form}"
        f"<p class=note>AI Film Studio</p>",
        status,
        headers={"Content-Security-Policy": POLICY},
    )


def button(label: str, fields: str = "") -> str:
    """A form that posts back to the page's own address. `fields`: HTML of its inputs."""
    return f"<form method=post>{fields}<button>{escape(label)}</button></form>"


def of(title: str, answer: Response) -> HTMLResponse:
    """A problem as a page, with the same status and headers."""
    problem = json.loads(bytes(answer.body))
    shown = page(title, [f"{problem['title']}: {problem['detail'].rstrip('.')}."], answer.status_code)
    if (later := answer.headers.get("Retry-After")) is not None:
        shown.headers["Retry-After"] = later
    return shown


def of_error(title: str, error: Exception) -> HTMLResponse:
    """An error as a page."""
    return of(title, problems.of(error))
