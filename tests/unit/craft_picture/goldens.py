"""Pictures as they were last looked at and found good, each as a hash of 128 bits.

python -m tests.unit.craft_picture.goldens      writes them anew, after a look at what has changed
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.painting import flattened, plate_of
from services.render_worker.craft.painting.styles import names
from tests.unit.craft_picture.scenes import PLACES, a_shot, a_wide

FILE = Path(__file__).with_name("goldens.json")
STYLED = (sb.PLACE_FOREST, sb.PLACE_CITY_STREET)
KEYS = [
    *(sb.Place.Name(place) for place in PLACES),
    *(f"{sb.Place.Name(place)} {style}" for place in STYLED for style in names()),
]


def hash_of(key: str) -> str:
    """The picture's brightness rising or falling, from each sixteenth to the next and from each eighth to the one below."""
    place, _, style = key.partition(" ")
    value = sb.Place.Value(place)
    plate = plate_of(a_shot(value, style=style, time=sb.TIME_OF_DAY_DUSK)) if style else a_wide(value)
    grey = cv2.cvtColor(flattened(plate), cv2.COLOR_BGR2GRAY)
    across = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(int)
    down = cv2.resize(grey, (8, 9), interpolation=cv2.INTER_AREA).astype(int)
    bits = np.concatenate([(np.diff(across, axis=1) > 0).ravel(), (np.diff(down, axis=0) > 0).ravel()])
    return np.packbits(bits).tobytes().hex()


def distance(one: str, other: str) -> int:
    """How many bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


if __name__ == "__main__":
    FILE.write_text(json.dumps({key: hash_of(key) for key in KEYS}, indent=1) + "\n", encoding="utf-8")
