from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.painting import flattened, plate_of, scene_of
from services.render_worker.craft.planes import Moving, Plate
from services.render_worker.craft.shot_picture import ShotPicture
from tests.unit.craft_picture.scenes import MARA, a_shot, a_thing


def added(shot: ShotPicture, without: ShotPicture) -> list[Moving]:
    """What the things of a shot add to its plate."""
    return list(plate_of(shot).movings[len(plate_of(without).movings) :])


def placed(
    drawing: str,
    spot: sb.Spot.ValueType,
    place: sb.Place.ValueType = sb.PLACE_FIELD,
    interior: bool = False,
    **more: object,
) -> list[Moving]:
    bare = a_shot(place, interior=interior)
    return added(a_shot(place, interior=interior, things=[a_thing(drawing, spot, **more)]), bare)


def changed(plate: Plate, other: Plate) -> float:
    return float(np.abs(flattened(plate).astype(int) - flattened(other).astype(int)).mean())


def test_a_thing_named_is_seen() -> None:
    assert changed(plate_of(a_shot(things=[a_thing("elephant", sb.SPOT_GROUND)])), plate_of(a_shot())) > 1


def test_a_thing_in_the_sky_is_above_one_on_the_ground() -> None:
    (high,), (low,) = placed("airplane", sb.SPOT_SKY), placed("automobile", sb.SPOT_GROUND)
    assert high.y + high.pictures[0].shape[0] < low.y + low.pictures[0].shape[0] - 40


def test_what_moves_by_itself_goes_its_way_and_what_doesnt_stays() -> None:
    (running,), (standing,) = placed("dog", sb.SPOT_GROUND, moves=True), placed("dog", sb.SPOT_GROUND)
    assert running.vx
    assert running.wrap
    assert not standing.vx


def test_who_goes_right_is_turned_round() -> None:
    (still,), (left,), (right,) = (
        placed("automobile", sb.SPOT_GROUND, moves=moves, position=position)
        for moves, position in ((False, 0.9), (True, 0.9), (True, 0.1))
    )
    assert left.vx < 0 < right.vx
    assert np.array_equal(left.pictures[0], still.pictures[0])
    assert np.array_equal(right.pictures[0], still.pictures[0][:, ::-1])


def test_a_position_is_kept() -> None:
    (left,), (right,) = (placed("tent", sb.SPOT_GROUND, position=position) for position in (0.15, 0.85))
    assert left.x < 100 < 200 < right.x


def test_things_keep_clear_of_people() -> None:
    who = [sb.Presence(character_id="c-mara", position=0.22)]
    bare = a_shot(presences=who, characters=[MARA])
    (thing,) = added(a_shot(presences=who, characters=[MARA], things=[a_thing("tent", sb.SPOT_GROUND)]), bare)
    (her,) = scene_of(bare).staging.people
    middle = (thing.x + thing.pictures[0].shape[1] / 2) / bare.unit_px
    assert abs(middle - her.x) > 0.15 * bare.world[0]


