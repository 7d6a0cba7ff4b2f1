"""What a script's version says of itself: hash, speakers, length, language, size."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import script_pb2

from services.projects import languages, reading
from services.projects.errors import LanguageUnsupported, TooLarge
from services.projects.scripts import elements_sha256, read_script, speaking
from services.projects.speech_estimate import speech_ms, spoken_seconds

FOUNTAIN, PLAIN = script_pb2.SCRIPT_FORMAT_FOUNTAIN, script_pb2.SCRIPT_FORMAT_PLAIN
SCRIPT = "INT. ROOM - DAY\n\nMara (40) waits.\n\nMARA\nCome in.\n\nTOM (O.S.)\nI can't.\n\nMARA\n(loud)\nCome!"


def test_the_hash_is_of_what_is_read_and_not_of_how_it_is_written() -> None:
    read = reading.read(FOUNTAIN, SCRIPT)
    spaced = reading.read(FOUNTAIN, SCRIPT.replace("\n\n", "\r\n\r\n\r\n"))
    assert elements_sha256("en", read) == elements_sha256("en", spaced)
    assert elements_sha256("en", read) != elements_sha256("hi", read)
    assert elements_sha256("en", read) != elements_sha256("en", reading.read(FOUNTAIN, SCRIPT.replace("loud", "low")))


def test_those_who_speak_are_named_once_in_order_of_appearance() -> None:
    assert speaking(reading.read(FOUNTAIN, SCRIPT + "\n\n@Tom\nHere.")) == ["MARA", "TOM"]


def test_ordinary_english_prose_takes_as_long_as_the_voice_needs() -> None:
    text = (
        "The old lighthouse keeper climbed the stairs slowly, carrying a lantern in her hand. She had not slept for two days. "
        "Outside, the fog was so thick that nobody could see the sea, but she heard it breathing below the cliff."
    )
    # espeak-ng says this in 13.2 s
    assert speech_ms(text, "en") == pytest.approx(13_200, rel=0.1)


def test_only_what_is_said_counts_as_speech() -> None:
    said = reading.read(FOUNTAIN, SCRIPT)
    assert spoken_seconds(said, "en") == spoken_seconds([e for e in said if e.kind == e.KIND_DIALOGUE], "en") > 1


def test_every_supported_language_has_a_measured_rate() -> None:
    slower = {language: speech_ms("a" * 100, language) for language in languages.SUPPORTED}
    assert len(languages.SUPPORTED) >= 25
    assert slower["th"] > slower["hi"] > slower["fr"]


@pytest.mark.parametrize(
    ("tag", "language"), [("", "en"), ("hi", "hi"), ("pt-BR", "pt"), ("EN_us", "en"), ("no", "nb"), ("in", "id")]
)
def test_a_language_tag_names_its_primary_language(tag: str, language: str) -> None:
    assert languages.normalized(tag) == language


@pytest.mark.parametrize("tag", ["xx", "klingon", "e", "-", "12"])
def test_an_unknown_language_is_refused_with_those_there_are(tag: str) -> None:
    with pytest.raises(LanguageUnsupported) as refused:
        languages.normalized(tag)
    assert refused.value.metadata["supported"].split(",") == list(languages.SUPPORTED)


def test_more_than_200_kb_of_utf8_are_too_large() -> None:
    with pytest.raises(TooLarge) as refused:
        read_script(PLAIN, "म" * 70_000, "hi")
    assert refused.value.metadata == {"limit_bytes": "200000"}
    assert read_script(PLAIN, "म" * 66_000, "hi").language == "hi"
