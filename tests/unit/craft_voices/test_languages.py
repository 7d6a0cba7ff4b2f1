"""Each language in its own letters is spoken, not spelled."""

import pytest

from services.render_worker.craft.voices.japanese import sounded
from services.render_worker.craft.voices.lips import mouth_of, offset_ms
from services.render_worker.craft.voices.phonemes import is_vowel
from services.render_worker.craft.voices.speech_text import reading_of

_HELLO = {
    "en": "The lamp burns.", "hi": "दीपक जलता है।", "ta": "விளக்கு எரிகிறது.", "te": "దీపం వెలుగుతోంది.", "bn": "প্রদীপ জ্বলছে।",
    "mr": "दिवा जळतो.", "gu": "દીવો બળે છે.", "kn": "ದೀಪ ಉರಿಯುತ್ತಿದೆ.", "ml": "വിളക്ക് കത്തുന്നു.", "pa": "ਦੀਵਾ ਬਲਦਾ ਹੈ।",
    "ur": "چراغ جلتا ہے۔", "ne": "बत्ती बल्छ।", "sa": "दीपः ज्वलति।", "es": "La lámpara arde.", "fr": "La lampe brûle.",
    "de": "Die Lampe brennt.", "pt": "A lâmpada arde.", "it": "La lampada arde.", "nl": "De lamp brandt.", "sv": "Lampan brinner.",
    "pl": "Lampa się pali.", "ru": "Лампа горит.", "uk": "Лампа горить.", "el": "Η λάμπα καίει.", "tr": "Lamba yanıyor.",
    "ar": "المصباح يشتعل.", "fa": "چراغ می‌سوزد.", "id": "Lampu menyala.", "vi": "Đèn đang cháy.", "th": "ตะเกียงลุกไหม้",
    "sw": "Taa inawaka.", "zh": "灯亮了。", "ja": "灯が燃えている。", "ko": "등불이 타오른다.", "yue": "盞燈著咗。",
}  # fmt: skip


@pytest.mark.parametrize("language", _HELLO)
def test_a_sentence_is_spoken_in_two_seconds_and_a_half_at_most_and_not_spelled(say, language: str) -> None:
    said = say(_HELLO[language], language, gender=1)
    syllables = sum(is_vowel(name) for name, _, _ in said.told)
    assert 2 <= syllables <= 12
    assert 350 < said.result.duration_ms < 2600


@pytest.mark.parametrize("language", _HELLO)
@pytest.mark.parametrize("gender", [1, 2])
def test_in_each_language_even_a_second_of_speech_has_its_mouth_within_a_frame(say, language: str, gender: int) -> None:
    said = say(_HELLO[language], language, gender=gender)
    assert abs(offset_ms(mouth_of(said.told, said.sound), said.sound)) < 1000 / 24


def test_kanji_are_read_and_words_end_where_a_japanese_reader_ends_them(say) -> None:
    words = [word.text for word in say("灯台は十年間暗かった。「誰も、いない。」", "ja").result.words]
    assert "".join(words) == "灯台は十年間暗かった。「誰も、いない。」"
    assert "灯台は" in words
    assert "「誰も、" in words


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("今日は", "キョオワ"),
        ("昔々", "ムカシムカシ"),
        ("3月", "3ガツ"),
        ("コーヒー", "コオヒイ"),
        ("学校へ", "ガッコオエ"),
        ("ー", ""),
    ],
)
def test_japanese_is_read_as_it_sounds(text: str, kana: str) -> None:
    assert "".join(part.kana for part in sounded(text)) == kana


def test_a_japanese_reading_points_back_at_its_words() -> None:
    text = "雨が降る。猫は見ていた。"
    reading = reading_of(text, "ja")
    assert text[reading.origins[reading.text.index("ネコ")]] == "猫"


def test_every_mandarin_letter_of_everyday_use_is_spoken_in_mandarin(say) -> None:
    """The first level of GB 2312: 3,755 letters by how often they are used."""
    letters = [bytes([high, low]).decode("gb2312", "ignore") for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)]
    for start in range(0, len(letters), 400):
        told = say("，".join(letters[start : start + 400 : 16]), "zh").told
        # Letters that it doesn't know are spelled in English, with sounds that Mandarin hasn't.
        assert not [name for name, _, _ in told if name.strip("ˈˌ") in ("ʃ", "dʒ", "θ", "ɹ", "ɒ")]


def test_cantonese_is_not_given_the_sounds_of_mandarin(say) -> None:
    by_accent, by_tag = (say("兄弟", "zh", accent="zh-hk").told, say("兄弟", "yue").told)
    assert by_accent == by_tag != say("兄弟", "zh").told
