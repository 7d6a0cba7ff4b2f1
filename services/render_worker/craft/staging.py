"""Where the camera stands for a shot: how much of the place is seen, where people are in it and how large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

# Height of a grown person's figure in the drawings of people, feet to crown.
FIGURE_HEIGHT = 620.0
# Where the eyes are, as a share of the figure's own height.
EYE_SHARE = 0.885
# Scale of whole figures in a tall picture, by how many there are.
_TALL_FULL = {1: 1.35, 2: 1.35, 3: 1.1, 4: 0.85}
_GROWTH = {sb.AGE_GROUP_CHILD: 0.70, sb.AGE_GROUP_YOUNG_ADULT: 0.98, sb.AGE_GROUP_SENIOR: 0.95}


@dataclass(frozen=True)
class Place2D:
    """A person in the picture: feet at (x, y), drawn `scale` times the size of the drawings of people."""

    character_id: str
    x: float
    y: float
    scale: float
    feeling: sb.Feeling.ValueType
    speaking: bool
    # -1 looks left, 1 looks right.
    facing: int


@dataclass(frozen=True)
class Staging:
    """One shot's layout: the part of the world seen (x, y, width, height), how soft it is, who stands where, where to look."""

    view: tuple[float, float, float, float]
    # Radius of the ground's softness, in units of the world.
    blur: float
    people: tuple[Place2D, ...]
    focus: tuple[float, float]


def growth_of(character: sb.Character | None) -> float:
    """How tall somebody is, 1.0 being a grown person."""
    return _GROWTH.get(character.age, 1.0) if character is not None else 1.0


