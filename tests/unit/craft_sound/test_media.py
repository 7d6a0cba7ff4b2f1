"""ffmpeg behind its one door."""

import pytest

from services.render_worker.craft.media import run_ffmpeg, source
from services.render_worker.engines.base import StepFailed


def test_a_run_that_takes_too_long_is_killed() -> None:
    with pytest.raises(StepFailed) as failure:
        run_ffmpeg(["-re", "-f", "lavfi", "-i", "anullsrc", "-f", "null", "-"], timeout_s=0.4)
    assert failure.value.code == "MEDIA_TIMEOUT"
    assert failure.value.retryable


def test_a_failure_says_what_ffmpeg_said_last(tmp_path) -> None:
    with pytest.raises(StepFailed, match="No such file") as failure:
        run_ffmpeg([*source(tmp_path / "none.mp4", "mov"), "-f", "null", "-"])
    assert failure.value.code == "MEDIA_FAILED"


def test_no_input_may_use_the_network() -> None:
    with pytest.raises(StepFailed, match="not on whitelist"):
        run_ffmpeg([*source("http://127.0.0.1:9/film.mp4", "mov"), "-f", "null", "-"])
