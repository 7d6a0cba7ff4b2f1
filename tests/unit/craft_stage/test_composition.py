"""What is kept from frame to frame must look as if it had been drawn anew."""

from __future__ import annotations

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.planes import Falling, Moving, Ripple, Sheet
from services.render_worker.craft.sprites import Sprite
from services.render_worker.craft.stage import figures, sheets, yuv
from tests.unit.craft_stage.support import FILM, PLATE, Puppet, composed, copied, ground, opaque, plain, plate, texture

MOVES = [value for value in sb.CameraMove.values() if value]
RED, GREEN, BLUE = (0, 0, 220), (0, 200, 0), (220, 0, 0)


def hill(depth: float = 0.6, top: int = 100) -> Sheet:
    picture = opaque(texture(PLATE[0], PLATE[1] - top, 8))
    # a soft upper edge
    fading = np.clip(np.arange(PLATE[1] - top) / 30, 0, 1)[:, None, None]
    return Sheet((picture * fading).astype(np.uint8), 0, top, depth)


def lively() -> tuple[object, list[Puppet]]:
    """Everything a plate may have, and two who act."""
    blocks = [plain(40, 60, RED), plain(48, 60, GREEN)]
    full = plate(
        ground(), hill(0.5), hill(1.5, 150), people_after=1,
        movings=(
            Moving((plain(20, 10, BLUE),), 10, 20, 0.0, 0, vx=30.0, wrap=(-20, 0, 360, 0)),
            Moving((plain(30, 30, (200, 200, 200), 128),), 200, 80, 1.0, 1, sway_deg=20, sway_hz=1, pivot=(15, 30)),
            Moving((plain(40, 40, (40, 80, 120)),), 60, 40, 1.0, 1, flicker=0.6, flicker_hz=2, glows=True),
        ),
        ripples=(Ripple(1, (0, 130, 320, 50), 4.0, 20.0, 1.0),),
        fallings=(Falling(np.pad(plain(4, 12, (250, 250, 250), 90), ((0, 84), (0, 60), (0, 0))), -40, 300),),
    )  # fmt: skip
    return full, [Puppet(blocks, vx=2.0), Puppet(blocks, x=180, vx=-3.0, depth=1.0, order=-1, leaves_at=14)]


@pytest.mark.parametrize("move", [sb.CAMERA_MOVE_STATIC, sb.CAMERA_MOVE_PAN_LEFT, sb.CAMERA_MOVE_PUSH_IN])
def test_a_frame_reached_step_by_step_is_the_frame_composed_at_once(move: sb.CameraMove.ValueType) -> None:
    full, actors = lively()
    film, _ = composed(full, actors, move)  # type: ignore[arg-type]
    for number in range(20):
        film.go(number)
        if number % 5 == 4:
            fresh, _ = composed(full, actors, move)  # type: ignore[arg-type]
            fresh.go(number)
            for kept, anew in ((film.picture.y, fresh.picture.y), (film.picture.u, fresh.picture.u)):
                # what has moved by less than a twentieth of a pixel is not warped again
                assert np.abs(kept.astype(int) - anew).max() <= 4, number


def test_only_tiles_that_look_otherwise_are_told() -> None:
    block = [plain(20, 20, RED), plain(20, 20, GREEN)]
    film, grid = composed(plate(), [Puppet(block, x=40, y=40)], film=(512, 288))
    assert film.go(0).all()
    assert not film.go(1).any()
    changed = film.go(2)
    assert changed.any()
    assert changed.sum() <= 4 < grid.rows * grid.columns


def test_what_is_opaque_hides_what_is_behind_it() -> None:
    behind, before = plain(*PLATE, RED), plain(*PLATE, BLUE)
    film, _ = composed(plate(Sheet(behind, 0, 0, 0.0), Sheet(before, 0, 0, 1.0)))
    film.go(0)
    assert np.ptp(film.picture.y) == 0
    assert film.picture.y[0, 0] == round(16 + 220 * 0.0722 * 219 / 255)


def test_half_transparent_colour_is_mixed_with_what_is_behind() -> None:
    white = Sheet(plain(*PLATE, (255, 255, 255)), 0, 0, 0.0)
    film, _ = composed(plate(white, Sheet(plain(*PLATE, (0, 0, 0), 128), 0, 0, 0.0)))
    film.go(0)
    assert abs(int(film.picture.y[70, 70]) - (16 + 219 * 127 / 255)) <= 1
    assert abs(int(film.picture.u[35, 35]) - 128) <= 1


def test_people_stand_between_the_sheets() -> None:
    sheets = (ground(), Sheet(plain(*PLATE, GREEN), 0, 90, 1.0))
    who = Puppet([plain(20, 120, RED)], x=150, y=30)
    film, _ = composed(plate(*sheets, people_after=0), [who])
    film.go(0)
    above, below = film.picture.v[16, 62], film.picture.v[64, 62]
    assert above > 200
    assert below < 100


def test_the_nearer_a_sheet_is_the_further_it_moves() -> None:
    def way(depth: float) -> float:
        mark = Sheet(plain(6, 180, (255, 255, 255)), 157, 0, depth)
        film, _ = composed(
            plate(Sheet(plain(*PLATE, (0, 0, 0)), 0, 0, 0.0), mark), move=sb.CAMERA_MOVE_PAN_RIGHT, frames=60
        )
        places = []
        for number in (0, 59):
            film.go(number)
            row = film.picture.y[70].astype(float) - 16
            places.append(float((row * np.arange(FILM[0])).sum() / row.sum()))
        return places[0] - places[1]

    assert abs(way(0.0)) < 0.05
    assert 0.3 < way(0.3) < way(1.0) * 0.4
    assert way(1.5) == pytest.approx(1.5 * way(1.0), rel=0.1)


