"""A heading says where, inside or outside, and when, in the language of the film."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.story.settings import heading_setting, told_setting
from services.render_worker.craft.words.language import of

NIGHT, DAY, DAWN, DUSK = sb.TIME_OF_DAY_NIGHT, sb.TIME_OF_DAY_DAY, sb.TIME_OF_DAY_DAWN, sb.TIME_OF_DAY_DUSK


@pytest.mark.parametrize(
    ("language", "heading", "place", "interior", "hour", "description"),
    [
        ("de", "INNEN/AUSSEN – ZUG – TAG", sb.PLACE_TRAIN, True, DAY, "ZUG – TAG"),
        ("de", "AUSSEN. WALD - MORGENDÄMMERUNG", sb.PLACE_FOREST, False, DAWN, "WALD - MORGENDÄMMERUNG"),
        ("fr", "INT. CUISINE – JOUR", sb.PLACE_KITCHEN, True, DAY, "CUISINE – JOUR"),
        ("es", "EXTERIOR. CALLE - NOCHE", sb.PLACE_CITY_STREET, False, NIGHT, "CALLE - NOCHE"),
        ("it", "ESTERNO NOTTE. BOSCO", sb.PLACE_FOREST, False, NIGHT, "NOTTE. BOSCO"),
        ("pt", "INT. COZINHA – NOITE", sb.PLACE_KITCHEN, True, NIGHT, "COZINHA – NOITE"),
        ("ru", "НАТ. УЛИЦА – НОЧЬ", sb.PLACE_CITY_STREET, False, NIGHT, "УЛИЦА – НОЧЬ"),
        ("hi", "बाहर. छत - शाम", sb.PLACE_ROOFTOP, False, DUSK, "छत - शाम"),
        ("zh", "内景 厨房 夜", sb.PLACE_KITCHEN, True, NIGHT, "厨房 夜"),
        ("zh", "厨房 日 内", sb.PLACE_KITCHEN, True, DAY, "厨房 日 内"),
        ("ja", "屋外　海岸　朝", sb.PLACE_SEA, False, DAWN, "海岸　朝"),
        ("ar", "داخلي. مطبخ - ليل", sb.PLACE_KITCHEN, True, NIGHT, "مطبخ - ليل"),
        ("ta", "உள்ளே. வீடு - இரவு", sb.PLACE_ROOM, True, NIGHT, "வீடு - இரவு"),
        ("th", "ภายใน ห้องครัว - กลางคืน", sb.PLACE_KITCHEN, True, NIGHT, "ห้องครัว - กลางคืน"),
    ],
)
def test_where_and_when_a_heading_is(
    language: str, heading: str, place: int, interior: bool, hour: int, description: str
) -> None:
    found = heading_setting(heading, of(language))
    assert (found.place, found.interior, found.time_of_day, found.description) == (place, interior, hour, description)


def test_a_ministry_of_the_outside_is_not_outdoors() -> None:
    assert heading_setting("外務省 会議室 昼", of("ja")).description == "外務省 会議室 昼"


def test_where_the_moon_shines_it_is_night() -> None:
    assert told_setting("Da schien der Mond ganz helle.", of("de")).time_of_day == NIGHT
    assert told_setting("Her face was like the moon.", of("en")).time_of_day == sb.TIME_OF_DAY_UNSPECIFIED


def test_what_is_only_compared_is_no_weather() -> None:
    assert told_setting("Die Blätter fielen leise wie Schnee.", of("de")).weather == sb.WEATHER_UNSPECIFIED
    assert told_setting("Er ging ohne Regen heim.", of("de")).weather == sb.WEATHER_UNSPECIFIED