def stage(w: float, h: float, size: sb.ShotSize.ValueType, presences: Sequence[sb.Presence], cast: dict[str, sb.Character], feet: float,
          sight: tuple[float, float], *, roofed: bool = False) -> Staging:  # fmt: skip
    """The layout of a shot of that size in a world of w × h, people's coordinates in the picture's own units (w × h too).

    Without people it looks at `sight`, a point of the world.
    """
    people = list(presences)[:4]
    if not people or size == sb.SHOT_SIZE_INSERT:
        return _without_people(w, h, size, sight)
    # Units of a figure that fill the picture's shorter side, and where the eyes are in it.
    wide = size not in (sb.SHOT_SIZE_MEDIUM, sb.SHOT_SIZE_CLOSE_UP)
    if size == sb.SHOT_SIZE_FULL:
        scale, eyes = (_TALL_FULL[len(people)] if h > w else 1.0), None
    elif size == sb.SHOT_SIZE_MEDIUM:
        scale, eyes = (1.62 if len(people) == 1 else 1.4) * (1.4 if h > w else 1.0), 0.40
    elif size == sb.SHOT_SIZE_CLOSE_UP:
        scale, eyes = (2.75 if len(people) == 1 else 2.0) * (1.15 if h > w else 1.0), 0.46
    elif h > w:
        scale, eyes = _TALL_FULL[len(people)] * 0.68, None
    else:
        # In a room they are as tall as its furniture; a landscape is seen from afar.
        scale, eyes = (0.68 if roofed else 0.42), None
    tallest = max(growth_of(cast.get(p.character_id)) for p in people)
    placed = []
    for presence in people:
        grown = growth_of(cast.get(presence.character_id))
        x = _across(presence, people, w, h, size, scale)
        if eyes is None:
            # Far off in a landscape they stand above the captions; nearer, and in a tall picture, their faces do.
            far = size != sb.SHOT_SIZE_FULL and w >= h and not roofed
            y = min(feet, h * 0.83) if far else h * (0.94 if size == sb.SHOT_SIZE_FULL or h > w else 0.9)
            if h > w:
                y = min(y, h * 0.62 + FIGURE_HEIGHT * EYE_SHARE * scale)
        else:
            # Alone, everyone's eyes are at one height; together, a child's are lower.
            line = h * eyes if len(people) == 1 else h * eyes + (tallest - grown) * FIGURE_HEIGHT * scale * 0.62
            y = line + FIGURE_HEIGHT * EYE_SHARE * grown * scale
        lone = 1.0 / grown**0.75 if len(people) == 1 and not wide else 1.0
        if eyes is not None and len(people) == 1:
            y = h * eyes + FIGURE_HEIGHT * EYE_SHARE * grown * scale * lone
        facing = _facing(presence, people)
        placed.append(
            Place2D(presence.character_id, x, y, scale * grown * lone, presence.feeling, presence.speaking, facing)
        )
    looked_at = next((p for p in placed if p.speaking), placed[len(placed) // 2])
    eye_y = looked_at.y - FIGURE_HEIGHT * EYE_SHARE * looked_at.scale
    focus = (min(0.9, max(0.1, looked_at.x / w)), min(0.9, max(0.1, eye_y / h)))
    if wide:
        share = 1.0 if size != sb.SHOT_SIZE_FULL else 0.78
        middle = 0.5 if size != sb.SHOT_SIZE_FULL else sum(p.position for p in people) / len(people)
        return Staging(_view(w, h, share, middle, feet / h), 0.0 if share == 1.0 else 2.2, tuple(placed), focus)
    share = 0.60 if size == sb.SHOT_SIZE_MEDIUM else 0.42
    middle = sum(p.position for p in people) / len(people)
    return Staging(_view(w, h, share, middle, 0.62), 5.0 if size == sb.SHOT_SIZE_MEDIUM else 9.0, tuple(placed), focus)


def _without_people(w: float, h: float, size: sb.ShotSize.ValueType, sight: tuple[float, float]) -> Staging:
    if size == sb.SHOT_SIZE_INSERT:
        return Staging(_view(w, h, 0.40, 0.5, 0.72), 14.0, (), (0.5, 0.5))
    share = {sb.SHOT_SIZE_FULL: 0.74, sb.SHOT_SIZE_MEDIUM: 0.54, sb.SHOT_SIZE_CLOSE_UP: 0.40}.get(size, 1.0)
    view = _view(w, h, share, sight[0] / w, sight[1] / h + share * 0.08)
    return Staging(view, 0.0, (), ((sight[0] - view[0]) / view[2], (sight[1] - view[1]) / view[3]))


def _view(w: float, h: float, share: float, x: float, y: float) -> tuple[float, float, float, float]:
    """A part of the world around a point given by shares, never past its edges."""
    left = min(max(x * w - share * w / 2, 0.0), w - share * w)
    top = min(max(y * h - share * h * 0.62, 0.0), h - share * h)
    return left, top, share * w, share * h


def _across(
    presence: sb.Presence, people: Sequence[sb.Presence], w: float, h: float, size: sb.ShotSize.ValueType, scale: float
) -> float:
    if len(people) == 1:
        if size in (sb.SHOT_SIZE_MEDIUM, sb.SHOT_SIZE_CLOSE_UP):
            # By the rule of thirds, with room where they look; less so in a narrow picture.
            lean = 0.12 if w > h else 0.06
            return w * (0.5 + (lean if presence.position > 0.5 else -lean))
        if w > h and abs(presence.position - 0.5) < 0.05:
            # Somebody far off in the middle would hide what the place is, and stand where captions do.
            return w * 0.36
        return w * (0.5 + (presence.position - 0.5) * 0.8)
    ordered = sorted(people, key=lambda each: each.position)
    index = ordered.index(presence)
    spread = {sb.SHOT_SIZE_MEDIUM: 430.0, sb.SHOT_SIZE_CLOSE_UP: 520.0, sb.SHOT_SIZE_FULL: 420.0}.get(
        size, 400.0 * scale
    )
    spread = min(spread, w * 0.92 / len(people))
    middle = 0.5 if size != sb.SHOT_SIZE_WIDE else 0.44
    return w * middle + (index - (len(people) - 1) / 2) * spread


def _facing(presence: sb.Presence, people: Sequence[sb.Presence]) -> int:
    if len(people) > 1:
        middle = sum(each.position for each in people) / len(people)
        return 1 if presence.position <= middle else -1
    return 1 if presence.position <= 0.5 else -1
