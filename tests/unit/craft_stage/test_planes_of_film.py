from __future__ import annotations

import numpy as np

from services.render_worker.craft.stage import yuv
from services.render_worker.craft.stage.tiles import SIDE, Grid, clip
from tests.unit.craft_stage.support import texture


def test_planes_are_bt709_in_limited_range() -> None:
    colors = {
        (0, 0, 0): (16, 128, 128),
        (255, 255, 255): (235, 128, 128),
        (0, 0, 255): (63, 102, 240),
        (255, 0, 0): (32, 240, 118),
    }
    for bgr, expected in colors.items():
        planes = yuv.planes_of(np.full((4, 4, 3), bgr, np.uint8))
        assert np.allclose((planes.y[0, 0], planes.u[0, 0], planes.v[0, 0]), expected, atol=1), bgr


def test_a_picture_comes_back_from_its_planes() -> None:
    picture = texture(64, 48)
    frame, planes = yuv.blank(64, 48)
    planes.take(yuv.planes_of(picture))
    assert np.abs(yuv.bgr_of(frame, (64, 48)).astype(int) - picture).mean() < 2.5


def test_rectangles_cover_exactly_the_tiles_of_a_mask() -> None:
    rng = np.random.default_rng(5)
    grid = Grid(854, 480)
    for _ in range(20):
        mask = rng.random((grid.rows, grid.columns)) < 0.6
        covered = np.zeros((480, 854), int)
        for x, y, width, height in grid.rects(mask):
            covered[y : y + height, x : x + width] += 1
        expected = mask.repeat(SIDE, axis=0)[:480].repeat(SIDE, axis=1)[:, :854]
        assert np.array_equal(covered, expected)


def test_a_film_that_changes_everywhere_is_one_rectangle() -> None:
    grid = Grid(1920, 1080)
    assert grid.rects(grid.all()) == ((0, 0, 1920, 1080),)


def test_a_clipped_rectangle_is_never_of_negative_size() -> None:
    assert clip((0, 0, 10, 10), (20, 4, 10, 10)) == (20, 4, 0, 6)
