"""How long a script's speech lasts, before anybody speaks it.

The rates are measurements: two or three sentences of ordinary prose in each language, spoken by espeak-ng 1.52 at 160 words a
minute (the voice every installation has, at its normal pace), less the pauses, divided by the letters and marks in them. Words
a minute differ between languages up to threefold, letters by half of that. On running prose the estimate is within about a
tenth.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from filmstudio.projects.v1 import script_pb2

from services.projects.languages import DEFAULT

Kind = script_pb2.ScriptElement

# milliseconds a letter or mark (Unicode categories L and M)
_SIGN_MS = {
    "en": 68, "hi": 90, "ta": 76, "te": 88, "bn": 85, "mr": 91, "gu": 98, "kn": 81, "ml": 72, "pa": 82, "ur": 97, "ne": 83,
    "es": 70, "fr": 53, "de": 62, "pt": 76, "it": 67, "nl": 72, "sv": 78, "da": 67, "nb": 80, "fi": 76, "pl": 81, "cs": 73,
    "sk": 76, "hu": 82, "ro": 78, "bg": 75, "el": 72, "ru": 62, "uk": 109, "tr": 82, "ar": 123, "fa": 104, "id": 77,
    "ms": 75, "vi": 67, "th": 114, "sw": 93, "sa": 104, "zh": 283, "ja": 199, "ko": 201,
}  # fmt: skip
_DIGIT_MS = 430
_SENTENCE_PAUSE_MS = 300
_CLAUSE_PAUSE_MS = 200
# between two speeches or paragraphs
_SPEECH_PAUSE_MS = 250

_SENTENCE_END = re.compile(r"[.!?…।॥؟۔。！？]+")
_CLAUSE_END = re.compile(r"[,;:—–،؛、，；：]+")
_SPOKEN = {Kind.KIND_DIALOGUE, Kind.KIND_NARRATION, Kind.KIND_LYRIC}


def speech_ms(text: str, language: str) -> float:
    """How long one speech lasts, in milliseconds, at the voice's own pace."""
    categories = [unicodedata.category(char) for char in text]
    signs = sum(category[0] in "LM" for category in categories)
    pauses = len(_SENTENCE_END.findall(text)) * _SENTENCE_PAUSE_MS + len(_CLAUSE_END.findall(text)) * _CLAUSE_PAUSE_MS
    return signs * _SIGN_MS.get(language, _SIGN_MS[DEFAULT]) + categories.count("Nd") * _DIGIT_MS + pauses


def spoken_seconds(elements: Iterable[script_pb2.ScriptElement], language: str) -> float:
    """How long all that is said lasts, in seconds, to a tenth."""
    speeches = [element.text for element in elements if element.kind in _SPOKEN]
    return round(sum(speech_ms(speech, language) + _SPEECH_PAUSE_MS for speech in speeches) / 1000, 1)
