"""Partial responses: the `fields` parameter of Google's APIs, as `items(id,snippet/title),nextPageToken`."""

from typing import Any

from deploy.local.sandbox.youtube_errors import GoogleError

Mask = dict[str, "Mask"]


def cut_to(value: Any, fields: str) -> Any:
    """`value` with only those fields. GoogleError for a mask that can't be read."""
    mask, rest = _read(fields)
    if rest:
        raise GoogleError("invalid", f"Invalid field selection {fields}", "fields")
    return _cut(value, mask)


def _cut(value: Any, mask: Mask) -> Any:
    if not mask:
        return value
    if isinstance(value, list):
        return [_cut(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _cut(inner, mask.get(name, mask.get("*", {})))
        for name, inner in value.items()
        if name in mask or "*" in mask
    }


def _read(text: str) -> tuple[Mask, str]:
    """A list of fields, and what follows it."""
    mask: Mask = {}
    while True:
        inner, text = _read_one(mask, text)
        if text.startswith("("):
            deeper, text = _read(text[1:])
            if not text.startswith(")"):
                raise GoogleError("invalid", "Invalid field selection: a bracket is not closed", "fields")
            inner.update(deeper)
            text = text[1:]
        if not text.startswith(","):
            return mask, text
        text = text[1:]


def _read_one(mask: Mask, text: str) -> tuple[Mask, str]:
    """One path as `snippet/title`, put into `mask`; the mask at its end, and what follows."""
    while True:
        end = next((place for place, sign in enumerate(text) if sign in "/(),"), len(text))
        if end == 0:
            raise GoogleError("invalid", f"Invalid field selection {text}", "fields")
        mask = mask.setdefault(text[:end], {})
        text = text[end:]
        if not text.startswith("/"):
            return mask, text
        text = text[1:]
