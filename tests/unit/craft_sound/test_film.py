"""The film put together, and the check that nothing bad is delivered."""

from pathlib import Path

import av
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.media import run_ffmpeg
from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.concat import Concat
from services.render_worker.engines.probe import Probe

_PROFILE = pb.FilmProfile(width=320, height=180, fps=24)


def _joined(make_work, parts: Path, names: list[str], frames: int, sound: str = "sound") -> Path:
    inputs = {f"segment-{number:04d}": parts / f"{name}.mp4" for number, name in enumerate(names)}
    params = pb.AssembleFilmParams(
        profile=_PROFILE,
        frames=frames,
        title="Mara = the keeper; #1",
        language="hi",
        chapters=[pb.Chapter(title="The light", start_ms=0), pb.Chapter(title="The end", start_ms=3000)],
    )
    work = make_work(assemble_film=params, inputs=inputs | {"audio": parts / f"{sound}.m4a"})
    return Concat().run(work).outputs[0].path


def _checked(make_work, film: Path, duration_ms: int = 6000, vtt: str = "", **rest: object) -> pb.CheckQualityResult:
    work = make_work(check_quality=pb.CheckQualityParams(profile=_PROFILE, duration_ms=duration_ms, **rest))
    (work.folder / "cues.vtt").write_text("WEBVTT\n\n" + vtt)
    work.inputs.update({"film": film, "vtt": work.folder / "cues.vtt"})
    return Probe().run(work).result.check_quality


def test_a_film_has_every_frame_at_its_moment_and_the_sound_beside_it(make_work, film_parts) -> None:
    film = _joined(make_work, film_parts, ["moving", "other"], 144)
    with av.open(str(film)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.frames, float(video.duration * video.time_base)) == (144, 6.0)
        assert float(audio.duration * audio.time_base) == pytest.approx(6.0, abs=0.03)
        assert container.metadata["title"] == "Mara = the keeper; #1"
        assert audio.language == "hin"
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["The light", "The end"]


def test_a_film_can_be_played_from_its_first_bytes(make_work, film_parts) -> None:
    head = _joined(make_work, film_parts, ["moving", "other"], 144).read_bytes()
    assert 0 < head.find(b"moov") < head.find(b"mdat")


def test_the_same_segments_give_the_same_bytes(make_work, film_parts) -> None:
    films = [_joined(make_work, film_parts, ["moving", "other"], 144) for _ in range(2)]
    assert films[0].read_bytes() == films[1].read_bytes()


@pytest.mark.parametrize(("names", "frames"), [(["moving", "other"], 145), (["moving", "small"], 96)])
def test_segments_that_do_not_fit_are_refused(make_work, film_parts, names: list[str], frames: int) -> None:
    with pytest.raises(StepFailed) as failure:
        _joined(make_work, film_parts, names, frames)
    assert failure.value.code == "SEGMENTS_MISMATCH"
    assert not failure.value.retryable


def test_a_good_film_passes(make_work, film_parts) -> None:
    film = _joined(make_work, film_parts, ["moving", "other"], 144)
    cue = "00:00:01.000 --> 00:00:06.000\nHello\n"
    result = _checked(make_work, film, sound_expected=True, vtt=cue, speech_over_music_db=14.0)
    assert result.passed
    assert result.duration_error_s < 0.05
    assert result.av_offset_ms < 40
    assert (result.black_s, result.frozen_s, result.subtitles_outside) == (0.0, 0.0, 0)


def test_a_silent_film_fails_only_where_sound_is_expected(make_work, film_parts) -> None:
    film = _joined(make_work, film_parts, ["moving", "other"], 144, sound="silence")
    assert _checked(make_work, film).passed
    with pytest.raises(StepFailed, match="there is no sound") as failure:
        _checked(make_work, film, sound_expected=True)
    assert failure.value.code == "FILM_OUT_OF_BARS"
    assert not failure.value.retryable


def test_a_short_film_fails_and_says_by_how_much(make_work, film_parts) -> None:
    film = _joined(make_work, film_parts, ["moving", "other"], 144)
    with pytest.raises(StepFailed, match=r"duration is 2\.00 s off"):
        _checked(make_work, film, duration_ms=8000)


def test_a_held_picture_fails_unless_it_was_planned(make_work, film_parts) -> None:
    film = _joined(make_work, film_parts, ["moving", "still", "black"], 144)
    with pytest.raises(StepFailed, match=r"it is black from 5\.\d to .*the picture stands still from 3\.\d to"):
        _checked(make_work, film)
    planned = [pb.CheckQualityParams.Stretch(start_ms=3000, end_ms=6000)]
    assert _checked(make_work, film, still_stretches=planned).passed


def test_a_slow_camera_move_is_not_frozen(make_work, film_parts, tmp_path) -> None:
    zoom = "scale=1600:-1,zoompan=z=1+on*0.0002:x=iw/2-iw/zoom/2:y=ih/2-ih/zoom/2:d=144:s=320x180:fps=24"
    film = tmp_path / "film.mp4"
    run_ffmpeg(
        [
            *(
                "-f",
                "lavfi",
                "-i",
                "mandelbrot=s=320x180:r=24:start_scale=1",
                "-f",
                "mov",
                "-i",
                str(film_parts / "silence.m4a"),
            ),
            *("-frames:v", "144", "-vf", zoom, "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-c:a", "copy"),
            *("-pix_fmt", "yuv420p", "-f", "mp4", str(film)),
        ]
    )
    assert _checked(make_work, film).frozen_s == 0.0


def test_a_file_that_is_no_film_fails(make_work, tmp_path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"not a film" * 100)
    with pytest.raises(StepFailed, match="can't be read") as failure:
        _checked(make_work, tmp_path / "film.mp4")
    assert failure.value.code == "FILM_OUT_OF_BARS"


def test_speech_that_drowns_fails(make_work, film_parts) -> None:
    film = _joined(make_work, film_parts, ["moving", "other"], 144)
    with pytest.raises(StepFailed, match=r"speech is 9\.0 dB over the rest \(at least 12 dB\)"):
        _checked(make_work, film, vtt="00:00:01.000 --> 00:00:06.000\nHello\n", speech_over_music_db=9.0)


def test_a_cue_that_breaks_a_rule_fails_by_name(make_work, film_parts) -> None:
    film = _joined(make_work, film_parts, ["moving", "other"], 144)
    cue = "00:00:01.000 --> 00:00:01.500\nHello\n"
    with pytest.raises(StepFailed, match=r"cue 1 at 1\.0 s stands 500 ms"):
        _checked(make_work, film, vtt=cue, speech_over_music_db=14.0)


def test_what_cannot_be_measured_is_said(make_work, film_parts) -> None:
    film = _joined(make_work, film_parts, ["moving", "other"], 144)
    told = _checked(make_work, film).not_measured
    assert any(measure.startswith("lip sync: ") for measure in told)