def test_on_water_a_thing_bobs_over_its_mirror_image() -> None:
    (boat,) = placed("swan", sb.SPOT_WATER, sb.PLACE_RIVER)
    assert boat.bob_px > 0
    alpha = boat.pictures[0][:, :, 3]
    assert 0 < alpha[-len(alpha) // 4 :].max() < 160


@pytest.mark.parametrize(
    ("drawing", "spot", "more"),
    [
        ("envelope", sb.SPOT_HAND, {}),
        ("envelope", sb.SPOT_GROUND, {"held_by": "c-mara"}),
        ("sun", sb.SPOT_SKY, {}),
        ("no-such-thing", sb.SPOT_GROUND, {}),
    ],
)
def test_what_is_held_or_of_the_place_or_unknown_is_not_drawn_again(
    drawing: str, spot: sb.Spot.ValueType, more: dict[str, object]
) -> None:
    assert placed(drawing, spot, **more) == []


def test_on_a_table_where_there_is_one() -> None:
    assert len(placed("teapot", sb.SPOT_TABLE, sb.PLACE_KITCHEN, interior=True)) == 1
    assert placed("teapot", sb.SPOT_TABLE, sb.PLACE_DESERT) == []


def test_a_head_alone_gets_a_body() -> None:
    (fox,), (dog,) = placed("fox", sb.SPOT_GROUND), placed("dog", sb.SPOT_GROUND)
    rows = [np.count_nonzero(fox.pictures[0][share, :, 3] > 128) for share in (fox.pictures[0].shape[0] * 3 // 4,)]
    assert min(rows) > fox.pictures[0].shape[1] * 0.2
    assert fox.pictures[0].shape[0] > dog.pictures[0].shape[0] * 0.8


@pytest.mark.parametrize("setting", [(sb.PLACE_KITCHEN, True), (sb.PLACE_FIELD, False)])
def test_an_insert_shows_its_thing_large_in_the_middle(setting: tuple[sb.Place.ValueType, bool]) -> None:
    shot = a_shot(setting[0], interior=setting[1], size=sb.SHOT_SIZE_INSERT, things=[a_thing("grapes", sb.SPOT_TABLE)])
    thing = plate_of(shot).sheets[-1]
    height, width = thing.picture.shape[:2]
    assert height > 0.45 * 180
    assert abs(thing.x + width / 2 - 160) < 4
    assert 0 < thing.y < thing.y + height < 180


def test_a_flower_that_the_words_put_into_a_pot_stands_in_one() -> None:
    tulip = [a_thing("tulip", sb.SPOT_GROUND)]
    plain, potted = (
        plate_of(a_shot(sb.PLACE_ROOFTOP, size=sb.SHOT_SIZE_INSERT, things=tulip, prompt=prompt)).sheets[-1]
        for prompt in ("A tulip.", "In the pot stands a tulip.")
    )
    foot = potted.picture[-potted.picture.shape[0] // 6 :].astype(int)
    clay = (foot[:, :, 2] > foot[:, :, 1] + 30) & (foot[:, :, 1] > foot[:, :, 0]) & (foot[:, :, 3] > 200)
    assert clay.mean() > 0.3
    assert abs(potted.picture.shape[0] / plain.picture.shape[0] - 1) < 0.25


@pytest.mark.parametrize("height", [180, 240, 260, 320])
@pytest.mark.parametrize("flower", ["tulip", "sunflower", "cactus"])
def test_a_pot_fits_a_flower_of_any_width(flower: str, height: int) -> None:
    things = [a_thing(flower, sb.SPOT_GROUND)]
    shot = a_shot(sb.PLACE_ROOFTOP, size=sb.SHOT_SIZE_INSERT, things=things, prompt="It stands in a pot.")
    tall = replace(shot, height=height, width=height * 9 // 32 * 2)
    assert plate_of(tall).sheets[-1].picture.shape[0] > 0.3 * height


def test_by_night_a_detail_has_a_light_of_its_own() -> None:
    key = [a_thing("key", sb.SPOT_TABLE)]
    day, night = (
        plate_of(a_shot(sb.PLACE_ROOM, interior=True, size=sb.SHOT_SIZE_INSERT, things=key, time=time))
        .sheets[-1]
        .picture
        for time in (sb.TIME_OF_DAY_DAY, sb.TIME_OF_DAY_NIGHT)
    )
    brightness = [picture[picture[:, :, 3] > 250][:, :3].mean() for picture in (day, night)]
    assert brightness[1] > 0.75 * brightness[0]


def test_an_insert_of_nothing_that_can_be_drawn_is_a_picture_of_the_place() -> None:
    shot = a_shot(size=sb.SHOT_SIZE_INSERT, things=[a_thing("no-such-thing", sb.SPOT_TABLE)])
    assert flattened(plate_of(shot)).std() > 5


def test_a_crowd_of_things_is_cut_to_the_first_four() -> None:
    names = ["dog", "cat", "tent", "elephant", "giraffe", "horse"]
    shot = a_shot(things=[a_thing(name, sb.SPOT_GROUND) for name in names])
    assert len(added(shot, a_shot())) == 4
