"""Effects are what they say: when they begin, where their energy is, how they die away, and where they are heard."""

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.sound.acoustics import in_room, room_of
from services.render_worker.craft.sound.effects import EFFECTS, Happening, effect, effects
from services.render_worker.craft.sound.pcm import RATE
from services.render_worker.craft.sound.synthesis import panned
from tests.unit.craft_sound.heard import centroid_hz, envelope, onsets, share_between

_ROOM = sb.Setting(place=sb.PLACE_ROOM, interior=True)
_STREET = sb.Setting(place=sb.PLACE_CITY_STREET)


def _effect(name: str, setting: sb.Setting = _ROOM, duration_ms: int = 0, seed: int = 4) -> np.ndarray:
    return effect(name, np.random.default_rng(seed), setting, duration_ms)


def test_there_is_an_effect_for_every_name_the_storyboard_may_say() -> None:
    said = (
        "footsteps door knock bell thunder splash dog bird car train crowd fire glass phone horse laugh clock engine "
        "whoosh impact"
    )
    assert set(EFFECTS) == set(said.split())


@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_sounds_and_ends_without_a_click(name: str) -> None:
    sound = _effect(name)
    assert np.isfinite(sound).all()
    assert 0.1 < np.abs(sound).max() < 3.0
    assert np.abs(sound[-8:]).max() < 0.005


@pytest.mark.parametrize(
    "setting",
    [_ROOM, _STREET, sb.Setting(place=sb.PLACE_FOREST), sb.Setting(place=sb.PLACE_FIELD, weather=sb.WEATHER_SNOW)],
)
def test_footsteps_walk_at_1_6_to_2_2_a_second(setting: sb.Setting) -> None:
    steps = onsets(_effect("footsteps", setting, 8000), 0.3)
    assert 1.6 <= 1 / float(np.diff(steps).mean()) <= 2.2


def test_footsteps_know_the_ground() -> None:
    wood = centroid_hz(_effect("footsteps", _ROOM))
    stone = centroid_hz(_effect("footsteps", _STREET))
    earth = share_between(_effect("footsteps", sb.Setting(place=sb.PLACE_FOREST)), 40, 250)
    snow = share_between(_effect("footsteps", sb.Setting(place=sb.PLACE_FOREST, weather=sb.WEATHER_SNOW)), 40, 250)
    assert wood < stone
    assert earth > 5 * snow


def test_somebody_knocks_three_times() -> None:
    assert len(onsets(_effect("knock"), 0.12)) == 3


def test_thunder_is_deep_and_long_and_glass_high_and_short() -> None:
    thunder, glass = _effect("thunder"), _effect("glass")
    assert share_between(thunder, 20, 400) > 0.7
    assert centroid_hz(glass) > 3000
    assert envelope(thunder, 0.1)[20:25].mean() > 0.1 * envelope(thunder, 0.1).max()
    assert envelope(glass, 0.1)[8:].mean() < 0.05 * envelope(glass, 0.1).max()


def test_an_impact_is_felt_more_than_heard() -> None:
    assert centroid_hz(_effect("impact")) < 200


def test_a_bell_rings_after_it_is_struck() -> None:
    strength = envelope(_effect("bell", sb.Setting(place=sb.PLACE_VILLAGE)), 0.1)
    assert strength[:3].max() == strength.max()
    assert strength[15] > 0.1 * strength.max()


def test_a_dog_barks_twice_or_more_where_dogs_do() -> None:
    barks = _effect("dog")
    assert 2 <= len(onsets(barks, 0.25)) <= 3
    assert share_between(barks, 250, 3500) > 0.8


def test_a_laugh_falls_syllable_by_syllable() -> None:
    begins = onsets(_effect("laugh"), 0.1, 0.12)
    assert 4 <= len(begins) <= 7
    assert 3.5 < 1 / float(np.diff(begins).mean()) < 6.5


def test_a_clock_ticks_twice_a_second() -> None:
    assert np.diff(onsets(_effect("clock", duration_ms=4000), 0.2)) == pytest.approx(0.5, abs=0.02)


def test_what_goes_on_lasts_as_long_as_asked_and_what_does_not_its_own_time() -> None:
    assert len(_effect("fire", duration_ms=7000)) == 7 * RATE
    assert len(_effect("door", duration_ms=7000)) < 2 * RATE


def test_effects_are_in_their_moment_and_on_their_side() -> None:
    sound = effects([Happening("knock", 2000, 0, -0.8, sb.Setting())], 5 * RATE, -20.0, 1)
    assert sound is not None
    assert np.abs(sound[: 2 * RATE]).max() == 0
    left, right = np.abs(sound[2 * RATE :]).max(axis=0)
    assert left > 3 * right


def test_a_car_drives_from_one_side_to_the_other() -> None:
    sound = effects([Happening("car", 0, 0, 0.0, sb.Setting())], 4 * RATE, -20.0, 1)
    assert sound is not None
    early, late = (
        np.abs(sound[RATE : round(1.5 * RATE)]).mean(axis=0),
        np.abs(sound[round(2.1 * RATE) : round(2.6 * RATE)]).mean(axis=0),
    )
    assert early[0] > early[1]
    assert late[1] > late[0]


def test_an_unknown_name_is_left_out() -> None:
    assert effects([Happening("theremin", 0, 0, 0.0, _ROOM)], RATE, -20.0, 1) is None


def test_a_temple_rings_longer_than_a_kitchen_and_a_narrator_is_nowhere() -> None:
    click = np.zeros(RATE // 10, np.float32)
    click[0] = 1.0
    lengths = {}
    for place in (sb.PLACE_TEMPLE, sb.PLACE_KITCHEN):
        heard = in_room(click, panned(click, 0.0), room_of(sb.Setting(place=place, interior=True)))
        lengths[place] = len(heard) / RATE
    assert lengths[sb.PLACE_TEMPLE] > 1.5 > 0.8 > lengths[sb.PLACE_KITCHEN]
    assert room_of(sb.Setting()) is None


def test_a_room_is_well_under_the_sound_itself() -> None:
    noise = np.random.default_rng(1).standard_normal(RATE).astype(np.float32)
    dry = panned(noise, 0.0)
    wet = in_room(noise, dry, room_of(sb.Setting(place=sb.PLACE_CAVE, interior=True)))
    added = wet[: len(dry)] - dry
    assert -22 < 10 * np.log10(np.square(added).mean() / np.square(dry).mean()) < -8
