"""A line of a script as finished speech: cut into phrases, spoken, put together and made pleasant, with the times of its words
and phonemes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as board

from services.render_worker.craft.sound.pcm import Samples
from services.render_worker.craft.voices import verse
from services.render_worker.craft.voices.breaths import breathed
from services.render_worker.craft.voices.phonemes import is_stressed, is_vowel
from services.render_worker.craft.voices.speech_assembly import Phoneme, Telling, joined, set_to_notes
from services.render_worker.craft.voices.speech_plan import Phrase, phrases_of
from services.render_worker.craft.voices.speech_sound import finished_speech
from services.render_worker.craft.voices.speech_text import JAPANESE_STOP, Reading, reading_of
from services.render_worker.craft.voices.voices import VoiceRequest, language_code, request_for

# What espeak_process answers to a request: its head, and the pieces' sounds.
Ask = Callable[[dict[str, Any]], tuple[dict[str, Any], list[bytes]]]

_OWN_PITCH = 50.0
_DARK_FEELINGS = frozenset({board.FEELING_SAD, board.FEELING_TENSE, board.FEELING_AFRAID})


@dataclass(frozen=True)
class Line:
    """What is said, and how."""

    text: str
    language: str
    voice: board.Voice
    feeling: board.Feeling.ValueType = board.FEELING_NEUTRAL
    delivery: board.Delivery.ValueType = board.DELIVERY_SPOKEN


@dataclass(frozen=True)
class SpokenLine:
    """48 kHz samples (n, 1) without silence at their ends, none where there was nothing to say; word events (offset in the
    text, milliseconds); phonemes without gaps between them.
    """

    samples: Samples
    words: list[tuple[int, float]]
    phonemes: list[Phoneme]


def spoken_line(line: Line, ask: Ask) -> SpokenLine:
    """The line, spoken. StepFailed LANGUAGE_UNSUPPORTED."""
    wanted = request_for(line.language, line.voice, line.feeling, line.delivery)
    language = "yue" if wanted.language == "yue" else line.language
    if line.delivery == board.DELIVERY_RECITED and language.startswith("hi") and verse.is_sanskrit(line.text):
        language = "sa"
        wanted = replace(wanted, language=language_code(language))
    phrases = _phrases(line, language, wanted, ask)
    if not phrases:
        return SpokenLine(np.zeros((0, 1), np.float32), [], [])
    tellings, rate = _tellings(line.text, language, wanted, phrases, ask)
    spoken = joined(tellings, [phrase.pause_ms for phrase in phrases], rate)
    samples, cut_ms = finished_speech(
        spoken.sound,
        rate,
        throat=wanted.throat,
        tilt_db=wanted.tilt_db,
        gain_db=wanted.gain_db,
        whispered=wanted.whispered,
    )
    length_ms = len(samples) / 48
    words = [(offset, min(max(moment - cut_ms, 0.0), length_ms)) for offset, moment in spoken.words]
    phonemes = _shifted(spoken.phonemes, cut_ms, length_ms)
    if line.delivery in (board.DELIVERY_SPOKEN, board.DELIVERY_UNSPECIFIED, board.DELIVERY_RECITED):
        samples = breathed(samples, phonemes, wanted.throat)
    return SpokenLine(samples, words, phonemes)


def _phrases(line: Line, language: str, wanted: VoiceRequest, ask: Ask) -> list[Phrase]:
    match line.delivery:
        case board.DELIVERY_RECITED if language.startswith("sa"):
            return verse.chanted(line.text, pace=wanted.pace, pauses=wanted.pauses)
        case board.DELIVERY_RECITED:
            return verse.recited(line.text, pauses=wanted.pauses)
        case board.DELIVERY_SUNG:
            plain = verse.recited(line.text, pauses=wanted.pauses)
            tellings, _ = _tellings(line.text, language, wanted, plain, ask)
            dark = line.feeling in _DARK_FEELINGS
            stresses = [[is_stressed(name) for name, _ in each.phonemes if is_vowel(name)] for each in tellings]
            return [
                verse.sung(phrase, stressed, line.text, dark=dark, last=phrase is plain[-1], pace=wanted.pace)
                for phrase, stressed in zip(plain, stresses, strict=True)
            ]
        case _:
            return phrases_of(line.text, pauses=wanted.pauses)


def _tellings(
    text: str, language: str, wanted: VoiceRequest, phrases: Sequence[Phrase], ask: Ask
) -> tuple[list[Telling], int]:
    """Each phrase as the synthesiser tells it, and its rate."""
    readings = [_reading(text, phrase, language, last=phrase is phrases[-1]) for phrase in phrases]
    pieces: list[dict[str, Any]] = []
    for phrase, reading in zip(phrases, readings, strict=True):
        tones: list[int | None] = [*sorted(set(phrase.tones))]
        for tone in tones or [None]:
            pieces.append(
                {
                    "text": reading.text,
                    "rate": round(wanted.rate * phrase.rate),
                    "pitch": round(min(max(wanted.pitch + phrase.pitch, 0), 99)),
                    "range": round(min(max(wanted.range * phrase.range, 5), 99)),
                    "hertz": 0 if tone is None else round(wanted.tone * 2 ** (tone / 12)),
                }
            )
    head, sounds = ask({"language": wanted.language, "variant": wanted.variant, "pieces": pieces})
    told = zip(head["pieces"], sounds, strict=True)
    rate: int = head["sample_rate"]
    tellings: list[Telling] = []
    for phrase, reading in zip(phrases, readings, strict=True):
        if not phrase.tones:
            tellings.append(_telling(*next(told), reading))
            continue
        by_tone = {tone: _telling(*next(told), reading) for tone in sorted(set(phrase.tones))}
        tellings.append(set_to_notes(by_tone, phrase.tones, phrase.lengths_ms, rate))
    return tellings, rate


def _reading(text: str, phrase: Phrase, language: str, *, last: bool) -> Reading:
    """The phrase as it is read: without a mark of its own the voice stays up before another one, as at a comma."""
    own = text[phrase.begin : phrase.end]
    read = reading_of(own, language)
    origins = tuple(origin + phrase.begin for origin in read.origins)
    mark = "," if not last else JAPANESE_STOP if language.startswith("ja") else ""
    if not mark or not own.rstrip()[-1:].isalnum():
        return Reading(read.text, origins)
    return Reading(read.text.rstrip() + mark, (*origins, phrase.end - 1))


def _telling(head: dict[str, Any], sound: bytes, reading: Reading) -> Telling:
    samples = np.frombuffer(sound, dtype="<i2").astype(np.float64) / 32768.0
    words = [
        (reading.origins[min(offset, len(reading.origins) - 1)], float(sample))
        for offset, sample in head["words"]
        if reading.origins and offset >= 0
    ]
    return Telling(samples, words, [(name, float(sample)) for name, sample in head["phonemes"]])


def _shifted(phonemes: Sequence[Phoneme], cut_ms: float, length_ms: float) -> list[Phoneme]:
    shifted = [
        Phoneme(sound.name, max(sound.start_ms - cut_ms, 0.0), min(sound.end_ms - cut_ms, length_ms))
        for sound in phonemes
    ]
    return [sound for sound in shifted if sound.end_ms > sound.start_ms]
