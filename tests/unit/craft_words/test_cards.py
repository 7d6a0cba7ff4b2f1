"""Cards: the words whole, inside what the camera keeps, in any script, shape and style."""

import itertools
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering.cards import chapter_card, end_card, title_card
from services.render_worker.craft.lettering.lettering import Lettering
from services.render_worker.craft.lettering.typesetting import body, fitted

_TITLES = {
    "en": "The Keeper of the Light", "hi": "प्रकाशस्तंभ का रखवाला", "ta": "கலங்கரை விளக்கக் காவலர்", "ar": "حارس المنارة القديمة",
    "bn": "বাতিঘরের রক্ষক", "th": "ผู้เฝ้าประภาคาร",
}  # fmt: skip
_SHAPES = [(1200, 674), (674, 1200), (674, 674)]
_STYLES = ["flat", "noir", "watercolor", "paper"]


def _words(drawn: Callable[..., Picture], ground: Picture, title: str, language: str, style: str) -> np.ndarray:
    """Where the card differs from the same without a title."""
    plain = cv2.cvtColor(drawn(ground, " ", "", language, style), cv2.COLOR_BGR2GRAY).astype(int)
    return np.abs(cv2.cvtColor(drawn(ground, title, "", language, style), cv2.COLOR_BGR2GRAY).astype(int) - plain) > 60


@pytest.mark.parametrize("shape", _SHAPES)
@pytest.mark.parametrize("language", _TITLES)
def test_a_title_stands_within_what_the_camera_keeps(
    language: str, shape: tuple[int, int], scenery: Callable[[int, int], Picture]
) -> None:
    words = _words(title_card, scenery(*shape), _TITLES[language], language, "flat")
    rows, columns = np.flatnonzero(words.any(axis=1)), np.flatnonzero(words.any(axis=0))
    assert len(rows)
    assert columns[0] > shape[0] * 0.1
    assert columns[-1] < shape[0] * 0.9
    assert rows[0] > shape[1] * 0.1
    assert rows[-1] < shape[1] * 0.9


@pytest.mark.parametrize("style", _STYLES)
@pytest.mark.parametrize("card", [title_card, chapter_card, end_card])
def test_a_card_of_every_kind_and_style_shows_its_words(
    card: Callable[..., Picture], style: str, scenery: Callable[[int, int], Picture]
) -> None:
    ground = scenery(800, 450)
    assert card(ground, "Home", "II", "en", style).shape == ground.shape
    assert _words(card, ground, "Home", "en", style).sum() > 300


def test_a_styles_card_looks_like_no_other(scenery: Callable[[int, int], Picture]) -> None:
    ground = scenery(400, 226)
    cards = [title_card(ground, "Home", "", "en", style).astype(int) for style in _STYLES]
    for place, one in enumerate(cards):
        assert all(np.abs(one - other).mean() > 12 for other in cards[place + 1 :])


def test_the_same_card_is_the_same_picture_each_time(scenery: Callable[[int, int], Picture]) -> None:
    ground = scenery(400, 226)
    assert np.array_equal(
        title_card(ground, "Home", "a", "en", "paper"), title_card(ground, "Home", "a", "en", "paper")
    )


def test_a_title_is_broken_into_rows_alike_with_no_word_left_leaning() -> None:
    block = fitted("The Keeper of the Light", Lettering("en", 100, "bold", display=True), 700, 4)
    assert block.rows == ("The Keeper", "of the Light")


def test_a_word_too_long_for_a_row_is_parted_rather_than_set_too_small() -> None:
    block = fitted("Donaudampfschifffahrtsgesellschaftskapitän", Lettering("de", 100, "bold"), 500, 4)
    assert len(block.rows) > 1
    assert block.lettering.size >= 38
    assert "".join(row.rstrip("-") for row in block.rows) == "Donaudampfschifffahrtsgesellschaftskapitän"


def test_thai_is_set_smaller_rather_than_broken_within_a_word() -> None:
    assert fitted("ผู้เฝ้าประภาคาร", Lettering("th", 100, "bold"), 600, 4).rows == ("ผู้เฝ้าประภาคาร",)


def test_rows_of_tall_scripts_never_touch() -> None:
    block = body("ที่นี่ ผู้เฝ้า น้ำ ปั้น ที่นี่ ผู้เฝ้า น้ำ ปั้น", Lettering("th", 60, "bold"), 300)
    boxes = [block.lettering.box(row) for row in block.rows]
    assert len(boxes) > 1
    assert all(above.bottom < block.step + below.top for above, below in itertools.pairwise(boxes))


def test_a_title_of_any_length_fits_its_room() -> None:
    block = fitted("a very long title " * 30, Lettering("en", 90, "bold"), 600, 4)
    assert len(block.rows) <= 4
    assert all(block.lettering.length(row) <= 600 * 1.05 for row in block.rows)
