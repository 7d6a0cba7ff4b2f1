"""Subtitle files."""

import re

from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.engines.cues import Cues

_LINES = [
    pb.TimedLine(text="Who lit it last night?", start_ms=1000, duration_ms=1500),
    pb.TimedLine(text="Nobody -- <that> is {what} \\N frightens me & you.", start_ms=3000, duration_ms=2500),
    pb.TimedLine(text="The end.", start_ms=5600, duration_ms=300),
]


def _written(make_work, lines: list[pb.TimedLine]) -> tuple[int, dict[str, str]]:
    params = pb.WriteSubtitlesParams(language="en", lines=lines, duration_ms=6000)
    done = Cues().run(make_work(write_subtitles=params))
    return done.result.write_subtitles.cues, {output.name: output.path.read_text("utf-8") for output in done.outputs}


def test_all_three_files_hold_the_same_cues(make_work) -> None:
    count, files = _written(make_work, _LINES)
    assert count == 3
    assert files["vtt"].count(" --> ") == files["srt"].count(" --> ") == files["ass"].count("Dialogue:") == count
    assert files["vtt"].startswith("WEBVTT\n\n")
    assert "00:00:01.000 --> " in files["vtt"]
    assert "00:00:01,000 --> " in files["srt"]
    assert "0:00:01.00," in files["ass"]


def test_signs_that_the_formats_use_are_written_as_text(make_work) -> None:
    _, files = _written(make_work, _LINES)
    assert "&lt;that&gt;" in files["vtt"]
    assert "<that>" in files["srt"]
    assert "\\{what\\}" in files["ass"]
    assert "\\N frightens" not in files["ass"]


def test_the_last_cue_ends_with_the_film(make_work) -> None:
    _, files = _written(make_work, _LINES)
    assert re.findall(r"--> (\S+)", files["vtt"])[-1] == "00:00:06.000"


def test_a_film_without_speech_gets_valid_files_without_cues(make_work) -> None:
    count, files = _written(make_work, [])
    assert count == 0
    assert files["vtt"].strip() == "WEBVTT"
    assert files["srt"] == ""
    assert "[Events]" in files["ass"]


def _file(make_work, name: str, language: str, *lines: pb.TimedLine) -> str:
    params = pb.WriteSubtitlesParams(language=language, lines=lines, duration_ms=8000)
    outputs = Cues().run(make_work(write_subtitles=params)).outputs
    return next(output.path.read_text("utf-8") for output in outputs if output.name == name)


def test_webvtt_tells_who_speaks(make_work) -> None:
    vtt = _file(make_work, "vtt", "en", pb.TimedLine(speaker="TOM & JO", text="Hello!", duration_ms=1500))
    assert "<v TOM &amp; JO>Hello!</v>" in vtt


def test_who_is_not_seen_is_in_italics_in_all_formats(make_work) -> None:
    line = pb.TimedLine(speaker="MARA", text="Long ago…", duration_ms=2000, off_screen=True)
    told = [_file(make_work, name, "en", line) for name in ("vtt", "srt", "ass")]
    assert "<v MARA><i>Long ago…</i></v>" in told[0]
    assert "<i>Long ago…</i>" in told[1]
    assert "{\\i1}Long ago…{\\i0}" in told[2]


def test_lines_from_right_to_left_say_so_to_players_that_guess(make_work) -> None:
    line = pb.TimedLine(text="(Kodak) منذ أحد عشر عامًا", duration_ms=2000)
    hebrew = pb.TimedLine(text="האור כבה.", start_ms=4000, duration_ms=2000)
    assert "\u200fהאור כבה." in _file(make_work, "srt", "he", hebrew)
    assert "\u200f" not in _file(make_work, "srt", "ar", line)


def test_ass_names_the_typeface_of_the_films_script(make_work) -> None:
    line = pb.TimedLine(text="विज्ञान", duration_ms=2000)
    assert "Style: Default,Noto Sans Devanagari," in _file(make_work, "ass", "hi", line)
    assert "Style: Default,Noto Sans," in _file(make_work, "ass", "de", line)


def test_cues_that_the_speech_leaves_no_time_to_read_are_counted(make_work) -> None:
    text = "The lighthouse has been dark for eleven years, and nobody remembers it."
    params = pb.WriteSubtitlesParams(language="en", duration_ms=2000, lines=[pb.TimedLine(text=text, duration_ms=2000)])
    result = Cues().run(make_work(write_subtitles=params)).result.write_subtitles
    assert result.fast_cues == result.cues > 0


def test_a_tall_film_has_shorter_lines(make_work) -> None:
    text = "The lighthouse has been dark for eleven years."
    params = pb.WriteSubtitlesParams(
        language="en", duration_ms=6000, lines=[pb.TimedLine(text=text, duration_ms=4000)],
        profile=pb.FilmProfile(width=1080, height=1920, fps=24),
    )  # fmt: skip
    [_, srt, _] = Cues().run(make_work(write_subtitles=params)).outputs
    rows = [row for row in srt.path.read_text("utf-8").splitlines() if row and "-->" not in row and not row.isdigit()]
    assert all(len(row) <= 24 for row in rows)
