"""Whom a puppet plays in a shot, and what it knows of that shot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.mouths import MouthTrack
from services.render_worker.craft.puppets.things import Span

# Poses a second.
TWOS = 12


@dataclass(frozen=True)
class Speech:
    """A line said in a shot: by whom, when (milliseconds from the shot's start), and what the mouth does."""

    character_id: str
    start_ms: int
    track: MouthTrack
    feeling: sb.Feeling.ValueType = sb.FEELING_NEUTRAL

    def at(self, ms: float) -> bool:
        """Whether it is being said then."""
        return self.start_ms <= ms < self.start_ms + self.track.duration_ms


@dataclass(frozen=True)
class Scene:
    """What a character knows of the shot they are in. Lengths in units of their own figure, x to the right of the picture."""

    duration_ms: int
    speeches: Sequence[Speech]
    # Where each of those present is at a share of the shot, by id.
    x_of: Callable[[str, float], float]
    # Ids of the others, and places (as x) of things by noun.
    others: Sequence[str]
    things: dict[str, float]
    seed: int

    def span(self, act: sb.Act) -> tuple[float, float]:
        """When an act begins and ends, in milliseconds; none is shorter than a blink."""
        start = act.start * self.duration_ms
        return start, max((act.end if act.end > act.start else 1.0) * self.duration_ms, start + 300)

    def place(self, name: str, share: float) -> float | None:
        """Where somebody else or a thing is; None when it isn't here."""
        return self.x_of(name, share) if name in self.others else self.things.get(name)


@dataclass(frozen=True)
class Role:
    """Whom to play: as the shot has them when it begins."""

    character: sb.Character
    feeling: int
    stance: int
    # -1 or 1.
    facing: int
    looks_at: str
    back: bool
    acts: Sequence[sb.Act]
    # What they have in hand when.
    spans: Sequence[Span] = ()

    def says_at(self, ms: float, scene: Scene) -> bool:
        """Whether it is they who speak then."""
        return any(speech.at(ms) for speech in scene.speeches if speech.character_id == self.character.id)
