"""Subtitles that people bring: read as they are, broken as ours are, refused by line."""

import itertools
from pathlib import Path

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from hypothesis import given, settings
from hypothesis import strategies as st

from services.render_worker.craft.lettering.subtitle_files import MOST_BYTES, SubtitlesUnreadable, read, rewritten
from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.cues import Cues

_SRT = "1\n00:00:01,000 --> 00:00:02,500\nदादी! दीया बुझा है!\n\n2\n00:00:03,000 --> 00:00:05,000\nमुझे पता है।\n"
_VTT = """WEBVTT - a title

NOTE what a translator
wrote for others

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.500 line:0 position:20%
<v Mara>Who <i>lit</i> it &amp; when?</v>

00:03.000 --> 00:05.000
<v.loud Tom>Nobody.
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_file_is_read_in_any_unicode_encoding_and_with_any_line_ends(encoding: str, newline: str) -> None:
    text = _SRT.replace("\n", newline)
    data = b"\xfe\xff" + text.encode(encoding) if encoding == "utf-16-be" else text.encode(encoding)
    assert [cue.text for cue in read(data)] == ["दादी! दीया बुझा है!", "मुझे पता है।"]


def test_webvtt_gives_speakers_and_leaves_out_notes_styles_and_markup() -> None:
    first, second = read(_VTT.encode())
    assert (first.lines, first.speaker(0), first.start_ms) == (("Who lit it & when?",), "Mara", 1000)
    assert (second.lines, second.speaker(0)) == (("Nobody.",), "Tom")


@pytest.mark.parametrize(
    "times", ["00:00:01.000 --> 00:00:02.000", "0:01,0 -> 0:02,0", "00:00:01:000 --> 00:00:02:000", "00:00:01 --> 00:00:02"]
)  # fmt: skip
def test_times_are_read_as_anybody_writes_them(times: str) -> None:
    [cue] = read(f"1\n{times}\nHello\n".encode())
    assert (cue.start_ms, cue.end_ms) == (1000, 2000)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no cues"),
        (b"1\nhello\nworld\n", "line 2 should have a cue's times"),
        (b"1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:05,000 --> 00:00:04,000\nb\n", "line 6: the cue ends before it begins"),
        (b"1\n00:75:00,000 --> 01:00:00,000\nx\n", "line 2: 75:0 is no time"),
        (b"1\n00:00:01,000 --> 00:00:02,000\ncaf\xe9\n", "line 3 is not UTF-8: save the file as UTF-8"),
        (b"\x00\x01\x02", "line 1 is not text"),
        (b"x" * (MOST_BYTES + 1), "at most 2000000 are read"),
    ],
)  # fmt: skip
def test_what_is_no_subtitles_is_refused_by_line_and_told_what_to_do(data: bytes, told: str) -> None:
    with pytest.raises(SubtitlesUnreadable, match=told):
        read(data)


@settings(max_examples=150, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=400), st.text(alphabet="1:,.->\n <>vi{}\\aWEBVTTNOTE", max_size=200).map(str.encode)
    )
)
def test_any_file_is_read_or_refused(data: bytes) -> None:
    try:
        cues = read(data)
    except SubtitlesUnreadable:
        return
    assert all(cue.start_ms < cue.end_ms and cue.lines for cue in cues)


def test_cues_that_break_the_rules_are_broken_anew() -> None:
    long = "The lighthouse has been dark for eleven years and nobody remembers the sound of its horn any more at all."
    data = f"1\n00:00:00,000 --> 00:00:06,000\n{long}\n\n2\n00:00:05,000 --> 00:00:05,200\nWait!\n".encode()
    cues = rewritten(read(data), max_chars=42, until_ms=9000)
    assert all(len(cue.lines) <= 2 and all(len(line) <= 42 for line in cue.lines) for cue in cues)
    assert all(cue.end_ms - cue.start_ms >= 1000 for cue in cues)
    assert all(before.end_ms < after.start_ms for before, after in itertools.pairwise(cues))


def test_cues_that_keep_the_rules_keep_their_lines() -> None:
    cues = rewritten(read(b"1\n00:00:01,000 --> 00:00:03,000\nWho lit it\nlast night?\n"), max_chars=42, until_ms=9000)
    assert [cue.lines for cue in cues] == [("Who lit it", "last night?")]


def test_what_comes_after_the_films_end_is_left_out() -> None:
    cues = rewritten(read(_SRT.encode()), max_chars=42, until_ms=2800)
    assert [cue.text for cue in cues] == ["दादी! दीया बुझा है!"]
    assert cues[0].end_ms <= 2800


def _written(make_work, tmp_path: Path, data: bytes) -> dict[str, str]:
    (tmp_path / "file").write_bytes(data)
    params = pb.WriteSubtitlesParams(language="hi", duration_ms=6000, from_file=True)
    done = Cues().run(make_work(write_subtitles=params, inputs={"file": tmp_path / "file"}))
    return {output.name: output.path.read_text("utf-8") for output in done.outputs}


def test_a_translation_by_hand_is_given_in_all_three_formats(make_work, tmp_path: Path) -> None:
    files = _written(make_work, tmp_path, _SRT.encode("utf-16"))
    assert all("मुझे पता है।" in text for text in files.values())
    assert "Noto Sans Devanagari" in files["ass"]


@pytest.mark.parametrize("data", [b"no subtitles", b"1\n00:01:00,000 --> 00:01:02,000\nToo late\n"])
def test_a_file_that_cannot_be_used_fails_the_step_for_good(make_work, tmp_path: Path, data: bytes) -> None:
    with pytest.raises(StepFailed) as failure:
        _written(make_work, tmp_path, data)
    assert (failure.value.code, failure.value.retryable) == ("SUBTITLES_UNREADABLE", False)


def test_only_whoever_needs_a_file_is_asked_for_one(make_work) -> None:
    with pytest.raises(StepFailed) as failure:
        Cues().run(make_work(write_subtitles=pb.WriteSubtitlesParams(duration_ms=6000, from_file=True)))
    assert failure.value.code == "INPUT_MISSING"


def test_more_cues_than_the_film_has_seconds_are_refused_with_how_many_it_can_hold() -> None:
    rows = [
        f"{n}\n00:00:0{n * 10 // 1000},{n * 10 % 1000:03d} --> 00:00:09,500\nNumber {n} of them all\n"
        for n in range(900)
    ]
    with pytest.raises(SubtitlesUnreadable, match=r"in 9\.0 s of film can't be read: at most 8 can stand"):
        rewritten(read("\n".join(rows).encode()), max_chars=42, until_ms=9000)
