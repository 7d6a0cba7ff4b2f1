"""The film in time: every card and shot with its place, every line with the moment it is said at. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2

from services.ai_jobs.drafts import shots_of
from services.ai_jobs.fitting import Fit
from services.ai_jobs.specs import FilmSpec

NARRATOR = "Narrator"
# speakers at the picture's edges are heard a little to that side
_WIDEST_PAN = 0.3


@dataclass(frozen=True)
class SpokenLine:
    """A line with its place in its shot and the step that moves its speaker's mouth."""

    timed: pb.TimedLine
    lips: str


@dataclass(frozen=True)
class Segment:
    """A stretch of the film: a card or a shot, with its place in time."""

    name: str
    start_frame: int
    frames: int
    scene: storyboard_pb2.Scene | None = None
    shot: storyboard_pb2.Shot | None = None
    lines: tuple[SpokenLine, ...] = ()

    @property
    def frame(self) -> str:
        """The step that draws its picture."""
        return f"frame/{self.name}"

    @property
    def step(self) -> str:
        """The step that moves it."""
        return f"shot/{self.name}"

    @property
    def transition(self) -> storyboard_pb2.Transition.ValueType:
        """How it begins."""
        return self.shot.transition if self.shot is not None else storyboard_pb2.TRANSITION_CUT


class Timeline:
    """A storyboard whose lengths are known. `segments` in film order; `lines` with times from the film's start;
    `scenes`: each scene with the frame it starts at.
    """

    def __init__(
        self, spec: FilmSpec, board: storyboard_pb2.Storyboard, spoken: Sequence[pb.SpeakLineResult], fit: Fit
    ) -> None:
        self._spec, self._board, self._fit = spec, board, fit
        self.tempo = fit.tempo
        self.segments = self._in_time(spoken)
        self.lines = [line for segment in self.segments for line in self._in_film(segment)]
        self.scenes = self._scene_starts()

    def ms(self, frames: int) -> int:
        """The time of so many frames, in whole milliseconds."""
        return round(frames * 1000 / self._spec.fps)

    def _in_time(self, spoken: Sequence[pb.SpeakLineResult]) -> list[Segment]:
        names = {character.id: character.name for character in self._board.characters}
        results = iter(enumerate(spoken))
        segments: list[Segment] = []
        at = 0

        def add(name: str, length: int, **more: Any) -> None:
            nonlocal at
            segments.append(Segment(name, at, length, **more))
            at += length

        if self._fit.title_frames:
            add("title", self._fit.title_frames)
        for number, (scene, shot) in enumerate(shots_of(self._board)):
            heard = across(shot)
            lines = []
            for line, placed in zip(shot.lines, self._fit.lines[shot.id], strict=True):
                index, result = next(results)
                timed = pb.TimedLine(
                    speaker=names.get(line.character_id, NARRATOR),
                    text=line.text,
                    start_ms=placed.start_ms,
                    duration_ms=placed.duration_ms,
                    words=_faster(result, self._fit.tempo),
                    character_id=line.character_id,
                    off_screen=line.off_screen or not line.character_id or line.character_id not in heard,
                    pan=0.0 if line.off_screen else heard.get(line.character_id, 0.0),
                    feeling=line.feeling,
                )
                lines.append(SpokenLine(timed, f"lips/{index:04d}"))
            add(f"{number:04d}", self._fit.shot_frames[shot.id], scene=scene, shot=shot, lines=tuple(lines))
        if self._fit.end_frames:
            add("end", self._fit.end_frames)
        return segments

    def _in_film(self, segment: Segment) -> list[SpokenLine]:
        """The segment's lines with their times counted from the film's start."""
        offset = self.ms(segment.start_frame)
        placed = []
        for line in segment.lines:
            timed = pb.TimedLine()
            timed.CopyFrom(line.timed)
            timed.start_ms += offset
            placed.append(SpokenLine(timed, line.lips))
        return placed

    def _scene_starts(self) -> list[tuple[storyboard_pb2.Scene, int]]:
        starts: list[tuple[storyboard_pb2.Scene, int]] = []
        for segment in self.segments:
            if segment.scene is not None and (not starts or starts[-1][0].id != segment.scene.id):
                starts.append((segment.scene, segment.start_frame))
        return starts

    def scene_stretches(self) -> list[tuple[storyboard_pb2.Scene, int, int]]:
        """Each scene with the milliseconds it begins and ends at; cards belong to their neighbours."""
        begins = [0, *(self.ms(start) for _, start in self.scenes[1:])]
        ends = [*begins[1:], self._spec.duration_ms]
        return [(scene, begin, end) for (scene, _), begin, end in zip(self.scenes, begins, ends, strict=True)]


def across(shot: storyboard_pb2.Shot) -> dict[str, float]:
    """How far to the left or right those in the picture are heard."""
    return {presence.character_id: (presence.position - 0.5) * 2 * _WIDEST_PAN for presence in shot.presences}


def _faster(result: pb.SpeakLineResult, tempo: float) -> list[pb.SpokenWord]:
    return [
        pb.SpokenWord(text=word.text, start_ms=round(word.start_ms / tempo), end_ms=round(word.end_ms / tempo))
        for word in result.words
    ]
