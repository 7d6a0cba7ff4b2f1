from __future__ import annotations

import cv2
import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting import styles
from services.render_worker.craft.puppets.species import KINDS
from services.render_worker.craft.sprites import Rest
from tests.unit.craft_puppets.support import (
    ACCESSORIES,
    DAY,
    GARMENTS,
    HAIR,
    HEIGHT,
    WIDTH,
    act,
    acted,
    difference,
    on_plate,
    seen,
    somebody,
)

from services.render_worker.craft.puppets import portrait  # isort: skip


@pytest.mark.parametrize("style", styles.names())
def test_every_garment_hair_and_accessory_is_drawn_in_every_style(style: str) -> None:
    for index, garment in enumerate(GARMENTS):
        age = (sb.AGE_GROUP_CHILD, sb.AGE_GROUP_ADULT, sb.AGE_GROUP_SENIOR)[index % 3]
        who = somebody(garment=garment, hair_style=HAIR[index % 6], accessory=ACCESSORIES[index % 6], age=age)
        (actor,) = acted(who, style=style)
        assert (seen(actor, 0).picture[:, :, 3] > 200).sum() > 1500


def test_pictures_are_premultiplied_and_of_even_size_within_the_plate() -> None:
    for size in (sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM, sb.SHOT_SIZE_CLOSE_UP):
        for actor in acted(somebody("mara"), somebody("tom", garment="robe"), size=size):
            sprite = seen(actor, 0)
            height, width = sprite.picture.shape[:2]
            assert height % 2 == 0
            assert width % 2 == 0
            assert sprite.x >= 0
            assert sprite.y >= 0
            assert sprite.x + width <= WIDTH
            assert sprite.y + height <= HEIGHT
            assert (sprite.picture[:, :, :3].max(axis=2).astype(int) <= sprite.picture[:, :, 3].astype(int) + 6).all()


def test_the_same_shot_gives_the_same_pixels() -> None:
    first, second = (acted(somebody(), acts=[act(sb.DEED_DANCE)])[0] for _ in range(2))
    for frame in (0, 13, 40):
        assert np.array_equal(seen(first, frame).picture, seen(second, frame).picture)


def test_somebody_stands_with_feet_where_the_staging_puts_them_and_fills_their_height() -> None:
    (actor,) = acted(somebody())
    body = on_plate(actor, 0)[:, :, 3] > 240
    rows = np.flatnonzero(body.any(axis=1))
    assert 0.90 * HEIGHT * 0.5 < rows[-1] - rows[0] < HEIGHT


def test_a_child_is_smaller_and_has_a_larger_head_for_its_height() -> None:
    grown, child = acted(somebody("mara"), somebody("tom", age=sb.AGE_GROUP_CHILD))
    assert seen(child, 0).picture.shape[0] < 0.85 * seen(grown, 0).picture.shape[0]


