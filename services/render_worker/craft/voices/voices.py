"""Who speaks how: the languages that are spoken, and what a voice, a feeling and a delivery ask of the synthesiser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from filmstudio.projects.v1 import storyboard_pb2 as board

from services.render_worker.craft.voices.timbres import ROUGHEST, Timbre, timbre_of
from services.render_worker.engines.base import StepFailed

# Spoken under their own BCP 47 code. Hebrew is left out: written without its points, as it is, it loses most vowels.
_OWN_CODE = (
    "hi bn ta te kn ml mr gu pa or as ne si ur es de it nl sv da nb fi is pl cs sk uk ru be bg hr sr bs sl mk hu ro ca"
    " el tr az kk ky uz ar fa ko ja vi th id ms sw af et lv lt sq cy ga eu ka hy am mt eo la yue"
)
# Sanskrit is read by the Telugu voice (speech_text.py writes it so): no other leaves each vowel where it is written.
_OTHER_CODES = {"en": "en-us", "zh": "cmn", "pt": "pt-br", "fr": "fr", "no": "nb", "sa": "te"}
_LANGUAGES: Final[dict[str, str]] = {code: code for code in _OWN_CODE.split()} | _OTHER_CODES
# Accents, and regions that have one: the synthesiser's code.
_ACCENTS: Final[dict[str, str]] = {
    "en-us": "en-us",
    "en-gb": "en",
    "en-in": "en",
    "en-au": "en",
    "en-029": "en-029",
    "en-gb-scotland": "en-gb-scotland",
    "en-gb-x-rp": "en-gb-x-rp",
    "es-es": "es",
    "es-419": "es-419",
    "es-mx": "es-419",
    "es-ar": "es-419",
    "es-us": "es-419",
    "pt-br": "pt-br",
    "pt-pt": "pt",
    "fr-fr": "fr",
    "fr-be": "fr-be",
    "fr-ch": "fr-ch",
    "zh-hk": "yue",
    "zh-yue": "yue",
    "vi-vn-x-central": "vi-vn-x-central",
    "vi-vn-x-south": "vi-vn-x-south",
}
SUPPORTED_LANGUAGES: Final[tuple[str, ...]] = tuple(sorted(_LANGUAGES))

# espeak-ng's own words a minute; a little under its default of 175, which sounds read off.
_WORDS_A_MINUTE = 158.0
# Said at one pace of words some languages are rushed and some are dragged: factors that bring a plain sentence (the first article of the
# Declaration of Human Rights) to between 3.6 and 6.1 syllables a second, the quickest where people speak quickest (Pellegrino et
# al., 2011). By the names of the synthesiser; languages that are there by themselves are not listed.
_PACES: Final = {
    "ar": 1.12, "el": 0.85, "es": 0.92, "fr": 0.91, "it": 0.86, "ja": 0.95, "ro": 0.94, "ru": 0.9, "ta": 0.9, "te": 0.9, "cmn": 1.12,
}  # fmt: skip
_SLOWEST, _FASTEST = 0.75, 1.5
# Its pitch and range parameters: 50 is the voice's own, a pitch step is 0.24 semitones.
_OWN = 50
_PITCH_STEPS = 14
# At its own range a sentence moves by 1.9 semitones (standard deviation); people who act read with about 3.
_LIVELY = 66


@dataclass(frozen=True)
class Manner:
    """What a feeling or a delivery does to a voice: factors on pace and range, steps of pitch, and dB."""

    pace: float = 1.0
    pitch: float = 0.0
    range: float = 1.0
    gain_db: float = 0.0
    # What is added above 1.2 kHz: an effort opens the spectrum, tenderness closes it.
    tilt_db: float = 0.0
    # Factor on the pauses.
    pauses: float = 1.0
    # Added to the timbre's own: a tremble, a rasp, air.
    flutter: int = 0
    roughness: int = 0
    breath: int = 0


@dataclass(frozen=True)
class VoiceRequest:
    """How the synthesiser is asked, and what is done to its sound."""

    # The synthesiser's code.
    language: str
    variant: str
    rate: float
    pitch: float
    range: float
    # The voice's own tone, in Hz, for what is chanted and sung.
    tone: float
    # Against plain speech at the usual pace.
    pace: float
    # How far its formants are above a man's.
    throat: float
    gain_db: float
    tilt_db: float
    pauses: float
    whispered: bool


_FEELINGS: Final[dict[int, Manner]] = {
    board.FEELING_HAPPY: Manner(1.05, 7, 1.3, 0.3, 1.0, 0.9),
    board.FEELING_SAD: Manner(0.87, -7, 0.65, -0.6, -2.5, 1.35, flutter=3, breath=3),
    board.FEELING_ANGRY: Manner(1.07, 4, 1.25, 0.7, 2.5, 0.8, roughness=1),
    board.FEELING_AFRAID: Manner(1.10, 9, 1.1, -0.3, 0.5, 0.85, flutter=12, breath=3),
    board.FEELING_SURPRISED: Manner(1.03, 11, 1.4, 0.4, 1.0),
    board.FEELING_TENDER: Manner(0.92, -3, 0.85, -0.6, -2.0, 1.15, breath=4),
    board.FEELING_TENSE: Manner(1.03, 2, 0.8, 0.0, 1.0, 0.9),
}
_DELIVERIES: Final[dict[int, Manner]] = {
    # In life a whisper is 20 dB under speech and a shout as far above it; in a film both are heard from one seat.
    board.DELIVERY_WHISPERED: Manner(0.93, 0, 0.8, -6.0, 0.0, 1.1),
    board.DELIVERY_SHOUTED: Manner(0.97, 14, 1.25, 3.5, 4.0, 0.8, roughness=1),
    board.DELIVERY_RECITED: Manner(0.8, 0, 0.72, 0.0, -0.5, 1.2),
    board.DELIVERY_SUNG: Manner(0.85, 0, 0.5, 0.0, -1.0, 1.0),
}
_PLAIN = Manner()


def language_code(language: str, accent: str = "") -> str:
    """The synthesiser's code of a language, in the accent if it has it; StepFailed LANGUAGE_UNSUPPORTED if it doesn't speak it."""
    wanted = language.replace("_", "-").lower()
    base = wanted.split("-")[0]
    local = accent.replace("_", "-").lower()
    if local.split("-")[0] == base and local in _ACCENTS:
        return _ACCENTS[local]
    if wanted in _ACCENTS:
        return _ACCENTS[wanted]
    if base not in _LANGUAGES:
        raise StepFailed(
            "LANGUAGE_UNSUPPORTED", f"no voice speaks {language!r}; there are {', '.join(SUPPORTED_LANGUAGES)}"
        )
    return _LANGUAGES[base]


def request_for(
    language: str,
    voice: board.Voice,
    feeling: board.Feeling.ValueType,
    delivery: board.Delivery.ValueType = board.DELIVERY_SPOKEN,
) -> VoiceRequest:
    """How this voice says something in this language, with this feeling and in this manner."""
    timbre = timbre_of(voice)
    felt, said = _FEELINGS.get(feeling, _PLAIN), _DELIVERIES.get(delivery, _PLAIN)
    speed = min(max(voice.speed or 1.0, _SLOWEST), _FASTEST)
    pace = speed * timbre.pace * felt.pace
    spoken = language_code(language, voice.accent)
    own_pitch = _PITCH_STEPS * min(max(voice.pitch, -1.0), 1.0)
    return VoiceRequest(
        language=spoken,
        variant=_moved(_moved(timbre, felt), said).variant(),
        rate=_WORDS_A_MINUTE * pace * said.pace * _PACES.get(spoken.split("-")[0], 1.0),
        pitch=_OWN + own_pitch + felt.pitch + said.pitch,
        range=_LIVELY * timbre.range * felt.range * said.range,
        tone=(timbre.low * 0.6 + timbre.high * 0.4) * 2 ** (0.24 * own_pitch / 12),
        pace=pace,
        throat=timbre.tract,
        gain_db=felt.gain_db + said.gain_db,
        tilt_db=timbre.tilt_db + felt.tilt_db + said.tilt_db,
        pauses=felt.pauses * said.pauses / speed,
        whispered=delivery == board.DELIVERY_WHISPERED,
    )


def _moved(timbre: Timbre, manner: Manner) -> Timbre:
    return replace(
        timbre,
        flutter=timbre.flutter + manner.flutter,
        roughness=min(timbre.roughness + manner.roughness, ROUGHEST),
        breath=timbre.breath + manner.breath,
    )
