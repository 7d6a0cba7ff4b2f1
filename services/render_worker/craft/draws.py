"""Draws by key: the same keys give the same draws, in every process and on every machine."""

from __future__ import annotations

import random


def drawn_from(*keys: object) -> random.Random:
    """A generator of its own for these keys."""
    # Pictures and stories, not secrets.
    return random.Random(":".join(str(key) for key in keys))  # noqa: S311
