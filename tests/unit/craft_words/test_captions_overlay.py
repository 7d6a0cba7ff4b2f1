"""Burned captions: inside the safe area, readable over anything, there for as long as they are said."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering.captions import Cue, SpokenLine
from services.render_worker.craft.lettering.captions_overlay import (
    LEAST_CONTRAST,
    Overlay,
    burned_cues,
    caption_overlays,
    contrast,
    watermark,
)
from services.render_worker.craft.stage import yuv

_LINES = {
    "en": "The lighthouse has been dark for eleven years.", "hi": "प्रकाशस्तंभ ग्यारह साल से अंधेरा है।",
    "ta": "கலங்கரை விளக்கம் பதினொரு ஆண்டுகளாக இருளில் உள்ளது.", "ar": "المنارة مظلمة منذ أحد عشر عامًا.",
    "bn": "বাতিঘরটি এগারো বছর ধরে অন্ধকার।", "th": "ประภาคารมืดมาสิบเอ็ดปีแล้ว",
}  # fmt: skip
_SIZES = [(1920, 1080), (854, 480), (1080, 1080), (1080, 1920)]


def _burned(ground: Picture, overlay: Overlay) -> Picture:
    size = ground.shape[1], ground.shape[0]
    frame, planes = yuv.blank(*size)
    planes.take(yuv.planes_of(ground))
    yuv.lay_patch(planes, overlay.patch)
    return np.asarray(yuv.bgr_of(frame, size), np.uint8)


def _captioned(language: str, ground: Picture, behind: Picture | None) -> tuple[Picture, Cue]:
    size = ground.shape[1], ground.shape[0]
    lines = [SpokenLine("", _LINES[language], 0, 3000)]
    overlay = caption_overlays(lines, language, size, 24, 72, behind=behind)[0]
    return _burned(ground, overlay), burned_cues(lines, language, size, 3000)[0]


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("language", _LINES)
def test_captions_stand_inside_the_safe_area(language: str, size: tuple[int, int]) -> None:
    ground = np.full((size[1], size[0], 3), 200, np.uint8)
    changed = np.abs(_captioned(language, ground, ground)[0].astype(int) - 200).max(axis=2) > 12
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert rows[-1] <= size[1] * 0.9 + 2
    assert columns[0] >= size[0] * 0.05 - size[0] * 0.012
    assert columns[-1] <= size[0] * 0.95 + size[0] * 0.012
    assert abs((columns[0] + columns[-1]) / 2 - size[0] / 2) <= 3


@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("grey", [0, 70, 140, 255])
def test_captions_stand_out_from_any_ground(size: tuple[int, int], grey: int) -> None:
    ground = np.full((size[1], size[0], 3), grey, np.uint8)
    for behind in (None, ground):
        frame, cue = _captioned("en", ground, behind)
        assert contrast(frame, cue, "en") >= LEAST_CONTRAST


@pytest.mark.parametrize("language", _LINES)
def test_captions_of_any_script_stand_out_from_a_picture(language: str, scenery: Callable[[int, int], Picture]) -> None:
    ground = scenery(1280, 720)
    frame, cue = _captioned(language, ground, ground)
    assert contrast(frame, cue, language) >= LEAST_CONTRAST


def test_a_dark_picture_needs_no_plate_and_a_light_one_does() -> None:
    dark, light = (np.full((720, 1280, 3), grey, np.uint8) for grey in (30, 240))
    # beside the letters, within the plate
    beside = [_captioned("en", ground, ground)[0][640:648].min() for ground in (dark, light)]
    assert beside[0] >= 10
    assert beside[1] < 120


def test_contrast_says_when_captions_cannot_be_read() -> None:
    ground = np.full((720, 1280, 3), 250, np.uint8)
    cue = Cue(0, 1000, ("Nobody reads this",))
    assert contrast(ground, cue, "en") < 1.1


def test_captions_stand_for_the_frames_in_which_they_are_said() -> None:
    [overlay] = caption_overlays([SpokenLine("", "Now!", 1000, 1200)], "en", (640, 360), 24, 96)
    assert overlay.first == 24
    assert 24 + 29 <= overlay.end <= 96


def test_no_two_captions_stand_at_once() -> None:
    lines = [SpokenLine("a", _LINES["en"], 0, 2000), SpokenLine("b", _LINES["en"], 1500, 2000)]
    overlays = caption_overlays(lines, "en", (640, 360), 24, 120)
    assert all(a.end + 2 <= b.first for a, b in itertools.pairwise(overlays))


@pytest.mark.parametrize("size", _SIZES)
def test_a_watermark_is_read_on_black_and_white_in_the_upper_right_corner(size: tuple[int, int]) -> None:
    patch = watermark("AI Film Studio", size)
    for grey in (0, 255):
        _, planes = yuv.blank(*size)
        planes.take(yuv.planes_of(np.full((size[1], size[0], 3), grey, np.uint8)))
        yuv.lay_patch(planes, patch)
        corner = planes.y[: size[1] // 5, size[0] // 3 :].astype(int)
        assert corner.max() - corner.min() > 60
        rest = planes.y[size[1] // 5 :]
        assert rest.max() - rest.min() <= 1


def test_a_watermark_too_long_for_the_film_is_set_smaller() -> None:
    patch = watermark("A maker with a very long name indeed, and then some more of it", (320, 180))
    assert patch.x >= 0
    assert patch.x + patch.cutout.size[0] <= 320
