"""Four ways from the same material to a film: our assembly, MoviePy, one ffmpeg command, and encoding alone.

`python -m tests.bench.film_ways WAY FOLDER` goes one of them in a process of its own, so that each pays for its own start.
It writes FOLDER/WAY.mp4 and prints the seconds that count, where those are not the whole process's.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.synchronize import Barrier
from pathlib import Path

import av
import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.delivery.join import FilmPlan, join
from services.render_worker.craft.lettering import fonts
from services.render_worker.craft.media import run_ffmpeg, source
from services.render_worker.craft.stage import encoder
from tests.bench.film_material import Material, read, run_step

_AUDIO = "[{voices}:a]volume=1.0[voice];[{music}:a]volume=0.2[music];[voice][music]amix=inputs=2:normalize=0[sound]"
_AAC = ["-c:a", "aac", "-b:a", "192k", "-ar", "48000", "-ac", "2"]
_CORES = os.cpu_count() or 1


def ours(material: Material) -> None:
    """As the studio does it: the stage's engine on every still and the sound beside them, as many processes as there are cores,
    and segments joined by copying.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_CORES, mp_context=context) as workers:
        folder_of_all = str(material.folder)
        sounding = workers.submit(_sound, folder_of_all)
        segments = list(workers.map(_segment, [folder_of_all] * material.stills, range(material.stills)))
        sound = Path(sounding.result())
    folder = material.folder / "joined"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    frames = material.stills * material.frames_a_still
    plan = FilmPlan(material.width, material.height, material.fps, frames, "Bench", "en")
    join([Path(segment) for segment in segments], sound, folder, plan).rename(material.folder / "ours.mp4")


def _sound(folder: str) -> str:
    material = read(Path(folder))
    sound = material.folder / "ours.m4a"
    run_ffmpeg(
        [
            *source(material.voices, "wav"), *source(material.music, "wav"), "-filter_complex", _AUDIO.format(voices=0, music=1),
            "-map", "[sound]", *_AAC, "-f", "mp4", str(sound),
        ]
    )  # fmt: skip
    return str(sound)


def _segment(folder: str, number: int) -> str:
    material = read(Path(folder))
    line = pb.TimedLine(
        text=material.line(number), start_ms=300, duration_ms=round(material.still_s * 1000) - 500, speaker="MARA"
    )
    asked = pb.AnimateShotParams(
        profile=pb.FilmProfile(width=material.width, height=material.height, fps=material.fps),
        frames=material.frames_a_still, camera=sb.CAMERA_MOVE_PUSH_IN, focus_x=0.5, focus_y=0.5, captions=[line],
        caption_language="en",
    )  # fmt: skip
    inputs = {"frame": material.still(number)}
    folder_of_step = material.folder / f"shot-{number}"
    done = run_step(pb.STEP_KIND_ANIMATE_SHOT, pb.StepParams(animate_shot=asked), folder_of_step, inputs)
    return str(done["segment"])


def moviepy(material: Material) -> None:
    """As MoviePy 2's documentation puts clips, text and sound together."""
    from moviepy import (
        AudioFileClip,
        CompositeAudioClip,
        CompositeVideoClip,
        ImageClip,
        TextClip,
        concatenate_videoclips,
    )

    windows = material.windows()
    font = str(fonts.font_file("a", "en"))
    shots = []
    for number in range(material.stills):
        picture = ImageClip(str(material.still(number))).with_duration(material.still_s)

        def size_at(t: float, wide: int = picture.w) -> float:
            window = windows[min(len(windows) - 1, round(t * material.fps))]
            return material.width / (window.size * wide)

        moving = picture.resized(size_at).with_position("center")
        words = (
            TextClip(
                font=font, text=material.line(number), font_size=round(material.height * 0.043), color="white",
                stroke_color="black", stroke_width=2, method="caption", size=(round(material.width * 0.8), None),
            )
            .with_start(0.3).with_duration(material.still_s - 0.5).with_position(("center", 0.82), relative=True)
        )  # fmt: skip
        shots.append(
            CompositeVideoClip([moving, words], size=(material.width, material.height)).with_duration(material.still_s)
        )
    film = concatenate_videoclips(shots)
    sound = CompositeAudioClip(
        [AudioFileClip(str(material.voices)), AudioFileClip(str(material.music)).with_volume_scaled(0.2)]
    )
    film.with_audio(sound).write_videofile(
        str(material.folder / "moviepy.mp4"), fps=material.fps, codec="libx264", audio_codec="aac", preset=encoder.PRESET,
        threads=_CORES, ffmpeg_params=["-crf", encoder.CRF, "-x264-params", encoder.LOOK_AHEAD], logger=None,
        temp_audiofile_path=str(material.folder),
    )  # fmt: skip