@pytest.mark.parametrize("move", MOVES)
def test_near_sheets_reach_the_edge_however_the_camera_moves(move: sb.CameraMove.ValueType) -> None:
    near = Sheet(plain(*PLATE, (255, 255, 255)), 0, 0, 1.6)
    film, _ = composed(plate(Sheet(plain(*PLATE, (0, 0, 0)), 0, 0, 0.0), near), move=move, frames=96)
    for number in (0, 48, 95):
        film.go(number)
        assert film.picture.y.min() == 235


def test_light_is_added_to_what_it_falls_on() -> None:
    lamp = Moving((plain(80, 80, (60, 60, 60)),), 120, 50, 0.0, 0, glows=True)
    grey = Sheet(plain(*PLATE, (100, 100, 100)), 0, 0, 0.0)
    film, _ = composed(plate(grey, movings=(lamp,)))
    film.go(0)
    assert abs(int(film.picture.y[72, 128]) - (16 + 160 * 219 / 255)) <= 1
    assert abs(int(film.picture.u[36, 64]) - 128) <= 1


def test_something_that_drifts_enters_again_where_it_left() -> None:
    cloud = Moving((plain(20, 20, (255, 255, 255)),), 280, 60, 0.0, 0, vx=240.0, wrap=(-20, 0, 340, 0))
    film, _ = composed(plate(Sheet(plain(*PLATE, (0, 0, 0)), 0, 0, 0.0), movings=(cloud,)), frames=24)
    places = []
    for number in range(24):
        film.go(number)
        places.append(float(film.picture.y[:, :].argmax() % FILM[0]) if film.picture.y.max() > 100 else None)
    seen = [place for place in places if place is not None]
    assert max(seen) > 220
    assert seen[-1] < 150


def test_water_moves_and_the_shore_does_not() -> None:
    water = plate(ground(), Sheet(opaque(texture(PLATE[0], 120, 5)), 0, 60, 1.0), people_after=1,
                  ripples=(Ripple(1, (0, 120, 320, 60), 6.0, 24.0, 1.0),))  # fmt: skip
    film, _ = composed(water)
    film.go(0)
    before = copied(film.picture)
    assert not film.go(1).any()
    film.go(6)
    moved = np.abs(film.picture.y.astype(int) - before.y)
    assert moved[110:].mean() > 2
    assert moved[:80].max() == 0


def test_rain_falls_in_front_of_everybody() -> None:
    drop = Falling(np.pad(plain(2, 20, (255, 255, 255)), ((0, 44), (0, 30), (0, 0))), 0, 480)
    who = Puppet([plain(320, 180, (0, 0, 0))], x=0, y=0)
    film, _ = composed(plate(fallings=(drop,)), [who])
    film.go(0)
    before = copied(film.picture)
    assert before.y.max() == 235
    film.go(2)
    # 480 pixels a second are 40 on twos
    assert np.array_equal(film.picture.y[40:], before.y[:-40])


def test_chroma_lies_where_luma_does() -> None:
    mark = Puppet([plain(20, 20, (0, 0, 255))], x=100.4, y=60.3)
    film, _ = composed(plate(Sheet(plain(*PLATE, (0, 0, 0)), 0, 0, 0.0)), [mark], sb.CAMERA_MOVE_PUSH_IN, 48)
    for number in (0, 21, 47):
        film.go(number)
        luma, chroma = film.picture.y.astype(float) - 16, film.picture.v.astype(float) - 128
        full = [float((luma.sum(axis=axis) * np.arange(luma.shape[1 - axis])).sum() / luma.sum()) for axis in (0, 1)]
        half = [
            float((chroma.sum(axis=axis) * np.arange(chroma.shape[1 - axis])).sum() / chroma.sum()) for axis in (0, 1)
        ]
        assert np.allclose(np.array(half) * 2 + 0.5, full, atol=0.15)


def test_a_grade_keeps_grey_grey_when_it_has_no_warmth() -> None:
    grey = plain(4, 4, (126, 126, 126), 255)
    assert yuv.cutout_of(grey, yuv.graded(1.1, 0.8)).planes.u[0, 0] == 128
    warm = yuv.cutout_of(grey, yuv.graded(warmth=3.0)).planes
    assert (int(warm.u[0, 0]), int(warm.v[0, 0])) == (125, 131)


def test_a_sprite_of_the_films_own_pixels_lies_where_it_says_as_it_is() -> None:
    block = opaque(texture(60, 40, 5))

    class OnFilm(Puppet):
        def at(self, frame: int) -> Sprite | None:
            return Sprite(block, 230.0, -10.0, on_film=True)

    film, _ = composed(plate(), [OnFilm([block])])
    film.go(0)
    wanted = yuv.cutout_of(block).planes
    # what is past the film's right and upper edges is cut off
    assert np.array_equal(film.picture.y[:30, 230:256], wanted.y[10:, :26])
    assert np.array_equal(film.picture.u[:15, 115:128], wanted.u[5:, :13])


def test_what_flickers_in_its_place_is_only_dimmed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    warps: list[int] = []

    def counted(*asked: object, **more: object) -> object:
        warps.append(1)
        return sheets.warp(*asked, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(figures, "warp", counted)
    lamp = Moving((plain(40, 40, (40, 80, 120)),), 60, 40, 1.0, 0, flicker=0.6, flicker_hz=2, glows=True)
    film, _ = composed(plate(movings=(lamp,)))
    seen = set()
    for frame in range(24):
        film.go(frame)
        seen.add(int(film.picture.y[40:70, 40:70].sum()))
    assert len(warps) == 1
    assert len(seen) > 4
