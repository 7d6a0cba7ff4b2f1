"""What a head is drawn from: whose it is, and what it shows at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets.expression import Expression, Mouth
from services.render_worker.craft.puppets.features import Gaze, Turn


@dataclass(frozen=True)
class Person:
    """What of a character their head and body are drawn from."""

    look: sb.Look
    child: bool
    senior: bool
    feminine: bool
    # Steady draws that tell people of one kind apart.
    variant: int


@dataclass(frozen=True)
class Face:
    """All that a head shows at one moment."""

    turn: Turn
    expression: Expression
    gaze: Gaze
    mouth: Mouth
    # Seen from behind.
    back: bool = False
    # Hair that hangs lags behind by that many units.
    drag: float = 0.0
