"""Text set in type: one row of any scripts at a size, measured and drawn upon its baseline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from services.render_worker.craft.lettering import glyphs
from services.render_worker.craft.lettering.fonts import Face, fonts_folder, primary

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Box:
    """Where ink is, in pixels from the beginning of the baseline: above it `top` is negative."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Lettering:
    """How text is set. `size` is in pixels; `track` is added between letters, in sizes (only where letters stand apart)."""

    language: str
    size: int
    weight: str = "semibold"
    display: bool = False
    italic: bool = False
    track: float = 0.0

    def length(self, text: str) -> float:
        """How wide the row is, in pixels. GlyphMissing as `glyphs.runs`."""
        return _length(self, text)

    def box(self, text: str) -> Box:
        """Where the row's ink is; an empty one at the baseline for nothing."""
        x = 0.0
        boxes: list[tuple[float, float, float, float]] = []
        for run, length in self.pieces(text):
            mask, (left, top) = _font(run.face, self.size).getmask2(
                run.text, anchor="ls", direction=_way(run), language=self._tag
            )
            if ink := mask.getbbox():
                right = x + length if self._tracked(run) else x + left + ink[2]
                boxes.append((x + left + ink[0], top + ink[1], right, top + ink[3]))
            x += length
        if not boxes:
            return Box(0.0, 0.0, 0.0, 0.0)
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return Box(min(lefts), min(tops), max(rights), max(bottoms))

    def heights(self, text: str) -> tuple[float, float]:
        """How far the faces of the text reach above and below the baseline, whatever its letters are."""
        metrics = [_font(run.face, self.size).getmetrics() for run, _ in self.pieces(text or "A")]
        return max(up for up, _ in metrics), max(down for _, down in metrics)

    def draw(self, drawing: ImageDraw.ImageDraw, x: float, baseline: float, text: str, *, stroke: int = 0) -> None:
        """The row in full white on a drawing of mode "L", its first letter at x; a stroke makes it fatter all around."""
        for run, length in self.pieces(text):
            font = _font(run.face, self.size)
            if self._tracked(run):
                self._letters(drawing, x, baseline, run, font, stroke)
            else:
                drawing.text(
                    (x, baseline),
                    run.text,
                    255,
                    font,
                    anchor="ls",
                    stroke_width=stroke,
                    direction=_way(run),
                    language=self._tag,
                )
            x += length

    def mask(self, text: str, size: tuple[int, int], x: float, baseline: float, *, stroke: int = 0) -> Mask:
        """A picture of that width and height of how much of each pixel the row covers, 0 to 255."""
        picture = Image.new("L", size, 0)
        self.draw(ImageDraw.Draw(picture), x, baseline, text, stroke=stroke)
        return np.asarray(picture, np.uint8)

    def _letters(
        self, drawing: ImageDraw.ImageDraw, x: float, baseline: float, run: glyphs.Run, font: ImageFont.FreeTypeFont,
        stroke: int,
    ) -> None:  # fmt: skip
        for place, letter in enumerate(run.text):
            # Where it stands in the whole word, so that pairs stay kerned.
            at = x + font.getlength(run.text[: place + 1]) - font.getlength(letter) + place * self.track * self.size
            drawing.text((at, baseline), letter, 255, font, anchor="ls", stroke_width=stroke)

    def pieces(self, text: str) -> list[tuple[glyphs.Run, float]]:
        """The row's runs from left to right, each with its length in pixels."""
        return [(run, self._length(run)) for run in self._runs(text)]

    def _runs(self, text: str) -> tuple[glyphs.Run, ...]:
        return _runs(text, self.language, self.weight, self.display, self.italic, fonts_folder())

    def _length(self, run: glyphs.Run) -> float:
        length = _font(run.face, self.size).getlength(run.text, direction=_way(run), language=self._tag)
        return float(length) + (self.track * self.size * len(run.text) if self._tracked(run) else 0.0)

    def _tracked(self, run: glyphs.Run) -> bool:
        return bool(self.track) and all(letter < "\u0590" for letter in run.text)

    @property
    def _tag(self) -> str | None:
        return primary(self.language) or None


def _way(run: glyphs.Run) -> str:
    return "rtl" if run.rtl else "ltr"


@lru_cache(maxsize=4096)
def _length(lettering: Lettering, text: str) -> float:
    return sum(length for _, length in lettering.pieces(text))


@lru_cache(maxsize=2048)
def _runs(text: str, language: str, weight: str, display: bool, italic: bool, folder: Path) -> tuple[glyphs.Run, ...]:
    return tuple(glyphs.runs(text, language, weight, display=display, italic=italic))


@lru_cache(maxsize=256)
def _font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    return face.at(size)
