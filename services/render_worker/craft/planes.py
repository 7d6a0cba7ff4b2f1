"""A picture in planes: sheets at several depths, and what lives on them. The painter makes it, the stage moves it.

All lengths are pixels of the plate, the frame's size times 1.25 (so that a camera can move in it). All colours are
premultiplied by their opacity. Depth says how far a sheet moves when the camera does: 0.0 is at infinity and stands still,
1.0 is where the people are, more is nearer than they.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from services.render_worker.craft import packed
from services.render_worker.craft.images import Picture

# One filter for all rows: half the time of trying each, and files of the same size.
_PNG = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]
# Of this many pixels and more a picture is packed: below, a frame's own tables cost more than it saves.
_PACKED_FROM = 40_000


@dataclass(frozen=True)
class Sheet:
    """A still picture (BGRA, premultiplied, cropped to what is on it), its upper left corner on the plate, and its depth."""

    picture: Picture
    x: int
    y: int
    depth: float


@dataclass(frozen=True)
class Moving:
    """Something small that lives: pictures (BGRA, premultiplied) shown in a cycle, moved, swayed and flickered by rule.

    At time t its upper left corner is at (x + vx·t, y + vy·t), wrapped into `wrap` (x, y, width, height of the box that it
    leaves on one side and enters on the other) where there is one.
    """

    pictures: tuple[Picture, ...]
    x: float
    y: float
    depth: float
    # It is drawn after the sheet of this index, and before the next; -1: behind all.
    after: int
    # Pictures of the cycle shown a second.
    rate: float = 0.0
    vx: float = 0.0
    vy: float = 0.0
    wrap: tuple[float, float, float, float] | None = None
    # It swings about (pivot_x, pivot_y) of its picture by up to so many degrees, so often a second, or bobs up and down.
    sway_deg: float = 0.0
    bob_px: float = 0.0
    sway_hz: float = 0.0
    pivot: tuple[float, float] = (0.0, 0.0)
    # Its opacity wavers by up to that share, so often a second.
    flicker: float = 0.0
    flicker_hz: float = 0.0
    # 0.0 to 1.0 of a period, so that two of a kind don't move together.
    phase: float = 0.0
    # It is light: added to what is below instead of laid over it.
    glows: bool = False


@dataclass(frozen=True)
class Ripple:
    """A part of a sheet that moves as water does: its rows shift sideways in waves that are longer the nearer they are."""

    sheet: int
    # x, y, width, height on the plate.
    box: tuple[int, int, int, int]
    # At the box's lower edge; at the upper edge they are a fifth of it.
    amplitude_px: float
    wavelength_px: float
    hz: float


@dataclass(frozen=True)
class Falling:
    """Rain, snow, leaves or fog in front of all: a tile (BGRA, premultiplied) that covers the film and scrolls without a seam."""

    tile: Picture
    # Pixels a second.
    vx: float
    vy: float
    opacity: float = 1.0


@dataclass(frozen=True)
class Plate:
    """A drawn scene without its people. Sheets from the farthest to the nearest; the first is opaque and covers the plate."""

    width: int
    height: int
    sheets: tuple[Sheet, ...]
    # People are drawn after the sheet of this index; those that follow are in front of them.
    people_after: int
    movings: tuple[Moving, ...] = ()
    ripples: tuple[Ripple, ...] = ()
    fallings: tuple[Falling, ...] = ()
    # Where to look, as fractions of the plate.
    focus: tuple[float, float] = (0.5, 0.5)
    # -1 or 1: the side the light comes from.
    light_side: int = 1
    notes: dict[str, Any] = field(default_factory=dict)


def save(plate: Plate, path: Path) -> None:
    """One zip file: "plate.json" and each picture, small ones as PNG, large ones packed. The same plate gives the same bytes."""
    pictures: list[Picture] = []

    def kept(picture: Picture) -> int:
        pictures.append(picture)
        return len(pictures) - 1

    told = {
        "width": plate.width, "height": plate.height, "people_after": plate.people_after, "focus": plate.focus,
        "light_side": plate.light_side, "notes": plate.notes,
        "sheets": [{"picture": kept(s.picture), "x": s.x, "y": s.y, "depth": s.depth} for s in plate.sheets],
        "movings": [
            {**_told(m, "pictures"), "pictures": [kept(picture) for picture in m.pictures]} for m in plate.movings
        ],
        "ripples": [asdict(ripple) for ripple in plate.ripples],
        "fallings": [{**_told(f, "tile"), "tile": kept(f.tile)} for f in plate.fallings],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        _put(archive, "plate.json", json.dumps(told, sort_keys=True).encode())
        for number, picture in enumerate(pictures):
            if picture.shape[0] * picture.shape[1] >= _PACKED_FROM:
                _put(archive, f"{number}.packed", packed.pack(picture))
                continue
            encoded, data = cv2.imencode(".png", picture, _PNG)
            if not encoded:
                raise ValueError("a sheet could not be written")
            _put(archive, f"{number}.png", data.tobytes())


def load(path: Path) -> Plate:
    """The plate as it was saved; ValueError when the file is not one."""
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read("plate.json"))
            names = set(archive.namelist())

            def picture(number: int) -> Picture:
                if f"{number}.packed" in names:
                    return packed.unpack(archive.read(f"{number}.packed"))
                pixels = cv2.imdecode(np.frombuffer(archive.read(f"{number}.png"), np.uint8), cv2.IMREAD_UNCHANGED)
                if pixels is None or pixels.ndim != 3 or pixels.shape[2] != 4:
                    raise ValueError(f"picture {number} of the plate is not BGRA")
                return np.asarray(pixels, np.uint8)

            return Plate(
                width=told["width"], height=told["height"], people_after=told["people_after"],
                focus=(told["focus"][0], told["focus"][1]), light_side=told["light_side"], notes=told["notes"],
                sheets=tuple(Sheet(picture(s["picture"]), s["x"], s["y"], s["depth"]) for s in told["sheets"]),
                movings=tuple(
                    Moving(**{**m, "pictures": tuple(picture(n) for n in m["pictures"]), "pivot": tuple(m["pivot"]),
                              "wrap": tuple(m["wrap"]) if m["wrap"] else None})
                    for m in told["movings"]
                ),
                ripples=tuple(Ripple(**{**r, "box": tuple(r["box"])}) for r in told["ripples"]),
                fallings=tuple(Falling(**{**f, "tile": picture(f["tile"])}) for f in told["fallings"]),
            )  # fmt: skip
    except (zipfile.BadZipFile, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is not a plate: {error!r}") from error


def _told(thing: Moving | Falling, besides: str) -> dict[str, Any]:
    return {name: value for name, value in vars(thing).items() if name != besides}


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    # a fixed time, so that equal plates are equal files
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
