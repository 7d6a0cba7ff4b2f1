"""What all ways of putting a film together are given: the same stills, words, voices and music, made once."""

from __future__ import annotations

import json
import wave
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import images
from services.render_worker.craft.directing import moves
from services.render_worker.craft.painting import painting
from services.render_worker.craft.shot_picture import ShotPicture
from services.render_worker.engines import ENGINES, load
from services.render_worker.engines.base import Work

_RATE = 48_000
# Places that look differently enough to be hard and easy to encode by turns.
_PLACES = (
    sb.PLACE_LIGHTHOUSE, sb.PLACE_KITCHEN, sb.PLACE_FOREST, sb.PLACE_CITY_STREET, sb.PLACE_SEA, sb.PLACE_VILLAGE,
    sb.PLACE_MOUNTAIN, sb.PLACE_OFFICE, sb.PLACE_DESERT, sb.PLACE_TEMPLE, sb.PLACE_RIVER, sb.PLACE_ROOFTOP,
)  # fmt: skip
_LINES = (
    "The lamp went out the night the fog came in.", "She had kept it burning for forty years.",
    "Deep in the wood somebody was carrying a lantern.", "Nobody in the city looked up from the rain.",
    "The sea does not care who is watching.", "They rang the bell for as long as they could.",
    "From up here every road looks short.", "He wrote it all down and believed none of it.",
    "There was no water where the map said water.", "The old door opened without a sound.",
    "Follow the river, she said, and don't turn round.", "And at last the light came back.",
)  # fmt: skip


@dataclass(frozen=True)
class Material:
    """A film to be put together: stills 1.25 times its size, a push in on each, a line over each, and its sound."""

    folder: Path
    width: int
    height: int
    fps: int
    frames_a_still: int
    stills: int

    @property
    def seconds(self) -> float:
        """How long the film is."""
        return self.stills * self.frames_a_still / self.fps

    @property
    def still_s(self) -> float:
        """How long each still is seen."""
        return self.frames_a_still / self.fps

    @property
    def voices(self) -> Path:
        """All lines where they are said, 48 kHz."""
        return self.folder / "voices.wav"

    @property
    def music(self) -> Path:
        """For the whole film, 48 kHz."""
        return self.folder / "music.wav"

    @property
    def captions(self) -> Path:
        """The lines as SRT."""
        return self.folder / "captions.srt"

    def still(self, number: int) -> Path:
        """A picture of the film's shape."""
        return self.folder / f"still-{number:02d}.png"

    def line(self, number: int) -> str:
        """What is said over a still."""
        return _LINES[number % len(_LINES)]

    def windows(self) -> list[moves.Window]:
        """The camera's way over each still."""
        return moves.path(sb.CAMERA_MOVE_PUSH_IN, (0.5, 0.5), self.frames_a_still, self.fps)

    def save(self) -> None:
        """For another process."""
        (self.folder / "material.json").write_text(json.dumps({**asdict(self), "folder": str(self.folder)}))


def read(folder: Path) -> Material:
    """What another process made."""
    told = json.loads((folder / "material.json").read_text())
    return Material(**{**told, "folder": Path(told["folder"])})


def make(material: Material) -> None:
    """Draw, speak and compose, once."""
    material.folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    width, height = (images.even(side * painting.OVERSIZE) for side in (material.width, material.height))
    for number in range(material.stills):
        setting = sb.Setting(
            place=_PLACES[number % len(_PLACES)],
            time_of_day=1 + number % 4,
            weather=sb.WEATHER_CLEAR,  # type: ignore[arg-type]
        )
        plate = painting.plate_of(ShotPicture(width, height, setting, seed=number))
        images.write_png(material.still(number), painting.flattened(plate))
    _speak(material)
    _compose(material)
    material.captions.write_text(
        "\n".join(
            f"{number + 1}\n{_clock(number * material.still_s + 0.3)} --> {_clock((number + 1) * material.still_s - 0.2)}\n"
            f"{material.line(number)}\n"
            for number in range(material.stills)
        )
    )
    material.save()


def run_step(
    kind: pb.StepKind.ValueType, params: pb.StepParams, folder: Path, inputs: dict[str, Path] | None = None
) -> dict[str, Path]:
    """A step by the worker's engine of that kind; its outputs by name."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = load(next(name for name, entry in ENGINES.items() if entry.kind == kind))
    try:
        finished = engine.run(Work(params, inputs or {}, folder, 7, lambda share: None))
    finally:
        if close := getattr(engine, "close", None):
            close()
    return {output.name: output.path for output in finished.outputs}


def _speak(material: Material) -> None:
    samples = np.zeros(round(material.seconds * _RATE), np.int16)
    for number in range(material.stills):
        voice = sb.Voice(age=sb.AGE_GROUP_ADULT, gender=(sb.GENDER_FEMALE, sb.GENDER_MALE)[number % 2], speed=1.0)
        asked = pb.StepParams(speak_line=pb.SpeakLineParams(text=material.line(number), language="en", voice=voice))
        spoken = run_step(pb.STEP_KIND_SPEAK_LINE, asked, material.folder / f"line-{number}")["speech"]
        with wave.open(str(spoken)) as file:
            line = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        start = round((number * material.still_s + 0.3) * _RATE)
        part = samples[start : start + len(line)]
        part += line[: len(part)]
    with wave.open(str(material.voices), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(samples.tobytes())


def _compose(material: Material) -> None:
    length = round(material.seconds * 1000)
    cues = [pb.MusicCue(start_ms=0, duration_ms=length, mood=sb.MOOD_CALM)]
    asked = pb.StepParams(compose_music=pb.ComposeMusicParams(duration_ms=length, cues=cues))
    run_step(pb.STEP_KIND_COMPOSE_MUSIC, asked, material.folder / "score")["music"].rename(material.music)


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02d}:{whole // 60_000 % 60:02d}:{whole // 1000 % 60:02d},{whole % 1000:03d}"
