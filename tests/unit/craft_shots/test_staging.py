"""Where people stand: on the ground, clear of captions, inside the picture, large enough to read; and where they walk."""

from __future__ import annotations

from itertools import pairwise

import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb
from hypothesis import given
from hypothesis import strategies as st

from services.render_worker.craft.directing.staging import (
    EYE_SHARE,
    FIGURE_HEIGHT,
    OFF_LEFT,
    Place2D,
    Staging,
    eye_share,
    stage_of,
)
from services.render_worker.craft.shot_picture import ShotPicture

WIDE, TALL, SQUARE = (2400, 1350), (1350, 2400), (1350, 1350)
SHAPES = [WIDE, TALL, SQUARE]
# The upper edge of two lines of captions, as a share of the height.
CAPTIONS_AT = {WIDE: 0.79, TALL: 0.68, SQUARE: 0.79}
SIZES = [sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM, sb.SHOT_SIZE_CLOSE_UP]


def presences(count: int, **more: object) -> list[sb.Presence]:
    places = [(number + 1) / (count + 1) for number in range(count)]
    return [
        sb.Presence(character_id=f"c{number}", position=place, speaking=number == 0, **more)  # type: ignore[arg-type]
        for number, place in enumerate(places)
    ]


def laid_out(people: list[sb.Presence], size: int, shape: tuple[int, int] = WIDE, *, roofed: bool = True,
             acts: list[sb.Act] | None = None, characters: list[sb.Character] | None = None) -> tuple[ShotPicture, Staging]:  # fmt: skip
    shot = ShotPicture(
        *shape, sb.Setting(), size=size, presences=people, acts=acts or [], characters=characters or []  # type: ignore[arg-type]
    )  # fmt: skip
    return shot, stage_of(shot, roofed=roofed)


def eyes_of(person: Place2D) -> float:
    return person.y - FIGURE_HEIGHT * eye_share(person.pose) * person.scale


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("roofed", [False, True])
@pytest.mark.parametrize("pose", [sb.POSE_STANDING, sb.POSE_SITTING, sb.POSE_KNEELING])
def test_faces_are_inside_the_picture_and_above_its_captions(
    shape: tuple[int, int], size: int, count: int, roofed: bool, pose: int
) -> None:
    shot, staging = laid_out(presences(count, pose=pose), size, shape, roofed=roofed)
    w, h = shot.world
    assert len(staging.people) == count
    for person in staging.people:
        assert h * 0.05 < eyes_of(person) < h * CAPTIONS_AT[shape]
        assert 60 * person.scale - 1 < person.x < w - 60 * person.scale + 1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("roofed", "least"), [(False, 0.22), (True, 0.45)])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_people_of_a_wide_shot_are_large_enough_to_read(
    shape: tuple[int, int], roofed: bool, least: float, count: int
) -> None:
    shot, staging = laid_out(presences(count), sb.SHOT_SIZE_WIDE, shape, roofed=roofed)
    assert max(person.scale for person in staging.people) * FIGURE_HEIGHT >= least * shot.world[1]


@pytest.mark.parametrize("shape", SHAPES)
def test_each_size_is_nearer_than_the_one_before(shape: tuple[int, int]) -> None:
    scales = [laid_out(presences(1), size, shape)[1].people[0].scale for size in SIZES]
    assert all(after > before * 1.3 for before, after in pairwise(scales))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_no_face_hides_another(shape: tuple[int, int], size: int, count: int) -> None:
    _, staging = laid_out(presences(count), size, shape)
    heads = sorted((person.x, eyes_of(person), person.scale) for person in staging.people)
    for (x, y, scale), (other_x, other_y, _) in pairwise(heads):
        assert abs(x - other_x) + abs(y - other_y) > 90 * scale


def test_somebody_alone_stands_off_the_middle_with_room_where_they_look() -> None:
    for position, facing in ((0.3, 1), (0.7, -1)):
        shot, staging = laid_out([sb.Presence(character_id="a", position=position)], sb.SHOT_SIZE_MEDIUM)
        person = staging.people[0]
        assert person.facing == facing
        assert (shot.world[0] / 2 - person.x) * facing > shot.world[0] * 0.08


def test_two_who_share_a_picture_face_each_other() -> None:
    _, staging = laid_out(presences(2), sb.SHOT_SIZE_MEDIUM)
    left, right = sorted(staging.people, key=lambda person: person.x)
    assert (left.facing, right.facing) == (1, -1)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("listener_left", [True, False])
def test_over_a_shoulder_the_back_is_near_at_the_edge_and_the_speaker_beyond(
    shape: tuple[int, int], listener_left: bool
) -> None:
    back, speaker = (0.3, 0.7) if listener_left else (0.7, 0.3)
    people = [
        sb.Presence(character_id="back", position=back, back=True),
        sb.Presence(character_id="speaker", position=speaker, speaking=True),
    ]
    shot, staging = laid_out(people, sb.SHOT_SIZE_OVER_SHOULDER, shape)
    beyond, near = staging.people
    assert (beyond.character_id, near.character_id, near.back) == ("speaker", "back", True)
    assert near.scale > beyond.scale
    assert near.depth > beyond.depth
    assert (near.x < beyond.x) == listener_left
    assert beyond.facing == (-1 if listener_left else 1)
    assert abs(near.x - shot.world[0] / 2) > shot.world[0] * 0.3
    assert abs(staging.focus[0] - beyond.x / shot.world[0]) < 0.01


