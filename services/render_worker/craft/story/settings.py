"""Where and when a scene is: from its heading, else from its words, else as the scene before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words.language import Lexicon, of
from services.render_worker.craft.words.matching import Found
from services.render_worker.craft.words.sentences import unquoted

K = TypeVar("K")

_INSIDE = (
    "INT|INTERIOR|INNEN|INTÉRIEUR|INTERIEUR|INTERNO|BINNEN|WNĘTRZE|İÇ|INNE|SISÄ|BELSŐ|ИНТ|ИНТЕРЬЕР|ПАВ|ПАВИЛЬОН|ІНТ|ΕΣΩΤ|ΕΣ|"
    "अंदर|अन्दर|आंतरिक|आंत|भीतर|आत|भित्र|ভিতরে|ভেতরে|অন্তঃ|உள்ளே|உள்|లోపల|ಒಳಗೆ|അകത്ത്|અંદર|ਅੰਦਰ|内景|內景|室内|屋内|内|內|"
    "داخلي|داخلى|داخلی|اندرونی|اندر|פנים|실내|내부|ภายใน"
)
_OUTSIDE = (
    "EXT|EXTERIOR|AUSSEN|AUßEN|EXTÉRIEUR|EXTERIEUR|EXTERNO|ESTERNO|BUITEN|PLENER|DIŞ|UTE|ULKO|KÜLSŐ|ЭКСТ|НАТ|НАТУРА|ЕКСТ|ΕΞΩΤ|ΕΞ|"
    "बाहर|बाह्य|बाहरी|बाहेर|বাইরে|বহিঃ|வெளியே|வெளி|బయట|ಹೊರಗೆ|പുറത്ത്|બહાર|ਬਾਹਰ|外景|室外|屋外|外|"
    "خارجي|خارجى|خارجی|بیرونی|باہر|חוץ|실외|외부|ภายนอก"
)
_INTERIOR = re.compile(rf"^\s*(?:{_INSIDE})(?!\w)|[\s\u3000][内內]景?$", re.IGNORECASE)
_EXTERIOR = re.compile(rf"^\s*(?:{_OUTSIDE})(?!\w)|[\s\u3000]外景?$", re.IGNORECASE)
# "A platform before the castle."
_BEFORE = re.compile(
    r"\b(?:before|outside|in front of|devant|vor dem|vor der|ante|davanti|delante de)\b", re.IGNORECASE
)
_PREFIX = re.compile(rf"^\s*(?:(?:{_INSIDE}|{_OUTSIDE}|EST|I|E)(?!\w)\.?\s*/?\s*)+[.。\s\u3000:：–—-]*", re.IGNORECASE)
_WORDS_LOOKED_AT = 4000
INDOORS: set[sb.Place.ValueType | None] = {
    sb.PLACE_ROOM, sb.PLACE_KITCHEN, sb.PLACE_OFFICE, sb.PLACE_CLASSROOM, sb.PLACE_TRAIN, sb.PLACE_CAVE,
    sb.PLACE_LABORATORY, sb.PLACE_PALACE,
}  # fmt: skip
# What an interior heading makes of a place that is drawn from outside.
INSIDE_OF: dict[sb.Place.ValueType, sb.Place.ValueType] = {
    sb.PLACE_LIGHTHOUSE: sb.PLACE_ROOM, sb.PLACE_VILLAGE: sb.PLACE_ROOM, sb.PLACE_SHIP: sb.PLACE_ROOM,
    sb.PLACE_CITY_STREET: sb.PLACE_ROOM, sb.PLACE_MOUNTAIN: sb.PLACE_CAVE, sb.PLACE_ROOFTOP: sb.PLACE_ROOM,
    sb.PLACE_SEA: sb.PLACE_ROOM, sb.PLACE_FOREST: sb.PLACE_ROOM, sb.PLACE_RIVER: sb.PLACE_ROOM,
    sb.PLACE_PARK: sb.PLACE_ROOM, sb.PLACE_FIELD: sb.PLACE_ROOM, sb.PLACE_DESERT: sb.PLACE_ROOM,
}  # fmt: skip


_PLACE_OF: dict[str, sb.Place.ValueType] = {
    "deciduous-tree": sb.PLACE_FOREST, "evergreen-tree": sb.PLACE_FOREST, "sailboat": sb.PLACE_SEA, "ship": sb.PLACE_SEA, "bed": sb.PLACE_ROOM,
}  # fmt: skip
_NIGHT_SKY = {"full-moon", "crescent-moon", "star", "shooting-star"}


class Scene(Protocol):
    """What settling needs of a scene."""

    setting: sb.Setting
    goes_on: bool

    @property
    def seen_text(self) -> str:
        """The words that tell of what is there."""
        ...


def heading_setting(heading: str, lexicon: Lexicon) -> sb.Setting:
    """What a heading says of where and when, unspecified where it doesn't."""
    interior, exterior = bool(_INTERIOR.search(heading)), bool(_EXTERIOR.search(heading) or _BEFORE.search(heading))
    description = _PREFIX.sub("", heading).strip() or heading
    # Headings are often in English whatever is spoken.
    known = [lexicon] if lexicon.language == "en" else [lexicon, of("en")]
    places = next((found for each in known if (found := [hit.meaning for hit in each.places(description)])), [])
    place = places[0] if places else None
    # "LIGHTHOUSE KITCHEN": the more precise room wins over the house it is in.
    if interior and (room := next((each for each in places if each in INDOORS), None)) is not None:
        place = room
    if interior and place in INSIDE_OF:
        place = INSIDE_OF[place]
    setting = sb.Setting(description=description, interior=interior or (not exterior and place in INDOORS))
    setting.place = place or sb.PLACE_UNSPECIFIED
    # The hour stands last in a heading: "THE NIGHT CLUB - DAY".
    times = next((hours for each in known if (hours := [hit.meaning for hit in each.times(description)])), [])
    setting.time_of_day = times[-1] if times else sb.TIME_OF_DAY_UNSPECIFIED
    setting.weather = next((w for each in known if (w := first(each.weathers(description)))), sb.WEATHER_UNSPECIFIED)
    setting.season = next((s for each in known if (s := first(each.seasons(description)))), sb.SEASON_UNSPECIFIED)
    return setting


