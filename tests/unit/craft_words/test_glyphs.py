"""Type of any script: each letter by a face that has it, in the order it is read, and what none has is named."""

from pathlib import Path

import numpy as np
import pytest

from services.projects.languages import SUPPORTED
from services.render_worker.craft.lettering import bidi
from services.render_worker.craft.lettering.fonts import FontMissing
from services.render_worker.craft.lettering.glyphs import GlyphMissing, missing, name_of, runs
from services.render_worker.craft.lettering.lettering import Lettering

_SENTENCES = {
    "en": "“The light — it’s out!” (2024) ♪", "hi": "क्षण भर के लिए रोशनी बुझ गई।", "ta": "விளக்கு அணைந்துவிட்டது.", "te": "దీపం ఆరిపోయింది.",
    "bn": "বাতি নিভে গেছে।", "gu": "દીવો ઓલવાઈ ગયો.", "kn": "ದೀಪ ಆರಿತು.", "ml": "വിളക്ക് അണഞ്ഞു.", "pa": "ਦੀਵਾ ਬੁਝ ਗਿਆ।", "ur": "چراغ بجھ گیا۔",
    "ar": "انطفأ الضوء، أليس كذلك؟", "fa": "چراغ خاموش شد.", "th": "ไฟดับแล้ว", "ru": "Свет погас.", "uk": "Світло згасло, їй-бо.", "el": "Το φως έσβησε.",
    "vi": "Ánh sáng đã tắt rồi.", "pl": "Światło zgasło, żółć.", "tr": "Işık söndü, değil mi?", "he": "האור כבה.",
}  # fmt: skip


@pytest.mark.parametrize("language", _SENTENCES)
def test_a_sentence_of_the_language_has_all_its_glyphs(language: str) -> None:
    assert missing(_SENTENCES[language], language) == []


@pytest.mark.parametrize("language", SUPPORTED)
def test_a_language_that_is_offered_can_say_its_film_in_signs_too(language: str) -> None:
    assert missing("♪ → ★ 🙂 ☂ …", language) == []


def test_a_character_that_nobody_has_is_named() -> None:
    assert missing("ab\u13a0a\u13a0", "en") == ["\u13a0"]
    assert name_of("\u13a0") == "\u13a0 (U+13A0 CHEROKEE LETTER A)"
    with pytest.raises(GlyphMissing, match=r"U\+13A0 CHEROKEE LETTER A"):
        runs("ab\u13a0", "en")


def test_what_is_not_to_be_seen_is_not_missed() -> None:
    assert missing("a\u200d\u200f\u2060\ufe0f \u00a0\n", "en") == []


def test_a_script_without_its_typeface_is_told_by_the_fonts_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FILMSTUDIO_FONTS_DIR", str(tmp_path))
    with pytest.raises(FontMissing, match="noto-sans-tamil"):
        runs("விளக்கு", "ta")


def test_scripts_are_mixed_in_one_row_each_in_its_own_face() -> None:
    files = [run.face.file.name.split("_")[0] for run in runs("तमिल தமிழ் ♪", "hi")]
    assert files == ["NotoSansDevanagari", "NotoSansTamil", "NotoSansMath"]


def test_latin_beside_another_script_is_set_in_that_scripts_face() -> None:
    assert len(runs("Kodak का कैमरा, 1984", "hi")) == 1


def test_words_of_another_script_within_arabic_stand_where_they_are_read() -> None:
    seen = [run.text.strip() for run in runs("قال हिन्दी نعم", "ar")]
    assert [text for text in seen if text] == ["نعم", "हिन्दी", "قال"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("abc", "abc"),
        ("אבג", "גבא"),
        ("he said אב 12", "he said 12 בא"),
        ("אב Kodak 12 גד", "דג Kodak 12 בא"),
        ("אב 3.50 גד", "דג 3.50 בא"),
    ],
)
def test_letters_run_as_the_bidirectional_algorithm_says(text: str, seen: str) -> None:
    pieces = list(zip(bidi.levels(text), text, strict=True))
    assert "".join(bidi.reordered(pieces)) == seen


def test_a_row_is_as_long_as_its_ink() -> None:
    lettering = Lettering("en", 40)
    box = lettering.box("Light")
    mask = lettering.mask("Light", (200, 80), 10, 50)
    columns = np.flatnonzero(mask.max(axis=0))
    assert abs((columns[-1] - columns[0]) - (box.right - box.left)) <= 3
    assert lettering.length("Light ♪") > lettering.length("Light")


def test_letters_of_joined_scripts_are_never_spaced_apart() -> None:
    plain, spaced = Lettering("ar", 40), Lettering("ar", 40, track=0.2)
    assert plain.length("نور") == spaced.length("نور")
    assert Lettering("en", 40, track=0.2).length("Light") > Lettering("en", 40).length("Light")
