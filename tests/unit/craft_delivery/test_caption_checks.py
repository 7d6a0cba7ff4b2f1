"""Captions are looked for where they should be."""

from __future__ import annotations

import numpy as np
import pytest

from services.render_worker.craft.delivery import caption_checks
from services.render_worker.craft.lettering.captions import Cue

CUE = Cue(1000, 3000, ("Every lantern in the house. Quick!",))


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_caption_that_is_not_there_is_not_found(shade: int) -> None:
    pictures = {(1000, 3000): np.full((480, 854, 3), shade, np.uint8)}
    told = caption_checks.contrast([CUE], pictures, "en")
    assert (told.least, told.not_found, told.looked_at) == (0.0, 1, 1)


def test_a_cue_that_no_picture_was_taken_of_is_not_counted() -> None:
    assert caption_checks.contrast([CUE], {}, "en").looked_at == 0


def test_a_cue_is_looked_at_while_it_stands() -> None:
    assert caption_checks.stretches([CUE]) == [(1000, 3000)]


def test_cues_that_end_after_the_film_are_counted() -> None:
    assert caption_checks.outside([CUE, Cue(4000, 5001, ("Late",))], 5000) == 1
