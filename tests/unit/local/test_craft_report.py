"""The report on a film: everything the JSON tells is on the page, and what it doesn't tell is said."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from cli.errors import StudioError
from deploy.local import craft_report, craft_report_film
from deploy.local.craft_report_measures import measures

FPS, RATE = 24, 48_000
QUALITY = {
    "duration_error_s": 0.0, "loudness_lufs": -14.0, "true_peak_dbtp": -1.6, "av_offset_ms": 0.0, "black_s": 0.0, "frozen_s": 0.0,
    "subtitles_outside": 0, "lip_sync_offset_ms": 16.0, "speech_over_music_db": 13.5, "jitter_px": 0.05, "caption_faults": 0,
    "caption_contrast": 6.1, "missing_glyphs": [], "not_measured": [], "passed": True,
}  # fmt: skip


def shot(number: int, seconds: float, **more: Any) -> dict[str, Any]:
    told = {"number": number, "duration_s": seconds, "size": "close_up", "camera": "push_in", "transition": "cut"}
    return {**told, "reason": "the heart of the scene", "lines": ["Keep <it>."], "sounds": ["door"], **more}


SCENES = [
    {"number": 1, "heading": "INT. KITCHEN - DUSK", "mood": "tender", "shots": [shot(1, 2.0), shot(2, 2.0)]},
    {"number": 2, "heading": "EXT. SEA - DAWN", "mood": "calm", "shots": [shot(3, 2.0, sounds=[])]},
]


def film(folder: Path, scenes: list[dict[str, Any]] | None = None, quality: dict[str, Any] | None = None) -> None:
    """Ten seconds: cards of two at both ends."""
    with av.open(str(folder / "sea.mp4"), "w") as container:
        container.metadata["title"] = "The Sea & I"
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 160, 90, "yuv420p"
        audio = container.add_stream("aac", rate=RATE, layout="mono")
        for number in range(10 * FPS):
            picture = av.VideoFrame.from_ndarray(np.full((135, 160), 40 + number // 2, np.uint8), format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        wave = 0.3 * np.sin(np.arange(10 * RATE) * 2 * np.pi * 440 / RATE)
        for start in range(0, len(wave), 1024):
            sound = av.AudioFrame.from_ndarray(wave[None, start : start + 1024].astype(np.float32), "fltp", "mono")
            sound.rate, sound.pts, sound.time_base = RATE, start, Fraction(1, RATE)
            container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    job: dict[str, Any] = {
        "quality": quality or QUALITY, "credits": {"captured": 3}, "options": {"style": "paper"},
        "outputs": [{"kind": "subtitles", "language": "en"}],
        "stage_times": [{"stage": "draw_frame", "steps": 3, "wall_s": 2.5, "work_s": 4.0}],
    }  # fmt: skip
    (folder / "sea.json").write_text(json.dumps(job | ({"scenes": scenes} if scenes else {})))
    (folder / "sea.en.vtt").write_text("WEBVTT\n\n00:02.500 --> 00:04.000\nKeep it.\n")


def test_shots_lie_between_the_cards(tmp_path: Path) -> None:
    film(tmp_path, SCENES)
    read = craft_report_film.read("sea", tmp_path)
    assert [each.start_s for each in read.shots] == pytest.approx([2.0, 4.0, 6.0], abs=0.1)
    assert [(cue.text, round(cue.start_s), round(cue.end_s)) for cue in read.music] == [
        ("tender", 2, 6),
        ("calm", 6, 8),
    ]
    assert [cue.text for cue in read.sounds] == ["door", "door"]


def test_a_picture_is_taken_every_two_seconds(tmp_path: Path) -> None:
    film(tmp_path, SCENES)
    assert [round(still.at_s) for still in craft_report_film.read("sea", tmp_path).stills] == [0, 2, 4, 6, 8]


def test_the_page_needs_nothing_beside_it_and_shows_text_as_text(tmp_path: Path) -> None:
    film(tmp_path, SCENES)
    (path,) = craft_report.write("sea", tmp_path)
    page = path.read_text(encoding="utf-8")
    assert "The Sea &amp; I" in page
    assert "Keep &lt;it&gt;." in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("data:image/jpeg") == 5


def test_a_film_without_a_shot_list_says_so(tmp_path: Path) -> None:
    film(tmp_path)
    (path,) = craft_report.write("sea", tmp_path)
    assert "The JSON tells no scenes" in path.read_text(encoding="utf-8")


def test_a_picture_is_written_when_asked_for(tmp_path: Path) -> None:
    film(tmp_path, SCENES)
    assert [path.name for path in craft_report.write("sea", tmp_path, picture=True)] == [
        "sea.report.html",
        "sea.report.jpg",
    ]


def test_a_film_that_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(StudioError) as error:
        craft_report.write("sea", tmp_path)
    assert "make examples NAMES=sea" in error.value.remedy


def test_every_measure_of_a_good_film_holds() -> None:
    assert all(measure.held for measure in measures(QUALITY))


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"lip_sync_offset_ms": 90.0}, "lip sync"),
        ({"loudness_lufs": -12.9}, "loudness"),
        ({"caption_contrast": 4.1}, "contrast of captions"),
        ({"missing_glyphs": ["ꙮ"]}, "missing letters"),
        ({"frozen_s": 0.8}, "frozen"),
    ],
)
def test_a_broken_measure_is_marked(broken: dict[str, Any], name: str) -> None:
    assert [measure.name for measure in measures(QUALITY | broken) if measure.held is False] == [name]


def test_what_was_not_measured_neither_holds_nor_breaks() -> None:
    missed = QUALITY | {
        "not_measured": ["jitter: the camera moves through too few places for a second"],
        "jitter_px": 0.0,
    }
    (jitter,) = [measure for measure in measures(missed) if measure.held is None]
    assert (jitter.name, jitter.value) == ("jitter", "the camera moves through too few places for a second")
