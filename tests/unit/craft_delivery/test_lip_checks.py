"""Lips are measured in the film's own sound, whatever plays under it."""

from __future__ import annotations

import numpy as np
import pytest

from services.render_worker.craft.delivery import lip_checks
from services.render_worker.craft.mouths import Key, MouthTrack, Viseme
from services.render_worker.craft.sound.pcm import RATE

# Milliseconds at which the mouth opens, and closes again.
SYLLABLES = [(0, 140), (210, 420), (500, 610), (760, 1010), (1080, 1200), (1420, 1700)]
LINE_MS = 1800


def mouth() -> MouthTrack:
    keys = [
        Key(at, viseme, opening)
        for start, end in SYLLABLES
        for at, viseme, opening in ((start, Viseme.OPEN, 0.9), (end, Viseme.REST, 0.0))
    ]
    return MouthTrack(LINE_MS, tuple(keys), ())


def voice(at_ms: int, rest: float = 0.0, seconds: float = 6.0) -> np.ndarray:
    """A film's sound with the line spoken then, over a rest that is so loud."""
    time = np.arange(int(seconds * RATE)) / RATE
    open_then = np.zeros(len(time))
    for start, end in SYLLABLES:
        open_then[(at_ms + start) * RATE // 1000 : (at_ms + end) * RATE // 1000] = 1.0
    buzz = sum(np.sin(2 * np.pi * 150 * n * time) / n for n in range(2, 15)) * 0.3
    music = rest * (np.sin(2 * np.pi * 330 * time) + np.sin(2 * np.pi * 523 * time))
    return (open_then * buzz + music).astype(np.float32)


@pytest.mark.parametrize("late_ms", [0, -120, 90])
def test_a_mouth_is_found_as_late_as_it_is(late_ms: int) -> None:
    (offset,) = lip_checks.offsets(voice(2000 - late_ms), [(2000, LINE_MS, mouth())])
    assert offset.ms == pytest.approx(late_ms, abs=20)


def test_music_under_the_line_changes_nothing() -> None:
    (alone,) = lip_checks.offsets(voice(2000), [(2000, LINE_MS, mouth())])
    (under,) = lip_checks.offsets(voice(2000, rest=0.04), [(2000, LINE_MS, mouth())])
    assert under.ms == pytest.approx(alone.ms, abs=15)


def test_a_line_without_a_voice_is_not_measured() -> None:
    assert lip_checks.offsets(np.zeros(6 * RATE, np.float32), [(2000, LINE_MS, mouth())]) == []


def test_a_line_too_short_to_tell_is_not_measured() -> None:
    assert lip_checks.offsets(voice(2000), [(2000, 400, mouth())]) == []
