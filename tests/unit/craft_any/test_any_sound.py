"""Whatever a filmmaker gives as music, and whoever says nothing beside it: mixed, or refused with a word on why."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from services.render_worker.craft.sound.limiter import Master
from services.render_worker.craft.sound.measure import SILENCE_LUFS, loudness
from services.render_worker.craft.sound.mix import Mixing, PlacedLine, looped, spoken
from services.render_worker.craft.sound.pcm import RATE, Samples, read_sound
from services.render_worker.engines.base import StepFailed


def _wav(path: Path, frames: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"\1\0" * frames)
    return path


def _noise(samples: int, level: float = 0.1) -> Samples:
    return np.asarray(np.random.default_rng(3).normal(0, level, (samples, 2)), np.float32)


def test_a_sound_file_without_a_sample_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="no readable sound") as refused:
        read_sound(_wav(tmp_path / "empty.wav", 0), channels=2)
    assert refused.value.code == "INPUT_UNREADABLE"
    assert not refused.value.retryable


@pytest.mark.parametrize("samples", [1, 3, 960, RATE, 30 * RATE])
def test_music_of_any_length_fills_a_film_of_five_minutes(samples: int) -> None:
    length = 300 * RATE
    music = looped(np.full((samples, 2), 0.1, np.float32), length)
    assert music.shape == (length, 2)
    # no hole at any seam
    assert np.abs(music[RATE : -4 * RATE]).min() > 0.09


def test_a_line_that_is_only_silence_leaves_the_music_as_it_is() -> None:
    length = 10 * RATE
    silent = spoken([PlacedLine(2000, np.zeros((RATE, 1), np.float32))], length)
    mixing = Mixing(silent)
    mixing.playing(_noise(length), 0.5)
    alone = Mixing(spoken([], length))
    alone.playing(_noise(length), 0.5)
    assert silent.lufs == SILENCE_LUFS
    assert loudness(mixing.finished().samples) == pytest.approx(loudness(alone.finished().samples), abs=0.1)


def test_one_hissed_word_in_a_silent_film_is_as_loud_as_any() -> None:
    sound = np.asarray(np.random.default_rng(1).standard_t(12, (10 * RATE, 2)) * 1e-4, np.float32)
    word = slice(4 * RATE, 4 * RATE + 20_000)
    sound[word] *= 100 * np.hanning(20_000)[:, None].astype(np.float32)
    assert loudness(Master(sound).at(-14.0, -1.8)) == pytest.approx(-14.0, abs=0.4)
