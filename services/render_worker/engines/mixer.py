"""mix_audio: speech in its rooms, music, places, effects and the film's loudness, in one AAC track of exactly the film's length."""

from __future__ import annotations

from pathlib import Path

import cv2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.media import run_ffmpeg
from services.render_worker.craft.sound.acoustics import room_of
from services.render_worker.craft.sound.ambience import Stay, ambience
from services.render_worker.craft.sound.ebur128 import Loudness, file_loudness
from services.render_worker.craft.sound.effects import Happening, effects
from services.render_worker.craft.sound.limiter import Master
from services.render_worker.craft.sound.mix import AMBIENCE_UNDER_SPEECH_DB, Mix, Mixing, PlacedLine, looped, spoken
from services.render_worker.craft.sound.pcm import RATE, Samples, read_sound, samples_of_ms
from services.render_worker.engines.base import Finished, Output, StepFailed, Work

_TARGET_LUFS = -14.0
# A film of places and steps alone would roar at the loudness of one with voices.
_QUIET_TARGET_LUFS = -26.0
_HIGHEST_DBTP = -1.0
# AAC moves peaks by some tenths of a decibel: the mix is limited lower, and lower still if that was not enough.
_CEILING_DBTP = -1.8
_TRIES = 3
_SLOWEST, _FASTEST = 0.5, 2.0


class Mixer:
    """Inputs "line-0000"… in the order of the lines and, where there is one, "music" (our own, or a filmmaker's MP3, WAV, FLAC or Ogg)."""

    name = "mixer@2"
    kind = pb.STEP_KIND_MIX_AUDIO
    lane = pb.LANE_CPU

    def run(self, work: Work) -> Finished:
        """The output "audio" and its measures. A music file that can't be read: INPUT_UNREADABLE."""
        # One core a step: the other belongs to another step.
        cv2.setNumThreads(1)
        params = work.params.mix_audio
        if samples_of_ms(params.duration_ms) <= 0:
            raise StepFailed("PARAMS_INVALID", "a mix needs a length")
        mix, heard = _mix(work)
        work.progress(0.5)
        path = work.folder / "audio.m4a"
        measured = _delivered(Master(mix.samples), _TARGET_LUFS if heard else _QUIET_TARGET_LUFS, path, work)
        result = pb.MixAudioResult(
            loudness_lufs=measured.lufs,
            true_peak_dbtp=measured.peak_dbtp,
            speech_over_music_db=mix.speech_over_rest_db,
        )
        audio = Output("audio", path, "audio/mp4", duration_s=params.duration_ms / 1000)
        return Finished(pb.StepResult(mix_audio=result), [audio])


def _mix(work: Work) -> tuple[Mix, bool]:
    """All of it together, and whether there is speech or music in it."""
    params = work.params.mix_audio
    length = samples_of_ms(params.duration_ms)
    speech = spoken(_placed_lines(work), length)
    work.progress(0.1)
    mixing = Mixing(speech)
    stays = [Stay(cue.start_ms, cue.duration_ms, cue.setting, cue.mood) for cue in params.ambience]
    # Nothing is held here that the mix has taken in: a long film's sounds are large.
    mixing.around(ambience(stays, length, speech.level - AMBIENCE_UNDER_SPEECH_DB, params.seed))
    work.progress(0.2)
    happenings = [Happening(cue.name, cue.start_ms, cue.duration_ms, cue.pan, cue.setting) for cue in params.sounds]
    mixing.happening(effects(happenings, length, speech.level, params.seed))
    work.progress(0.3)
    played = "music" in work.inputs and params.music_volume > 0
    if played:
        mixing.playing(looped(read_sound(work.input("music"), channels=2), length), min(params.music_volume, 1.0))
    work.progress(0.4)
    return mixing.finished(), bool(speech.spans) or played


def _placed_lines(work: Work) -> list[PlacedLine]:
    params = work.params.mix_audio
    sounds = work.inputs_named("line-")
    if len(sounds) != len(params.lines):
        raise StepFailed("INPUT_MISSING", f"{len(params.lines)} lines were planned, {len(sounds)} sounds were given")
    tempo = min(max(params.tempo or 1.0, _SLOWEST), _FASTEST)
    return [
        PlacedLine(line.start_ms, read_sound(sound, channels=1, tempo=tempo), line.pan, room_of(line.setting))
        for line, sound in zip(params.lines, sounds, strict=True)
    ]


def _delivered(master: Master, target_lufs: float, path: Path, work: Work) -> Loudness:
    """The mix mastered and encoded; done again under a lower ceiling where the encoder's peaks went too high."""
    ceiling = _CEILING_DBTP
    for number in range(1, _TRIES + 1):
        _encode(master.at(target_lufs, ceiling), path)
        measured = file_loudness(path)
        work.progress(0.5 + 0.5 * number / _TRIES)
        if measured.peak_dbtp <= _HIGHEST_DBTP:
            break
        ceiling -= measured.peak_dbtp - _HIGHEST_DBTP + 0.2
    return measured


def _encode(samples: Samples, path: Path) -> None:
    run_ffmpeg(
        [
            *("-f", "f32le", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0", "-map", "0:a:0"),
            *("-c:a", "aac", "-aac_coder", "fast", "-b:a", "192k", "-flags:a", "+bitexact", "-fflags", "+bitexact"),
            *("-movflags", "+faststart", "-f", "mp4", str(path)),
        ],
        data=samples.tobytes(),
    )
