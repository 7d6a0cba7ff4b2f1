"""What a film costs: ⌈3 × seconds of segments that no succeeded job of this project has paid for ÷ 60⌉ credits.

A whole film counts at the length that is fixed when its job is created, and never costs more than was held.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable

from services.ai_jobs.specs import FilmSpec

CREDITS_PER_MINUTE = 3


def credits_for(seconds: float) -> int:
    """Credits for so many seconds of film that is not paid for yet."""
    # the length is whole frames: what is under a millisecond is rounding, not film
    return math.ceil(round(CREDITS_PER_MINUTE * seconds / 60, 6) - 1e-4)


def to_capture(held: int, segments: Iterable[tuple[str, float]], paid: set[str]) -> int:
    """What a finished film costs: its segments (input hash, seconds) less those that are paid, never more than the hold."""
    fresh = {input_hash: seconds for input_hash, seconds in segments if input_hash not in paid}
    return min(held, credits_for(sum(fresh.values())))


def fingerprint(spec: FilmSpec, elements_sha256: str, title: str, edits_version: int) -> str:
    """Equal fingerprints within a project give the same film, so what paid for the first pays for the next."""
    film = {"spec": spec.to_json(), "script": elements_sha256, "title": title, "edits": edits_version}
    data = json.dumps(film, sort_keys=True)
    return hashlib.sha256(data.encode()).hexdigest()
