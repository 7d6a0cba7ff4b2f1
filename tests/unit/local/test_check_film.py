"""The last check of a film, on small films made here."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from deploy.local.check_film import faults, measure

RATE = 48_000
FPS = 24


def film(path: Path, *, seconds: float = 2.0, loudness: float = 0.3, luma: int = 128, faststart: bool = True) -> Path:
    options = {"movflags": "+faststart"} if faststart else {}
    with av.open(str(path), "w", options=options) as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream("aac", rate=RATE, layout="mono")
        for number in range(round(seconds * FPS)):
            picture = av.VideoFrame.from_ndarray(np.full((72, 64), luma, np.uint8), format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, FPS)
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
        wave = loudness * np.sin(np.arange(round(seconds * RATE)) * 2 * np.pi * 440 / RATE)
        for start in range(0, len(wave), 1024):
            sound = av.AudioFrame.from_ndarray(wave[None, start : start + 1024].astype(np.float32), "fltp", "mono")
            sound.rate, sound.pts, sound.time_base = RATE, start, Fraction(1, RATE)
            container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    return path


def test_a_good_film_has_no_faults(tmp_path: Path) -> None:
    assert faults(measure(film(tmp_path / "film.mp4")), seconds=2, height=48) == []


def test_a_film_of_another_length_or_size_is_found_out(tmp_path: Path) -> None:
    found = faults(measure(film(tmp_path / "film.mp4")), seconds=3, height=480)
    assert any("picture lasts 2.00 s" in fault for fault in found)
    assert any("sound lasts 2" in fault for fault in found)
    assert any("48 lines high" in fault for fault in found)


@pytest.mark.parametrize(
    ("flaw", "word"), [({"loudness": 0.0}, "silent"), ({"luma": 16}, "black"), ({"faststart": False}, "index")]
)
def test_a_silent_or_black_or_slowly_starting_film_is_found_out(
    tmp_path: Path, flaw: dict[str, float | bool], word: str
) -> None:
    found = faults(measure(film(tmp_path / "film.mp4", **flaw)), seconds=2, height=48)
    assert len(found) == 1
    assert word in found[0]


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mute.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        container.mux(video.encode(av.VideoFrame.from_ndarray(np.zeros((72, 64), np.uint8), format="yuv420p")))
        container.mux(video.encode(None))
    with pytest.raises(ValueError, match="sound"):
        measure(path)
