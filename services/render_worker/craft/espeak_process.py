"""espeak-ng in a process of its own, answering requests on its standard input (`python -m` this module).

espeak-ng is under the GPL; nothing else is loaded here, and only text goes in and sound comes out. A request is one line
of JSON: {"text", "voice", "rate", "pitch", "range"}. The answer is one line of JSON, {"sample_rate", "bytes", "words":
[[character offset, milliseconds], …]} or {"error"}, followed by that many bytes of 16-bit mono sound.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from typing import Any, BinaryIO

import espeakng_loader

_AUDIO_SYNCHRONOUS = 2
_PARAMETERS = {"rate": 1, "pitch": 3, "range": 4}
_POSITION_CHARACTER = 1
_CHARS_UTF8 = 1
_EVENT_END_OF_LIST = 0
_EVENT_WORD = 1


class _Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Speaker:
    """The library, loaded once; every request sets its voice anew."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self.sample_rate: int = self._library.espeak_Initialize(
            _AUDIO_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0
        )
        if self.sample_rate <= 0:
            raise RuntimeError("espeak-ng did not start")
        # Initialised, its noise (breath, flutter) is drawn from the clock; the same request has to give the same sound.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(1))
        self._sound = bytearray()
        self._words: list[tuple[int, int]] = []
        # Kept as an attribute: the library holds only a pointer to it.
        self._callback = _Callback(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)

    def _hear(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._sound += ctypes.string_at(samples, count * 2)
        place = 0
        while events and events[place].type != _EVENT_END_OF_LIST:
            event = events[place]
            if event.type == _EVENT_WORD:
                self._words.append((event.text_position - 1, event.audio_position))
            place += 1
        return 0

    def speak(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The answer to one request, and its sound."""
        self._sound.clear()
        self._words.clear()
        if self._library.espeak_SetVoiceByName(str(request["voice"]).encode()) != 0:
            return {"error": f"no voice {request['voice']!r}"}, b""
        for name, number in _PARAMETERS.items():
            self._library.espeak_SetParameter(number, int(request[name]), 0)
        text = str(request["text"]).replace("\0", " ").encode("utf-8", "replace") + b"\0"
        failed = self._library.espeak_Synth(text, len(text), 0, _POSITION_CHARACTER, 0, _CHARS_UTF8, None, None)
        if failed or self._library.espeak_Synchronize():
            return {"error": "espeak-ng could not speak the text"}, b""
        sound = bytes(self._sound)
        return {"sample_rate": self.sample_rate, "bytes": len(sound), "words": self._words}, sound


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the requests end.

    Each answer is spoken by a copy of this process: the library keeps traces of what it spoke before (the flutter and
    breath of a voice go on where they were), and the same request has to give the same sound.
    """
    speaker = Speaker()
    for line in requests:
        copy = os.fork()
        if copy == 0:
            _answer(speaker, line, answers)
            os._exit(0)
        if os.waitpid(copy, 0)[1] != 0:
            answers.write(json.dumps({"error": "espeak-ng failed on the text"}).encode() + b"\n")
            answers.flush()


def _answer(speaker: Speaker, line: bytes, answers: BinaryIO) -> None:
    answer, sound = speaker.speak(json.loads(line))
    answers.write(json.dumps(answer).encode() + b"\n" + sound)
    answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
