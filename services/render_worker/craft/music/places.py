"""What a place sounds like in the music: who plays the figure by turns with the mood's own player, and who answers the melody.

The mood keeps its first players, so that it is known everywhere; a place is heard beside them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from filmstudio.projects.v1 import storyboard_pb2 as board


class Colour(NamedTuple):
    """Players of a place; empty: the mood's own."""

    figure: str = ""
    answer: str = ""


_OUT_IN_NATURE: Final = Colour("harp", "flute")
_ON_WATER: Final = Colour("harp", "oboe")
_IN_THE_COUNTRY: Final = Colour("guitar", "accordion")
_IN_THE_CITY: Final = Colour("electric_piano", "vibraphone")
_COLOURS: Final[dict[int, Colour]] = {
    board.PLACE_FOREST: _OUT_IN_NATURE,
    board.PLACE_PARK: _OUT_IN_NATURE,
    board.PLACE_RIVER: _OUT_IN_NATURE,
    board.PLACE_MOUNTAIN: Colour("harp", "horn"),
    board.PLACE_SEA: _ON_WATER,
    board.PLACE_LIGHTHOUSE: _ON_WATER,
    board.PLACE_SHIP: Colour("guitar", "accordion"),
    board.PLACE_DESERT: Colour("dulcimer", "oboe"),
    board.PLACE_VILLAGE: _IN_THE_COUNTRY,
    board.PLACE_FIELD: _IN_THE_COUNTRY,
    board.PLACE_CITY_STREET: _IN_THE_CITY,
    board.PLACE_ROOFTOP: _IN_THE_CITY,
    board.PLACE_OFFICE: _IN_THE_CITY,
    board.PLACE_TRAIN: Colour("marimba", "clarinet"),
    board.PLACE_ROOM: Colour("piano", "cello"),
    board.PLACE_KITCHEN: Colour("marimba", "clarinet"),
    board.PLACE_CLASSROOM: Colour("marimba", "flute"),
    board.PLACE_TEMPLE: Colour("harp", "choir"),
    board.PLACE_PALACE: Colour("harpsichord", "oboe"),
    board.PLACE_CAVE: Colour("celesta", "choir"),
    board.PLACE_LABORATORY: Colour("marimba", "vibraphone"),
    board.PLACE_SPACE: Colour("celesta", "choir"),
}


def colour_of(place: board.Place.ValueType) -> Colour:
    """The players that this place brings; the mood's own where nobody knows the place."""
    return _COLOURS.get(place, Colour())
