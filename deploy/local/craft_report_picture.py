"""The report as one picture: title, contact sheet, wave and measures, for documents."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from deploy.local.craft_report_film import Film
from deploy.local.craft_report_measures import measures
from services.render_worker.craft.lettering.lettering import Lettering

_WIDE, _MARGIN, _GAP = 1500, 44, 8
_PAPER, _INK, _SOFT, _ACCENT = (250, 248, 244), (29, 27, 25), (111, 106, 99), (180, 83, 42)
_GOOD, _BAD = (47, 125, 79), (179, 38, 30)
_HEAD, _WAVE, _ROW = 104, 84, 26


def draw(film: Film) -> Image.Image:
    """The picture."""
    columns = 6 if film.size[0] > film.size[1] else 11
    room = _WIDE - 2 * _MARGIN
    wide = (room - _GAP * (columns - 1)) // columns
    tall = round(wide * film.size[1] / film.size[0])
    rows = -(-len(film.stills) // columns)
    found = measures(film.job["quality"])
    lines = -(-len(found) // 3)
    sheet_end = _HEAD + rows * (tall + _GAP)
    page = Image.new("RGB", (_WIDE, sheet_end + _WAVE + 40 + lines * _ROW + _MARGIN), _PAPER)
    language = str(next((output["language"] for output in film.job["outputs"] if output.get("language")), "en"))
    _text(page, film.title, _MARGIN, 62, 36, _INK, language, display=True)
    shots = f"{len(film.shots)} shots · " if film.shots else ""
    facts = f"{film.length_s:.0f} s · {film.size[0]} × {film.size[1]} · {shots}a picture every two seconds"
    _text(page, facts, _MARGIN, 90, 15, _SOFT)
    for place, still in enumerate(film.stills):
        row, column = divmod(place, columns)
        picture = cv2.resize(still.picture, (wide, tall), interpolation=cv2.INTER_AREA)
        at = (_MARGIN + column * (wide + _GAP), _HEAD + row * (tall + _GAP))
        page.paste(Image.fromarray(np.ascontiguousarray(picture[:, :, ::-1])), at)
    _wave(page, film, sheet_end + 10)
    for place, measure in enumerate(found):
        row, column = divmod(place, 3)
        x, y = _MARGIN + column * room // 3, sheet_end + _WAVE + 48 + row * _ROW
        mark = {True: _GOOD, False: _BAD, None: _SOFT}[measure.held]
        ImageDraw.Draw(page).ellipse((x, y - 11, x + 9, y - 2), fill=mark)
        _text(
            page,
            f"{measure.name}: {measure.value if measure.held is not None else 'not measured'}",
            x + 18,
            y,
            15,
            _INK,
        )
    return page


def _wave(page: Image.Image, film: Film, top: int) -> None:
    drawing, middle = ImageDraw.Draw(page), top + _WAVE // 2
    step = (_WIDE - 2 * _MARGIN) / len(film.wave)
    for place, peak in enumerate(film.wave):
        x, reach = _MARGIN + place * step, max(0.5, float(peak) * _WAVE / 2)
        drawing.rectangle((x, middle - reach, x + 0.6 * step, middle + reach), fill=_ACCENT)


def _text(
    page: Image.Image, text: str, x: int, baseline: int, size: int, colour: tuple[int, int, int], language: str = "en",
    *, display: bool = False,
) -> None:  # fmt: skip
    lettering = Lettering(language, size, "semibold" if display else "regular", display=display)
    page.paste(
        Image.new("RGB", page.size, colour), (0, 0), Image.fromarray(lettering.mask(text, page.size, x, baseline))
    )
