"""What a film is delivered as besides: soft subtitles, each scene alone, WebM."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.concat import Concat
from services.render_worker.engines.cutter import Cutter
from services.render_worker.engines.webm import Webm

PROFILE = pb.FilmProfile(width=320, height=180, fps=24)
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n{}\n"


@pytest.fixture
def film(make_work, film_parts: Path, tmp_path: Path) -> Path:
    """Six seconds of two segments, with English and Hindi subtitles, and Tamil ones that have no cue."""
    texts = {"en": VTT.format("Hello"), "hi": VTT.format("नमस्ते"), "ta": "WEBVTT\n"}
    for language, text in texts.items():
        (tmp_path / f"{language}.vtt").write_text(text, encoding="utf-8")
    params = pb.AssembleFilmParams(
        profile=PROFILE, frames=144, title="Mara", language="en", subtitle_languages=texts,
        chapters=[pb.Chapter(title="One", start_ms=0), pb.Chapter(title="Two", start_ms=3000)],
    )  # fmt: skip
    inputs = {f"vtt-{language}": tmp_path / f"{language}.vtt" for language in texts}
    inputs |= {"segment-0000": film_parts / "moving.mp4", "segment-0001": film_parts / "other.mp4"}
    work = make_work(assemble_film=params, inputs=inputs | {"audio": film_parts / "sound.m4a"})
    return Concat().run(work).outputs[0].path


def test_a_film_carries_a_track_for_each_language_that_has_cues(film: Path) -> None:
    with av.open(str(film)) as container:
        tracks = container.streams.subtitles
        assert [track.language for track in tracks] == ["eng", "hin"]
        assert [track.codec_context.name for track in tracks] == ["mov_text", "mov_text"]
        assert [bool(track.disposition & av.stream.Disposition.default) for track in tracks] == [False, False]
        texts = [packet.decode() for packet in container.demux(tracks[1])]
    assert any("नमस्ते" in subtitle.ass.decode() for found in texts for subtitle in found)


def scenes(make_work, film: Path, *cuts: tuple[int, int, int]) -> list[Path]:
    planned = [pb.CutScenesParams.Cut(scene=scene, start_frame=at, frames=frames) for scene, at, frames in cuts]
    work = make_work(cut_scenes=pb.CutScenesParams(profile=PROFILE, cuts=planned), inputs={"film": film})
    outputs = Cutter().run(work).outputs
    assert [output.name for output in outputs] == [f"scene-{scene:04d}" for scene, _, _ in cuts]
    assert [output.duration_s for output in outputs] == [frames / 24 for _, _, frames in cuts]
    return [output.path for output in outputs]


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def test_a_scene_alone_has_the_films_own_frames_and_as_much_sound(make_work, film: Path) -> None:
    whole = pictures(film)
    for path, at in zip(scenes(make_work, film, (1, 0, 72), (2, 72, 72)), (0, 72), strict=True):
        found = pictures(path)
        assert len(found) == 72
        assert all(np.array_equal(a, b) for a, b in zip(found, whole[at : at + 72], strict=True))
        with av.open(str(path)) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            moments = sorted(packet.pts for packet in container.demux(video) if packet.pts is not None)
            assert (moments[0], {b - a for a, b in pairwise(moments)}) == (0, {moments[1]})
            assert float(audio.duration * audio.time_base) == pytest.approx(3.0, abs=0.03)
        data = path.read_bytes()
        assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_a_scene_that_begins_within_a_segment_is_refused(make_work, film: Path) -> None:
    with pytest.raises(StepFailed) as failure:
        scenes(make_work, film, (1, 30, 20))
    assert failure.value.code == "SCENE_MISMATCH"


def test_webm_is_the_whole_film_with_its_chapters(make_work, film: Path) -> None:
    params = pb.EncodeWebmParams(profile=PROFILE, duration_ms=6000)
    [output] = Webm().run(make_work(encode_webm=params, inputs={"film": film})).outputs
    with av.open(str(output.path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("vp9", "opus")
        assert float(container.duration) / av.time_base == pytest.approx(6.0, abs=0.1)
        assert [chapter["metadata"]["title"] for chapter in container.chapters()] == ["One", "Two"]
        assert sum(1 for _ in container.decode(video=0)) == 144


def test_a_film_that_can_not_be_read_ends_with_what_the_encoder_said(make_work, tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"no film")
    params = pb.EncodeWebmParams(profile=PROFILE, duration_ms=6000)
    with pytest.raises(StepFailed) as failure:
        Webm().run(make_work(encode_webm=params, inputs={"film": tmp_path / "film.mp4"}))
    assert failure.value.code == "ENCODER_FAILED"
