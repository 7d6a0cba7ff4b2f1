"""Captions: readable, in time, and nothing said is lost."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.render_worker.craft.lettering.captions import (
    MIN_CUE_MS,
    MIN_GAP_MS,
    Cue,
    SpokenLine,
    Word,
    columns_for,
    faults,
    most_cues,
    split_cues,
    text_size,
)
from services.render_worker.craft.lettering.phrases import width_of

_WORDS = st.lists(
    st.text(alphabet="abcdefghij.,!?'éñ灯台は。วันนี้नमस्ते", min_size=1, max_size=60).filter(
        lambda word: word.strip() == word
    ),
    min_size=1,
    max_size=30,
)


@st.composite
def _spoken(draw: st.DrawFn) -> list[SpokenLine]:
    lines = []
    moment = 0
    for texts in draw(st.lists(_WORDS, max_size=4)):
        moment += draw(st.integers(-500, 3000))
        words, now = [], 0
        for text in texts:
            length = draw(st.integers(20, 700))
            words.append(Word(text, now, now + length))
            now += length + draw(st.sampled_from((0, 0, 40, 1200)))
        timed = tuple(words) if draw(st.booleans()) else ()
        joined = draw(st.sampled_from((" ", " ", "\n"))).join(texts)
        lines.append(SpokenLine(draw(st.sampled_from("ab")), joined, max(0, moment), now, timed))
        moment = max(0, moment) + now
    return lines


@settings(max_examples=60, deadline=None)
@given(lines=_spoken(), columns=st.sampled_from((18, 21, 32, 42)))
def test_cues_never_overlap_and_never_exceed_two_lines_of_their_columns(lines: list[SpokenLine], columns: int) -> None:
    cues = split_cues(lines, max_chars=columns)
    assert all(0 <= cue.start_ms < cue.end_ms for cue in cues)
    assert all(before.end_ms <= after.start_ms for before, after in itertools.pairwise(cues))
    assert all(1 <= len(cue.lines) <= 2 and all(width_of(line) <= columns for line in cue.lines) for cue in cues)


@settings(max_examples=40, deadline=None)
@given(lines=_spoken())
def test_each_cue_stands_a_second_and_two_frames_lie_between_two(lines: list[SpokenLine]) -> None:
    cues = split_cues(lines)
    assert all(cue.end_ms - cue.start_ms >= MIN_CUE_MS for cue in cues)
    assert all(after.start_ms - before.end_ms >= MIN_GAP_MS for before, after in itertools.pairwise(cues))


@settings(max_examples=40, deadline=None)
@given(lines=_spoken())
def test_every_character_of_the_text_is_in_the_cues(lines: list[SpokenLine]) -> None:
    in_order = sorted(lines, key=lambda line: line.start_ms)
    if any(a.start_ms + a.duration_ms > b.start_ms for a, b in itertools.pairwise(in_order)):
        in_order = in_order[:1]
    shown = "".join("".join(cue.lines) for cue in split_cues(in_order)).replace("–", "")
    assert "".join(shown.split()) == "".join("".join(line.text for line in in_order).split())


@settings(max_examples=40, deadline=None)
@given(lines=_spoken(), until=st.integers(1, 20_000))
def test_no_cue_passes_the_end_of_the_film(lines: list[SpokenLine], until: int) -> None:
    assert all(cue.end_ms <= until for cue in split_cues(lines, until_ms=until))


def test_a_last_word_just_before_the_end_has_its_second_all_the_same() -> None:
    [cue] = split_cues([SpokenLine("", "Go!", 9700, 300)], until_ms=10_000)
    assert (cue.start_ms, cue.end_ms) == (9000, 10_000)


def test_a_short_word_stays_a_second_where_there_is_room() -> None:
    [cue] = split_cues([SpokenLine("", "Yes.", 2000, 300)])
    assert cue.end_ms - cue.start_ms >= MIN_CUE_MS


def test_a_cue_stays_until_it_can_be_read_where_the_speech_leaves_room() -> None:
    text = "Nobody remembers the sound of its horn."
    fast, slow = split_cues([SpokenLine("", text, 0, 900), SpokenLine("", text, 5000, 900)])
    assert not fast.is_fast
    assert not slow.is_fast
    [hurried] = split_cues([SpokenLine("", text, 0, 1200)], until_ms=1200)
    assert hurried.is_fast


def test_a_long_sentence_breaks_at_its_commas() -> None:
    text = "The lighthouse has been dark for eleven years, and nobody, not even the gulls, remembers the sound of its horn."
    cues = split_cues([SpokenLine("", text, 0, 8000)])
    assert all(cue.lines[-1].endswith((",", ".")) for cue in cues)


@pytest.mark.parametrize(
    ("text", "leaning"),
    [
        ("She walked to the harbour with the old lantern in her hand.", {"the", "to", "with", "in", "her"}),
        ("Sie ging den Weg zum Hafen mit der alten Laterne in der Hand.", {"den", "zum", "mit", "der", "in"}),
        ("Elle a marché au port avec la vieille lanterne dans la main.", {"avec", "la", "dans"}),
        ("Ella caminó hasta el puerto con la vieja linterna en la mano esta noche.", {"el", "con", "la", "en"}),
    ],
)  # fmt: skip
def test_no_line_ends_in_a_word_that_leans_on_the_next(text: str, leaning: set[str]) -> None:
    rows = [row for cue in split_cues([SpokenLine("", text, 0, 5000)]) for row in cue.lines]
    assert len(rows) == 2
    assert rows[0].split()[-1] not in leaning


def test_no_hindi_line_begins_with_a_postposition() -> None:
    text = "वह पुरानी लालटेन हाथ में लेकर सारी रात समुद्र के किनारे की ओर चलती रही और किसी ने उसको नहीं देखा था।"
    rows = [row for cue in split_cues([SpokenLine("", text, 0, 8000)]) for row in cue.lines]
    assert len(rows) > 2
    assert not {row.split()[0] for row in rows} & {"में", "के", "की", "ने", "को", "था।"}


def test_lines_of_verse_stay_lines() -> None:
    verse = "Tyger Tyger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye,\nCould frame thy fearful symmetry?"
    cues = split_cues([SpokenLine("", verse, 0, 9000)])
    assert [row for cue in cues for row in cue.lines] == verse.split("\n")


def test_chinese_breaks_by_characters_and_never_before_a_comma() -> None:
    text = "灯塔已经黑了十一年，没有人记得它的声音，连海鸥也不记得。当然，除了你以外，所有的人都已经忘记了那个夜晚。"
    cues = split_cues([SpokenLine("", text, 0, 12_000)])
    rows = [row for cue in cues for row in cue.lines]
    assert "".join(rows) == text
    assert not any(row[0] in "，。" for row in rows)
    assert all(len(row) <= 21 for row in rows)


def test_japanese_breaks_after_particles() -> None:
    text = "灯台はもう十一年も暗いままでその霧笛の音を覚えている人は誰もいない"
    rows = [row for cue in split_cues([SpokenLine("", text, 0, 6000)]) for row in cue.lines]
    assert "".join(rows) == text
    assert all(row[-1] in "はもがをにでとのい" for row in rows)


def test_thai_is_never_cut_before_a_vowel_sign() -> None:
    text = "ประภาคารมืดมาสิบเอ็ดปีแล้วและไม่มีใครจำเสียงแตรหมอกได้แม้แต่นกนางนวลก็ตามแต่คืนนี้มันกลับสว่างขึ้นอีกครั้ง"
    rows = [row for cue in split_cues([SpokenLine("", text, 0, 9000)]) for row in cue.lines]
    assert "".join(rows) == text
    assert not any(row[0] in "ะาำิีึืฺุู็่้๊๋์" or row[-1] in "เแโใไ" for row in rows)


def _rows(text: str, columns: int = 42) -> list[str]:
    return [row for cue in split_cues([SpokenLine("", text, 0, 9000)], max_chars=columns) for row in cue.lines]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("きょうのしょうがっこうでちょっとしゃべったらきゅうにきょうしつがしょうしょうしずかになってしまった", 20),
        ("ジャーナリストのキャサリンがチャーミングなシェフとキャッチボールをしてジャムをチョコレートにまぜた", 18),
    ],
)
def test_no_japanese_line_begins_with_a_small_kana_or_a_mark_of_length(text: str, columns: int) -> None:
    rows = _rows(text, columns)
    assert "".join(rows) == text
    assert not any(row[0] in "ぁぃぅぇぉっゃゅょァィゥェォッャュョー" for row in rows)


def test_a_burmese_line_never_begins_with_a_letter_that_closes_a_syllable() -> None:
    text = "မြန်မာနိုင်ငံသည်အရှေ့တောင်အာရှတွင်ရှိသောနိုင်ငံတစ်နိုင်ငံဖြစ်ပြီးမြို့တော်မှာနေပြည်တော်ဖြစ်သည်"
    rows = _rows(text, 24)
    assert len(rows) > 2
    assert "".join(rows) == text
    assert not any(row[1:2] in ("်", "္") for row in rows)


def test_a_khmer_letter_stays_over_the_one_set_under_it_and_lines_break_at_spaces_without_width() -> None:
    words = ["ប្រទេស", "កម្ពុជា", "ស្ថិត", "នៅ", "អាស៊ី", "អាគ្នេយ៍", "ហើយ", "ភ្នំពេញ", "ជា", "រដ្ឋធានី"]
    rows = _rows("\u200b".join(words), 22)
    assert len(rows) > 1
    assert all(row.rstrip("\u200b").split("\u200b")[-1] in words and row.split("\u200b")[0] in words for row in rows)


def test_thai_breaks_at_its_spaces_which_end_phrases_before_it_breaks_in_a_run() -> None:
    phrases = ["ประภาคารมืดมาสิบเอ็ดปี", "ไม่มีใครจำเสียงแตรหมอกได้", "แม้แต่นกนางนวลก็ตาม", "คืนนี้มันกลับสว่างขึ้น"]
    assert all(set(row.split(" ")) <= set(phrases) for row in _rows(" ".join(phrases)))


def test_numbers_stay_whole_in_full_width_figures_and_in_groups() -> None:
    assert all(row.count("１９８４") == row.count("１") for row in _rows("灯台は１９８４年から暗いままで" * 3, 18))
    text = "Die ganze lange Fahrt kostete 10 000 Kronen"
    assert any("10 000" in row for row in _rows(text, 34))


def test_no_line_begins_with_a_mark_that_is_written_apart_or_ends_in_an_opening_one() -> None:
    text = "Pourquoi donc es-tu venu si tard ce soir\u00a0? «\u00a0Je ne sais plus très bien\u00a0», dit la vieille dame\u00a0!"
    for columns in range(18, 43):
        rows = _rows(text, columns)
        assert not any(row[0] in "?!»," or row[-1] == "«" for row in rows), (columns, rows)


def test_more_cues_than_seconds_leave_each_that_stays_a_second() -> None:
    crowd = [SpokenLine(f"voice {number}", f"Somebody says {number}", number * 10, 10) for number in range(900)]
    cues = split_cues(crowd, until_ms=9000)
    assert len(cues) == most_cues(9000) == 8
    assert faults(cues, 42, 9000) == []


def test_words_one_by_one_are_joined_to_what_can_be_read() -> None:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    cues = split_cues([SpokenLine("", word, place * 250, 250) for place, word in enumerate(words)], until_ms=4000)
    assert " ".join(row for cue in cues for row in cue.lines).split() == words
    assert all(cue.end_ms - cue.start_ms >= MIN_CUE_MS for cue in cues)


def test_a_letter_under_ten_thousands_of_marks_is_cut_in_no_time() -> None:
    text = "か" + "\u3099" * 40_000
    assert "".join(_rows(text)) == text


def test_two_voices_at_once_share_a_cue_and_are_told_apart_by_dashes() -> None:
    first, second = SpokenLine("a", "Wait for me!", 0, 1500), SpokenLine("b", "Hurry up then!", 1000, 1500)
    [cue] = split_cues([first, second])
    assert cue.lines == ("– Wait for me!", "– Hurry up then!")
    assert cue.speakers == ("a", "b")


def test_a_quick_answer_shares_a_cue_with_its_question() -> None:
    cues = split_cues([SpokenLine("a", "Ready?", 0, 500), SpokenLine("b", "Ready.", 600, 500)])
    assert [cue.lines for cue in cues] == [("– Ready?", "– Ready.")]


def test_two_who_speak_in_turn_have_a_cue_each() -> None:
    lines = [SpokenLine("a", "Who lit it last night?", 0, 1800), SpokenLine("b", "Nobody did.", 2000, 1200)]
    assert [cue.lines for cue in split_cues(lines)] == [("Who lit it last night?",), ("Nobody did.",)]


def test_who_is_heard_and_not_seen_is_set_in_italics() -> None:
    [cue] = split_cues([SpokenLine("", "Long ago, by the sea…", 0, 2000, off_screen=True)])
    assert cue.italic(0)


def test_tall_films_have_shorter_lines_and_wide_scripts_have_fewer_columns() -> None:
    wide, square, tall = (columns_for(size, "en") for size in ((1920, 1080), (1080, 1080), (1080, 1920)))
    assert (wide, square) == (42, 32)
    assert 18 <= tall < square
    assert columns_for((1080, 1080), "ta") < square


@pytest.mark.parametrize("size", [(1920, 1080), (854, 480), (1080, 1080), (1080, 1920)])
def test_text_is_at_least_a_24th_of_the_films_height(size: tuple[int, int]) -> None:
    assert text_size(size) >= 0.0415 * size[1]


def test_a_cue_without_known_speakers_answers_with_none() -> None:
    cue = Cue(0, 1000, ("One", "Two"))
    assert (cue.speaker(1), cue.italic(1)) == ("", False)


@settings(max_examples=60, deadline=None)
@given(lines=_spoken())
def test_our_own_cues_break_no_rule(lines: list[SpokenLine]) -> None:
    until = max((line.start_ms + line.duration_ms for line in lines), default=0) + 120_000
    assert faults(split_cues(lines, until_ms=until), 42, until) == []


def test_each_broken_rule_is_told() -> None:
    cues = [Cue(0, 500, ("a", "b", "c")), Cue(400, 3000, ("x" * 43,)), Cue(4000, 9000, ("late",))]
    told = faults(cues, 42, 8000)
    assert [sentence.split(" s ", 1)[1] for sentence in told] == [
        "has 3 lines (at most 2)",
        "stands 500 ms (at least 1000 ms)",
        "overlaps the next",
        "has a line of 43 characters (at most 42)",
        "stands until 9.0 s, past the end",
    ]
