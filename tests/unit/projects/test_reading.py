"""Scripts become elements: each format by its marks, and nothing that comes in breaks the reading."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from filmstudio.projects.v1 import script_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projects import reading
from services.projects.errors import ScriptUnreadable

SCRIPTS = Path(__file__).parents[2] / "data" / "scripts"
FOUNTAIN, FDX = script_pb2.SCRIPT_FORMAT_FOUNTAIN, script_pb2.SCRIPT_FORMAT_FDX
MARKDOWN, PLAIN = script_pb2.SCRIPT_FORMAT_MARKDOWN, script_pb2.SCRIPT_FORMAT_PLAIN
FORMATS = (FOUNTAIN, FDX, MARKDOWN, PLAIN)


def told(script_format: script_pb2.ScriptFormat.ValueType, text: str) -> list[tuple[str, str]]:
    elements = reading.read(script_format, text)
    return [(script_pb2.ScriptElement.Kind.Name(element.kind)[5:].lower(), element.text) for element in elements]


def script(name: str) -> str:
    return (SCRIPTS / name).read_text()


def test_every_mark_of_fountain_is_understood() -> None:
    assert told(FOUNTAIN, script("features.fountain")) == [
        ("title", "Brick & Steel Full Retired"),
        ("transition", "FADE IN:"),
        ("heading", "EXT. BRICK'S PATIO - DAY"),
        ("action", "A gorgeous day. The sun is shining. But BRICK BRADDOCK is sitting."),
        ("character", "STEEL"),
        ("parenthetical", "beaming"),
        ("dialogue", "Beer's ready!"),
        ("character", "BRICK"),
        ("parenthetical", "whispering"),
        ("dialogue", "Are they cold? Still talking."),
        ("heading", "घर - रात"),
        ("character", "McCLANE"),
        ("dialogue", "Yippie ki-yay."),
        ("character", "МАРА"),
        ("dialogue", "Привет."),
        ("character", "ÉLODIE"),
        ("dialogue", "Bonjour."),
        ("character", "मारा"),
        ("dialogue", "नमस्ते।"),
        ("character", "टॉम"),
        ("dialogue", "हाँ।"),
        ("character", "मारा"),
        ("dialogue", "ठीक है।"),
        ("action", "BANG! THE DOOR FLIES OPEN! He enters."),
        ("transition", "CUT AWAY TO:"),
        ("section", "Act One"),
        ("synopsis", "They meet."),
        ("lyric", "Row, row"),
        ("page_break", ""),
        ("transition", "THE END"),
        ("action", "FORCED ACTION"),
        ("character", "MR. BLACK"),
        ("dialogue", "Hello there."),
        ("transition", "FADE TO BLACK."),
    ]


def test_a_names_extension_and_the_second_speaker_are_told_apart_from_the_name() -> None:
    names = {
        e.text: (e.extension, e.dual)
        for e in reading.read(FOUNTAIN, script("features.fountain"))
        if e.kind == e.KIND_CHARACTER
    }
    assert names["STEEL"] == ("O.S.", False)
    assert names["BRICK"] == ("", True)
    assert names["ÉLODIE"] == ("V.O.", False)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("INT./EXT. CAR - DAY", "heading"), ("int. kitchen - night", "heading"), ("I/E CAR", "heading"), ("EST. CITY", "heading"),
        ("Est venu le temps des adieux.", "action"), ("International waters.", "action"), ("CUT TO:", "transition"),
        ("SMASH CUT TO BLACK.", "transition"), ("THE WIND HOWLS.", "action"),
    ],
)  # fmt: skip
def test_a_line_by_itself_is_what_it_looks_like(line: str, kind: str) -> None:
    assert told(FOUNTAIN, f"He waits.\n\n{line}\n\nHe goes.")[1] == (kind, line)


def test_an_unclosed_note_stays_text_and_a_note_ends_before_an_empty_line() -> None:
    assert told(FOUNTAIN, "He [[waits.\n\nShe goes]] on.") == [("action", "He [[waits."), ("action", "She goes]] on.")]


def test_prose_with_a_colon_at_the_top_is_no_title_page() -> None:
    assert told(FOUNTAIN, "He thinks: not today.\n\nHe goes.")[0] == ("action", "He thinks: not today.")


def test_final_draft_keeps_styled_runs_and_dual_dialogue() -> None:
    assert told(FDX, script("dual.fdx")) == [
        ("title", "The Room"), ("heading", "INT. ROOM - DAY"), ("action", "She runs."),
        ("character", "MARA"), ("dialogue", "Hi."), ("character", "TOM"), ("parenthetical", "low"), ("dialogue", "Ho."),
        ("transition", "CUT TO:"),
    ]  # fmt: skip
    mara, tom = (e for e in reading.read(FDX, script("dual.fdx")) if e.kind == e.KIND_CHARACTER)
    assert (mara.extension, mara.dual, tom.dual) == ("V.O.", False, True)


@pytest.mark.parametrize(
    "text",
    [
        script("bomb.fdx"),
        "<FinalDraft><Content>",
        "<html><body>no script</body></html>",
        "INT. ROOM - DAY",
        "<a>" * 60_000,
        "&",
    ],
)
def test_what_is_no_sound_final_draft_document_is_refused(text: str) -> None:
    with pytest.raises(ScriptUnreadable, match="export it again"):
        reading.read(FDX, text)


def test_markdown_becomes_scenes_narration_and_speech_without_its_marks() -> None:
    assert told(MARKDOWN, script("story.md")) == [
        ("title", "The Lamp"),
        ("section", "Chapter one"),
        ("narration", "An old lamp stood on a table."),
        ("heading", "INT. HOUSE - NIGHT"),
        ("dialogue", "To be or not to be."),
        ("character", "MARA"),
        ("dialogue", "Hello you."),
        ("narration", "first"),
        ("narration", "second"),
        ("section", "An ending"),
    ]


def test_arithmetic_and_snake_case_are_no_emphasis() -> None:
    assert told(MARKDOWN, "3 * 4 * 5 in snake_case_name") == [("narration", "3 * 4 * 5 in snake_case_name")]


def test_plain_prose_is_narration_by_paragraph() -> None:
    assert told(PLAIN, "Once there was\na boy.\n\nHe ran.\nHe fell.") == [
        ("narration", "Once there was a boy."), ("narration", "He ran."), ("narration", "He fell."),
    ]  # fmt: skip


def test_in_plain_text_a_name_that_comes_back_speaks_and_so_does_who_answers() -> None:
    assert told(PLAIN, "Mara: Hello!\nTom: Hi, it is 10:30.\nAnd late.\nMara: Bye.\n\nHe said: no.") == [
        ("character", "Mara"), ("dialogue", "Hello!"), ("character", "Tom"), ("dialogue", "Hi, it is 10:30. And late."),
        ("character", "Mara"), ("dialogue", "Bye."), ("narration", "He said: no."),
    ]  # fmt: skip


def test_lines_of_chinese_are_joined_without_spaces() -> None:
    assert told(PLAIN, "从前有一个男孩。\n他跑了\n很远。") == [("narration", "从前有一个男孩。他跑了很远。")]


def test_plain_text_with_scene_headings_is_read_as_a_screenplay() -> None:
    assert told(PLAIN, "INT. ROOM - DAY\n\nMARA\nHello.") == [
        ("heading", "INT. ROOM - DAY"), ("character", "MARA"), ("dialogue", "Hello."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"), (" \n\t\n", "empty"), ("\ufeff", "empty"), ("a\0b", "not text"), ("\x01\x02\x03 abc", "not text"),
        ("\ufffd" * 30 + "abc", "not text"), ("Title: Only a title", "nothing"), ("INT. ROOM - DAY", "nothing"), ("# Act", "nothing"),
    ],
)  # fmt: skip
def test_what_is_empty_or_binary_or_shows_nothing_is_refused(text: str, why: str) -> None:
    with pytest.raises(ScriptUnreadable, match=why):
        reading.read(FOUNTAIN, text)


PIECES = st.sampled_from(
    ["INT. ", "MARA", "\n", "\n\n", "  \n", "(x)", "[[", "]]", "/*", "*/", "*", "_", "**", "#", ">", "<", "~", "=", "===", "@", "!",
     ".", "^", ":", "：", "CUT TO:", "---", "```", "[a](b)", "- ", "1. ", "\t", "\r\n", "\u2028", "मारा", "あ", "\\", "FADE IN:", "Title:"]
)  # fmt: skip
TEXTS = st.one_of(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join), st.text(max_size=300))


@given(text=TEXTS, script_format=st.sampled_from(FORMATS))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_read_or_refused(text: str, script_format: script_pb2.ScriptFormat.ValueType) -> None:
    try:
        elements = reading.read(script_format, text)
    except ScriptUnreadable:
        return
    assert all(element.kind for element in elements)
    assert elements == reading.read(script_format, text)
    for element in elements:
        rows = element.text.split("\n")
        assert rows == [" ".join(row.split()) for row in rows]
        # only verse keeps its lines
        assert len(rows) == 1 or element.kind == script_pb2.ScriptElement.KIND_LYRIC
        assert element.text or element.kind == script_pb2.ScriptElement.KIND_PAGE_BREAK


@pytest.mark.parametrize("piece", ["A\nb\n\n", "A( ", "[[", "[[a\n\n", "*a", "_a", "[a](", "<a", "A  "])
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    def seconds(size: int) -> float:
        text = "Hello there.\n\n" + (piece * (size // len(piece) + 1))[:size]
        begin = time.process_time()
        for script_format in (FOUNTAIN, MARKDOWN, PLAIN):
            reading.read(script_format, text)
        return time.process_time() - begin

    small, large = min(seconds(10_000) for _ in range(2)), seconds(80_000)
    # eight times the text; a quadratic pattern would take 64 times as long
    assert large < 30 * max(small, 0.02)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Gretel weinte bittere Tränen und sprach zu Hänsel: „Nun ist es um uns geschehen.“", ["Gretel"]),
        ("Mara put down the lamp and said, “We are late.”", ["Mara"]),
        ('मुन्नी खड़ी थी। पीछे फिरकर बोली, "तीन रुपये हैं।"', []),
        ("“Come in!” cried a cheerful voice.", []),
    ],
)
def test_who_speaks_in_prose_is_who_the_sentence_is_of(text: str, spoken: list[str]) -> None:
    found = reading.read(script_pb2.SCRIPT_FORMAT_PLAIN, text)
    assert [each.text for each in found if each.kind == script_pb2.ScriptElement.KIND_CHARACTER] == spoken
