from __future__ import annotations

import cv2
import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting import drawings, styles
from services.render_worker.craft.painting.brush import raster
from services.render_worker.craft.painting.painting import flattened, plate_of, screened
from services.render_worker.craft.painting.palette import from_hex, light_of, oklch, to_hex
from services.render_worker.craft.painting.shapes import Drawing
from services.render_worker.craft.painting.shapes import flattened as outlines
from tests.unit.craft_picture.scenes import a_shot

DAY = light_of(sb.TIME_OF_DAY_DAY, sb.WEATHER_CLEAR, sb.MOOD_CALM, interior=False)


def test_there_are_four_styles_and_any_two_look_truly_different() -> None:
    seen = {
        name: screened(flattened(plate_of(a_shot(sb.PLACE_VILLAGE, style=name))), name, 1, 3).astype(int)
        for name in styles.names()
    }
    assert set(seen) == {"flat", "noir", "paper", "watercolor"}
    for one in seen:
        for other in seen:
            assert one == other or np.abs(seen[one] - seen[other]).mean() > 9, (one, other)


def test_noir_has_no_colours() -> None:
    picture = flattened(plate_of(a_shot(sb.PLACE_PARK, style="noir"))).astype(int)
    assert np.ptp(picture, axis=2).max() <= 12


def test_an_unknown_style_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(styles.StyleUnknown, match=r"cubist.*flat, noir, paper, watercolor"):
        styles.style("cubist")


@pytest.mark.parametrize("name", styles.names())
def test_textures_keep_pictures_premultiplied_and_their_size(name: str) -> None:
    alpha = np.zeros((70, 90), np.uint8)
    cv2.circle(alpha, (45, 35), 25, 255, -1, cv2.LINE_AA)
    disc = cv2.merge([alpha // 2, alpha, alpha // 3, alpha])
    for done in (styles.style(name).sprite(disc), styles.style(name).sheet(disc, 4)):
        assert done.shape == disc.shape
        assert done.dtype == np.uint8
        assert (done[:, :, :3].astype(int) <= done[:, :, 3:].astype(int) + 1).all()


@pytest.mark.parametrize("name", styles.names())
def test_a_screen_leaves_most_of_the_picture_nearly_as_it_is(name: str) -> None:
    screen = styles.style(name).screen(320, 180, 1, 9)
    assert screen.shape == (180, 320)
    assert screen.dtype == np.uint8
    assert 150 < screen.mean() < 235


def test_a_watercolour_ends_in_a_ragged_line_beyond_which_the_paper_shows() -> None:
    screen = styles.style("watercolor").screen(640, 360, 1, 9).astype(int)
    assert screen[:2].mean() > screen[100:260, 200:440].mean() + 30
    # Where the wash begins differs from column to column by some pixels.
    begins = (cv2.blur(screen.astype(np.uint8), (5, 3))[:40] > 232).sum(axis=0)
    assert begins.std() > 1.5


def test_a_shape_is_lit_from_the_lights_side() -> None:
    for side in (-1, 1):
        d = Drawing()
        d.rect(0, 0, 100, 100, "#7090a0")
        picture = raster(d.shapes, (0, 0, 100, 100), 100, 100, "flat", side).astype(int)
        left, right = picture[40:90, 10:30, :3].mean(), picture[40:90, 70:90, :3].mean()
        assert (right - left) * side > 2


def test_a_hole_in_a_shape_stays_open() -> None:
    d = Drawing()
    d.path("M0 0H100V100H0ZM30 30H70V70H30Z", "#808080")
    alpha = raster(d.shapes, (0, 0, 100, 100), 100, 100, "flat")[:, :, 3]
    assert alpha[50, 50] == 0
    assert alpha[15, 50] == 255


@pytest.mark.parametrize(
    ("data", "end"),
    [
        ("M0 0h10v5", (10, 5)),
        ("M1 1C2 2 3 3 9 4s2 2 3 3", (12, 7)),
        ("M0 0Q5 5 10 0T20 0", (20, 0)),
        ("M0 0a5 5 0 0 1 10 0", (10, 0)),
    ],
)
def test_path_data_ends_where_it_says(data: str, end: tuple[float, float]) -> None:
    assert np.allclose(outlines(data)[-1][-1], end, atol=1e-3)


@pytest.mark.parametrize("color", ["#000000", "#ffffff", "#eab63e", "#2f5d62"])
def test_a_colour_survives_the_way_through_oklab(color: str) -> None:
    assert to_hex(from_hex(color)) == color


def test_a_drawing_is_as_high_as_asked_and_fills_its_picture() -> None:
    picture = drawings.raster("fox", 90, DAY, "flat")
    assert picture.shape[0] == 90
    for edge in (picture[:3], picture[-3:], picture[:, :3], picture[:, -3:]):
        assert edge[:, :, 3].any()


def test_a_drawing_takes_on_the_light_of_its_scene() -> None:
    night = light_of(sb.TIME_OF_DAY_NIGHT, sb.WEATHER_CLEAR, sb.MOOD_CALM, interior=False)
    by_day, by_night = (drawings.raster("sailboat", 60, light, "flat")[:, :, :3].mean() for light in (DAY, night))
    assert by_night < by_day * 0.75


def test_a_boat_comes_without_the_librarys_own_sea() -> None:
    picture = drawings.raster("sailboat", 120, DAY, "flat").astype(int)
    seen = picture[picture[:, :, 3] > 250][:, :3]
    bluish = (seen[:, 0] > seen[:, 2] + 60).mean()
    assert bluish < 0.02


def test_a_drawing_nobody_has_made_is_named() -> None:
    with pytest.raises(drawings.DrawingMissing, match="jabberwock"):
        drawings.raster("jabberwock", 50, DAY, "flat")


@pytest.mark.parametrize("name", ["flat", "paper", "watercolor"])
def test_a_style_keeps_light_colours_lighter_than_dark_ones(name: str) -> None:
    tone = styles.style(name).tone
    levels = [tone(oklch(level, 0.05, 120))[0] for level in (0.1, 0.3, 0.5, 0.7, 0.9)]
    assert levels == sorted(levels)
