"""Segments: exactly the frames that were written, said to be what they are, and joined by copying."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from services.render_worker.craft.stage import encoder, yuv
from services.render_worker.engines.base import StepFailed
from tests.unit.craft_stage.support import texture

SIZE = (320, 180)


def written(path: Path, count: int) -> Path:
    with encoder.segment(*SIZE, 24, path, 60) as writer:
        for number in range(count):
            frame, whole = yuv.blank(*SIZE)
            whole.take(yuv.planes_of(np.roll(texture(*SIZE), number, axis=1)))
            writer.write(frame)
            # the film's frame is drawn into again at once
            frame[:] = 0
    return path


def test_a_segment_has_every_frame_as_it_was_written(tmp_path: Path) -> None:
    with av.open(str(written(tmp_path / "segment.mp4", 30))) as film:
        video = film.streams.video[0]
        pictures = [frame.to_ndarray(format="bgr24") for frame in film.decode(video)]
        assert (video.frames, video.average_rate, video.time_base.denominator) == (30, 24, encoder.TIME_BASE)
    wanted = np.roll(texture(*SIZE), 29, axis=1).astype(int)
    assert len(pictures) == 30
    assert np.abs(pictures[29] - wanted).mean() < 6


def test_a_segment_says_how_its_colours_are_meant(tmp_path: Path) -> None:
    with av.open(str(written(tmp_path / "segment.mp4", 2))) as film:
        context = film.streams.video[0].codec_context
        bt709 = 1
        assert context.profile == "High"
        assert (context.color_primaries, context.color_trc, context.colorspace) == (bt709, bt709, bt709)
        assert (context.color_range, context.pix_fmt) == (av.video.reformatter.ColorRange.MPEG, "yuv420p")


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    first, again = (written(tmp_path / name, 12).read_bytes() for name in ("a.mp4", "b.mp4"))
    assert first == again


def test_a_segment_that_can_not_be_written_fails_by_name(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as failure:
        written(tmp_path / "nowhere" / "segment.mp4", 2)
    assert (failure.value.code, failure.value.retryable) == ("ENCODER_FAILED", True)
