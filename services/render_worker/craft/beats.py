"""A script's elements as scenes of beats: what happens, and who says what how. No shots yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.casting import fold
from services.render_worker.craft.lexicon import (
    FEELINGS,
    INDOORS,
    INSIDE_OF,
    PLACES,
    TIMES,
    WEATHERS,
    first_named,
    first_word,
)

_INTERIOR = re.compile(r"^\s*(?:INT\b|INTERIOR|INNEN|INTÉRIEUR|INTERNO|ИНТ|अंदर|आंतरिक|भीतर|अन्दर|内|室内)", re.IGNORECASE)
_EXTERIOR = re.compile(
    r"^\s*(?:EXT\b|EXTERIOR|AUSSEN|AUßEN|EXTÉRIEUR|EXTERNO|ЭКСТ|НАТ|बाहर|बाह्य|外|室外)", re.IGNORECASE
)
_PREFIX = re.compile(r"^\s*(?:(?:INT|EXT|EST|I|E)\b\.?\s*/?\s*)+[.\s:-]*", re.IGNORECASE)
_HEADLINE_END = re.compile(r"[.!?。！？।؟]")
_HEADLINE = 50
_OFF_SCREEN = re.compile(r"V\.?\s?O|O\.?\s?S|O\.?\s?C|OFF|VOICE", re.IGNORECASE)

# Rain beats on every story's roof; only a heading sets a scene there.
_TOLD_PLACES = {place: words for place, words in PLACES.items() if place != sb.PLACE_ROOFTOP}


class BeatKind(Enum):
    """Seen or heard."""

    ACTION = "action"
    SPEECH = "speech"


@dataclass(frozen=True)
class Doing:
    """Somebody (a name or noun as written; empty: whoever is there) does something, perhaps to somebody or something."""

    who: str
    deed: sb.Deed.ValueType
    target: str = ""


@dataclass(frozen=True)
class Beat:
    """Something that happens, or is said (`who` is the name as written; empty: the narrator)."""

    kind: BeatKind
    text: str
    who: str = ""
    feeling: sb.Feeling.ValueType = sb.FEELING_NEUTRAL
    off_screen: bool = False
    delivery: sb.Delivery.ValueType = sb.DELIVERY_SPOKEN
    # Said at once with the beat before it.
    dual: bool = False
    # What happens in it, in the order of the words.
    doings: tuple[Doing, ...] = ()
    # What it names that can be shown.
    things: tuple[sb.Thing, ...] = ()
    # Names of storyboard.Sound's that it tells of.
    sounds: tuple[str, ...] = ()


@dataclass
class SceneBeats:
    """One scene: its heading as written, where and when it is, and its beats in order."""

    heading: str
    setting: sb.Setting
    beats: list[Beat] = field(default_factory=list)
    # Opened by a section's title or by prose: what it leaves open is as it was before.
    goes_on: bool = False
    # How it begins, where the script says so or time has passed; unspecified: a cut.
    transition: sb.Transition.ValueType = sb.TRANSITION_UNSPECIFIED

    @property
    def text(self) -> str:
        """All its words, for what they tell of mood and props."""
        return "\n".join([self.heading, *(beat.text for beat in self.beats)])

    @property
    def headline(self) -> str:
        """What it is called where it has no heading: how its first words begin."""
        first = next((beat.text for beat in self.beats), "")
        sentence = _HEADLINE_END.split(first, maxsplit=1)[0].strip() or first
        return sentence if len(sentence) <= _HEADLINE else sentence[:_HEADLINE].rsplit(" ", 1)[0].rstrip(",;:،") + "…"

    @property
    def seen_text(self) -> str:
        """The words that tell of what is there. What people talk of may be elsewhere."""
        return "\n".join([self.heading, *(beat.text for beat in self.beats if not beat.who)])


def read_scenes(elements: Iterable[sp.ScriptElement]) -> list[SceneBeats]:
    """The scenes that have beats. What stands before the first heading is a scene of its own."""
    reader = _Reader()
    for element in elements:
        reader.read(element)
    scenes = [scene for scene in reader.scenes if scene.beats]
    _settle(scenes)
    return scenes


class _Reader:
    """Walks the elements, remembering whose speech it is in."""

    def __init__(self) -> None:
        self.scenes: list[SceneBeats] = []
        self._who = ""
        self._off_screen = False
        self._feeling: sb.Feeling.ValueType | None = None

    def read(self, element: sp.ScriptElement) -> None:
        text = " ".join(element.text.split())
        kinds = sp.ScriptElement
        if not text:
            return
        if element.kind == kinds.KIND_HEADING:
            self._quiet()
            self.scenes.append(SceneBeats(text, _setting_of(text)))
        elif element.kind == kinds.KIND_SECTION:
            self._quiet()
            self.scenes.append(SceneBeats(text, _setting_of(text), goes_on=True))
        elif element.kind == kinds.KIND_CHARACTER:
            self._who, self._feeling = text, None
            self._off_screen = bool(_OFF_SCREEN.search(element.extension))
        elif element.kind == kinds.KIND_PARENTHETICAL:
            self._feeling = first_named(FEELINGS, text)
        elif element.kind in (kinds.KIND_DIALOGUE, kinds.KIND_LYRIC):
            self._say(text, self._who, self._off_screen or not self._who)
        elif element.kind == kinds.KIND_NARRATION:
            self._quiet()
            self._turn_page(text)
            self._say(text, "", True)
        elif element.kind == kinds.KIND_ACTION:
            self._quiet()
            self._scene().beats.append(Beat(BeatKind.ACTION, text))

    def _scene(self) -> SceneBeats:
        if not self.scenes:
            self.scenes.append(SceneBeats("", sb.Setting(), goes_on=True))
        return self.scenes[-1]

    def _say(self, text: str, who: str, off_screen: bool) -> None:
        feeling = self._feeling if self._feeling is not None else sb.FEELING_NEUTRAL
        self._scene().beats.append(Beat(BeatKind.SPEECH, text, who, feeling, off_screen))

    def _quiet(self) -> None:
        self._who, self._off_screen, self._feeling = "", False, None

    def _turn_page(self, paragraph: str) -> None:
        """Prose has no headings: a new scene starts where a paragraph goes to another place, time of day or weather."""
        scene = self._scene()
        place, time = first_named(_TOLD_PLACES, paragraph), first_named(TIMES, paragraph)
        weather = first_named(WEATHERS, paragraph)
        here = scene.setting
        moved = place is not None and place != (here.place or first_named(_TOLD_PLACES, scene.text))
        changed = time not in (None, here.time_of_day) or weather not in (None, here.weather)
        if scene.goes_on and scene.beats and (moved or changed):
            scene = SceneBeats("", sb.Setting(), goes_on=True)
            self.scenes.append(scene)
            # The sky is told anew; the place stays until another is named.
            if not moved:
                scene.setting.place, scene.setting.interior = here.place, here.interior
                scene.setting.description = here.description
        if scene.heading:
            return
        if place is not None and not scene.setting.place:
            scene.setting.place, scene.setting.interior = place, place in INDOORS
            # The one word that named it: so it looks the same when the story comes back.
            scene.setting.description = first_word(_TOLD_PLACES, paragraph)
        scene.setting.time_of_day = scene.setting.time_of_day or time or sb.TIME_OF_DAY_UNSPECIFIED
        scene.setting.weather = scene.setting.weather or weather or sb.WEATHER_UNSPECIFIED


def _setting_of(heading: str) -> sb.Setting:
    interior, exterior = bool(_INTERIOR.search(heading)), bool(_EXTERIOR.search(heading))
    description = _PREFIX.sub("", heading).strip() or heading
    place = first_named(PLACES, description)
    # "LIGHTHOUSE KITCHEN": the more precise room wins over the house it is in.
    if (
        interior
        and (room := first_named({key: PLACES[key] for key in PLACES if key in INDOORS}, description)) is not None
    ):
        place = room
    if interior and place in INSIDE_OF:
        place = INSIDE_OF[place]
    setting = sb.Setting(description=description, interior=interior or (not exterior and place in INDOORS))
    if place is not None:
        setting.place = place
    setting.time_of_day = first_named(TIMES, description) or sb.TIME_OF_DAY_UNSPECIFIED
    setting.weather = first_named(WEATHERS, description) or sb.WEATHER_UNSPECIFIED
    return setting


def _settle(scenes: Sequence[SceneBeats]) -> None:
    """Fills in what headings leave open, from the scene's words, then from the scene before."""
    before = sb.Setting(place=sb.PLACE_FIELD, time_of_day=sb.TIME_OF_DAY_DAY, weather=sb.WEATHER_CLEAR)
    for scene in scenes:
        setting, words = scene.setting, scene.seen_text[:4000]
        if not setting.place:
            named = first_named(_TOLD_PLACES if scene.goes_on else PLACES, words)
            if setting.interior:
                setting.place = INSIDE_OF.get(named, named) if named is not None else sb.PLACE_ROOM
            else:
                setting.place = named if named is not None else (before.place if scene.goes_on else sb.PLACE_FIELD)
                setting.interior = setting.place in INDOORS and scene.goes_on
                if named is None and scene.goes_on:
                    setting.description = before.description
        setting.time_of_day = setting.time_of_day or first_named(TIMES, words) or before.time_of_day
        setting.weather = setting.weather or first_named(WEATHERS, words) or sb.WEATHER_CLEAR
        setting.description = setting.description or words.strip().split("\n")[0][:120]
        before = setting


def speakers(scenes: Sequence[SceneBeats]) -> list[str]:
    """The names of who speaks, each once, in order of appearance, as first written."""
    names: dict[str, str] = {}
    for scene in scenes:
        for beat in scene.beats:
            if beat.who:
                names.setdefault(fold(beat.who), beat.who)
    return list(names.values())
