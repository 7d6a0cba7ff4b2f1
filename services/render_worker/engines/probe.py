"""check_quality: the finished film is measured, and fails rather than be delivered out of its bars."""

from __future__ import annotations

from dataclasses import dataclass

import av
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.ebur128 import Loudness, file_loudness
from services.render_worker.craft.inspection import cues_outside, lengths, stillness
from services.render_worker.craft.measure import SILENCE_LUFS
from services.render_worker.engines.base import Finished, StepFailed, Work

_FAILURE = "FILM_OUT_OF_BARS"
_DURATION_ERROR_S = 0.5
_LOUDNESS_LUFS, _LOUDNESS_TOLERANCE_LU = -14.0, 1.0
_TRUE_PEAK_DBTP = -0.5
_AV_OFFSET_MS = 40.0
_BLACK_S = 0.5
_FROZEN_S = 1.0


@dataclass(frozen=True)
class _Bar:
    """One measure, as it is told to people."""

    held: bool
    said: str


class Probe:
    """Inputs "film" and "vtt" (without "vtt" no subtitles are checked)."""

    name = "probe@2"
    kind = pb.STEP_KIND_CHECK_QUALITY
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The measures. Out of a bar: FILM_OUT_OF_BARS, naming each measure that is, its value and its bar."""
        params = work.params.check_quality
        film = work.input("film")
        try:
            measured = lengths(film)
        except (av.FFmpegError, LookupError) as error:
            raise StepFailed(_FAILURE, f"the film can't be read: {error}") from error
        sound = file_loudness(film) if measured.sound_s else Loudness(SILENCE_LUFS, SILENCE_LUFS)
        work.progress(0.3)
        planned = [(stretch.start_ms, stretch.end_ms) for stretch in params.still_stretches]
        still = stillness(film, params.profile.width, params.profile.height, planned)
        work.progress(0.9)
        vtt = work.inputs["vtt"].read_text(encoding="utf-8") if "vtt" in work.inputs else ""
        result = pb.CheckQualityResult(
            duration_error_s=abs(measured.film_s - params.duration_ms / 1000),
            loudness_lufs=sound.lufs,
            true_peak_dbtp=sound.peak_dbtp,
            av_offset_ms=measured.offset_ms,
            black_s=still.black_s,
            frozen_s=still.frozen_s,
            subtitles_outside=cues_outside(vtt, params.duration_ms),
        )
        broken = [bar.said for bar in _bars(result, sound, params.sound_expected) if not bar.held]
        if broken:
            raise StepFailed(_FAILURE, "; ".join(broken))
        result.passed = True
        return Finished(pb.StepResult(check_quality=result))


def _bars(result: pb.CheckQualityResult, sound: Loudness, sound_expected: bool) -> list[_Bar]:
    error, peak, offset = result.duration_error_s, result.true_peak_dbtp, result.av_offset_ms
    off_loudness = abs(sound.lufs - _LOUDNESS_LUFS)
    bars = [
        _Bar(error <= _DURATION_ERROR_S, f"duration is {error:.2f} s off (at most {_DURATION_ERROR_S} s)"),
        _Bar(peak <= _TRUE_PEAK_DBTP, f"true peak is {peak:.1f} dBTP (at most {_TRUE_PEAK_DBTP} dBTP)"),
        _Bar(offset <= _AV_OFFSET_MS, f"sound and picture are {offset:.0f} ms apart (at most {_AV_OFFSET_MS:.0f} ms)"),
        _Bar(result.black_s <= _BLACK_S, f"{result.black_s:.1f} s are black (at most {_BLACK_S} s)"),
        _Bar(result.frozen_s <= _FROZEN_S, f"{result.frozen_s:.1f} s are frozen (at most {_FROZEN_S} s)"),
        _Bar(result.subtitles_outside == 0, f"{result.subtitles_outside} subtitles are outside the film (none may be)"),
    ]
    if sound_expected:
        told = "there is no sound" if sound.silent else f"loudness is {sound.lufs:.1f} LUFS"
        bars.append(_Bar(off_loudness <= _LOUDNESS_TOLERANCE_LU, f"{told} ({_LOUDNESS_LUFS:.0f} LUFS, within 1 LU)"))
    return bars
