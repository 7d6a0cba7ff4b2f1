"""A film that can't hold what it is asked to hold says which of the wishes is too much."""

from __future__ import annotations

import pytest

from services.ai_jobs.fitting import DoesNotFit, ShotNeed, fit


def _refusal(*shots: ShotNeed) -> str:
    with pytest.raises(DoesNotFit) as refused:
        fit(list(shots), fps=24, frames=15 * 24, title=True, end=True)
    return str(refused.value)


def test_too_long_a_shot_is_told_as_such() -> None:
    assert "lengths asked for its shots" in _refusal(ShotNeed("a", 0, (800,), 20_000), ShotNeed("b", 0, (900,)))


def test_too_much_speech_is_told_as_such() -> None:
    assert _refusal(ShotNeed("a", 0, (20_000,), 2_000)).startswith("spoken, the script needs a film of")
