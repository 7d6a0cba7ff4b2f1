"""A finished film in figures for a report: pictures of it, its wave, when which shot begins, what is said and heard when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from cli.errors import USAGE, StudioError
from services.render_worker.craft.lettering import subtitle_files

Json = dict[str, Any]
EVERY_S = 2.0
_PICTURE_HEIGHT = 300
_WAVE_COLUMNS = 900
_RATE = 8_000


@dataclass(frozen=True)
class Still:
    """A picture of the film (BGR) and when it is seen."""

    at_s: float
    picture: NDArray[np.uint8]


@dataclass(frozen=True)
class Shot:
    """A shot as the project lists it, and when it begins in the film."""

    scene: int
    heading: str
    mood: str
    start_s: float
    length_s: float
    told: Json


@dataclass(frozen=True)
class Cue:
    """Something said or heard."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Film:
    """All that a report shows. `shots` is empty where the JSON doesn't tell them; `wave` is the peak (0 to 1) of each of its columns."""

    name: str
    title: str
    job: Json
    length_s: float
    size: tuple[int, int]
    fps: float
    stills: list[Still]
    wave: NDArray[np.float64]
    speech: list[Cue]
    shots: list[Shot] = field(default_factory=list)

    @property
    def sounds(self) -> list[Cue]:
        """Effects, by the shots that they are heard in."""
        return [
            Cue(shot.start_s, shot.start_s + shot.length_s, ", ".join(dict.fromkeys(shot.told["sounds"])))
            for shot in self.shots
            if shot.told.get("sounds")
        ]

    @property
    def music(self) -> list[Cue]:
        """The moods that the music follows, scene by scene."""
        cues: list[Cue] = []
        for shot in self.shots:
            end = shot.start_s + shot.length_s
            if cues and cues[-1].text == shot.mood:
                cues[-1] = Cue(cues[-1].start_s, end, shot.mood)
            else:
                cues.append(Cue(shot.start_s, end, shot.mood))
        return [cue for cue in cues if cue.text]


def read(name: str, folder: Path) -> Film:
    """The film NAME.mp4 with its NAME.json; StudioError where one of them is missing or can't be used."""
    path, described = folder / f"{name}.mp4", folder / f"{name}.json"
    for needed in (path, described):
        if not needed.is_file():
            raise StudioError(
                f"{needed} isn't there", f"make it first: make examples NAMES={name}, or make demo NAME={name}", USAGE
            )
    try:
        job = json.loads(described.read_text(encoding="utf-8"))
        quality = job["quality"]
    except (ValueError, KeyError, TypeError):
        raise StudioError(f"{described} is not the JSON of a job", "fetch the film anew", USAGE) from None
    if not isinstance(quality, dict):
        raise StudioError(f"{described} tells of no measures", "give the JSON of a film that succeeded", USAGE)
    try:
        with av.open(str(path), format="mp4") as container:
            stream = container.streams.video[0]
            length_s = float(container.duration or 0) / av.time_base
            chapters = [
                (float(each["start"] * each["time_base"]), each["metadata"].get("title", ""))
                for each in container.chapters()
            ]
            stills = list(_stills(container))
            size, fps = (stream.width, stream.height), float(stream.average_rate or 0)
            title = container.metadata.get("title") or name
    except (av.FFmpegError, IndexError) as error:
        raise StudioError(f"{path} is no film: {error}", "fetch it anew", USAGE) from None
    return Film(
        name, job.get("title") if job.get("title") not in (None, name) else title, job, length_s, size, fps, stills,
        _wave(path), _speech(job, name, folder), list(_shots(job, length_s, chapters)),
    )  # fmt: skip


def _stills(container: Any) -> Iterator[Still]:
    """A picture every two seconds, small."""
    stream = container.streams.video[0]
    stream.codec_context.skip_frame = "NONREF"
    due = 0.0
    for frame in container.decode(stream):
        if frame.time is not None and frame.time >= due - 1e-6:
            width = round(frame.width * _PICTURE_HEIGHT / frame.height / 2) * 2
            picture = cv2.resize(
                frame.to_ndarray(format="bgr24"), (width, _PICTURE_HEIGHT), interpolation=cv2.INTER_AREA
            )
            yield Still(frame.time, np.asarray(picture, np.uint8))
            due += EVERY_S


def _wave(path: Path) -> NDArray[np.float64]:
    with av.open(str(path), format="mp4") as container:
        if not container.streams.audio:
            return np.zeros(_WAVE_COLUMNS)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=_RATE)
        parts = [
            np.abs(piece.to_ndarray().ravel())
            for frame in container.decode(audio=0)
            for piece in resampler.resample(frame)
        ]
    peaks = np.array_split(np.concatenate(parts), _WAVE_COLUMNS)
    return np.array([float(part.max(initial=0.0)) for part in peaks])


def _speech(job: Json, name: str, folder: Path) -> list[Cue]:
    """What is said, from the subtitles beside the film in its own language (else in any)."""
    languages = [output["language"] for output in job["outputs"] if output["kind"] == "subtitles"]
    translated = job.get("options", {}).get("subtitles", {}) or {}
    own = [language for language in languages if language not in (translated.get("files") or {})]
    for language in [*own, *languages]:
        path = folder / f"{name}.{language}.vtt"
        if path.is_file() and b"-->" in (data := path.read_bytes()):
            return [
                Cue(cue.start_ms / 1000, cue.end_ms / 1000, " ".join(cue.lines)) for cue in subtitle_files.read(data)
            ]
    return []


def _shots(job: Json, length_s: float, chapters: list[tuple[float, str]]) -> Iterator[Shot]:
    """The shots one after the other; the title card before them is as long as the film's first chapter says."""
    scenes = job.get("scenes") or []
    listed = [(scene, shot) for scene in scenes for shot in scene["shots"] if shot.get("duration_s")]
    cards_s = length_s - sum(shot["duration_s"] for _, shot in listed)
    overlay = job.get("options", {}).get("overlay") or {}
    if overlay.get("intro") is False or cards_s < 0.1:
        at = 0.0
    elif overlay.get("outro") is False:
        at = cards_s
    else:
        at = chapters[1][0] if len(chapters) > 1 and 0 < chapters[1][0] < cards_s + 0.1 else cards_s / 2
    for scene, shot in listed:
        yield Shot(scene["number"], scene["heading"], scene.get("mood", ""), at, shot["duration_s"], shot)
        at += shot["duration_s"]