def test_the_side_towards_the_light_is_the_brighter_one() -> None:
    who = somebody(hair_style="bald", clothes_color="#b0a090")
    for side in (-1, 1):
        (actor,) = acted(who, light_side=side, size=sb.SHOT_SIZE_MEDIUM)
        picture = seen(actor, 0).picture
        opaque = picture[:, :, 3] > 250
        luma = picture[:, :, :3].mean(axis=2)
        halves = []
        for row in range(picture.shape[0] // 2, picture.shape[0] - 20, 4):
            spots = np.flatnonzero(opaque[row])
            if len(spots) > 30:
                middle = (spots[0] + spots[-1]) // 2
                left, right = (
                    luma[row, spots[0] : middle][opaque[row, spots[0] : middle]],
                    luma[row, middle : spots[-1]],
                )
                halves.append(right[opaque[row, middle : spots[-1]]].mean() - left.mean())
        assert np.mean(halves) * side > 0


def test_two_of_a_cast_are_told_apart_at_a_glance() -> None:
    cast = [
        somebody("mara", garment="raincoat", clothes_color="#eab63e", hair_style="bun"),
        somebody("tom", garment="suit", clothes_color="#2f4468", build="broad", gender=sb.GENDER_MALE),
        somebody("lila", garment="sari", clothes_color="#7a3f6a", hair_style="braid"),
    ]
    glances = []
    for who in cast:
        (actor,) = acted(who)
        picture = on_plate(actor, 0).astype(np.float32)
        glances.append(picture.reshape(36, 10, 64, 10, 4).mean(axis=(1, 3)))
    for a in range(3):
        for b in range(a):
            assert np.abs(glances[a] - glances[b]).max() > 50


def test_the_same_person_wears_the_same_colour_in_every_size_of_shot() -> None:
    who = somebody(garment="coat", clothes_color="#c03040")
    for size in (sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM, sb.SHOT_SIZE_CLOSE_UP):
        (actor,) = acted(who, size=size)
        picture = seen(actor, 0).picture.astype(int)
        red = (picture[:, :, 2] > picture[:, :, 1] + 60) & (picture[:, :, 3] > 250) & (picture[:, :, 0] < 110)
        assert red.mean() > 0.08


@pytest.mark.parametrize("species", [*KINDS, "teapot", "fox-face", "black cat"])
def test_every_animal_has_a_head_of_its_own(species: str) -> None:
    human, animal = (portrait(somebody(species=kind), 128, DAY, "flat") for kind in ("", species))
    assert difference(human, animal) > 4


def test_a_portrait_is_a_square_filled_to_its_lower_edge() -> None:
    picture = portrait(somebody(), 200, DAY, "paper")
    assert picture.shape == (200, 200, 4)
    assert (picture[-14:, 70:120, 3] > 200).all()
    assert not picture[:4, :, 3].any()


def test_from_behind_no_face_is_seen() -> None:
    listener = somebody("tom", hair_style="short", hair_color="#201010")
    actors = acted(somebody("mara"), listener, size=sb.SHOT_SIZE_OVER_SHOULDER, back=True)
    front = portrait(listener, 128, DAY, "flat")
    whites = lambda picture: int(((picture[:, :, :3].min(axis=2) > 205) & (picture[:, :, 3] > 250)).sum())  # noqa: E731
    assert whites(front) > 20
    assert whites(seen(actors[-1], 0).picture) == 0


def test_who_sits_has_a_seat_under_them() -> None:
    (sitting,) = acted(somebody(clothes_color="#3f6c8f"), pose=sb.POSE_SITTING)
    picture = seen(sitting, 0).picture.astype(int)
    low = picture[int(picture.shape[0] * 0.62) :]
    wood = (low[:, :, 2] > low[:, :, 1] + 18) & (low[:, :, 1] > low[:, :, 0] + 12) & (low[:, :, 3] > 250)
    assert wood.sum() > 150


def test_a_thing_in_hand_is_seen() -> None:
    lantern = sb.Thing(noun="balloon", drawing="balloon", spot=sb.SPOT_HAND, held_by="c-mara")
    (with_it,), (without,) = acted(somebody(), things=[lantern]), acted(somebody())
    assert difference(on_plate(with_it, 0), on_plate(without, 0)) > 1.0


def test_nobody_is_drawn_who_has_left_the_picture() -> None:
    gone = act(sb.DEED_LEAVE, end=0.5, to=1.25)
    (actor,) = acted(somebody(), acts=[gone])
    assert actor.at(0) is not None
    assert actor.at(71) is None


def test_under_a_camera_that_rests_somebody_is_drawn_where_it_sees_them() -> None:
    def rest_at(depth: float) -> Rest:
        return Rest(512, 288, 32.0, 18.0, 1.125, 1.125)

    (plain,), (resting,) = acted(somebody()), acted(somebody(), rest_at=rest_at)
    sprite = seen(resting, 0)
    assert sprite.on_film
    assert (sprite.x % 2, sprite.y % 2) == (0, 0)
    through = cv2.warpAffine(
        on_plate(plain, 0),
        np.array([[1.125, 0, 32.0], [0, 1.125, 18.0]]),
        (512, 288),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    drawn = on_plate(resting, 0, 512, 288)
    # edges are sharper where nothing was resampled, and lines have whole widths
    assert difference(np.asarray(through, np.uint8), drawn) < 1.5
    shifted = np.roll(drawn, 3, axis=1)
    assert difference(np.asarray(through, np.uint8), shifted) > 2 * difference(np.asarray(through, np.uint8), drawn)
