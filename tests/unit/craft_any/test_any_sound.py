"""Whatever a filmmaker gives as music: mixed, or refused with a word on why."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from services.render_worker.craft.pcm import RATE, read_sound
from services.render_worker.engines.base import StepFailed


def _wav(path: Path, frames: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"\1\0" * frames)
    return path


def test_a_sound_file_without_a_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="no readable sound") as refused:
        read_sound(_wav(tmp_path / "empty.wav", 0), channels=2)
    assert refused.value.code == "INPUT_UNREADABLE"
    assert not refused.value.retryable
