"""Who speaks how: languages the synthesiser speaks, and for each age, gender and variant a timbre of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from filmstudio.projects.v1 import storyboard_pb2 as board

from services.render_worker.engines.base import StepFailed

# Spoken under their own BCP 47 code. Japanese and Hebrew are left out: their everyday spelling is spelled out, not spoken.
_OWN_CODE = (
    "hi bn ta te kn ml mr gu pa or as ne si ur es de it nl sv da nb fi is pl cs sk uk ru be bg hr sr bs sl mk hu ro ca"
    " el tr az kk ky uz ar fa ko vi th id ms sw af et lv lt sq cy ga eu ka hy am mt eo la yue"
)
_OTHER_CODES = {"en": "en-us", "zh": "cmn", "pt": "pt-br", "fr": "fr", "no": "nb", "sa": "hi"}
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

_WORDS_A_MINUTE = 160.0
_SLOWEST, _FASTEST = 0.75, 1.5


@dataclass(frozen=True)
class Timbre:
    """One voice of the synthesiser: its variant file, pitch and range (0 to 100), and how far its sound is shifted up."""

    variant: str
    pitch: int
    range: int = 50
    # The spectrum and the pitch are moved by this factor: a smaller or larger throat.
    shift: float = 1.0
    pace: float = 1.0


@dataclass(frozen=True)
class Delivery:
    """What a feeling does to a voice."""

    pace: float = 1.0
    pitch: int = 0
    range: float = 1.0
    gain_db: float = 0.0


@dataclass(frozen=True)
class VoiceRequest:
    """How the synthesiser is asked, and what is done to its sound."""

    voice: str
    rate: int
    pitch: int
    range: int
    shift: float
    # What is added above 1.2 kHz, in dB.
    tilt_db: float
    gain_db: float


_FEMALE = (
    Timbre("f2", 48),
    Timbre("f4", 44, 55),
    Timbre("Annie", 50, 45),
    Timbre("linda", 38, 45),
    Timbre("f5", 40, 50),
)
_MALE = (Timbre("m3", 46), Timbre("m7", 44, 48), Timbre("max", 40, 46), Timbre("m1", 52, 55), Timbre("m4", 46, 44))
_NEUTRAL = (Timbre("m3", 62, 50, 1.07), Timbre("f2", 34, 45, 0.95), Timbre("max", 58, 48, 1.06))
_CHILD_GIRL = (Timbre("f2", 62, 62, 1.13, 0.97), Timbre("f4", 60, 66, 1.12, 0.97), Timbre("f5", 55, 60, 1.14, 0.97))
_CHILD_BOY = (Timbre("f2", 50, 58, 1.10, 0.97), Timbre("m3", 78, 60, 1.28, 0.97), Timbre("f4", 46, 60, 1.09, 0.97))

# How far each variant's own sound is from the long-term average spectrum of speech (Byrne et al., 1994) above 1.2 kHz.
_TILT_DB: Final[dict[str, float]] = {
    "f2": -3.0,
    "f4": -2.0,
    "Annie": -4.0,
    "linda": -10.0,
    "f5": -4.0,
    "m3": -2.5,
    "m7": 1.0,
    "max": -2.5,
    "m1": -1.0,
    "m4": -3.0,
}

_DELIVERIES: Final[dict[int, Delivery]] = {
    board.FEELING_HAPPY: Delivery(1.06, 6, 1.3, 0.5),
    board.FEELING_SAD: Delivery(0.88, -6, 0.6, -1.5),
    board.FEELING_ANGRY: Delivery(1.08, 4, 1.25, 2.0),
    board.FEELING_AFRAID: Delivery(1.12, 8, 1.1, -0.5),
    board.FEELING_SURPRISED: Delivery(1.05, 10, 1.45, 1.0),
    board.FEELING_TENDER: Delivery(0.93, -2, 0.8, -1.5),
    board.FEELING_TENSE: Delivery(1.05, 2, 0.8, 0.0),
}


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


def request_for(language: str, voice: board.Voice, feeling: board.Feeling.ValueType) -> VoiceRequest:
    """How this voice says something in this language with this feeling."""
    timbre = _timbre(voice)
    delivery = _DELIVERIES.get(feeling, Delivery())
    speed = min(max(voice.speed or 1.0, _SLOWEST), _FASTEST)
    rate = _WORDS_A_MINUTE * speed * timbre.pace * delivery.pace / timbre.shift
    return VoiceRequest(
        voice=f"{language_code(language, voice.accent)}+{timbre.variant}",
        rate=round(rate),
        pitch=round(min(max(timbre.pitch + delivery.pitch + 22 * min(max(voice.pitch, -1.0), 1.0), 0), 99)),
        range=round(min(max(timbre.range * delivery.range, 5), 99)),
        shift=timbre.shift,
        tilt_db=_TILT_DB[timbre.variant],
        gain_db=delivery.gain_db,
    )


def _timbre(voice: board.Voice) -> Timbre:
    choices: tuple[Timbre, ...]
    match voice.age, voice.gender:
        case board.AGE_GROUP_CHILD, board.GENDER_FEMALE:
            choices = _CHILD_GIRL
        case board.AGE_GROUP_CHILD, _:
            choices = _CHILD_BOY
        case _, board.GENDER_FEMALE:
            choices = _FEMALE
        case _, board.GENDER_MALE:
            choices = _MALE
        case _:
            choices = _NEUTRAL
    turn, place = divmod(abs(voice.variant), len(choices))
    timbre = choices[place]
    # A second turn through the table: the same variant files in throats of another size.
    timbre = replace(timbre, shift=timbre.shift * (1.0, 1.05, 0.96)[turn % 3])
    match voice.age:
        case board.AGE_GROUP_YOUNG_ADULT:
            return replace(timbre, pitch=timbre.pitch + 4, shift=timbre.shift * 1.03, pace=1.03)
        case board.AGE_GROUP_SENIOR:
            return replace(timbre, pitch=timbre.pitch - 6, range=timbre.range + 6, shift=timbre.shift * 0.97, pace=0.9)
        case _:
            return timbre
