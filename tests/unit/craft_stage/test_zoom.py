"""A plane that is resized shows what a warp shows; a figure in pieces is the whole figure."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from services.render_worker.craft.images import Picture
from services.render_worker.craft.stage.sheets import warp
from services.render_worker.craft.stage.silhouettes import Silhouette
from services.render_worker.craft.stage.yuv import Cutout, Plane, cutout_from, ink_of
from services.render_worker.craft.stage.zoom import Zoomer
from tests.unit.craft_stage.support import opaque, texture

FILM = (480, 270)
PLATE = (640, 360)


def at(scale: float, x: float, y: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array([[scale, 0.0, x], [0.0, scale, y]])


def island() -> Picture:
    """Something with soft edges in the middle of nothing, as a puppet is."""
    picture = opaque(texture(*PLATE))
    mask = np.zeros(PLATE[::-1], np.uint8)
    cv2.ellipse(mask, (300, 190), (180, 110), 20, 0, 360, (255,), -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 2)
    return np.asarray(cv2.multiply(picture, cv2.merge([soft] * 4), scale=1 / 255), np.uint8)


def apart(a: Plane, b: Plane) -> int:
    return int(np.abs(a.astype(int) - b).max())


def assert_alike(seen: Cutout, wanted: Cutout) -> None:
    # a twenty-fourth of a pixel aside, on spots that change by some ten levels a pixel
    assert apart(seen.planes.y, wanted.planes.y) <= 3
    assert apart(seen.left, wanted.left) <= 6
    for half, other in (
        (seen.planes.u, wanted.planes.u),
        (seen.planes.v, wanted.planes.v),
        (seen.left_half, wanted.left_half),
    ):
        assert apart(half, other) <= 6


@pytest.mark.parametrize(
    ("scale", "x", "y"), [(1.1173, 37.41, 22.83), (1.05, 10.31, 44.2), (1.13, 0.4, 0.7), (1.31, 5.0, 3.3)]
)
def test_a_zoomed_cutout_is_the_warped_one(scale: float, x: float, y: float) -> None:
    ink = ink_of(island())
    seen = Zoomer(ink).cutout(at(scale, x, y), *FILM)
    assert seen is not None
    assert_alike(seen, cutout_from(warp(ink, at(scale, x, y), *FILM)))


def test_an_endless_picture_goes_on_past_its_edges() -> None:
    ink = ink_of(opaque(texture(*PLATE)))
    beyond = at(1.117, 640 - 480 * 1.117 + 12.3, -9.4)
    planes = Zoomer(ink, endless=True).planes(beyond, *FILM)
    wanted = cutout_from(warp(ink, beyond, *FILM, endless=True)).planes
    assert planes is not None
    assert apart(planes.y, wanted.y) <= 3


def test_what_no_resize_can_show_is_left_to_the_warp() -> None:
    zoomer = Zoomer(ink_of(island()))
    # without a scale no pixel lies at another fraction than the first
    assert zoomer.planes(at(1.0, 3.5, 2.0), *FILM) is None
    turned = np.array([[1.1, 0.02, 5.0], [-0.02, 1.1, 5.0]])
    assert zoomer.planes(turned, *FILM) is None
    far_past = at(1.117, 400.0, 300.0)
    assert zoomer.planes(far_past, *FILM) is None


def test_a_camera_that_nears_never_jumps_by_more_than_a_twelfth_of_a_pixel() -> None:
    ramp = np.tile(np.arange(0, 640, dtype=np.float32) * 0.35, (360, 1)).astype(np.float32)
    bgr = cv2.merge([np.rint(ramp).astype(np.uint8)] * 3)
    zoomer = Zoomer(ink_of(opaque(np.asarray(bgr, np.uint8))), endless=True)
    strays = []
    for step in range(60):
        scale = 1.16 * 0.999**step
        x = 320 - 240 * scale
        planes = zoomer.planes(at(scale, x, 30.3), *FILM)
        if planes is not None:
            levels = planes.y.mean(axis=0) - 16
            wanted = (scale * np.arange(480) + x) * 0.35 * 219 / 255
            strays.append(float(np.abs(levels - wanted)[8:-8].mean()))
    assert len(strays) > 40
    # half a level of rounding, and a twelfth of a pixel of this ramp
    assert max(strays) < 0.5 + 0.35 / 12


def test_pieces_of_a_figure_show_all_of_it() -> None:
    picture = island()
    ink, silhouette = ink_of(picture), Silhouette(picture)
    matrix = at(1.11, 12.7, 8.2)
    whole = cutout_from(warp(ink, matrix, *FILM))
    missed = 255 - whole.left
    pieces = silhouette.pieces((0, 0, *FILM), matrix)
    for x, y, width, height in pieces:
        missed[y : y + height, x : x + width] = 0
    assert not missed.any()
    assert sum(width * height for _, _, width, height in pieces) < 0.8 * FILM[0] * FILM[1]


def test_a_picture_without_a_silhouette_is_one_piece() -> None:
    assert Silhouette(None).pieces((10, 20, 300, 200), at(1.1, 0, 0)) == [(10, 20, 300, 200)]
    assert Silhouette(None).pieces((10, 20, 0, 200), at(1.1, 0, 0)) == []
