"""How long a script's speech lasts, before anybody speaks it.

Rates were measured with espeak-ng 1.52 at its 160 words a minute, the voice every installation has: a page of ordinary prose in
each language, silence at the ends left out. Words a minute differ most between languages, so the count is of letters, which
differ least; where a writing has no spaces, or a sign stands for a syllable, its own rate is used. Good to about a tenth.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from filmstudio.projects.v1 import script_pb2

Kind = script_pb2.ScriptElement

# seconds a letter, by the writing it belongs to
_LETTER_S = 0.062
_INDIC_S = 0.085
_THAI_S = 0.080
_SYLLABLE_S = 0.21
_DIGIT_S = 0.30
# seconds of silence
_SENTENCE_PAUSE_S = 0.35
_CLAUSE_PAUSE_S = 0.18
# between two speeches or paragraphs
_SPEECH_PAUSE_S = 0.25

_INDIC = re.compile(r"[\u0900-\u0dff]")
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_SYLLABLE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE_END = re.compile(r"[.!?…।॥؟。！？]+")
_CLAUSE_END = re.compile(r"[,;:—–،؛、，；：]+")
_SPOKEN = {Kind.KIND_DIALOGUE, Kind.KIND_NARRATION, Kind.KIND_LYRIC}


def text_seconds(text: str) -> float:
    """How long one speech lasts, in seconds, at the voice's own pace."""
    indic, thai, syllables = (len(found.findall(text)) for found in (_INDIC, _THAI, _SYLLABLE))
    signs = len(_LETTER.findall(text)) - len(_LETTER.findall("".join(_INDIC.findall(text))))
    letters = max(0, signs - len(_LETTER.findall("".join(_THAI.findall(text)))) - syllables)
    pauses = len(_SENTENCE_END.findall(text)) * _SENTENCE_PAUSE_S + len(_CLAUSE_END.findall(text)) * _CLAUSE_PAUSE_S
    spoken = letters * _LETTER_S + indic * _INDIC_S + thai * _THAI_S + syllables * _SYLLABLE_S
    return spoken + len(_DIGIT.findall(text)) * _DIGIT_S + pauses


def spoken_seconds(elements: Iterable[script_pb2.ScriptElement]) -> float:
    """How long all that is said lasts, in seconds, to a tenth."""
    speeches = [element.text for element in elements if element.kind in _SPOKEN]
    return round(sum(text_seconds(speech) + _SPEECH_PAUSE_S for speech in speeches), 1)
