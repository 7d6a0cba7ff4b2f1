"""speak_line by espeak-ng, which runs beside the worker as a process of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import Any

import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.sound.pcm import RATE, samples_of_ms, write_wav
from services.render_worker.craft.voices.speech import Line, spoken_line
from services.render_worker.craft.voices.speech_sound import HOP_MS, hop_levels
from services.render_worker.craft.voices.speech_words import spoken_words
from services.render_worker.craft.voices.voices import SUPPORTED_LANGUAGES
from services.render_worker.engines.base import Finished, Output, StepFailed, Work
from services.render_worker.engines.timing import spoken_word_protos

__all__ = ["SUPPORTED_LANGUAGES", "Espeak"]

_PROCESS = "services.render_worker.craft.voices.espeak_process"
_SILENCE_MS = 300


class Espeak:
    """Speaks in about 75 languages. A text without anything to say (only punctuation) becomes 300 ms of silence."""

    name = "espeak@3"
    kind = pb.STEP_KIND_SPEAK_LINE
    lane = pb.LANE_CPU

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, work: Work) -> Finished:
        """The outputs "speech" and "phonemes", the length and the words. Unknown language: LANGUAGE_UNSUPPORTED."""
        params = work.params.speak_line
        line = spoken_line(Line(params.text, params.language, params.voice, params.feeling, params.delivery), self._ask)
        samples = line.samples
        if not len(samples):
            samples = np.zeros((samples_of_ms(_SILENCE_MS), 1), np.float32)
        work.progress(0.8)
        # Whole milliseconds, so that the length the plan counts with is the file's own.
        duration_ms = -(-len(samples) * 1000 // RATE)
        samples = np.pad(samples, ((0, samples_of_ms(duration_ms) - len(samples)), (0, 0)))
        words = spoken_words(params.text, line.words, hop_levels(samples[:, 0]), HOP_MS)
        result = pb.SpeakLineResult(duration_ms=duration_ms, words=spoken_word_protos(words))
        for word in result.words:
            word.start_ms, word.end_ms = min(word.start_ms, duration_ms), min(word.end_ms, duration_ms)
        speech = Output("speech", work.folder / "speech.wav", "audio/wav", duration_s=duration_ms / 1000)
        write_wav(speech.path, samples)
        phonemes = Output("phonemes", work.folder / "phonemes.json", "application/json")
        told = [
            {"phoneme": sound.name, "start_ms": round(sound.start_ms, 1), "end_ms": round(sound.end_ms, 1)}
            for sound in line.phonemes
        ]
        phonemes.path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        return Finished(pb.StepResult(speak_line=result), [speech, phonemes])

    def _ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
        """The process's answer and its sounds; a process that died is started again, once."""
        for _ in range(2):
            process = self._running()
            try:
                return self._exchange(process, request)
            except (BrokenPipeError, EOFError):
                self.close()
        raise StepFailed("VOICE_FAILED", "the speech synthesiser ended while it spoke", retryable=True)

    def _exchange(
        self, process: subprocess.Popen[bytes], request: dict[str, Any]
    ) -> tuple[dict[str, Any], list[bytes]]:
        if process.stdin is None or process.stdout is None:
            raise EOFError
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        head = process.stdout.readline()
        if not head:
            raise EOFError
        answer: dict[str, Any] = json.loads(head)
        if "error" in answer:
            raise StepFailed("VOICE_FAILED", str(answer["error"]))
        sounds = [process.stdout.read(piece["bytes"]) for piece in answer["pieces"]]
        if any(len(sound) != piece["bytes"] for sound, piece in zip(sounds, answer["pieces"], strict=True)):
            raise EOFError
        return answer, sounds

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", _PROCESS],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def close(self) -> None:
        """End the synthesiser's process; the next line starts a new one."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            # Its requests have ended: it leaves by itself and takes its folder with it.
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
