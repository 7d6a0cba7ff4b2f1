"""check_quality: the finished film is measured, and fails rather than be delivered out of its bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import av
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft import mouths
from services.render_worker.craft.delivery import bars, caption_checks, lip_checks, picture_checks
from services.render_worker.craft.delivery.inspection import lengths
from services.render_worker.craft.delivery.picture_checks import Fault
from services.render_worker.craft.lettering import subtitle_files
from services.render_worker.craft.lettering.captions import Cue
from services.render_worker.craft.lettering.glyphs import name_of
from services.render_worker.craft.sound.ebur128 import Loudness, file_loudness
from services.render_worker.craft.sound.measure import SILENCE_LUFS
from services.render_worker.engines.base import Finished, StepFailed, Work

_FAILURE = "FILM_OUT_OF_BARS"
_TOLD = 3


@dataclass(frozen=True)
class _Bar:
    """One measure, as it is told to people."""

    held: bool
    said: str


class Probe:
    """Inputs "film" and "vtt"; "burned", where the burned captions are another file's; "mouths-0000"… in the order of lines."""

    name = "probe@3"
    kind = pb.STEP_KIND_CHECK_QUALITY
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The measures. Out of a bar: FILM_OUT_OF_BARS, naming each measure that is, its value, its bar and where."""
        check = _Check(work)
        try:
            broken = [bar.said for bar in check.measured() if not bar.held]
        except (av.FFmpegError, LookupError) as error:
            raise StepFailed(_FAILURE, f"the film can't be read: {error}") from error
        if broken:
            raise StepFailed(_FAILURE, "; ".join(broken))
        check.result.passed = True
        return Finished(pb.StepResult(check_quality=check.result))


class _Check:
    """One film's measures, put into `result` as the bars are asked for."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._params = work.params.check_quality
        self._film = work.input("film")
        self._size = (self._params.profile.width, self._params.profile.height)
        self._planned = [(stretch.start_ms, stretch.end_ms) for stretch in self._params.still_stretches]
        self.result = pb.CheckQualityResult()

    def measured(self) -> Iterator[_Bar]:
        """Every measure with its bar. av.FFmpegError or LookupError when it is no film."""
        moving = [(stretch.start_ms, stretch.end_ms) for stretch in self._params.moving_stretches]
        # It is nearly the film's last step: the other core has little to do.
        with ThreadPoolExecutor(1) as beside:
            shakes = beside.submit(picture_checks.shakes, self._film, moving)
            yield from self._all_but_shakes()
            yield from self._steadiness(shakes.result())

    def _all_but_shakes(self) -> Iterator[_Bar]:
        yield from self._lengths()
        yield from self._sound()
        self._work.progress(0.3)
        yield from self._lips()
        self._work.progress(0.4)
        yield from self._picture()
        self._work.progress(0.7)
        yield from self._words()
        self._work.progress(0.9)

    def _lengths(self) -> Iterator[_Bar]:
        measured = lengths(self._film)
        self._has_sound = bool(measured.sound_s)
        error, offset = abs(measured.film_s - self._params.duration_ms / 1000), measured.offset_ms
        self.result.duration_error_s, self.result.av_offset_ms = error, offset
        yield _Bar(error <= bars.DURATION_ERROR_S, f"duration is {error:.2f} s off (at most {bars.DURATION_ERROR_S} s)")
        yield _Bar(
            offset <= bars.AV_OFFSET_MS,
            f"sound and picture are {offset:.0f} ms apart (at most {bars.AV_OFFSET_MS:.0f} ms)",
        )

    def _sound(self) -> Iterator[_Bar]:
        sound = file_loudness(self._film) if self._has_sound else Loudness(SILENCE_LUFS, SILENCE_LUFS)
        self.result.loudness_lufs, self.result.true_peak_dbtp = sound.lufs, sound.peak_dbtp
        over = self.result.speech_over_music_db = self._params.speech_over_music_db
        yield _Bar(
            sound.peak_dbtp <= bars.TRUE_PEAK_DBTP + bars.METER_DB,
            f"true peak is {sound.peak_dbtp:.1f} dBTP (at most {bars.TRUE_PEAK_DBTP:.0f} dBTP)",
        )
        if self._params.sound_expected:
            told = "there is no sound" if sound.silent else f"loudness is {sound.lufs:.1f} LUFS"
            off = abs(sound.lufs - bars.LOUDNESS_LUFS)
            yield _Bar(
                off <= bars.LOUDNESS_TOLERANCE_LU + bars.METER_LU,
                f"{told} ({bars.LOUDNESS_LUFS:.0f} LUFS, within {bars.LOUDNESS_TOLERANCE_LU} LU)",
            )
        if self._cues:
            yield _Bar(
                over >= bars.SPEECH_OVER_REST_DB,
                f"speech is {over:.1f} dB over the rest (at least {bars.SPEECH_OVER_REST_DB:.0f} dB)",
            )

    def _lips(self) -> Iterator[_Bar]:
        lines = self._params.lines
        given = [self._work.inputs.get(f"mouths-{index:04d}") for index in range(len(lines))]
        tracks = [
            (line.start_ms, line.duration_ms, mouths.load(path))
            for line, path in zip(lines, given, strict=True)
            if path is not None
        ]
        found = lip_checks.offsets(lip_checks.film_voice(self._film), tracks) if tracks and self._has_sound else []
        if not found:
            self._not_measured("lip sync", "nobody who is seen speaks for long enough")
            return
        worst = max(found, key=lambda offset: abs(offset.ms))
        self.result.lip_sync_offset_ms = abs(worst.ms)
        usual = abs(median(offset.ms for offset in found))
        yield _Bar(
            usual <= bars.LIP_SYNC_MS,
            f"mouths and voices are {usual:.0f} ms apart (at most {bars.LIP_SYNC_MS:.0f} ms, the median of {len(found)} lines)",
        )
        yield _Bar(
            abs(worst.ms) <= bars.LIP_SYNC_LINE_MS,
            f"the mouth of the line at {worst.start_ms / 1000:.1f} s is {abs(worst.ms):.0f} ms "
            f"{'late' if worst.ms > 0 else 'early'} (at most {bars.LIP_SYNC_LINE_MS:.0f} ms)",
        )

    def _picture(self) -> Iterator[_Bar]:
        burned = caption_checks.stretches(self._burned) if self._params.captions_burned else []
        self._seen = picture_checks.look(self._film, burned, self._planned)
        black = picture_checks.black(self._seen, self._planned)
        frozen = picture_checks.frozen(self._seen, self._planned)
        self.result.black_s, self.result.frozen_s = _total_s(black), _total_s(frozen)
        yield _Bar(not black, f"it is black {_where(black)} (at most {bars.STILL_S} s)")
        yield _Bar(not frozen, f"the picture stands still {_where(frozen)} (at most {bars.STILL_S} s)")

    def _words(self) -> Iterator[_Bar]:
        params = self._params
        every = (
            [(self._cues, params.language)]
            if not self._translated
            else [(self._cues, ""), (self._burned, params.language)]
        )
        broken = [
            fault
            for cues, language in every
            for fault in caption_checks.rules_broken(cues, self._size, language, params.duration_ms)
        ]
        self.result.subtitles_outside = sum(caption_checks.outside(cues, params.duration_ms) for cues, _ in every)
        self.result.caption_faults = len(broken)
        lost = list(
            dict.fromkeys(letter for cues, lang in every for letter in caption_checks.missing_glyphs(cues, lang))
        )
        self.result.missing_glyphs.extend(lost)
        yield _Bar(not broken, f"captions break rules: {_some(broken)}")
        yield _Bar(not lost, f"no typeface has {_some([name_of(letter) for letter in lost])}")
        if not params.captions_burned:
            return
        stands_out = caption_checks.contrast(self._burned, self._seen.pictures, params.language)
        self.result.caption_contrast = stands_out.least
        yield _Bar(
            2 * stands_out.not_found <= stands_out.looked_at,
            f"{stands_out.not_found} of {stands_out.looked_at} burned captions can't be seen (half at most may differ in where they break)",
        )
        if not stands_out.least:
            self._not_measured("contrast of captions", "no cue is burned where one stands")
            return
        yield _Bar(
            stands_out.least >= bars.LEAST_CONTRAST,
            f"captions have a contrast of {stands_out.least:.1f} at {stands_out.at_ms / 1000:.1f} s (at least {bars.LEAST_CONTRAST})",
        )

    def _steadiness(self, found: Sequence[picture_checks.Shake]) -> Iterator[_Bar]:
        if not found:
            self._not_measured("jitter", "no shot in which the camera moves has enough to follow")
            return
        worst = max(found, key=lambda shake: shake.px)
        usual = self.result.jitter_px = median(shake.px for shake in found)
        yield _Bar(
            usual <= bars.JITTER_PX,
            f"the camera shakes by {usual:.2f} px (at most {bars.JITTER_PX} px, the median of {len(found)} shots)",
        )
        yield _Bar(
            worst.px <= bars.SHOT_JITTER_PX,
            f"the camera of the shot at {worst.start_s:.1f} s shakes by {worst.px:.2f} px (at most {bars.SHOT_JITTER_PX} px)",
        )

    @property
    def _translated(self) -> bool:
        return "burned" in self._work.inputs

    @cached_property
    def _cues(self) -> list[Cue]:
        """The cues in the film's own language; none without speech."""
        return self._read("vtt")

    @cached_property
    def _burned(self) -> list[Cue]:
        return self._read("burned") if self._translated else self._cues

    def _read(self, name: str) -> list[Cue]:
        data = self._work.inputs[name].read_bytes() if name in self._work.inputs else b""
        # a film in which nobody speaks has a file without cues
        return subtitle_files.read(data) if b"-->" in data else []

    def _not_measured(self, what: str, why: str) -> None:
        self.result.not_measured.append(f"{what}: {why}")


def _total_s(faults: Sequence[Fault]) -> float:
    return sum(fault.length_s for fault in faults)


def _where(faults: Sequence[Fault]) -> str:
    return _some([f"from {fault.start_s:.1f} to {fault.end_s:.1f} s" for fault in faults])


def _some(told: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = f", and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return ", ".join(told[:_TOLD]) + more
