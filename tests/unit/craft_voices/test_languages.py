"""Each language in its own letters is spoken, not spelled."""

from itertools import pairwise

import numpy as np
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


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "All human beings are born free and equal in dignity and rights."),
        ("es", "Todos los seres humanos nacen libres e iguales en dignidad y derechos."),
        ("it", "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti."),
        ("fr", "Tous les êtres humains naissent libres et égaux en dignité et en droits."),
        ("ru", "Все люди рождаются свободными и равными в своем достоинстве и правах."),
        ("el", "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα."),
        ("ja", "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"),
        ("zh", "人人生而自由，在尊严和权利上一律平等。"),
        ("ar", "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق."),
        ("hi", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।"),
    ],
)
def test_no_language_is_rushed_or_dragged(say, language: str, text: str) -> None:
    told = say(text, language, gender=2, age=3).told
    syllables = sum(is_vowel(name) for name, _, _ in told)
    assert 3.5 < syllables / sum((end - start) / 1000 for name, start, end in told if name) < 6.2


def _rise_at_the_end(tones: np.ndarray) -> float:
    """How far the last 80 ms that have a tone are above the middle of the line, in semitones."""
    return float(12 * np.log2(np.mean(tones[-8:]) / np.median(tones)))


@pytest.mark.parametrize("text", ["窓の外は雨です。", "彼女は長い一日の後で家に帰りました。", "彼女は家に帰りました"])
def test_a_japanese_statement_falls_at_its_end(say, text: str) -> None:
    assert _rise_at_the_end(say(text, "ja", gender=1).pitch()) < -2


def test_a_japanese_question_rises_even_with_a_full_stop(say) -> None:
    assert _rise_at_the_end(say("彼女は家に帰りましたか。", "ja", gender=1).pitch()) > -1


_ONSETS = {
    "en": "Wait. There it is, in the harbour. Nobody came.",
    "hi": "रुको। नाव वहाँ है, बंदरगाह में। कोई नहीं आया।",
    "de": "Warte. Dort ist es, im Hafen. Niemand kam.",
    "es": "Espera. Ahí está, en el puerto. Nadie vino.",
    "zh": "等等。它在那里，在港口。没有人来。",
    "ar": "انتظر. إنه هناك، في الميناء. لم يأت أحد.",
}


@pytest.mark.parametrize("language", _ONSETS)
@pytest.mark.parametrize(("gender", "age", "feeling"), [(1, 3, 1), (2, 4, 3), (1, 1, 4)])
def test_a_word_after_a_pause_begins_with_its_sound_to_the_frame(
    say, language: str, gender: int, age: int, feeling: int
) -> None:
    said = say(_ONSETS[language], language, gender=gender, age=age, feeling=feeling)
    level = np.sqrt(np.mean(np.square(said.sound[: len(said.sound) // 120 * 120].reshape(-1, 120)), axis=1))
    heard = level > 0.03 * np.percentile(level, 95)
    words = said.result.words
    begun = [after.start_ms for before, after in pairwise(words) if after.start_ms - before.end_ms > 90]
    assert len(begun) >= 2
    for start_ms in begun:
        first = int((start_ms - 60) / 2.5)
        onset_ms = (first + int(np.flatnonzero(heard[first:])[0])) * 2.5
        # A word that begins with a stop is silent until the stop opens, which lasts up to 80 ms.
        assert -80 < start_ms - onset_ms < 1000 / 24


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
