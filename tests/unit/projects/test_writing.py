"""A script in letters that the voice of its language can't read is refused at the door, with what to do."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import script_pb2 as sp

from services.kit.errors import Invalid
from services.projects.scripts import read_script

HINDI = "एक लड़की जंगल में रहती थी।"


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        (HINDI, "en", "with the language 'hi' (or mr, ne, sa)"),
        ("Жила-была девочка.", "de", "with the language 'ru' (or uk, bg)"),
        ("むかしむかし、山に犬が住んでいました。", "zh", "with the language 'ja'"),
        ("森林里有一只狐狸。", "en", "with the language 'zh' (or ja, ko)"),
        (HINDI, "ta", "with the language 'hi' (or mr, ne, sa)"),
        ("ילדה גרה ביער.", "en", "no voice reads them"),
    ],
)
def test_a_voice_that_cannot_read_the_letters_is_refused(text: str, language: str, told: str) -> None:
    with pytest.raises(Invalid, match="the script is written in") as refused:
        read_script(sp.SCRIPT_FORMAT_PLAIN, text, language)
    assert told in str(refused.value)
    assert refused.value.metadata["field"] == "language"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (HINDI, "hi"),
        (HINDI, "sa"),
        ("Ek ladki jungle mein rehti thi.", "hi"),
        ("She said “नमस्ते” and went home to her mother.", "en"),
        ("山高月小。", "ja"),
        ("123 …", "en"),
        ("मीरा:\n\nMeera says hello in English, all the time.", "en"),
    ],
)
def test_what_the_voice_can_read_is_taken(text: str, language: str) -> None:
    assert read_script(sp.SCRIPT_FORMAT_PLAIN, text, language).language == language
