"""Finished segments and a sound track joined into a film by copying: nothing is encoded twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from services.render_worker.craft.delivery import mp4_boxes
from services.render_worker.craft.languages import iso639_2
from services.render_worker.craft.media import run_ffmpeg, source
from services.render_worker.engines.base import StepFailed

TIME_BASE = 90_000


@dataclass(frozen=True)
class FilmChapter:
    """A chapter begins here; it lasts to the next one or the film's end."""

    title: str
    start_ms: int


@dataclass(frozen=True)
class FilmPlan:
    """What the joined film has to be, to the frame."""

    width: int
    height: int
    fps: int
    frames: int
    title: str
    language: str
    chapters: Sequence[FilmChapter] = ()
    # soft subtitle tracks, in order: language and WebVTT file
    subtitles: Sequence[tuple[str, Path]] = ()

    @property
    def duration_ms(self) -> int:
        """The frames' time."""
        return round(self.frames * 1000 / self.fps)


def join(segments: Sequence[Path], audio: Path, folder: Path, plan: FilmPlan) -> Path:
    """The film's file, in `folder`. SEGMENTS_MISMATCH when the segments are not of one kind or give another number of frames."""
    frames = _check_alike(segments, plan)
    lines = ["ffconcat version 1.0"]
    done = 0
    for number, (segment, count) in enumerate(zip(segments, frames, strict=True)):
        # Own names in an own folder: nothing of a file's name reaches the list.
        name = f"part-{number:04d}.mp4"
        (folder / name).symlink_to(segment.resolve())
        # The file's own header rounds its length to a millisecond; from the frame counts no error adds up.
        microseconds = round((done + count) * 1_000_000 / plan.fps) - round(done * 1_000_000 / plan.fps)
        lines += [f"file {name}", f"duration {microseconds / 1_000_000:.6f}"]
        done += count
    (folder / "parts.txt").write_text("\n".join(lines) + "\n")
    (folder / "film.ffmetadata").write_text(_metadata(plan), encoding="utf-8")
    film = folder / "film.mp4"
    texts, maps = _subtitle_tracks(plan)
    run_ffmpeg(
        [
            *source(folder / "parts.txt", "concat", "-safe", "1"),
            *source(audio, "mov"),
            *source(folder / "film.ffmetadata", "ffmetadata"),
            *texts,
            *("-map", "0:v:0", "-map", "1:a:0", *maps, "-c", "copy", "-c:s", "mov_text"),
            *("-map_metadata", "2", "-map_chapters", "2"),
            *("-metadata:s:a:0", f"language={iso639_2(plan.language)}", "-disposition:a:0", "default"),
            *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
            *("-video_track_timescale", str(TIME_BASE), "-movflags", "+faststart", "-f", "mp4", str(film)),
        ]
    )
    _check_frames(film, plan)
    if texts:
        mp4_boxes.disable_subtitles(film)
    return film


def _subtitle_tracks(plan: FilmPlan) -> tuple[list[str], list[str]]:
    """Arguments of the inputs, and of their mapping: tracks that a player offers, none of which it shows unasked."""
    inputs: list[str] = []
    maps: list[str] = []
    # a track without a cue has no length, and some players stumble over that
    spoken = [(language, path) for language, path in plan.subtitles if "-->" in path.read_text(encoding="utf-8")]
    for number, (language, path) in enumerate(spoken):
        inputs += source(path, "webvtt")
        maps += ["-map", f"{3 + number}:s:0", f"-metadata:s:s:{number}", f"language={iso639_2(language)}"]
    return inputs, maps


def _check_alike(segments: Sequence[Path], plan: FilmPlan) -> list[int]:
    """Stream copy joins only what was encoded alike: same picture, same codec settings, same clock. Each segment's frames."""
    first = None
    frames = []
    for number, segment in enumerate(segments):
        with av.open(str(segment), format="mp4") as container:
            video = container.streams.video[0]
            codec = video.codec_context
            frames.append(video.frames)
            kind = (codec.name, codec.width, codec.height, codec.pix_fmt, video.time_base, codec.extradata)
        if kind[1:3] != (plan.width, plan.height):
            raise StepFailed(
                "SEGMENTS_MISMATCH", f"segment {number} is {kind[1]}x{kind[2]}, not {plan.width}x{plan.height}"
            )
        first = first or kind
        if kind != first:
            raise StepFailed("SEGMENTS_MISMATCH", f"segment {number} was encoded otherwise than segment 0")
    return frames


def _check_frames(film: Path, plan: FilmPlan) -> None:
    """As many frames as planned, each at its own moment."""
    with av.open(str(film), format="mp4") as container:
        video = container.streams.video[0]
        base = video.time_base or Fraction(1, TIME_BASE)
        moments = sorted(packet.pts * base for packet in container.demux(video) if packet.pts is not None)
    if len(moments) != plan.frames:
        raise StepFailed(
            "SEGMENTS_MISMATCH", f"the segments have {len(moments)} frames together, {plan.frames} were planned"
        )
    for number, moment in enumerate(moments):
        if moment - moments[0] != Fraction(number, plan.fps):
            raise StepFailed("SEGMENTS_MISMATCH", f"frame {number} stands at {float(moment):.4f} s in the joined film")


def _metadata(plan: FilmPlan) -> str:
    lines = [";FFMETADATA1", f"title={_escaped(plan.title)}"]
    starts = [chapter.start_ms for chapter in plan.chapters]
    for chapter, end_ms in zip(plan.chapters, [*starts[1:], plan.duration_ms], strict=False):
        if chapter.start_ms >= end_ms:
            continue
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={chapter.start_ms}", f"END={end_ms}"]
        lines.append(f"title={_escaped(chapter.title)}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    flat = " ".join(text.split())
    return "".join(f"\\{character}" if character in "=;#\\" else character for character in flat)