def test_a_child_is_smaller_beside_a_grown_person_and_as_large_alone() -> None:
    cast = [sb.Character(id="c0", age=sb.AGE_GROUP_ADULT), sb.Character(id="c1", age=sb.AGE_GROUP_CHILD)]
    _, both = laid_out(presences(2), sb.SHOT_SIZE_MEDIUM, characters=cast)
    grown, child = sorted(both.people, key=lambda person: person.character_id)
    assert child.scale < grown.scale * 0.8
    assert eyes_of(child) > eyes_of(grown)
    alone = [sb.Presence(character_id="c1", position=0.3)]
    _, single = laid_out(alone, sb.SHOT_SIZE_MEDIUM, characters=cast)
    assert single.people[0].scale > child.scale * 1.2


def test_who_sits_is_lower_and_needs_a_seat() -> None:
    people = presences(2)
    people[0].pose = sb.POSE_SITTING
    _, staging = laid_out(people, sb.SHOT_SIZE_FULL)
    sits, stands = sorted(staging.people, key=lambda person: person.character_id)
    assert (sits.seat, stands.seat) == (True, False)
    assert sits.y == stands.y
    assert eyes_of(sits) > eyes_of(stands) + 80


def test_who_will_sit_down_needs_a_seat_too() -> None:
    acts = [sb.Act(character_id="c0", deed=sb.DEED_SIT, start=0.2, end=0.5)]
    assert laid_out(presences(1), sb.SHOT_SIZE_FULL, acts=acts)[1].people[0].seat


def test_of_a_crowd_some_stand_behind_and_are_drawn_first() -> None:
    _, staging = laid_out(presences(6), sb.SHOT_SIZE_MEDIUM)
    depths = [person.depth for person in staging.people]
    assert depths == sorted(depths)
    assert depths[0] < depths[-1]
    orders = [person.order for person in staging.people]
    assert orders == sorted(orders)


def test_who_enters_starts_out_of_sight_and_ends_where_they_are_composed() -> None:
    act = sb.Act(character_id="a", deed=sb.DEED_ENTER, start=0.1, end=0.6, to_position=0.3)
    shot, staging = laid_out([sb.Presence(character_id="a", position=OFF_LEFT)], sb.SHOT_SIZE_FULL, acts=[act])
    scale = staging.people[0].scale
    assert staging.people[0].x < -100 * scale
    assert staging.x_at("a", 0.05) == staging.people[0].x
    assert 0 < staging.x_at("a", 0.6) < shot.world[0]
    assert staging.x_at("a", 1.0) == staging.x_at("a", 0.6) == pytest.approx(staging.x_of(0.3))
    assert staging.people[0].facing == 1


def test_a_walk_goes_steadily_in_one_direction() -> None:
    act = sb.Act(character_id="a", deed=sb.DEED_WALK, start=0.0, end=1.0, to_position=0.86)
    shot, staging = laid_out([sb.Presence(character_id="a", position=0.1)], sb.SHOT_SIZE_FULL, acts=[act], roofed=False)
    walk = staging.walk(*shot.world, 96)
    assert walk is not None
    xs = [x for x, _ in walk]
    assert all(after >= before for before, after in pairwise(xs))
    assert xs[-1] - xs[0] > 0.5


def test_nobody_walks_in_a_shot_without_travel() -> None:
    shot, staging = laid_out(presences(2), sb.SHOT_SIZE_FULL)
    assert staging.walk(*shot.world, 24) is None


@given(
    st.lists(st.tuples(st.floats(-0.25, 1.25), st.floats(-0.25, 1.25)), min_size=1, max_size=7),
    st.sampled_from([*SIZES, sb.SHOT_SIZE_OVER_SHOULDER, sb.SHOT_SIZE_INSERT]),
    st.sampled_from(SHAPES),
    st.lists(st.floats(-0.3, 1.3), min_size=2, max_size=5),
)
def test_positions_keep_their_order_across_every_picture(
    ways: list[tuple[float, float]], size: int, shape: tuple[int, int], positions: list[float]
) -> None:
    people = [sb.Presence(character_id=f"c{n}", position=begin, back=n == 0) for n, (begin, _) in enumerate(ways)]
    acts = [
        sb.Act(character_id=f"c{n}", deed=sb.DEED_WALK, start=0.2, end=0.7, to_position=end)
        for n, (_, end) in enumerate(ways)
    ]
    _, staging = laid_out(people, size, shape, acts=acts)
    xs = [staging.x_of(position) for position in sorted(positions)]
    assert all(after >= before - 1e-6 for before, after in pairwise(xs))


def test_a_picture_of_nobody_looks_at_what_there_is_to_see() -> None:
    shot = ShotPicture(*WIDE, sb.Setting(), size=sb.SHOT_SIZE_CLOSE_UP)
    near = stage_of(shot, roofed=False, sight=(400.0, 300.0)).view
    far = stage_of(shot, roofed=False, sight=(1500.0, 300.0)).view
    assert near[0] < far[0]
    assert near[2] < shot.world[0] * 0.5


def test_the_constant_of_the_eyes_is_that_of_who_stands() -> None:
    assert eye_share(sb.POSE_STANDING) == EYE_SHARE
