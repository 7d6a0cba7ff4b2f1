"""espeak-ng in a process of its own, answering requests on its standard input (`python -m` this module).

espeak-ng is under the GPL; nothing else is loaded here, and only text goes in and sound comes out. A request is one line
of JSON: {"language", "variant", "pieces": [{"text", "rate", "pitch", "range", "hertz"}]}, where `variant` is the text of a
voice's variant file and `hertz` above 0 speaks the piece on that one tone. The answer is one line of JSON, {"sample_rate",
"pieces": [{"bytes", "words": [[character offset, sample], …], "phonemes": [[IPA, sample], …]}]} or {"error"}, followed by
the pieces' 16-bit mono sound, one after the other. A phoneme without a name is a pause.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import espeakng_loader

_AUDIO_SYNCHRONOUS = 2
_PHONEME_EVENTS_IN_IPA = 1 | 2
_PARAMETERS = {"rate": 1, "pitch": 3, "range": 4}
_POSITION_CHARACTER = 1
_CHARS_UTF8 = 1
_PHONEMES_IN_BRACKETS = 0x100
_EVENT_END_OF_LIST = 0
_EVENT_WORD = 1
_EVENT_PHONEME = 7


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
    """The library, loaded once over its data with the variants of requests; every request sets its voice anew."""

    def __init__(self, folder: Path) -> None:
        self._variants = _data_with_own_variants(folder)
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_ng_SetConstF0.argtypes = (ctypes.c_int,)
        self.sample_rate: int = self._library.espeak_Initialize(
            _AUDIO_SYNCHRONOUS, 0, str(folder).encode(), _PHONEME_EVENTS_IN_IPA
        )
        if self.sample_rate <= 0:
            raise RuntimeError("espeak-ng did not start")
        # Read once here, not by each copy of the process.
        self._library.espeak_ListVoices(None)
        # Initialised, its noise (breath, flutter) is drawn from the clock; the same request has to give the same sound.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(1))
        self._sound = bytearray()
        self._words: list[tuple[int, int]] = []
        self._phonemes: list[tuple[str, int]] = []
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
                self._words.append((event.text_position - 1, event.sample))
            elif event.type == _EVENT_PHONEME:
                self._phonemes.append((bytes(event.id).decode("utf-8", "ignore"), event.sample))
            place += 1
        return 0

    def speak(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The answer to one request, and its sound."""
        variant = str(request["variant"]).encode()
        # A name that begins with a digit would be taken for a number.
        name = "v" + hashlib.sha256(variant).hexdigest()[:16]
        (self._variants / name).write_bytes(variant)
        if self._library.espeak_SetVoiceByName(f"{request['language']}+{name}".encode()) != 0:
            return {"error": f"no voice speaks {request['language']!r}"}, b""
        pieces, sounds = [], []
        for piece in request["pieces"]:
            if not self._spoken(piece):
                return {"error": "espeak-ng could not speak the text"}, b""
            pieces.append({"bytes": len(self._sound), "words": self._words[:], "phonemes": self._phonemes[:]})
            sounds.append(bytes(self._sound))
        return {"sample_rate": self.sample_rate, "pieces": pieces}, b"".join(sounds)

    def _spoken(self, piece: dict[str, Any]) -> bool:
        self._sound.clear()
        self._words.clear()
        self._phonemes.clear()
        for name, number in _PARAMETERS.items():
            self._library.espeak_SetParameter(number, int(piece[name]), 0)
        self._library.espeak_ng_SetConstF0(int(piece["hertz"]))
        text = str(piece["text"]).replace("\0", " ").encode("utf-8", "replace") + b"\0"
        flags = _CHARS_UTF8 | _PHONEMES_IN_BRACKETS
        failed = self._library.espeak_Synth(text, len(text), 0, _POSITION_CHARACTER, 0, flags, None, None)
        return not (failed or self._library.espeak_Synchronize())


def _data_with_own_variants(folder: Path) -> Path:
    """espeak-ng's data in the folder, by links, with room for variants of ours; the room."""
    data = Path(espeakng_loader.get_data_path())
    for entry in data.iterdir():
        if entry.name != "voices":
            (folder / entry.name).symlink_to(entry)
    variants = folder / "voices" / "!v"
    variants.mkdir(parents=True)
    return variants


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the requests end.

    Each answer is spoken by a copy of this process: the library keeps traces of what it spoke before (the flutter and
    breath of a voice go on where they were), and the same request has to give the same sound.
    """
    with tempfile.TemporaryDirectory(prefix="espeak-") as folder:
        # "espeak-ng-data" in a path is what it looks for first.
        data = Path(folder) / "espeak-ng-data"
        data.mkdir()
        speaker = Speaker(data)
        for line in requests:
            copy = os.fork()
            if copy == 0:
                _answer_and_leave(speaker, line, answers)
            if os.waitpid(copy, 0)[1] != 0:
                answers.write(json.dumps({"error": "espeak-ng failed on the text"}).encode() + b"\n")
                answers.flush()


def _answer_and_leave(speaker: Speaker, line: bytes, answers: BinaryIO) -> NoReturn:
    """A copy of the process never goes on from here, whatever happens: the folder is not its own to take away."""
    failed = 1
    try:
        answer, sound = speaker.speak(json.loads(line))
        answers.write(json.dumps(answer).encode() + b"\n" + sound)
        answers.flush()
        failed = 0
    finally:
        os._exit(failed)


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
