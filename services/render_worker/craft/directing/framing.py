"""How large people are in a shot of each size, for each shape of picture. Wide, tall and square are staged for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from filmstudio.projects.v1 import storyboard_pb2 as sb


class Shape(Enum):
    """A picture's shape: 16:9, 9:16 or 1:1, or what is nearest."""

    WIDE = "wide"
    TALL = "tall"
    SQUARE = "square"


ASPECTS = {"16:9": Shape.WIDE, "9:16": Shape.TALL, "1:1": Shape.SQUARE}


@dataclass(frozen=True)
class Frame:
    """The camera's distance: the scale of a grown person, and how the picture is filled with them."""

    scale: float
    # Where a grown person's eyes are, as a share of the height; None: whole figures, standing at `feet` of the height.
    eyes: float | None
    # How much of the world's width and height is behind them, and how soft it is (units).
    share: float
    blur: float
    # Between two people's middles, units.
    spread: float
    # How many stand side by side; the rest stand behind them.
    row: int
    # How far off the middle somebody alone stands, a share of the width: towards a third, with room where they look.
    lean: float = 0.14
    feet: float = 0.94
    # Seen from afar they stand where the place has its ground.
    afar: bool = False
    # Of an over-shoulder: the one in front, whose back we see.
    listener_scale: float = 0.0
    listener_eyes: float = 0.0
    listener_lean: float = 0.0


# Scales by how many there are (the last one for more). A figure is 620 units tall at scale 1, about 200 wide.
_Scales = tuple[float, ...]


def shape_of(w: float, h: float) -> Shape:
    """The shape of a picture of that width and height."""
    if w > h * 1.15:
        return Shape.WIDE
    return Shape.TALL if h > w * 1.15 else Shape.SQUARE


def frame_of(shape: Shape, size: sb.ShotSize.ValueType, count: int, *, roofed: bool) -> Frame:
    """The frame of a shot of that size with so many people (at least one). `roofed`: inside, where all is nearer."""
    match size:
        case sb.SHOT_SIZE_FULL:
            return _full(shape, count)
        case sb.SHOT_SIZE_MEDIUM:
            return _medium(shape, count)
        case sb.SHOT_SIZE_CLOSE_UP:
            return _close(shape, count)
        case sb.SHOT_SIZE_OVER_SHOULDER if count == 2:
            return _past_a_shoulder(shape)
        case sb.SHOT_SIZE_OVER_SHOULDER:
            # Nobody to look past.
            return _medium(shape, count)
        case _:
            return _wide(shape, count, roofed=roofed)


def _of(scales: _Scales, count: int) -> float:
    return scales[min(count, len(scales)) - 1]


def _tall_row(count: int) -> int:
    """Two side by side fill a narrow picture; a crowd is seen from further away."""
    return 3 if count > 4 else 2


def _wide(shape: Shape, count: int, *, roofed: bool) -> Frame:
    """Outside at least 22 % of the height, inside 45 %: small enough to see the place, large enough to read what they do."""
    match shape, roofed:
        case Shape.WIDE, True:
            return Frame(0.78, None, 1.0, 0.0, 250.0, 4, lean=0.15, feet=0.92)
        case Shape.WIDE, False:
            return Frame(0.48, None, 1.0, 0.0, 165.0, 4, lean=0.15, feet=0.84, afar=True)
        case Shape.SQUARE, True:
            return Frame(0.78, None, 1.0, 0.0, 230.0, 3, lean=0.12, feet=0.92)
        case Shape.SQUARE, False:
            return Frame(0.46, None, 1.0, 0.0, 160.0, 4, lean=0.14, feet=0.84, afar=True)
        case _, True:
            return Frame(1.32, None, 1.0, 0.0, 330.0, 2, lean=0.07, feet=0.93)
        case _:
            return Frame(_of((0.90, 0.84, 0.76), count), None, 1.0, 0.0, 260.0, 3, lean=0.10, feet=0.86)


def _full(shape: Shape, count: int) -> Frame:
    """The whole body, and not much more: for what is done with it."""
    match shape:
        case Shape.WIDE:
            return Frame(_of((1.18, 1.14, 1.06, 0.98), count), None, 0.78, 2.2, 330.0, 4, feet=0.955)
        case Shape.SQUARE:
            return Frame(_of((1.06, 1.02, 0.94), count), None, 0.76, 2.2, 300.0, 3, lean=0.10, feet=0.95)
        case _:
            return Frame(
                _of((1.75, 1.52, 1.42, 1.42, 1.20), count),
                None,
                0.76,
                2.2,
                390.0,
                _tall_row(count),
                lean=0.05,
                feet=0.94,
            )


def _medium(shape: Shape, count: int) -> Frame:
    """From the thighs up: for talk, with hands that are seen."""
    match shape:
        case Shape.WIDE:
            return Frame(_of((1.95, 1.64, 1.36, 1.20), count), 0.38, 0.56, 5.0, _of((0, 520, 430, 390), count), 4)
        case Shape.SQUARE:
            return Frame(_of((1.95, 1.50, 1.15), count), 0.37, 0.56, 5.0, _of((0, 390, 300), count), 3, lean=0.09)
        case _:
            return Frame(
                _of((2.80, 2.10, 1.90, 1.90, 1.45), count),
                0.35,
                0.58,
                5.0,
                _of((0, 430, 440), count),
                _tall_row(count),
                lean=0.05,
            )


def _close(shape: Shape, count: int) -> Frame:
    """Head and shoulders: for what is felt."""
    match shape:
        case Shape.WIDE:
            return Frame(_of((3.60, 2.50, 1.90), count), 0.43, 0.38, 9.0, _of((0, 680, 500), count), 3, lean=0.12)
        case Shape.SQUARE:
            return Frame(_of((3.50, 1.90, 1.40), count), 0.43, 0.38, 9.0, _of((0, 450, 330), count), 3, lean=0.07)
        case _:
            return Frame(
                _of((4.00, 2.60, 2.10, 2.10, 1.55), count),
                0.37,
                0.42,
                9.0,
                _of((0, 470, 450), count),
                _tall_row(count),
                lean=0.04,
            )


def _past_a_shoulder(shape: Shape) -> Frame:
    match shape:
        case Shape.WIDE:
            return Frame(2.20, 0.38, 0.48, 7.0, 0.0, 2, lean=0.15,
                         listener_scale=3.3, listener_eyes=0.43, listener_lean=0.39)  # fmt: skip
        case Shape.SQUARE:
            return Frame(2.05, 0.36, 0.50, 7.0, 0.0, 2, lean=0.14,
                         listener_scale=2.9, listener_eyes=0.46, listener_lean=0.37)  # fmt: skip
        case _:
            # Stacked in depth: the listener low in front, the speaker above.
            return Frame(3.00, 0.32, 0.50, 7.0, 0.0, 2, lean=0.10,
                         listener_scale=4.0, listener_eyes=0.56, listener_lean=0.34)  # fmt: skip
