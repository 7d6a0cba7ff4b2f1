"""What the tests of sound and delivery share: a step's work in a folder of its own, and small films and sounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.media import run_ffmpeg
from services.render_worker.craft.sound.pcm import RATE, write_wav
from services.render_worker.engines.base import Work
from services.render_worker.engines.espeak import Espeak

MakeWork = Callable[..., Work]


@pytest.fixture
def make_work(tmp_path_factory: pytest.TempPathFactory) -> MakeWork:
    """`make_work(speak_line=…, inputs={…}, seed=…)`: the work of one step."""

    def make(*, inputs: dict[str, Path] | None = None, seed: int = 1, **params: object) -> Work:
        folder = tmp_path_factory.mktemp("step")
        return Work(pb.StepParams(**params), inputs or {}, folder, seed, lambda done: None)

    return make


@pytest.fixture(scope="session")
def espeak() -> Iterator[Espeak]:
    engine = Espeak()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with "speech.wav" (2 s, mono: bursts like syllables), "music.wav" (3 s) and the same as "music.mp3"."""
    folder = tmp_path_factory.mktemp("sounds")
    random = np.random.default_rng(3)
    time = np.arange(2 * RATE) / RATE
    syllables = np.maximum(0, np.sin(2 * np.pi * 2.5 * time)) ** 0.5
    buzz = sum(np.sin(2 * np.pi * 140 * n * time) / n for n in range(1, 20))
    write_wav(folder / "speech.wav", (0.15 * syllables * buzz).astype(np.float32)[:, None])
    long = np.arange(3 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * tone * long) for tone in (220, 277.2, 329.6)) * 0.2
    music = np.stack([chord, chord], axis=1) + 0.01 * random.standard_normal((len(long), 2))
    write_wav(folder / "music.wav", music.astype(np.float32))
    run_ffmpeg(["-f", "wav", "-i", str(folder / "music.wav"), "-f", "mp3", str(folder / "music.mp3")])
    return folder


@pytest.fixture(scope="session")
def film_parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with segments of 320x180 at 24 fps, encoded as the camera encodes them ("moving" and "other" of 72 frames,
    "still" of 48, "black" of 24, "small" of half the size), and sound of 6 s and of 6 s silence."""
    folder = tmp_path_factory.mktemp("film")
    pictures = {
        "moving": ("testsrc2=s=320x180:r=24", 72),
        "other": ("mandelbrot=s=320x180:r=24:start_scale=1", 72),
        "still": ("testsrc2=s=320x180:r=24,loop=loop=-1:size=1", 48),
        "black": ("color=black:s=320x180:r=24", 24),
        "small": ("testsrc2=s=160x90:r=24", 24),
    }
    for name, (picture, frames) in pictures.items():
        encode = "-c:v libx264 -preset ultrafast -crf 23 -profile:v high -pix_fmt yuv420p -g 48 -bf 2 -sc_threshold 0"
        run_ffmpeg(
            [
                *("-f", "lavfi", "-i", picture, "-frames:v", str(frames), *encode.split()),
                *(
                    "-flags",
                    "+cgop+bitexact",
                    "-video_track_timescale",
                    "90000",
                    "-f",
                    "mp4",
                    str(folder / f"{name}.mp4"),
                ),
            ]
        )
    for name, sound in {
        "sound": "anoisesrc=a=0.9:c=pink:seed=4:r=48000,volume=1.9dB",
        "silence": "anullsrc=cl=stereo:r=48000",
    }.items():
        run_ffmpeg(
            [
                *("-f", "lavfi", "-i", sound, "-t", "6", "-ac", "2", "-c:a", "aac", "-b:a", "192k"),
                *("-f", "mp4", str(folder / f"{name}.m4a")),
            ]
        )
    return folder