def told_setting(text: str, lexicon: Lexicon) -> sb.Setting:
    """What a paragraph of a story says of where and when, unspecified where it doesn't."""
    text = unquoted(text[:_WORDS_LOOKED_AT])
    places = _stated(lexicon.places(text, told=True), text, lexicon)
    return sb.Setting(
        place=first(places) or sb.PLACE_UNSPECIFIED,
        interior=first(places) in INDOORS,
        # The one word that named it: so it looks the same when the story comes back.
        description=places[0].word if places else "",
        time_of_day=_hour(text, lexicon) or sb.TIME_OF_DAY_UNSPECIFIED,
        weather=_sky(text, lexicon) or sb.WEATHER_UNSPECIFIED,
        season=first(lexicon.seasons(text)) or sb.SEASON_UNSPECIFIED,
    )


def changed(here: sb.Setting, there: sb.Setting, text_here: str, lexicon: Lexicon) -> bool:
    """Whether a paragraph goes to another place, time of day or weather than the scene it would belong to."""
    now = here.place or first(lexicon.places(text_here, told=True))
    moved = there.place not in (sb.PLACE_UNSPECIFIED, now)
    hour = there.time_of_day not in (sb.TIME_OF_DAY_UNSPECIFIED, here.time_of_day)
    sky = there.weather not in (sb.WEATHER_UNSPECIFIED, here.weather)
    return moved or hour or sky


def settle(scenes: Sequence[Scene], lexicon: Lexicon) -> None:
    """Fills in what headings leave open, from the scene's words, then from the scene before."""
    before = sb.Setting(place=sb.PLACE_FIELD, time_of_day=sb.TIME_OF_DAY_DAY, weather=sb.WEATHER_CLEAR)
    # A story that begins nowhere begins where it is first said to be.
    begins = next((scene.setting for scene in scenes if scene.setting.place), None)
    if begins is not None and scenes[0].goes_on and not _somewhere(scenes[0], lexicon):
        before.place, before.interior, before.description = begins.place, begins.interior, begins.description
    for scene in scenes:
        setting, words = scene.setting, unquoted(scene.seen_text[:_WORDS_LOOKED_AT])
        if not setting.place:
            named = first(_stated(lexicon.places(words, told=scene.goes_on), words, lexicon)) or (
                _grown_with(words, lexicon) if scene.goes_on else None
            )
            if setting.interior:
                setting.place = INSIDE_OF.get(named, named) if named is not None else sb.PLACE_ROOM
            else:
                setting.place = named if named is not None else (before.place if scene.goes_on else sb.PLACE_FIELD)
                setting.interior = setting.place in INDOORS and scene.goes_on
                if named is None and scene.goes_on:
                    setting.description = before.description
        setting.time_of_day = setting.time_of_day or _hour(words, lexicon) or before.time_of_day
        setting.weather = setting.weather or _sky(words, lexicon) or sb.WEATHER_CLEAR
        setting.season = setting.season or first(lexicon.seasons(words)) or before.season
        if setting.weather == sb.WEATHER_SNOW and not setting.season:
            setting.season = sb.SEASON_WINTER
        setting.description = setting.description or words.strip().split("\n")[0][:120]
        before = setting


def _somewhere(scene: Scene, lexicon: Lexicon) -> bool:
    words = unquoted(scene.seen_text[:_WORDS_LOOKED_AT])
    return bool(scene.setting.place) or bool(_stated(lexicon.places(words, told=True), words, lexicon))


def _grown_with(text: str, lexicon: Lexicon) -> sb.Place.ValueType | None:
    """A story that names no place, but a tree or a boat."""
    return next(
        (_PLACE_OF[hit.meaning.drawing] for hit in lexicon.things(text) if hit.meaning.drawing in _PLACE_OF), None
    )


def _sky(text: str, lexicon: Lexicon) -> sb.Weather.ValueType | None:
    """The weather; where clouds are named and rain too, it rains."""
    found = [hit.meaning for hit in _stated(lexicon.weathers(text), text, lexicon)]
    return next((each for each in found if each != sb.WEATHER_CLOUDY), found[0] if found else None)


def _hour(text: str, lexicon: Lexicon) -> sb.TimeOfDay.ValueType | None:
    """The time of day; where the moon or stars are told of and no hour is, it is night."""
    if (told := first(lexicon.times(text, told=True))) is not None:
        return told
    sky = _stated(lexicon.things(text), text, lexicon)
    return sb.TIME_OF_DAY_NIGHT if any(hit.meaning.drawing in _NIGHT_SKY for hit in sky) else None


def _stated(hits: Sequence[Found[K]], text: str, lexicon: Lexicon) -> list[Found[K]]:
    """Those that are so: no "white as snow", no "without rain"."""
    stated = lexicon.stated(text)
    return [hit for hit in hits if stated.holds(hit)]


def first(found: Sequence[Found[K]]) -> K | None:
    """What the text names first."""
    return found[0].meaning if found else None
