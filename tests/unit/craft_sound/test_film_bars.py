"""Each measure of a finished film, on a real file that is out of its bar."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft import mouths
from services.render_worker.craft.media import run_ffmpeg
from services.render_worker.craft.sound.pcm import write_wav
from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.probe import Probe
from tests.unit.craft_delivery.test_lip_checks import LINE_MS, mouth, voice
from tests.unit.craft_delivery.test_picture_checks import SHOTS, twelve_shots

VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n{}\n"
Checked = Callable[..., pb.CheckQualityResult]


@pytest.fixture
def checked(make_work) -> Checked:
    """`checked(film, duration_ms=…, inputs={…}, …)`: the measures of a film; StepFailed where one is out of its bar."""

    def check(film: Path, *, duration_ms: int = 6000, inputs: dict[str, Path] | None = None, **rest: object):
        profile = pb.FilmProfile(width=320, height=180, fps=24)
        asked = pb.CheckQualityParams(profile=profile, duration_ms=duration_ms, speech_over_music_db=14.0, **rest)
        work = make_work(check_quality=asked, inputs={"film": film, **(inputs or {})})
        return Probe().run(work).result.check_quality

    return check


def film_with(folder: Path, sound: Path | str, *, picture: str = "testsrc2=s=320x180:r=24") -> Path:
    """Six seconds of moving pictures under a sound file, or under what ffmpeg makes of a description."""
    path = folder / "film.mp4"
    made = ["-f", "lavfi", "-i", sound] if isinstance(sound, str) else ["-f", "wav", "-i", str(sound)]
    run_ffmpeg(
        [
            *("-f", "lavfi", "-i", picture, *made, "-map", "0:v", "-map", "1:a", "-frames:v", "144"),
            *("-c:v", "libx264", "-pix_fmt", "yuv420p"),
            *("-preset", "ultrafast", "-g", "48", "-c:a", "aac", "-b:a", "192k", "-ac", "2", "-ar", "48000"),
            *("-f", "mp4", str(path)),
        ]
    )
    return path


def failure(check: Callable[[], object]) -> str:
    with pytest.raises(StepFailed) as failed:
        check()
    assert failed.value.code == "FILM_OUT_OF_BARS"
    return failed.value.message


def test_sound_that_ends_before_the_picture_does(checked: Checked, tmp_path: Path) -> None:
    film = film_with(tmp_path, "anoisesrc=a=0.5:c=pink:d=5.5")
    assert "sound and picture are 5" in failure(lambda: checked(film))


def test_sound_too_loud_and_too_soft(checked: Checked, tmp_path: Path) -> None:
    loud = film_with(tmp_path, "anoisesrc=a=0.9:c=pink:seed=4:d=6,volume=4dB,alimiter=limit=0.7")
    assert "loudness is -9" in failure(lambda: checked(loud, sound_expected=True))
    soft = film_with(tmp_path, "anoisesrc=a=0.3:c=pink:seed=4:d=6")
    assert "loudness is -2" in failure(lambda: checked(soft, sound_expected=True))


def test_a_peak_over_the_ceiling(checked: Checked, tmp_path: Path) -> None:
    film = film_with(tmp_path, "aevalsrc=0.99*sin(880*PI*t)*lt(mod(t\\,2)\\,0.2):s=48000:d=6,pan=stereo|c0=c0|c1=c0")
    assert "true peak is" in failure(lambda: checked(film))


@pytest.mark.parametrize(("late_ms", "passes"), [(0, True), (-250, False), (250, False)])
def test_a_mouth_that_moves_beside_its_voice(checked: Checked, tmp_path: Path, late_ms: int, passes: bool) -> None:
    write_wav(tmp_path / "voice.wav", 0.3 * voice(2000 - late_ms)[:, None])
    mouths.save(mouth(), tmp_path / "mouth.json")
    film = film_with(tmp_path, tmp_path / "voice.wav")
    asked = {
        "inputs": {"mouths-0000": tmp_path / "mouth.json"},
        "lines": [pb.TimedLine(start_ms=2000, duration_ms=LINE_MS)],
    }
    if passes:
        assert checked(film, **asked).lip_sync_offset_ms < 42
        return
    assert "the mouth of the line at 2.0 s is 2" in failure(lambda: checked(film, **asked))


def test_a_letter_that_no_typeface_has_is_told_by_its_name(checked: Checked, tmp_path: Path) -> None:
    (tmp_path / "cues.vtt").write_text(VTT.format("Said in \u13a0"), encoding="utf-8")
    film = film_with(tmp_path, "anoisesrc=a=0.3:c=pink:d=6")
    asked = {"inputs": {"vtt": tmp_path / "cues.vtt"}, "language": "en"}
    assert "no typeface has \u13a0 (U+13A0 CHEROKEE LETTER A)" in failure(lambda: checked(film, **asked))


def test_burned_captions_that_are_not_in_the_picture(checked: Checked, tmp_path: Path) -> None:
    (tmp_path / "cues.vtt").write_text(VTT.format("Hello there"), encoding="utf-8")
    dusk = "gradients=s=854x480:r=24:c0=0x303030:c1=0x707070:speed=0.03"
    film = film_with(tmp_path, "anoisesrc=a=0.3:c=pink:d=6", picture=dusk)
    asked = {"inputs": {"vtt": tmp_path / "cues.vtt"}, "language": "en", "captions_burned": True}
    assert "1 of 1 burned captions can't be seen" in failure(lambda: checked(film, **asked))


def test_one_shaken_shot_of_twelve_is_named(checked: Checked, tmp_path: Path) -> None:
    moving = [pb.CheckQualityParams.Stretch(start_ms=begin, end_ms=end) for begin, end in SHOTS]
    told = failure(lambda: checked(twelve_shots(tmp_path / "a.mp4", 0.5), duration_ms=24_000, moving_stretches=moving))
    assert told.startswith("the camera of the shot at 12.")
    passed = checked(twelve_shots(tmp_path / "b.mp4"), duration_ms=24_000, moving_stretches=moving)
    assert (passed.passed, passed.jitter_px < 0.1) == (True, True)
