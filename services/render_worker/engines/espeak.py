"""speak_line by espeak-ng, which runs beside the worker as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from dataclasses import asdict
from typing import Any

import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.pcm import RATE, samples_of_ms, write_wav
from services.render_worker.craft.speech_sound import HOP_MS, finished_speech, hop_levels
from services.render_worker.craft.speech_words import spoken_words
from services.render_worker.craft.voices import SUPPORTED_LANGUAGES, request_for
from services.render_worker.engines.base import Finished, Output, StepFailed, Work
from services.render_worker.engines.timing import spoken_word_protos

__all__ = ["SUPPORTED_LANGUAGES", "Espeak"]

_PROCESS = "services.render_worker.craft.espeak_process"
_SILENCE_MS = 300
# Signs of markup that the synthesiser would name aloud.
_UNSPOKEN = frozenset("*_#~`|<>^{}[]\\")


class Espeak:
    """Speaks in about 75 languages. A text without anything to say (only punctuation) becomes 300 ms of silence."""

    name = "espeak@1"
    kind = pb.STEP_KIND_SPEAK_LINE
    lane = pb.LANE_CPU

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, work: Work) -> Finished:
        """The output "speech", its length and its words. Unknown language: LANGUAGE_UNSUPPORTED."""
        params = work.params.speak_line
        wanted = request_for(params.language, params.voice, params.feeling)
        request = {key: value for key, value in asdict(wanted).items() if key in ("voice", "rate", "pitch", "range")}
        answer, raw = self._ask({**request, "text": spoken_text(params.text)})
        work.progress(0.5)
        samples, cut_ms = finished_speech(
            raw, answer["sample_rate"], shift=wanted.shift, tilt_db=wanted.tilt_db, gain_db=wanted.gain_db
        )
        if not len(samples):
            samples = np.zeros((samples_of_ms(_SILENCE_MS), 1), np.float32)
        # Whole milliseconds, so that the length the plan counts with is the file's own.
        duration_ms = -(-len(samples) * 1000 // RATE)
        samples = np.pad(samples, ((0, samples_of_ms(duration_ms) - len(samples)), (0, 0)))
        events = [(int(offset), moment / wanted.shift - cut_ms) for offset, moment in answer["words"]]
        words = spoken_words(params.text, events, hop_levels(samples[:, 0]), HOP_MS)
        path = work.folder / "speech.wav"
        write_wav(path, samples)
        result = pb.SpeakLineResult(duration_ms=duration_ms, words=spoken_word_protos(words))
        for word in result.words:
            word.start_ms, word.end_ms = min(word.start_ms, duration_ms), min(word.end_ms, duration_ms)
        speech = Output("speech", path, "audio/wav", duration_s=duration_ms / 1000)
        return Finished(pb.StepResult(speak_line=result), [speech])

    def _ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The process's answer; a process that died is started again, once."""
        for _ in range(2):
            process = self._running()
            try:
                return self._exchange(process, request)
            except (BrokenPipeError, EOFError):
                self.close()
        raise StepFailed("VOICE_FAILED", "the speech synthesiser ended while it spoke", retryable=True)

    def _exchange(self, process: subprocess.Popen[bytes], request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
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
        sound = process.stdout.read(answer["bytes"])
        if len(sound) != answer["bytes"]:
            raise EOFError
        return answer, sound

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
        self._process.kill()
        self._process.communicate()
        self._process = None


def spoken_text(text: str) -> str:
    """The text as it is read out, character for character in place: markup, pictures and control signs are blanked."""
    return "".join(
        " " if character in _UNSPOKEN or unicodedata.category(character) in ("So", "Cc", "Co", "Cs") else character
        for character in text
    )
