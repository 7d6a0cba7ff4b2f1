from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import planes
from services.render_worker.craft.painting.painting import flattened, plate_of, scene_of
from tests.unit.craft_picture.scenes import MARA, OUTSIDE, PLACES, a_shot, a_wide


def lightness(plate: planes.Plate) -> float:
    return float(flattened(plate).mean())


@pytest.mark.parametrize("place", PLACES)
def test_a_wide_of_every_place_has_planes_at_several_depths_the_first_of_them_opaque(place: sb.Place.ValueType) -> None:
    plate = a_wide(place)
    first = plate.sheets[0]
    assert (first.x, first.y, first.picture.shape) == (0, 0, (180, 320, 4))
    assert first.picture[:, :, 3].min() == 255
    depths = [sheet.depth for sheet in plate.sheets]
    assert len(set(depths)) >= 4
    assert depths == sorted(depths)


@pytest.mark.parametrize("place", PLACES)
def test_no_place_is_blank_by_day_or_by_night(place: sb.Place.ValueType) -> None:
    assert flattened(a_wide(place)).std() > 8
    assert flattened(plate_of(a_shot(place, 160, 90, time=sb.TIME_OF_DAY_NIGHT))).std() > 8


@pytest.mark.parametrize("place", PLACES)
def test_at_least_two_things_live_in_every_place(place: sb.Place.ValueType) -> None:
    plate = a_wide(place)
    lively = [m for m in plate.movings if m.vx or m.vy or m.rate or m.sway_deg or m.bob_px or m.flicker]
    assert len(lively) + len(plate.ripples) >= 2


@pytest.mark.parametrize("place", PLACES)
def test_sheets_are_premultiplied_even_and_cropped_to_what_is_on_them(place: sb.Place.ValueType) -> None:
    for sheet in a_wide(place).sheets[1:]:
        height, width = sheet.picture.shape[:2]
        assert height % 2 == width % 2 == sheet.x % 2 == sheet.y % 2 == 0
        colors, alpha = sheet.picture[:, :, :3].astype(int), sheet.picture[:, :, 3:].astype(int)
        assert (colors - alpha).max() <= 2
        assert sheet.picture[:2, :, 3].any()
        assert sheet.picture[:, -2:, 3].any()


@pytest.mark.parametrize("place", OUTSIDE)
def test_a_wide_costs_the_stage_little_more_than_three_plates_of_pixels(place: sb.Place.ValueType) -> None:
    plate = a_wide(place)
    assert sum(sheet.picture[:, :, 0].size for sheet in plate.sheets) < 3.8 * 320 * 180
    assert sum(moving.pictures[0][:, :, 0].size for moving in plate.movings) < 1.2 * 320 * 180


def test_people_stand_before_the_ground_and_behind_what_frames_the_picture() -> None:
    plate = plate_of(a_shot(sb.PLACE_FOREST))
    assert plate.sheets[plate.people_after].depth == 1.0
    assert all(sheet.depth > 1.0 for sheet in plate.sheets[plate.people_after + 1 :])
    assert len(plate.sheets) > plate.people_after + 1


def test_what_lives_before_the_people_is_there_though_nothing_else_is() -> None:
    plate = a_wide(sb.PLACE_FIELD)
    near = [moving for moving in plate.movings if moving.depth > 1.0]
    assert near
    assert all(moving.after == len(plate.sheets) - 1 for moving in near)


