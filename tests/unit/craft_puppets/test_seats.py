"""What people sit on is of the place they are in."""

from __future__ import annotations

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.palette import light_of
from services.render_worker.craft.painting.styles import style
from services.render_worker.craft.puppets.canvas import Canvas
from services.render_worker.craft.puppets.seats import seat_in
from services.render_worker.craft.puppets.stances import SEAT
from services.render_worker.craft.puppets.tones import tones_of

_PLACES = [place for place in sb.Place.values() if place != sb.PLACE_UNSPECIFIED]
_HALF, _BELOW = 200, 40


def _drawn(place: int, *, interior: bool = False) -> np.ndarray:
    light = light_of(sb.TIME_OF_DAY_DAY, sb.WEATHER_CLEAR, sb.MOOD_CALM, interior=interior)
    canvas = Canvas(0, 0, 2 * _HALF, 500, matrix=np.array([[1.0, 0, _HALF], [0, 1.0, 500 - _BELOW], [0, 0, 1]]))
    seat_in(sb.Setting(place=place, interior=interior))(canvas, tones_of(sb.Look(), light, style("flat")), 1)  # type: ignore[arg-type]
    return canvas.picture


@pytest.mark.parametrize("interior", [False, True])
@pytest.mark.parametrize("place", _PLACES)
def test_every_seat_stands_on_the_ground_and_reaches_those_who_sit(place: int, interior: bool) -> None:
    solid = _drawn(place, interior=interior)[:, :, 3] > 200
    under = solid[:, _HALF - 30 : _HALF + 30].any(axis=1)
    top, foot = 500 - _BELOW - SEAT, 500 - _BELOW
    assert under[round(top) : round(top) + 60].any()
    assert solid[foot - 20 : foot + 8].any()
    assert not solid[foot + 12 :].any()


def test_a_wood_a_shore_and_a_train_have_seats_of_their_own() -> None:
    pictures = [_drawn(place) for place in (sb.PLACE_FOREST, sb.PLACE_SEA, sb.PLACE_TRAIN, sb.PLACE_FIELD)]
    for index, one in enumerate(pictures):
        for other in pictures[index + 1 :]:
            assert (np.abs(one.astype(int) - other).max(axis=2) > 40).sum() > 4000


def test_under_a_roof_people_sit_on_a_chair() -> None:
    assert seat_in(sb.Setting(place=sb.PLACE_FOREST, interior=True)) is seat_in(sb.Setting(place=sb.PLACE_KITCHEN))
