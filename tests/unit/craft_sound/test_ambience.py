"""Places are known by their sound: each layer's spectrum, rhythm and life, and what a setting is made of."""

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.sound.ambience import LAYERS, Stay, ambience, layers_of
from services.render_worker.craft.sound.measure import loudness
from services.render_worker.craft.sound.pcm import RATE
from tests.unit.craft_sound.heard import centroid_hz, envelope, onsets, period_s, share_between, unsteadiness


def _layer(name: str, seconds: float = 40.0, seed: int = 3) -> np.ndarray:
    return LAYERS[name](np.random.default_rng(seed), round(seconds * RATE))


def _at(place: int, *, interior: bool = False, **more: int) -> sb.Setting:
    return sb.Setting(place=place, interior=interior, **more)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_stereo_as_long_as_asked_and_never_silent_for_all_of_it(name: str) -> None:
    sound = _layer(name, 20.0)
    assert sound.shape == (20 * RATE, 2)
    assert np.isfinite(sound).all()
    assert loudness(sound) > -60


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_has_no_seam_that_clicks(name: str) -> None:
    sound = _layer(name, 24.0)[:, 0].astype(float)
    steps = np.abs(np.diff(sound))
    seam = steps[(1 << 19) - 4 : (1 << 19) + 4].max()
    assert seam <= np.quantile(steps, 0.99999) + 1e-6


@pytest.mark.parametrize("name", ["rain", "heavy_rain", "rain_outside", "ventilation", "refrigerator"])
def test_rain_and_machines_are_steady(name: str) -> None:
    assert unsteadiness(_layer(name)) < 0.2


@pytest.mark.parametrize("name", ["wind", "high_wind", "leaves", "sand"])
def test_wind_comes_in_gusts(name: str) -> None:
    assert unsteadiness(_layer(name), 1.0) > 0.2


def test_rain_is_broad_and_heavier_rain_is_deeper() -> None:
    light, heavy = _layer("rain"), _layer("heavy_rain")
    assert all(share_between(light, low, 2 * low) > 0.05 for low in (1000, 2000, 4000))
    assert centroid_hz(heavy) < centroid_hz(light)
    assert share_between(heavy, 200, 1000) > 2 * share_between(light, 200, 1000)


def test_waves_break_every_five_to_twelve_seconds() -> None:
    assert 6.0 <= period_s(_layer("waves", 120.0), 3.0, 14.0, 0.1) <= 11.0


def test_crickets_chirp_twice_a_second_above_four_kilohertz() -> None:
    night = _layer("crickets")
    assert share_between(night, 3900, 5100) > 0.9
    assert 1.8 < np.mean([1 / period_s(_layer("crickets", 12, seed), 0.3, 0.7) for seed in range(4)]) < 2.8


def test_birds_whistle_between_two_and_six_kilohertz_and_are_often_silent() -> None:
    song = _layer("birds")
    assert share_between(song, 1500, 7000) > 0.9
    assert unsteadiness(song, 0.1) > 1.0


def test_traffic_rumbles_and_space_hums_low() -> None:
    assert centroid_hz(_layer("traffic")) < 900
    assert share_between(_layer("space"), 30, 250) > 0.8


def test_a_train_clatters_over_its_joints() -> None:
    assert period_s(_layer("rails"), 0.4, 1.1) == pytest.approx(0.74, abs=0.03)


def test_a_clock_ticks_once_a_second() -> None:
    assert np.diff(onsets(_layer("clock_ticks", 10.0), 0.3)) == pytest.approx(1.0, abs=0.03)


def test_people_murmur_in_syllables_where_voices_are() -> None:
    crowd = _layer("murmur")
    assert share_between(crowd, 100, 4000) > 0.9
    steps = envelope(crowd, 0.02)
    rhythm = np.abs(np.fft.rfft(steps - steps.mean()))
    rates = np.fft.rfftfreq(len(steps), 0.02)
    assert rhythm[(rates > 2) & (rates < 8)].sum() > rhythm[(rates > 12) & (rates < 18)].sum()


