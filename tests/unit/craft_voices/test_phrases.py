"""A line is cut where a speaker breathes, and nothing of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.render_worker.craft.voices.speech_plan import phrases_of
from services.render_worker.craft.voices.speech_text import reading_of


def _texts(text: str) -> list[str]:
    return [text[phrase.begin : phrase.end].strip() for phrase in phrases_of(text)]


def _pauses(text: str) -> list[float]:
    return [phrase.pause_ms for phrase in phrases_of(text)]


def test_a_comma_a_dash_a_full_stop_and_an_ellipsis_are_longer_and_longer_silences() -> None:
    pauses = [_pauses(f"So it was{mark} nothing more")[0] for mark in (",", " —", ".", "…")]
    assert pauses == sorted(pauses)
    assert pauses[0] >= 140
    assert pauses[-1] >= 450


def test_a_new_paragraph_is_a_longer_silence_than_a_full_stop() -> None:
    assert _pauses("It was late.\n\nNobody came.")[0] > _pauses("It was late. Nobody came.")[0]


@pytest.mark.parametrize(
    "text", ["Dr. Mara came", "the 3.5 miles", "at 10:30 sharp", "J. Smith came", "am 3. mai war es"]
)
def test_a_stop_that_ends_no_sentence_is_no_silence(text: str) -> None:
    assert _texts(text) == [text]


def test_no_is_a_sentence_of_its_own() -> None:
    assert _texts("No. I stay here.") == ["No.", "I stay here."]


def test_closing_quotes_stay_with_what_they_close() -> None:
    assert _texts("“Stop!” she said.") == ["“Stop!”", "she said."]


@pytest.mark.parametrize(
    ("text", "count"), [("灯塔黑了。没有人，记得。", 3), ("वह आया। वह गया।", 2), ("مرحبا، أين أنت؟ هنا.", 3)]
)
def test_other_scripts_have_their_own_marks(text: str, count: int) -> None:
    assert len(phrases_of(text)) == count


def test_the_same_text_is_always_said_the_same_way_and_two_sentences_never_quite_alike() -> None:
    text = "We wait here. We wait here."
    assert phrases_of(text) == phrases_of(text)
    first, second = phrases_of(text)
    assert (first.pitch, first.rate) != (second.pitch, second.rate)


def test_a_voice_sinks_to_the_end_of_a_paragraph_and_begins_the_next_one_high() -> None:
    text = " ".join(["We wait here."] * 6)
    pitches = [phrase.pitch for phrase in phrases_of(f"{text}\n\n{text}")]
    assert sum(pitches[:2]) - sum(pitches[4:6]) > 3
    assert pitches[6] > pitches[5]
    assert phrases_of(text)[-1].rate < 1.01


def test_a_slower_voice_has_longer_silences() -> None:
    slow, plain = phrases_of("One. Two.", pauses=1.5), phrases_of("One. Two.")
    assert slow[0].pause_ms == pytest.approx(1.5 * plain[0].pause_ms)


@given(some.text(max_size=400))
def test_the_phrases_of_any_text_hold_all_of_it_in_order(text: str) -> None:
    phrases = phrases_of(text)
    at = 0
    for phrase in phrases:
        assert phrase.begin == at < phrase.end
        at = phrase.end
    assert at in (0, len(text))
    if phrases:
        assert phrases[-1].pause_ms == 0


@given(some.text(max_size=200), some.sampled_from(["en", "sa", "zh"]))
def test_each_character_that_is_read_comes_from_one_of_the_text_in_order(text: str, language: str) -> None:
    reading = reading_of(text, language)
    assert len(reading.text) == len(reading.origins)
    assert list(reading.origins) == sorted(reading.origins)
    assert all(origin < len(text) for origin in reading.origins)


def test_markup_and_pictures_are_not_read_out() -> None:
    assert reading_of("*Hi* 🚀 [there]", "en").text == " Hi     there "
