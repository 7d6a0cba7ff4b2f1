"""Sound as arrays: float32 of shape (samples, channels), full scale 1.0, always 48 kHz."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.render_worker.craft.media import run_ffmpeg, source
from services.render_worker.engines.base import StepFailed

Samples = npt.NDArray[np.float32]

RATE = 48_000
# What a filmmaker may upload as music.
_UPLOAD_DEMUXERS = "mp3,wav,flac,ogg"
# Decoded sound is held in memory: 10 minutes of stereo are 230 MB.
_LONGEST_UPLOAD_S = 600
_NO_SOUND = "the sound file holds no readable sound"


def samples_of_ms(milliseconds: float) -> int:
    """How many samples last so long."""
    return round(milliseconds * RATE / 1000)


def write_wav(path: Path, samples: Samples) -> None:
    """A 16-bit WAV file, rounded without dither: the same samples give the same bytes."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.setnframes(len(samples))
        # Ten seconds at a time, so that a long sound isn't in memory twice.
        for begin in range(0, len(samples), 10 * RATE):
            part = np.clip(samples[begin : begin + 10 * RATE], -1.0, 1.0)
            file.writeframesraw(np.round(part * 32767.0).astype("<i2").tobytes())


def read_sound(path: Path, *, channels: int, tempo: float = 1.0) -> Samples:
    """A WAV, MP3, FLAC or Ogg file at 48 kHz with so many channels; `tempo` plays it faster at the same pitch.

    Our own WAV files are read directly, anything else is decoded by ffmpeg. StepFailed INPUT_UNREADABLE when it is no such file.
    """
    own = _own_wav(path) if tempo == 1.0 else None
    if own is not None and not len(own):
        raise StepFailed("INPUT_UNREADABLE", _NO_SOUND)
    if own is not None:
        return own if own.shape[1] == channels else _with_channels(own, channels)
    effects = ["-af", f"atempo={tempo:.6f}"] if tempo != 1.0 else []
    decoded = run_ffmpeg(
        [
            *source(path, _UPLOAD_DEMUXERS, "-t", str(_LONGEST_UPLOAD_S)),
            *("-map", "0:a:0", *effects, "-ar", str(RATE), "-ac", str(channels), "-f", "f32le", "-"),
        ],
        code="INPUT_UNREADABLE",
        retryable=False,
    ).stdout
    samples = np.frombuffer(decoded, dtype="<f4").reshape(-1, channels).astype(np.float32)
    if not len(samples) or not np.isfinite(samples).all():
        raise StepFailed("INPUT_UNREADABLE", _NO_SOUND)
    return samples


def _own_wav(path: Path) -> Samples | None:
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getframerate(), file.getsampwidth()) != (RATE, 2) or file.getnframes() > RATE * _LONGEST_UPLOAD_S:
                return None
            samples = np.empty((file.getnframes(), file.getnchannels()), np.float32)
            read = 0
            # Ten seconds at a time, so that a long sound is in memory only once.
            while read < len(samples) and (part := file.readframes(10 * RATE)):
                whole = np.frombuffer(part, dtype="<i2").reshape(-1, samples.shape[1])
                np.multiply(whole, np.float32(1 / 32767.0), out=samples[read : read + len(whole)])
                read += len(whole)
            return samples[:read]
    except (wave.Error, EOFError, ValueError):
        return None


def _with_channels(samples: Samples, channels: int) -> Samples:
    mono = samples.mean(axis=1, keepdims=True)
    return np.repeat(mono, channels, axis=1).astype(np.float32)


def fitted(samples: Samples, length: int) -> Samples:
    """Cut or padded with silence to exactly this many samples."""
    if len(samples) >= length:
        return samples[:length]
    return np.concatenate([samples, np.zeros((length - len(samples), samples.shape[1]), np.float32)])


def faded(samples: Samples, fade_in_ms: float, fade_out_ms: float) -> Samples:
    """A copy with raised-cosine fades at its ends."""
    shaped = samples.copy()
    rise = min(samples_of_ms(fade_in_ms), len(shaped))
    fall = min(samples_of_ms(fade_out_ms), len(shaped))
    if rise:
        shaped[:rise] *= _ramp(rise)
    if fall:
        shaped[-fall:] *= _ramp(fall)[::-1]
    return shaped


def _ramp(length: int) -> Samples:
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)).astype(np.float32)[:, None]
