"""Small shots for the tests of the painter."""

from __future__ import annotations

from functools import cache

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.painting import plate_of
from services.render_worker.craft.planes import Plate
from services.render_worker.craft.shot_picture import ShotPicture

PLACES = [value for value in sb.Place.values() if value]
OUTSIDE = [
    sb.PLACE_FOREST, sb.PLACE_SEA, sb.PLACE_MOUNTAIN, sb.PLACE_DESERT, sb.PLACE_RIVER, sb.PLACE_VILLAGE, sb.PLACE_CITY_STREET,
    sb.PLACE_ROOFTOP, sb.PLACE_PARK, sb.PLACE_TEMPLE, sb.PLACE_PALACE, sb.PLACE_SHIP, sb.PLACE_LIGHTHOUSE, sb.PLACE_FIELD,
]  # fmt: skip
NOON = sb.Setting(place=sb.PLACE_FIELD, description="field", time_of_day=sb.TIME_OF_DAY_DAY, weather=sb.WEATHER_CLEAR)
MARA = sb.Character(
    id="c-mara", name="Mara", age=sb.AGE_GROUP_SENIOR, gender=sb.GENDER_FEMALE,
    look=sb.Look(skin_color="#e6b48d", hair_color="#dedcd8", hair_style="bun", clothes_color="#eab63e", accent_color="#3c5a78"),
)  # fmt: skip


def a_shot(place: sb.Place.ValueType = sb.PLACE_FIELD, width: int = 320, height: int = 180, *, time: sb.TimeOfDay.ValueType = sb.TIME_OF_DAY_DAY,
           weather: sb.Weather.ValueType = sb.WEATHER_CLEAR, season: sb.Season.ValueType = sb.SEASON_UNSPECIFIED, interior: bool = False,
           **more: object) -> ShotPicture:  # fmt: skip
    setting = sb.Setting(
        place=place, description="x", time_of_day=time, weather=weather, season=season, interior=interior
    )
    return ShotPicture(width, height, setting, seed=5, **more)  # type: ignore[arg-type]


@cache
def a_wide(place: sb.Place.ValueType) -> Plate:
    """The plate of a wide by day; painted once, for whoever only looks at it."""
    return plate_of(a_shot(place))


def a_thing(drawing: str, spot: sb.Spot.ValueType, **more: object) -> sb.Thing:
    return sb.Thing(noun=drawing, drawing=drawing, spot=spot, **more)  # type: ignore[arg-type]