@pytest.mark.parametrize(
    ("setting", "there", "absent"),
    [
        (_at(sb.PLACE_FOREST), {"birds", "leaves"}, {"crickets"}),
        (_at(sb.PLACE_FOREST, time_of_day=sb.TIME_OF_DAY_NIGHT), {"crickets", "owl"}, {"birds"}),
        (_at(sb.PLACE_FOREST, weather=sb.WEATHER_RAIN), {"rain"}, {"birds", "cicadas"}),
        (_at(sb.PLACE_FIELD, weather=sb.WEATHER_SNOW), {"snow_hush"}, {"birds"}),
        (_at(sb.PLACE_SEA, weather=sb.WEATHER_STORM), {"waves", "heavy_rain", "far_thunder"}, {"gulls"}),
        (_at(sb.PLACE_KITCHEN, interior=True), {"refrigerator"}, {"birds"}),
        (_at(sb.PLACE_ROOM, interior=True, weather=sb.WEATHER_RAIN), {"rain_outside"}, {"rain"}),
        (_at(sb.PLACE_SPACE, interior=True, weather=sb.WEATHER_RAIN), {"space"}, {"rain_outside"}),
        (_at(sb.PLACE_VILLAGE, time_of_day=sb.TIME_OF_DAY_DAWN), {"cockcrow", "birds"}, set()),
        (_at(sb.PLACE_TRAIN, interior=True), {"rails"}, set()),
        (_at(sb.PLACE_CAVE), {"drips"}, {"birds"}),
    ],
)
def test_a_setting_sounds_of_what_is_there(setting: sb.Setting, there: set[str], absent: set[str]) -> None:
    layers = layers_of(setting).keys()
    assert there <= layers
    assert not absent & layers


def test_every_place_has_a_sound_inside_and_outside() -> None:
    for place in sb.Place.values():
        for interior in (False, True):
            assert place == sb.PLACE_UNSPECIFIED or layers_of(_at(place, interior=interior)) or not interior


def test_life_falls_silent_where_it_is_tense() -> None:
    forest = _at(sb.PLACE_FOREST)
    assert layers_of(forest, sb.MOOD_TENSE)["birds"] < layers_of(forest, sb.MOOD_CALM)["birds"]


def test_scenes_cross_into_each_other_and_the_film_begins_and_ends_in_silence() -> None:
    stays = [
        Stay(0, 8000, _at(sb.PLACE_SEA), sb.MOOD_CALM),
        Stay(8000, 8000, _at(sb.PLACE_KITCHEN, interior=True), sb.MOOD_CALM),
    ]
    sound = ambience(stays, 16 * RATE, -30.0, 5)
    assert sound is not None
    assert np.abs(sound[:4]).max() < 1e-4
    assert np.abs(sound[-4:]).max() < 1e-4
    assert centroid_hz(sound[2 * RATE : 7 * RATE]) > centroid_hz(sound[10 * RATE : 15 * RATE])
    steps = envelope(sound, 0.05)
    assert steps[150:170].min() > 0.2 * min(steps[100:150].mean(), steps[180:250].mean())


def test_the_same_seed_gives_the_same_place_and_another_seed_another() -> None:
    stays = [Stay(0, 3000, _at(sb.PLACE_RIVER), sb.MOOD_CALM)]
    first, again, other = (ambience(stays, 3 * RATE, -30.0, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_setting_that_says_nothing_is_silent() -> None:
    assert ambience([Stay(0, 3000, sb.Setting(), sb.MOOD_CALM)], 3 * RATE, -30.0, 1) is None


@pytest.mark.parametrize("place", [place for place in sb.Place.values() if place])
def test_even_the_shortest_scene_has_its_place(place: int) -> None:
    for interior in (False, True):
        stays = [Stay(0, 150, _at(place, interior=interior, weather=sb.WEATHER_STORM), sb.MOOD_TENSE)]
        sound = ambience(stays, round(0.15 * RATE), -30.0, 1)
        assert sound is None or (sound.shape == (round(0.15 * RATE), 2) and np.isfinite(sound).all())
