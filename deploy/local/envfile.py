"""`.local/env`: one KEY=VALUE a line, for programs that drive the studio."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

KEY = re.compile(r"[A-Z][A-Z0-9_]*\Z")


def parse(text: str) -> dict[str, str]:
    """The values by name. Blank lines and lines that begin with # are passed over; anything else must be KEY=VALUE."""
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        key, separator, value = line.partition("=")
        if not separator or not KEY.match(key):
            raise ValueError(f"line {number} is not KEY=VALUE: {line!r}")
        values[key] = value
    return values


def render(values: Mapping[str, str]) -> str:
    """The file's text. Raises ValueError for what would be read differently."""
    for key, value in values.items():
        if not KEY.match(key):
            raise ValueError(f"not a variable's name: {key!r}")
        if "\n" in value or "\r" in value or value != value.strip():
            raise ValueError(f"{key} can't be written on one line")
    return "".join(f"{key}={value}\n" for key, value in values.items())


def read(path: Path) -> dict[str, str]:
    """The file's values; none where there is no file."""
    return parse(path.read_text()) if path.exists() else {}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Replaces the file at once; nobody but its owner may read it."""
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(render(values))
    temporary.replace(path)
