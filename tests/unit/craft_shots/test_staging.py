"""Where people stand: on the ground, clear of captions, inside the picture."""

from __future__ import annotations

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.cards import title_card
from services.render_worker.craft.staging import EYE_SHARE, FIGURE_HEIGHT, stage

LANDSCAPE, TALL = (1778.0, 1000.0), (1000.0, 1778.0)
# The upper edge of two lines of captions, as a share of the height.
CAPTIONS_AT = {LANDSCAPE: 0.79, TALL: 0.68}


def presences(count: int) -> list[sb.Presence]:
    return [sb.Presence(character_id=f"c{number}", position=(number + 1) / (count + 1)) for number in range(count)]


@pytest.mark.parametrize("shape", [LANDSCAPE, TALL])
@pytest.mark.parametrize("size", [sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("roofed", [False, True])
def test_faces_are_inside_the_picture_and_above_its_captions(
    shape: tuple[float, float], size: sb.ShotSize.ValueType, count: int, roofed: bool
) -> None:
    w, h = shape
    staging = stage(w, h, size, presences(count), {}, h * 0.885, (w / 2, h / 2), roofed=roofed)
    for person in staging.people:
        eyes = person.y - FIGURE_HEIGHT * EYE_SHARE * person.scale
        assert 0 < eyes < h * CAPTIONS_AT[shape]
        assert person.x - 60 * person.scale > 0
        assert person.x + 60 * person.scale < w


def test_people_in_a_room_are_larger_than_in_a_landscape() -> None:
    def scale(*, roofed: bool) -> float:
        staging = stage(*LANDSCAPE, sb.SHOT_SIZE_WIDE, presences(1), {}, 885.0, (0.0, 0.0), roofed=roofed)
        return staging.people[0].scale

    assert scale(roofed=True) > 1.4 * scale(roofed=False)


def test_a_title_of_one_endless_word_is_still_large_enough_to_read() -> None:
    ground = np.full((600, 340, 3), 90, np.uint8)
    word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    lit = (title_card(ground, word, "", "de") > 215).all(axis=2)
    rows = np.flatnonzero(lit.any(axis=1))
    columns = np.flatnonzero(lit.any(axis=0))
    assert rows[-1] - rows[0] > 80
    assert columns[0] > 20
    assert columns[-1] < 320
