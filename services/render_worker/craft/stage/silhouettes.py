"""Where there is anything of a picture: nobody's corners are warped and laid, as heads are narrower than shoulders."""

from __future__ import annotations

import cv2
import numpy as np

from services.render_worker.craft.images import Picture
from services.render_worker.craft.stage.camera import Matrix
from services.render_worker.craft.stage.tiles import Rect, around, clip

# Pixels of the picture: what is there is counted in blocks of so many each way.
_BLOCK = 16
# Rows of the film that are one piece. Of less than two it isn't worth the calls.
_ROWS = 128


class Silhouette:
    """From where to where there is something in each row of blocks of a picture; all over where there is none to go by."""

    def __init__(self, picture: Picture | None) -> None:
        """A picture whose fourth channel is its opacity."""
        self._rows: list[tuple[int, int] | None] | None = None
        if picture is None or picture.shape[0] < 2 * _ROWS:
            return
        tall, wide = -(-picture.shape[0] // _BLOCK), -(-picture.shape[1] // _BLOCK)
        there = cv2.threshold(cv2.extractChannel(picture, 3), 0, 255, cv2.THRESH_BINARY)[1]
        padded = cv2.copyMakeBorder(
            there, 0, tall * _BLOCK - there.shape[0], 0, wide * _BLOCK - there.shape[1], cv2.BORDER_CONSTANT
        )
        # A block's mean is above zero where any of its pixels is.
        blocks = np.asarray(cv2.resize(padded, (wide, tall), interpolation=cv2.INTER_AREA)) > 0
        filled: list[bool] = np.any(blocks, axis=1).tolist()
        first, last = blocks.argmax(axis=1).tolist(), (wide - blocks[:, ::-1].argmax(axis=1)).tolist()
        self._rows = [
            (start * _BLOCK, end * _BLOCK) if some else None
            for start, end, some in zip(first, last, filled, strict=True)
        ]

    def pieces(self, whole: Rect, matrix: Matrix) -> list[Rect]:
        """Rectangles of the film, within `whole`, outside which the map shows nothing of the picture. None is empty."""
        (across, turned, x), (tilted, down, y) = matrix.tolist()
        if not whole[2] or not whole[3]:
            return []
        if self._rows is None or turned or tilted:
            return [whole]
        film = (whole[0] + whole[2], whole[1] + whole[3])
        found = []
        for top in range(whole[1], film[1], _ROWS):
            bottom = min(top + _ROWS, film[1])
            first, end = int((down * top + y - 2) // _BLOCK), int((down * bottom + y + 2) // _BLOCK) + 1
            spans = [span for span in self._rows[max(0, first) : max(0, end)] if span is not None]
            if spans:
                left, right = min(start for start, _ in spans) - 2, max(stop for _, stop in spans) + 2
                found.append(clip(around((left - x) / across, top, (right - x) / across, bottom, film), whole))
        return [rect for rect in found if rect[2] and rect[3]]
