"""What a staged shot is made of: people on their marks, the walks between them, and how high their eyes are.

Coordinates are units of the picture (its shorter side has 1000, shot_picture.UNITS), shares are of the shot's length.
"""

from __future__ import annotations

from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.moves import eased

# Height of a grown person's figure at scale 1, feet to crown.
FIGURE_HEIGHT = 620.0
# Where the eyes of somebody who stands are, as a share of the figure's own height.
EYE_SHARE = 0.885
# And of those who don't: a seat is as high as a knee, who kneels loses the shins.
EYE_SHARES = {sb.POSE_SITTING: 0.655, sb.POSE_KNEELING: 0.625, sb.POSE_LYING: 0.11}
# Presence.position of somebody who is about to enter, or has left.
OFF_LEFT, OFF_RIGHT = -0.25, 1.25


def eye_share(pose: sb.Pose.ValueType) -> float:
    """How high the eyes are in that pose, as a share of the standing figure's height."""
    return EYE_SHARES.get(pose, EYE_SHARE)


@dataclass(frozen=True)
class Place2D:
    """A person in the picture as the shot begins: feet at (x, y), drawn `scale` times the size of the drawings of people."""

    character_id: str
    x: float
    y: float
    scale: float
    feeling: sb.Feeling.ValueType
    speaking: bool
    # -1 looks left, 1 looks right.
    facing: int
    pose: sb.Pose.ValueType = sb.POSE_STANDING
    # Turned away from us, in front of the other: the listener of an over-shoulder.
    back: bool = False
    # Sits, or sits down in this shot, and needs something to sit on.
    seat: bool = False
    # Lower ones are drawn first.
    order: float = 0.0
    # As planes.Sheet's.
    depth: float = 1.0


@dataclass(frozen=True)
class Travel:
    """Somebody goes from one position of the scene to another, between two shares of the shot's length."""

    character_id: str
    begin: float
    end: float
    from_position: float
    to_position: float


@dataclass(frozen=True)
class Staging:
    """One shot's layout: the part of the world seen (x, y, width, height), how soft it is, who stands where, where to look."""

    view: tuple[float, float, float, float]
    # Radius of the ground's softness, in units of the world.
    blur: float
    # From the farthest to the nearest.
    people: tuple[Place2D, ...]
    # Fractions of the picture.
    focus: tuple[float, float]
    # (position in the scene, x in the picture), both rising.
    knots: tuple[tuple[float, float], ...] = ((0.0, 0.0), (1.0, 1000.0))
    travels: tuple[Travel, ...] = ()

    def x_of(self, position: float) -> float:
        """Where a Presence's or an Act's position is across this picture; below 0.0 and above 1.0 out of it."""
        knots = self.knots
        at = next((i for i in range(1, len(knots) - 1) if position < knots[i][0]), len(knots) - 1)
        (from_position, from_x), (to_position, to_x) = knots[at - 1], knots[at]
        return from_x + (to_x - from_x) * (position - from_position) / (to_position - from_position)

    def x_at(self, character_id: str, share: float) -> float:
        """Where somebody of this shot is across the picture at that share of its length (0.0 to 1.0), their walks done."""
        place = next(person for person in self.people if person.character_id == character_id)
        x = place.x
        for travel in self.travels:
            if travel.character_id != character_id or share <= travel.begin:
                continue
            t = eased(min(1.0, (share - travel.begin) / max(travel.end - travel.begin, 1e-6)), 0.12)
            start = x
            x = start + (self.x_of(travel.to_position) - start) * t
        return x

    def walk(self, w: float, h: float, frames: int) -> list[tuple[float, float]] | None:
        """For moves.path: where the first who travels is at each frame, as fractions of a picture of w × h; None if nobody does."""
        if not self.travels:
            return None
        who = self.travels[0].character_id
        place = next(person for person in self.people if person.character_id == who)
        y = (place.y - FIGURE_HEIGHT * EYE_SHARE * place.scale) / h
        return [(self.x_at(who, frame / max(frames - 1, 1)) / w, y) for frame in range(frames)]
