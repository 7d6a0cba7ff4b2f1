"""The OpenAPI description as one HTML page: every operation with its parameters, body and answers, every shape."""

from __future__ import annotations

import json
from functools import lru_cache
from html import escape
from typing import Any

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #c2410c }
body { font: 15px/1.55 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h1 { margin-bottom: 0 } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line) }
details { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; padding: .4rem .8rem }
summary { cursor: pointer } summary code { font-weight: 600 }
.method { display: inline-block; min-width: 4.2rem; color: var(--accent); font-weight: 700 }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .25rem .6rem .25rem 0; vertical-align: top }
pre { background: var(--soft); padding: .6rem; overflow-x: auto; border-radius: .4rem } .note { opacity: .75 }
"""


def render(description: dict[str, Any]) -> str:
    """The page of a description."""
    return _render(json.dumps(description))


@lru_cache(maxsize=1)
def _render(text: str) -> str:
    description = json.loads(text)
    groups: dict[str, list[str]] = {}
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            block = _operation(path, method, operation)
            groups.setdefault(operation.get("tags", ["other"])[0], []).append(block)
    info = description["info"]
    parts = [f"<h2>{escape(tag)}</h2>{''.join(blocks)}" for tag, blocks in groups.items()]
    shapes = description["components"]["schemas"]
    parts.append("<h2>shapes</h2>" + "".join(_shape(name, shape) for name, shape in shapes.items()))
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])}: API</title><style>{_STYLE}</style>"
    about = "".join(f"<p>{escape(line)}</p>" for line in info["description"].splitlines() if line)
    return (
        f"{head}<h1>{escape(info['title'])}</h1><p class=note>version {escape(info['version'])}, OpenAPI: "
        f"<a href=/openapi.json>openapi.json</a></p>{about}{''.join(parts)}"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    parts = [f"<p>{escape(operation.get('description', ''))}</p>"]
    if parameters := operation.get("parameters"):
        parts.append(_table([_parameter(item) for item in parameters]))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        parts.append(f"<p>Body: {_link(content['schema'])}</p>")
    answers = [
        [f"<code>{escape(status)}</code>", escape(answer.get("description", "")), _answer(answer)]
        for status, answer in operation["responses"].items()
    ]
    parts.append(_table(answers))
    title = f"<span class=method>{method.upper()}</span><code>{escape(path)}</code>"
    return f"<details><summary>{title} <span class=note>{escape(operation.get('summary', ''))}</span></summary>{''.join(parts)}</details>"


def _parameter(item: dict[str, Any]) -> list[str]:
    need = " (required)" if item.get("required") else ""
    return [f"<code>{escape(item['name'])}</code>", escape(item["in"]) + need, escape(item.get("description", ""))]


def _answer(answer: dict[str, Any]) -> str:
    return ", ".join(_link(content["schema"]) for content in answer.get("content", {}).values() if "schema" in content)


def _link(schema: dict[str, Any]) -> str:
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"<a href='#{escape(name)}'>{escape(name)}</a>"
    for key in ("anyOf", "allOf"):
        if key in schema:
            return " or ".join(_link(item) for item in schema[key])
    if schema.get("type") == "array":
        return f"list of {_link(schema.get('items', {}))}"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    return escape(str(schema.get("type", "any")))


def _shape(name: str, shape: dict[str, Any]) -> str:
    rows = []
    for field, schema in shape.get("properties", {}).items():
        need = " (required)" if field in shape.get("required", ()) else ""
        example = schema.get("examples", [None])[0]
        note = schema.get("description", "") + (
            f" e.g. {json.dumps(example, ensure_ascii=False)}" if example is not None else ""
        )
        rows.append([f"<code>{escape(field)}</code>{need}", _link(schema), escape(note)])
    about = escape(shape.get("description", ""))
    return f"<details id='{escape(name)}'><summary><code>{escape(name)}</code> <span class=note>{about}</span></summary>{_table(rows)}</details>"


def _table(rows: list[list[str]]) -> str:
    return (
        "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"
    )
