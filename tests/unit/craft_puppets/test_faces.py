from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.images import Picture
from services.render_worker.craft.mouths import Viseme
from services.render_worker.craft.painting import styles
from services.render_worker.craft.painting.palette import light_of
from services.render_worker.craft.puppets import portrait
from services.render_worker.craft.puppets.expression import between, expression_of, mouth_of
from services.render_worker.craft.puppets.features import Turn
from services.render_worker.craft.puppets.tones import tones_of
from tests.unit.craft_puppets.support import DAY, somebody

FEELINGS = [feeling for feeling in sb.Feeling.values() if feeling]


def face(
    feeling: int = sb.FEELING_NEUTRAL,
    viseme: Viseme = Viseme.REST,
    *,
    opening: float = 1.0,
    species: str = "",
    size: int = 240,
) -> Picture:
    return portrait(somebody(hair_style="bun", species=species), size, DAY, "flat", feeling, viseme, opening)


@pytest.mark.parametrize("species", ["", "fox"])
def test_eight_feelings_are_told_apart_at_the_size_of_a_thumbnail(species: str) -> None:
    small = [
        cv2.resize(face(feeling, species=species), (64, 64), interpolation=cv2.INTER_AREA).astype(int)
        for feeling in FEELINGS
    ]
    for (a, first), (b, second) in itertools.combinations(zip(FEELINGS, small, strict=True), 2):
        assert (np.abs(first - second).max(axis=2) > 24).sum() >= 20, (a, b)


@pytest.mark.parametrize("species", ["", "fox", "owl"])
def test_every_open_shape_of_the_mouth_differs_from_a_shut_one(species: str) -> None:
    shut = face(species=species).astype(int)
    for viseme in Viseme:
        if viseme not in (Viseme.REST, Viseme.CLOSED, Viseme.BITE):
            assert (np.abs(face(viseme=viseme, species=species).astype(int) - shut).max(axis=2) > 40).sum() > 25, viseme


def test_all_shapes_of_the_mouth_differ_from_each_other() -> None:
    shapes = {viseme: face(viseme=viseme).astype(int) for viseme in Viseme}
    for a, b in itertools.combinations(Viseme, 2):
        assert (np.abs(shapes[a] - shapes[b]).max(axis=2) > 30).sum() > 20, (a, b)


def test_a_louder_voice_opens_the_mouth_further() -> None:
    calm = expression_of(sb.FEELING_NEUTRAL)
    opens = [mouth_of(calm, Viseme.OPEN, opening).open for opening in (0.0, 0.5, 1.0)]
    assert opens == sorted(opens)
    assert opens[0] < 0.5 < opens[2]


def test_lips_meet_for_m_b_and_p_however_loud() -> None:
    for feeling in FEELINGS:
        assert mouth_of(expression_of(feeling), Viseme.CLOSED, 1.0).open == 0.0


def test_a_feeling_shows_in_the_corners_of_a_speaking_mouth() -> None:
    happy, sad = (mouth_of(expression_of(feeling), Viseme.OPEN, 1.0) for feeling in (sb.FEELING_HAPPY, sb.FEELING_SAD))
    assert happy.corner > 0 > sad.corner


def test_a_feeling_comes_gradually() -> None:
    calm, angry = expression_of(sb.FEELING_NEUTRAL), expression_of(sb.FEELING_ANGRY)
    half = between(calm, angry, 0.5)
    assert angry.brow_in < half.brow_in < calm.brow_in
    assert between(calm, angry, 1.0) is angry


def test_a_turned_face_moves_its_features_to_that_side_and_narrows_the_far_one() -> None:
    right, left = Turn(40), Turn(-40)
    assert right.x(0) > 5 > -5 > left.x(0)
    assert right.wide(19.5) < right.wide(-19.5)
    assert right.x(0) == pytest.approx(-left.x(0))


@pytest.mark.parametrize("style", styles.names())
@pytest.mark.parametrize("skin", ["#f2cfb0", "#d9a17a", "#a56a43", "#7a4a2e"])
def test_a_face_is_read_by_night_in_rain_whatever_its_skin(style: str, skin: str) -> None:
    storm = light_of(sb.TIME_OF_DAY_NIGHT, sb.WEATHER_STORM, sb.MOOD_TENSE, interior=False)
    tones = tones_of(sb.Look(skin_color=skin), storm, styles.style(style))
    blue, green, red, _ = tones.skin.base
    assert 0.114 * blue + 0.587 * green + 0.299 * red >= 70
