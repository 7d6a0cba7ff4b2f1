"""A film's scenes as films of their own: the picture copied from segment to segment, the sound cut to the sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from services.render_worker.craft.media import run_ffmpeg, source
from services.render_worker.engines.base import StepFailed

# Where a scene's sound begins or ends within a note, it would click.
_EDGE_S = 0.008
_TIME_BASE = 90_000


@dataclass(frozen=True)
class Cut:
    """A scene's place in the film, in frames. It begins where a segment does, with a picture that needs none before it."""

    scene: int
    start_frame: int
    frames: int


def check_starts(film: Path, scenes: Sequence[Cut], fps: int) -> None:
    """SCENE_MISMATCH unless each scene begins with a key frame: only there can a picture be cut without encoding it again."""
    with av.open(str(film), format="mp4") as container:
        video = container.streams.video[0]
        base = float(video.time_base or 1)
        starts = [
            packet.pts * base for packet in container.demux(video) if packet.is_keyframe and packet.pts is not None
        ]
    frames = {round((moment - starts[0]) * fps) for moment in starts}
    for scene in scenes:
        if scene.start_frame not in frames:
            raise StepFailed(
                "SCENE_MISMATCH", f"scene {scene.scene} begins within a shot, at frame {scene.start_frame}"
            )


def cut(film: Path, scene: Cut, fps: int, folder: Path) -> Path:
    """The scene's file in `folder`. SCENE_MISMATCH when it has another number of frames than planned."""
    start_s, length_s = scene.start_frame / fps, scene.frames / fps
    path = folder / f"scene-{scene.scene:04d}.mp4"
    fades = f"afade=in:d={_EDGE_S},afade=out:st={length_s - _EDGE_S:.6f}:d={_EDGE_S}"
    run_ffmpeg(
        [
            # rounded up: the key frame of that very moment is found, not the one before
            *source(film, "mov", "-ss", f"{math.ceil(start_s * 1e6) / 1e6:.6f}", "-noaccurate_seek"),
            *source(film, "mov", "-ss", f"{start_s:.6f}", "-t", f"{length_s:.6f}"),
            *("-map", "0:v:0", "-map", "1:a:0", "-map_metadata", "-1", "-map_chapters", "-1"),
            *("-c:v", "copy", "-frames:v", str(scene.frames)),
            *("-af", f"{fades},apad=whole_dur={length_s:.6f}", "-c:a", "aac", "-b:a", "192k", "-ar", "48000"),
            *("-t", f"{length_s:.6f}"),
            *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
            *("-video_track_timescale", str(_TIME_BASE), "-movflags", "+faststart", "-f", "mp4", str(path)),
        ]
    )
    with av.open(str(path), format="mp4") as container:
        frames = sum(packet.pts is not None for packet in container.demux(container.streams.video[0]))
    if frames != scene.frames:
        raise StepFailed(
            "SCENE_MISMATCH", f"scene {scene.scene} was cut to {frames} frames, {scene.frames} were planned"
        )
    return path
