"""How long a film of a script must be at least, and how long it wishes to be, before anybody has spoken a line of it.

What is counted is what `fitting.py` counts once the lines are spoken: the speech itself, faster where it must be; the breath
before, between and after the lines of a shot, which no tempo shortens; a cut at least as often as the shot list makes one.
"""

from __future__ import annotations

import math

from filmstudio.projects.v1 import script_pb2

from services.ai_jobs.fitting import GAP_MS, LEAD_MS, MAX_TEMPO, TAIL_MS, with_cards

MIN_S = 15

Kind = script_pb2.ScriptElement
_SPOKEN = frozenset({Kind.KIND_DIALOGUE, Kind.KIND_NARRATION, Kind.KIND_LYRIC})
# element kinds that are seen rather than heard, and the seconds a picture of one wishes for
_ACTION_S = 2.2
_HEADING_S = 2.5
_LINE_PAUSE_S = 0.45
# `Script.spoken_seconds` has a pause after each speech: in a film those are its breaths, counted here
_SPEECH_PAUSE_S = 0.25
# where speech fills a film there is a cut each so many seconds, as the directing's slowest pace (its `pacing.py`) has it
_SLOWEST_SHOT_S = 5.4
_FEWEST_SHOTS = 2
# What is told or recited is said in pieces of a sentence or a verse, a long speech in parts of a picture each: on average so
# long (measured over the scripts in tests/data and examples)
_TOLD_PIECE_S, _SPEECH_PIECE_S = 3.4, 6.0
# A recited verse takes so many times what prose of its letters takes (measured with our voices: 1.17 in Sanskrit to 1.59 in
# Bengali)
RECITED = 1.35


def paced(script: script_pb2.Script) -> script_pb2.Script:
    """The script, its estimate with the pace of verse in it: what the directing leaves room for is what is heard."""
    counted = script_pb2.Script()
    counted.CopyFrom(script)
    speeches = _speeches(script)
    if speeches:
        counted.spoken_seconds = sum(seconds for _, seconds in speeches) + _SPEECH_PAUSE_S * len(speeches)
    return counted


def natural_seconds(script: script_pb2.Script) -> int:
    """How long a film of this script wishes to be: its speech with pauses, its pictures, its cards; whole seconds, at least 15."""
    kinds = [element.kind for element in script.elements]
    speeches = _speeches(script)
    seen = kinds.count(Kind.KIND_ACTION) * _ACTION_S + kinds.count(Kind.KIND_HEADING) * _HEADING_S
    heard = sum(seconds for _, seconds in speeches) + len(speeches) * (_SPEECH_PAUSE_S + _LINE_PAUSE_S)
    return max(needed_seconds(script), with_cards(heard + seen + 1))


def needed_seconds(script: script_pb2.Script, at_least: float = 0) -> int:
    """The shortest film of about `at_least` seconds that can hold the speech, at its fastest; whole seconds, at least 15."""
    speeches = _speeches(script)
    if not speeches:
        return max(MIN_S, math.floor(at_least))
    fastest = sum(seconds for _, seconds in speeches) / MAX_TEMPO
    lines = sum(_lines(speech, seconds) for speech, seconds in speeches)
    shots, room = 0, 0.0
    # more room has more shots, and each shot takes more room: the least of both
    while (wanted := max(_FEWEST_SHOTS, math.floor(room / _SLOWEST_SHOT_S))) > shots:
        shots = wanted
        pauses_ms = GAP_MS * (max(lines, shots) - shots) + (LEAD_MS + TAIL_MS) * shots
        room = fastest + pauses_ms / 1000
    return max(MIN_S, with_cards(room, at_least=at_least))


def _speeches(script: script_pb2.Script) -> list[tuple[script_pb2.ScriptElement, float]]:
    """All that is said, each with the seconds it lasts at the voice's own pace, its share of the script's estimate by its signs."""
    said = [element for element in script.elements if element.kind in _SPOKEN]
    signs = [sum(char.isalnum() for char in element.text) for element in said]
    whole = max(0.0, script.spoken_seconds - _SPEECH_PAUSE_S * len(said))
    return [
        (element, whole * count / (sum(signs) or 1) * (RECITED if element.kind == Kind.KIND_LYRIC else 1.0))
        for element, count in zip(said, signs, strict=True)
    ]


def _lines(speech: script_pb2.ScriptElement, seconds: float) -> int:
    """In how many pieces a speech is said."""
    if speech.kind == Kind.KIND_DIALOGUE:
        return math.ceil(seconds / _SPEECH_PIECE_S) or 1
    return round(seconds / _TOLD_PIECE_S) or 1