def zoompan(material: Material) -> None:
    """One ffmpeg command: zoompan over stills scaled up four times, so that its whole pixels are small."""
    run_ffmpeg(zoompan_arguments(material), timeout_s=1200)


def zoompan_arguments(material: Material) -> list[str]:
    """What stands after `ffmpeg`."""
    windows = material.windows()
    # The same way as ours: sizes at both ends and the ease between, told as an expression of the frame.
    start, end, last = windows[0].size, windows[-1].size, max(1, len(windows) - 1)
    zoom = f"1/({start:.6f}*pow({end / start:.6f},{_ease(material, f'(on/{last})')}))"
    inputs: list[str] = []
    chains = []
    for number in range(material.stills):
        inputs += ["-i", str(material.still(number))]
        chains.append(
            f"[{number}:v]scale={4 * material.width}:{4 * material.height},zoompan=z='{zoom}':x='iw/2-(iw/zoom/2)':"
            f"y='ih/2-(ih/zoom/2)':d={material.frames_a_still}:s={material.width}x{material.height}:fps={material.fps}[v{number}]"
        )
    joined = "".join(f"[v{number}]" for number in range(material.stills))
    chains.append(f"{joined}concat=n={material.stills}:v=1:a=0,subtitles='{material.captions}',format=yuv420p[film]")
    chains.append(_AUDIO.format(voices=material.stills, music=material.stills + 1))
    return [
        *inputs, "-i", str(material.voices), "-i", str(material.music), "-filter_complex", ";".join(chains), "-map", "[film]",
        "-map", "[sound]", "-c:v", "libx264", "-preset", encoder.PRESET, "-crf", encoder.CRF, "-x264-params", encoder.LOOK_AHEAD, "-threads", str(_CORES), *_AAC,
        "-movflags", "+faststart", str(material.folder / "zoompan.mp4"),
    ]  # fmt: skip


def _ease(material: Material, t: str) -> str:
    """moves.eased with the ramp of the material's path, as an expression of ffmpeg's."""
    ramp = min(0.42, 0.9 / material.still_s)
    top = 1 / (1 - ramp)

    def half(at: str) -> str:
        slow = f"{top * ramp:.6f}*(pow({at}/{ramp:.6f},3)-pow({at}/{ramp:.6f},4)/2)"
        return f"if(lt({at},{ramp:.6f}),{slow},{top:.6f}*({at}-{ramp / 2:.6f}))"

    return f"if(gt({t},0.5),1-({half(f'(1-{t})')}),{half(t)})"


def encoding(material: Material) -> None:
    """The frames of our film, already there, through our encoder: what no assembly can be quicker than.

    Each process reads a shot's frames first, all wait for each other, and only then is the time taken.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(_CORES)
    with ProcessPoolExecutor(_CORES, mp_context=context, initializer=_wait_at, initargs=(barrier,)) as workers:
        folders, turns = [str(material.folder)] * _CORES, range(_CORES)
        walls = list(workers.map(_encode_turns, folders, turns))
    sys.stdout.write(json.dumps({"seconds": sum(max(each) for each in zip(*walls, strict=True))}) + "\n")


_barrier: Barrier | None = None


def _wait_at(barrier: Barrier) -> None:
    # a barrier reaches a pool's processes only by their initializer
    global _barrier
    _barrier = barrier


def _encode_turns(folder: str, turn: int) -> list[float]:
    material = read(Path(folder))
    assert _barrier is not None
    walls = []
    for first in range(0, material.stills, _CORES):
        number = first + turn
        frames = _frames_of(material.folder / f"shot-{number}" / "segment.mp4") if number < material.stills else []
        _barrier.wait()
        started = time.perf_counter()
        if frames:
            path = material.folder / f"encoding-{turn}.mp4"
            with encoder.segment(material.width, material.height, material.fps, path, 600) as writer:
                for frame in frames:
                    writer.write(frame)
        _barrier.wait()
        walls.append(time.perf_counter() - started)
    return walls


def _frames_of(path: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    with av.open(str(path)) as film:
        return [np.ascontiguousarray(frame.to_ndarray(format="yuv420p")) for frame in film.decode(video=0)]


WAYS = {"ours": ours, "moviepy": moviepy, "zoompan": zoompan, "encoding": encoding}

if __name__ == "__main__":
    WAYS[sys.argv[1]](read(Path(sys.argv[2])))
