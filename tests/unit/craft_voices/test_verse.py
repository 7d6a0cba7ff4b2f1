"""Verse in its metre: a sloka's heavy syllables twice as long as its light ones, a breath where a line of it ends."""

from itertools import pairwise

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as board
from hypothesis import given
from hypothesis import strategies as some

from services.render_worker.craft.voices import verse
from services.render_worker.craft.voices.phonemes import is_vowel

GITA = "धर्मक्षेत्रे कुरुक्षेत्रे समवेता युयुत्सवः।\nमामकाः पाण्डवाश्चैव किमकुर्वत सञ्जय॥"
_STAR = "Twinkle, twinkle, little star,\nHow I wonder what you are!"


@pytest.mark.parametrize(
    ("quarter", "weights"),
    [
        ("धर्मक्षेत्रे कुरुक्षेत्रे", [2, 2, 2, 2, 1, 2, 2, 2]),
        ("समवेता युयुत्सवः", [1, 1, 2, 2, 1, 2, 1, 2]),
        ("कृष्णं वन्दे जगद्गुरुम्", [2, 2, 2, 2, 1, 2, 1, 2]),
        ("ॐ नमः शिवाय", [2, 1, 2, 1, 2, 2]),
        ("तत् सत्", [2, 2]),
    ],
)
def test_syllables_are_heavy_by_vowel_by_cluster_and_by_closing(quarter: str, weights: list[int]) -> None:
    assert verse.weights_of(quarter) == weights


def test_a_sloka_has_four_quarters_of_eight_with_the_longest_silence_at_its_middle() -> None:
    quarters = verse.chanted(GITA)
    assert [len(quarter.tones) for quarter in quarters] == [8, 8, 8, 8]
    assert quarters[1].pause_ms > 2 * quarters[0].pause_ms > 0 == quarters[3].pause_ms


def test_a_sloka_stands_on_three_tones_and_ends_each_half_from_below() -> None:
    quarters = verse.chanted(GITA)
    assert {tone for quarter in quarters for tone in quarter.tones} == {-2, 0, 2}
    assert all(quarters[place].tones[-2:] == (-2, 0) for place in (1, 3))
    assert quarters[0].tones != quarters[1].tones
    assert all(quarter.tones[-1] == 0 for quarter in quarters)


def test_a_half_written_in_one_line_is_parted_between_its_quarters() -> None:
    texts = [GITA[quarter.begin : quarter.end] for quarter in verse.chanted(GITA)]
    assert texts[0] == "धर्मक्षेत्रे कुरुक्षेत्रे"


def test_a_chanted_sloka_keeps_its_metre(say) -> None:
    said = say(GITA, "sa", delivery=board.DELIVERY_RECITED, gender=2)
    vowels = [start for name, start, _ in said.told if is_vowel(name)]
    assert len(vowels) == 32
    lengths = np.diff(vowels[:8])
    measures = verse.weights_of("धर्मक्षेत्रे कुरुक्षेत्रे")[:7]
    assert lengths / np.array(measures) == pytest.approx(np.full(7, lengths[4]), rel=0.12)


def test_a_slower_voice_chants_in_longer_measures(say) -> None:
    slow, plain = (
        say(GITA, "sa", delivery=board.DELIVERY_RECITED, speed=speed).result.duration_ms for speed in (0.75, 1.0)
    )
    assert slow / plain == pytest.approx(1 / 0.75, rel=0.08)


def test_sanskrit_keeps_the_vowels_that_hindi_swallows(say) -> None:
    sanskrit, hindi = (
        [name for name, _, _ in say("धर्म योग", language).told if is_vowel(name)] for language in ("sa", "hi")
    )
    assert len(sanskrit) == 4 > len(hindi)


def test_a_sloka_in_a_hindi_script_is_chanted_as_sanskrit(say) -> None:
    said = say(GITA, "hi", delivery=board.DELIVERY_RECITED)
    assert sum(is_vowel(name) for name, _, _ in said.told) == 32


@pytest.mark.parametrize(
    ("text", "sanskrit"),
    [
        (GITA, True),
        ("वसुदेवसुतं देवं कंसचाणूरमर्दनम्।", True),
        ("बुरा जो देखन मैं चला, बुरा न मिलिया कोय।", False),
        ("वह नाव पर है।", False),
        ("The lamp burns.", False),
    ],
)
def test_sanskrit_is_told_from_hindi(text: str, sanskrit: bool) -> None:
    assert verse.is_sanskrit(text) is sanskrit


def test_the_words_of_a_chanted_sloka_have_their_times(say) -> None:
    words = say(GITA, "sa", delivery=board.DELIVERY_RECITED).result.words
    assert " ".join(word.text for word in words) == " ".join(GITA.split())
    assert all(after.start_ms >= word.end_ms > word.start_ms for word, after in pairwise(words))
    assert words[4].start_ms - words[3].end_ms > 400


def test_a_poem_pauses_at_the_end_of_its_lines_and_longer_between_stanzas() -> None:
    lines = verse.recited("The sea is wide\nthe night is long\n\nand nobody sings")
    assert [line.pause_ms for line in lines] == [360, 780, 0]


def test_a_poem_is_recited_slower_and_steadier_than_it_is_spoken(say) -> None:
    spoken, recited = (say(_STAR, delivery=manner, gender=1) for manner in (1, board.DELIVERY_RECITED))
    assert recited.result.duration_ms > 1.1 * spoken.result.duration_ms
    assert np.log2(recited.pitch()).std() < np.log2(spoken.pitch()).std()


def test_a_sung_line_stands_on_the_tones_of_a_scale(say) -> None:
    tones = 12 * np.log2(say(_STAR, delivery=board.DELIVERY_SUNG, gender=1).pitch())
    low = np.percentile(tones, 4)
    steps = tones - low
    near = np.min(np.abs(steps[:, None] - np.array([0, 2, 4, 7, 9])[None, :]), axis=1)
    assert np.mean(near < 0.6) > 0.8
    assert steps.max() > 3


def test_a_song_ends_on_its_key_note() -> None:
    plain = verse.recited(_STAR)
    last = verse.sung(plain[-1], [True, False, True], _STAR, dark=False, last=True)
    assert last.tones[-1] == 0
    assert last.lengths_ms[-1] == max(last.lengths_ms)


@given(
    some.text(
        alphabet=some.characters(min_codepoint=0x0900, max_codepoint=0x097F) | some.sampled_from(" \n।॥,"), max_size=120
    )
)
def test_any_devanagari_has_quarters_within_the_text(text: str) -> None:
    for quarter in verse.chanted(text):
        assert 0 <= quarter.begin < quarter.end <= len(text)
        assert len(quarter.tones) == len(quarter.lengths_ms)
