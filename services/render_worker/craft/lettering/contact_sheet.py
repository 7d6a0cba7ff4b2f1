"""The storyboard as one page: every shot's picture with its number, size, move, length and words, scene by scene."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb
from PIL import Image, ImageDraw

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering.bidi import is_rtl
from services.render_worker.craft.lettering.lettering import Lettering
from services.render_worker.craft.lettering.typesetting import Block, body, fitted

WIDTH = 2400
# Three beside one another is the least there is.
WIDEST_PANEL = WIDTH // 3
_MARGIN, _GAP = 90, 44
_PAPER, _INK, _SOFT, _LINE = (240, 245, 247), (46, 40, 38), (120, 112, 108), (205, 212, 216)
_ACCENT = (60, 96, 196)
_SIZES = {
    sb.SHOT_SIZE_WIDE: "Wide", sb.SHOT_SIZE_FULL: "Full", sb.SHOT_SIZE_MEDIUM: "Medium", sb.SHOT_SIZE_CLOSE_UP: "Close-up",
    sb.SHOT_SIZE_INSERT: "Insert", sb.SHOT_SIZE_OVER_SHOULDER: "Over shoulder",
}  # fmt: skip
_MOVES = {
    sb.CAMERA_MOVE_PUSH_IN: "push in", sb.CAMERA_MOVE_PULL_OUT: "pull out", sb.CAMERA_MOVE_PAN_LEFT: "pan left",
    sb.CAMERA_MOVE_PAN_RIGHT: "pan right", sb.CAMERA_MOVE_TILT_UP: "tilt up", sb.CAMERA_MOVE_TILT_DOWN: "tilt down",
    sb.CAMERA_MOVE_FOLLOW: "follow",
}  # fmt: skip
_ARROWS = {
    sb.CAMERA_MOVE_PAN_LEFT: (-1, 0), sb.CAMERA_MOVE_PAN_RIGHT: (1, 0), sb.CAMERA_MOVE_TILT_UP: (0, -1),
    sb.CAMERA_MOVE_TILT_DOWN: (0, 1), sb.CAMERA_MOVE_FOLLOW: (1, 0),
}  # fmt: skip


@dataclass(frozen=True)
class Panel:
    """A shot on the page. `picture` gives its frame as BGR when it is drawn, so that a page holds one at a time."""

    scene: int
    heading: str
    shot: sb.Shot
    picture: Callable[[], Picture]


@dataclass(frozen=True)
class _Row:
    """Panels beside one another, below their scene's heading where they begin one."""

    heading: str
    panels: tuple[Panel, ...]
    captions: tuple[tuple[Block, ...], ...]
    height: int


def sheet(title: str, language: str, panels: Sequence[Panel], aspect: tuple[int, int]) -> Picture:
    """The page as BGR, 2400 pixels wide and as tall as it needs. `aspect`: width and height of the film.

    FontMissing or GlyphMissing when no face sets its words.
    """
    columns = _columns(len(panels), aspect)
    across = (WIDTH - 2 * _MARGIN - (columns - 1) * _GAP) // columns
    tall = round(across * aspect[1] / aspect[0])
    rows = _rows(panels, columns, across, tall, language)
    head = fitted(title.strip() or "Storyboard", Lettering(language, 84, "bold", display=True), WIDTH * 0.72, 2)
    top = _MARGIN + round(head.height) + 78
    height = top + sum(row.height + (_heading_height(row)) for row in rows) + _MARGIN // 2
    page = np.full((height, WIDTH, 3), _PAPER, np.uint8)
    _block(page, head, _MARGIN, _MARGIN, _INK)
    scenes, length = len({panel.scene for panel in panels}), _clock(sum(_seconds(panel.shot) for panel in panels))
    told = f"{_counted(scenes, 'scene')} · {_counted(len(panels), 'shot')} · {length}"
    _block(page, _line(told, "en", 34, "regular"), WIDTH - _MARGIN, _MARGIN + 30, _SOFT, align=1.0)
    cv2.rectangle(page, (_MARGIN, top - 40), (WIDTH - _MARGIN, top - 38), _LINE, -1)
    for row in rows:
        if row.heading:
            _block(page, _line(row.heading, language, 36, "bold", track=0.03), _MARGIN, top + 14, _ACCENT)
            top += _heading_height(row)
        for place, (panel, captions) in enumerate(zip(row.panels, row.captions, strict=True)):
            _panel(page, panel, captions, (_MARGIN + place * (across + _GAP), top, across, tall), language)
        top += row.height
    return page


def _columns(count: int, aspect: tuple[int, int]) -> int:
    wide = aspect[0] > aspect[1]
    square = aspect[0] == aspect[1]
    few, many = (3, 5) if wide else (4, 6) if square else (5, 8)
    return many if count > 60 else few + 1 if count > 24 else few


def _rows(panels: Sequence[Panel], columns: int, across: int, tall: int, language: str) -> list[_Row]:
    """A scene begins a row of its own."""
    rows: list[_Row] = []
    place = 0
    while place < len(panels):
        scene = panels[place].scene
        stop = place
        while stop < len(panels) and panels[stop].scene == scene and stop - place < columns:
            stop += 1
        begins = place == 0 or panels[place - 1].scene != scene
        row = tuple(panels[place:stop])
        captions = tuple(_captions(panel.shot, across, language) for panel in row)
        below = max(_captions_height(blocks) for blocks in captions)
        heading = f"{scene}   {panels[place].heading}".strip() if begins else ""
        rows.append(_Row(heading, row, captions, tall + 64 + below + _GAP))
        place = stop
    return rows


def _heading_height(row: _Row) -> int:
    return 84 if row.heading else 0


