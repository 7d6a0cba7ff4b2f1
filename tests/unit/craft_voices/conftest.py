"""What the tests of voices share: one synthesiser, lines spoken by it, and how high and how regular a sound is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as board

from services.render_worker.craft.sound.pcm import RATE, read_sound
from services.render_worker.engines.base import Work
from services.render_worker.engines.espeak import Espeak


@dataclass(frozen=True)
class Said:
    """A spoken line with its files."""

    speech: Path
    phonemes: Path
    result: pb.SpeakLineResult

    @property
    def sound(self) -> npt.NDArray[np.float64]:
        return read_sound(self.speech, channels=1)[:, 0].astype(np.float64)

    @property
    def told(self) -> list[tuple[str, float, float]]:
        """(phoneme, start, end) in milliseconds."""
        each = json.loads(self.phonemes.read_text(encoding="utf-8"))
        return [(one["phoneme"], one["start_ms"], one["end_ms"]) for one in each]

    def pitch(self) -> npt.NDArray[np.float64]:
        """The voice's tone in Hz, every 10 ms in which it has one (by autocorrelation, 70 to 500 Hz)."""
        size, window = 2400, np.hanning(2400)
        own = np.fft.irfft(np.abs(np.fft.rfft(window, 8192)) ** 2)[:750]
        sound, found = self.sound, []
        for start in range(0, len(sound) - size, RATE // 100):
            part = sound[start : start + size]
            if np.sqrt(np.mean(part**2)) < 0.02:
                continue
            likeness = np.fft.irfft(np.abs(np.fft.rfft((part - part.mean()) * window, 8192)) ** 2)[:750]
            likeness = likeness / likeness[0] / (own / own[0])
            lags = likeness[96:686]
            if lags.max() > 0.6:
                lag = 96 + int(np.flatnonzero(lags > 0.92 * lags.max())[0])
                while lag < 700 and likeness[lag + 1] > likeness[lag]:
                    lag += 1
                found.append(RATE / lag)
        return np.array(found)


Say = Callable[..., Said]


@pytest.fixture(scope="session")
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def say(espeak: Espeak, tmp_path_factory: pytest.TempPathFactory) -> Say:
    """`say(text, language, delivery=…, feeling=…, **voice)`: the line, spoken."""

    def speak(text: str, language: str = "en", *, delivery: int = 1, feeling: int = 1, **voice: object) -> Said:
        folder = tmp_path_factory.mktemp("line")
        params = pb.SpeakLineParams(
            text=text, language=language, delivery=delivery, feeling=feeling, voice=board.Voice(**voice)
        )
        done = espeak.run(Work(pb.StepParams(speak_line=params), {}, folder, 1, lambda share: None))
        return Said(done.outputs[0].path, done.outputs[1].path, done.result.speak_line)

    return speak
