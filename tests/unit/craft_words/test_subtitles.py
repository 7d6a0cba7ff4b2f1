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