def _captions(shot: sb.Shot, across: int, language: str) -> tuple[Block, ...]:
    """The words said, else what is seen."""
    size = max(24, min(30, across // 24))
    said = [" ".join(line.text.split()) for line in shot.lines if line.text.strip()]
    if said:
        face = Lettering(language, size, "regular")
        return tuple(_clipped(f"\u201c{text}\u201d" if not line.off_screen else text, face, across)
                     for text, line in list(zip(said, shot.lines, strict=False))[:3])  # fmt: skip
    return (_clipped(" ".join(shot.prompt.split()), Lettering(language, size, "regular", italic=True), across),)


def _clipped(text: str, lettering: Lettering, across: int) -> Block:
    """At most three rows at this very size; what is more ends in an ellipsis."""
    most = 3 * across
    if lettering.length(text) > most * 0.94:
        share = most * 0.9 / lettering.length(text)
        cut = text[: int(len(text) * share)]
        text = (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,.;:\u201d") + "…"
    return body(text or " ", lettering, across)


def _captions_height(blocks: Sequence[Block]) -> int:
    return round(sum(block.height + block.lettering.size * 0.62 for block in blocks))


def _panel(
    page: Picture, panel: Panel, captions: Sequence[Block], box: tuple[int, int, int, int], language: str
) -> None:
    x, y, across, tall = box
    shown = np.asarray(cv2.resize(panel.picture(), (across, tall), interpolation=cv2.INTER_AREA), np.uint8)
    _arrow(shown, panel.shot.camera)
    page[y : y + tall, x : x + across] = shown
    cv2.rectangle(page, (x, y), (x + across - 1, y + tall - 1), _LINE, 1)
    number = _line(str(panel.shot.number), language, 34, "bold")
    _block(page, number, x, y + tall + 20, _INK)
    size, move = _SIZES.get(panel.shot.size, ""), _MOVES.get(panel.shot.camera, "")
    told = " · ".join(part for part in (size, move) if part)
    if told:
        _block(page, _line(told, "en", 27, "regular"), x + number.width + 18, y + tall + 24, _SOFT)
    length = _line(f"{_seconds(panel.shot):.1f} s", "en", 27, "regular")
    _block(page, length, x + across, y + tall + 24, _SOFT, align=1.0)
    top = y + tall + 70.0
    for block in captions:
        rtl = is_rtl(block.rows[0])
        _block(page, block, x + across * rtl, top, _INK, align=float(rtl))
        top += block.height + block.lettering.size * 0.62


def _arrow(picture: Picture, move: sb.CameraMove.ValueType) -> None:
    """How the camera goes, drawn into the picture as storyboard artists do: an arrow, or a frame within the frame."""
    height, width = picture.shape[:2]
    short = min(width, height)
    thick = max(2, short // 110)
    middle = (width // 2, height // 2)
    if move in _ARROWS:
        dx, dy = _ARROWS[move]
        reach = round(short * 0.2)
        start = (middle[0] - dx * reach, round(height * 0.88) if dx else middle[1] - dy * reach)
        end = (middle[0] + dx * reach, start[1] if dx else middle[1] + dy * reach)
        if dy:
            start, end = (round(width * 0.9), start[1]), (round(width * 0.9), end[1])
        for color, wide in (((20, 16, 14), thick * 3), ((250, 250, 250), thick)):
            cv2.arrowedLine(picture, start, end, color, wide, cv2.LINE_AA, tipLength=0.16)
    elif move in (sb.CAMERA_MOVE_PUSH_IN, sb.CAMERA_MOVE_PULL_OUT):
        inner = (round(width * 0.2), round(height * 0.2))
        outer = (round(width * 0.08), round(height * 0.08))
        for color, wide in (((20, 16, 14), thick * 3), ((250, 250, 250), thick)):
            for side_x in (0, 1):
                for side_y in (0, 1):
                    near = (abs(side_x * (width - 1) - inner[0]), abs(side_y * (height - 1) - inner[1]))
                    far = (abs(side_x * (width - 1) - outer[0]), abs(side_y * (height - 1) - outer[1]))
                    start, end = (far, near) if move == sb.CAMERA_MOVE_PUSH_IN else (near, far)
                    cv2.arrowedLine(picture, start, end, color, wide, cv2.LINE_AA, tipLength=0.3)


def _seconds(shot: sb.Shot) -> float:
    """As long as the last film had it, else as it wishes to be."""
    wished = shot.wished_ms or shot.natural_ms + sum(line.estimated_ms for line in shot.lines)
    return (shot.duration_ms or wished) / 1000


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _clock(seconds: float) -> str:
    whole = math.floor(seconds + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


def _line(text: str, language: str, size: int, weight: str, *, track: float = 0.0) -> Block:
    return fitted(text, Lettering(language, size, weight, track=track), WIDTH - 2 * _MARGIN, 1)


def _block(
    page: Picture, block: Block, x: float, top: float, color: tuple[int, int, int], *, align: float = 0.0
) -> None:
    """The block on the page in place, drawn on a layer no larger than it is."""
    pad = block.lettering.size
    wide, tall = round(block.width) + 2 * pad, round(block.height) + 2 * pad
    layer = Image.new("L", (wide, tall), 0)
    block.draw(ImageDraw.Draw(layer), pad + block.width * align, pad, align)
    left, upper = round(x - block.width * align) - pad, round(top) - pad
    cut_x, cut_y = max(0, -left), max(0, -upper)
    part = page[upper + cut_y : upper + tall, left + cut_x : left + wide]
    ink = np.asarray(layer, np.float32)[cut_y : cut_y + part.shape[0], cut_x : cut_x + part.shape[1], None] / 255
    part[:] = (part * (1 - ink) + np.array(color, np.float32) * ink).round()