def test_the_same_shot_is_the_same_plate_byte_for_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        planes.save(plate_of(a_shot(sb.PLACE_VILLAGE, time=sb.TIME_OF_DAY_DUSK)), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_saved_plate_is_read_as_it_was(tmp_path: Path) -> None:
    plate = plate_of(a_shot(sb.PLACE_SEA, weather=sb.WEATHER_SNOW))
    planes.save(plate, tmp_path / "plate.zip")
    assert np.array_equal(flattened(planes.load(tmp_path / "plate.zip")), flattened(plate))


def test_a_close_up_has_one_soft_ground_and_nothing_before_the_face() -> None:
    who = [sb.Presence(character_id="c-mara", position=0.4)]
    close = plate_of(a_shot(sb.PLACE_FOREST, size=sb.SHOT_SIZE_CLOSE_UP, presences=who, characters=[MARA]))
    wide = plate_of(a_shot(sb.PLACE_FOREST, presences=who, characters=[MARA]))
    assert len(close.sheets) == 1 == close.people_after + 1

    def sharpness(plate: planes.Plate) -> float:
        return float(np.abs(np.diff(flattened(plate)[:, :, 1].astype(int), axis=1)).mean())

    assert sharpness(close) < sharpness(wide) / 2


@pytest.mark.parametrize(
    ("weather", "season", "falls"),
    [(sb.WEATHER_RAIN, 0, 1), (sb.WEATHER_STORM, 0, 1), (sb.WEATHER_SNOW, 0, 1), (sb.WEATHER_FOG, 0, 1), (sb.WEATHER_CLEAR, 0, 0),
     (sb.WEATHER_CLEAR, sb.SEASON_AUTUMN, 1)],
)  # fmt: skip
def test_weather_and_season_fall_in_front_of_all(
    weather: sb.Weather.ValueType, season: sb.Season.ValueType, falls: int
) -> None:
    fallings = plate_of(a_shot(sb.PLACE_PARK, weather=weather, season=season)).fallings
    assert len(fallings) == falls
    assert all(falling.tile.shape == (144, 256, 4) for falling in fallings)


def test_neither_rain_nor_snow_comes_into_a_room() -> None:
    for weather in (sb.WEATHER_RAIN, sb.WEATHER_SNOW, sb.WEATHER_FOG):
        assert not plate_of(a_shot(sb.PLACE_KITCHEN, interior=True, weather=weather)).fallings


def test_rain_and_snow_meet_themselves_at_the_tiles_edges() -> None:
    for weather in (sb.WEATHER_RAIN, sb.WEATHER_SNOW):
        tile = plate_of(a_shot(weather=weather)).fallings[0].tile.astype(int)
        across, within = np.abs(tile[0] - tile[-1]).mean(), np.abs(np.diff(tile, axis=0)).mean()
        assert across < within * 4 + 1


def test_night_is_darker_than_day_and_snow_is_lighter_than_grass() -> None:
    day = lightness(plate_of(a_shot()))
    assert lightness(plate_of(a_shot(time=sb.TIME_OF_DAY_NIGHT))) < day * 0.6
    ground = np.s_[120:160, :, :]
    snowy, green = (flattened(plate_of(a_shot(weather=w)))[ground].mean() for w in (sb.WEATHER_SNOW, sb.WEATHER_CLEAR))
    assert snowy > green * 1.2


@pytest.mark.parametrize("place", [sb.PLACE_PARK, sb.PLACE_FOREST])
def test_leaves_turn_in_autumn(place: sb.Place.ValueType) -> None:
    summer, autumn = (
        flattened(plate_of(a_shot(place, season=s))).astype(int) for s in (sb.SEASON_SUMMER, sb.SEASON_AUTUMN)
    )

    def redness(picture: np.ndarray[tuple[int, ...], np.dtype[np.int_]]) -> float:
        return float((picture[:, :, 2] - picture[:, :, 1]).mean())

    assert redness(autumn) > redness(summer) + 6


def test_all_shots_of_a_scene_have_one_light() -> None:
    sides = {
        plate_of(a_shot(sb.PLACE_RIVER, size=size)).light_side
        for size in (sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_MEDIUM, sb.SHOT_SIZE_INSERT)
    }
    assert len(sides) == 1


@pytest.mark.parametrize(("width", "height"), [(180, 320), (240, 240), (320, 180)])
@pytest.mark.parametrize("size", [value for value in sb.ShotSize.values() if value])
def test_every_shape_and_size_of_shot_covers_its_plate(width: int, height: int, size: sb.ShotSize.ValueType) -> None:
    who = [sb.Presence(character_id="c-mara", position=0.7)]
    shot = a_shot(sb.PLACE_MOUNTAIN, width, height, size=size, presences=who, characters=[MARA], props=["lantern"])
    plate = plate_of(shot)
    assert flattened(plate).shape == (height, width, 3)
    assert 0 < plate.focus[0] < 1
    assert 0 < plate.focus[1] < 1


def test_a_scene_keeps_to_few_hues_and_one_accent() -> None:
    world = scene_of(a_shot(sb.PLACE_FOREST)).world
    own = [*world.scheme.hues, world.scheme.accent]

    def away(hue: float) -> float:
        return min(abs((hue - each + 180) % 360 - 180) for each in own)

    for hue in range(0, 360, 15):
        chroma, turned = world.scheme.near(0.12, hue)
        assert away(turned) <= away(hue)
        assert chroma <= 0.12
    assert min(abs((world.scheme.accent - each + 180) % 360 - 180) for each in world.scheme.hues) > 20
