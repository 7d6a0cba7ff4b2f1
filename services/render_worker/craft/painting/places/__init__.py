"""The places a film can be set in, each painted for any hour and weather."""

from __future__ import annotations

from collections.abc import Callable

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.painting.places import beyond, city, halls, landmarks, nature, rooms, town, wild
from services.render_worker.craft.painting.places.alive import near_flakes
from services.render_worker.craft.painting.places.world import World

_OUTSIDE: dict[sb.Place.ValueType, Callable[[World], None]] = {
    sb.PLACE_FOREST: nature.forest,
    sb.PLACE_SEA: wild.sea,
    sb.PLACE_MOUNTAIN: wild.mountain,
    sb.PLACE_DESERT: wild.desert,
    sb.PLACE_RIVER: nature.river,
    sb.PLACE_VILLAGE: town.village,
    sb.PLACE_CITY_STREET: city.city_street,
    sb.PLACE_ROOFTOP: city.rooftop,
    sb.PLACE_PARK: town.park,
    sb.PLACE_ROOM: rooms.room,
    sb.PLACE_KITCHEN: rooms.kitchen,
    sb.PLACE_OFFICE: rooms.office,
    sb.PLACE_CLASSROOM: rooms.classroom,
    sb.PLACE_TEMPLE: landmarks.temple,
    sb.PLACE_PALACE: landmarks.palace_outside,
    sb.PLACE_SHIP: landmarks.ship,
    sb.PLACE_TRAIN: halls.train,
    sb.PLACE_CAVE: beyond.cave,
    sb.PLACE_LABORATORY: halls.laboratory,
    sb.PLACE_SPACE: beyond.space,
    sb.PLACE_LIGHTHOUSE: landmarks.lighthouse,
    sb.PLACE_FIELD: nature.field,
}
_INSIDE = {sb.PLACE_TEMPLE: halls.hall, sb.PLACE_PALACE: halls.hall}
# Rooms by their drawing, whatever the heading calls them: weather stays outside of them.
ROOFED = {
    sb.PLACE_ROOM, sb.PLACE_KITCHEN, sb.PLACE_OFFICE, sb.PLACE_CLASSROOM, sb.PLACE_TRAIN, sb.PLACE_LABORATORY,
    sb.PLACE_CAVE, sb.PLACE_SPACE,
}  # fmt: skip


def is_roofed(setting: sb.Setting) -> bool:
    """Whether neither rain nor snow falls where the people stand."""
    return setting.place in ROOFED or (setting.interior and setting.place in _INSIDE)


def paint(setting: sb.Setting, world: World) -> None:
    """The place on the world's drawing, without people."""
    inside = _INSIDE.get(setting.place) if setting.interior else None
    painter = inside or _OUTSIDE.get(setting.place) or (rooms.room if setting.interior else nature.field)
    painter(world)
    if world.weather == sb.WEATHER_SNOW and not world.roofed:
        world.plane(1.35, front=True)
        near_flakes(world)
