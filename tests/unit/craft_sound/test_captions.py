"""Captions: readable, in time, and nothing said is lost."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from services.render_worker.craft.captions import MIN_CUE_MS, SpokenLine, Word, split_cues
from services.render_worker.craft.phrases import width_of

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
        lines.append(SpokenLine("", " ".join(texts), max(0, moment), now, timed))
        moment = max(0, moment) + now
    return lines


@settings(max_examples=120, deadline=None)
@given(lines=_spoken())
def test_cues_never_overlap_and_never_exceed_two_lines_of_42(lines: list[SpokenLine]) -> None:
    cues = split_cues(lines)
    assert all(0 <= cue.start_ms < cue.end_ms for cue in cues)
    assert all(before.end_ms <= after.start_ms for before, after in itertools.pairwise(cues))
    assert all(1 <= len(cue.lines) <= 2 and all(width_of(line) <= 42 for line in cue.lines) for cue in cues)


@settings(max_examples=80, deadline=None)
@given(lines=_spoken())
def test_every_character_of_the_text_is_in_the_cues(lines: list[SpokenLine]) -> None:
    in_order = sorted(lines, key=lambda line: line.start_ms)
    if any(a.start_ms + a.duration_ms > b.start_ms for a, b in itertools.pairwise(in_order)):
        in_order = in_order[:1]
    shown = "".join("".join(cue.lines) for cue in split_cues(in_order))
    assert "".join(shown.split()) == "".join("".join(line.text for line in in_order).split())


@settings(max_examples=60, deadline=None)
@given(lines=_spoken(), until=st.integers(1, 20_000))
def test_no_cue_passes_the_end_of_the_film(lines: list[SpokenLine], until: int) -> None:
    assert all(cue.end_ms <= until for cue in split_cues(lines, until_ms=until))


def test_a_short_word_stays_a_second_where_there_is_room() -> None:
    [cue] = split_cues([SpokenLine("", "Yes.", 2000, 300)])
    assert cue.end_ms - cue.start_ms >= MIN_CUE_MS


def test_a_long_sentence_breaks_at_its_commas() -> None:
    text = "The lighthouse has been dark for eleven years, and nobody, not even the gulls, remembers the sound of its horn."
    cues = split_cues([SpokenLine("", text, 0, 8000)])
    assert all(cue.lines[-1].endswith((",", ".")) for cue in cues)


def test_chinese_breaks_by_characters_and_never_before_a_comma() -> None:
    text = "灯塔已经黑了十一年，没有人记得它的声音，连海鸥也不记得。当然，除了你以外，所有的人都已经忘记了那个夜晚。"
    cues = split_cues([SpokenLine("", text, 0, 12_000)])
    rows = [row for cue in cues for row in cue.lines]
    assert "".join(rows) == text
    assert not any(row[0] in "，。" for row in rows)
    assert all(len(row) <= 21 for row in rows)


def test_thai_is_never_cut_before_a_vowel_sign() -> None:
    text = "ประภาคารมืดมาสิบเอ็ดปีแล้วและไม่มีใครจำเสียงแตรหมอกได้แม้แต่นกนางนวลก็ตามแต่คืนนี้มันกลับสว่างขึ้นอีกครั้ง"
    rows = [row for cue in split_cues([SpokenLine("", text, 0, 9000)]) for row in cue.lines]
    assert "".join(rows) == text
    assert not any(row[0] in "ะาำิีึืฺุู็่้๊๋์" or row[-1] in "เแโใไ" for row in rows)


def test_two_voices_at_once_share_a_cue_and_are_told_apart_by_dashes() -> None:
    first, second = SpokenLine("a", "Wait for me!", 0, 1500), SpokenLine("b", "Hurry up then!", 1000, 1500)
    [cue] = split_cues([first, second])
    assert cue.lines == ("– Wait for me!", "– Hurry up then!")
    assert cue.speakers == ("a", "b")
