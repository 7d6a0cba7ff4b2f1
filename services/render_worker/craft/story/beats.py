"""A script's elements as scenes of beats: what happens, and who says what how. No shots yet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import pairwise

from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.story import names as naming
from services.render_worker.craft.story.casting import fold, gender_of
from services.render_worker.craft.story.settings import changed, heading_setting, settle, told_setting
from services.render_worker.craft.words.actors import Actor, Cast, Memory
from services.render_worker.craft.words.language import Lexicon, of, spoken_in
from services.render_worker.craft.words.telling import Done, Told, told

_HEADLINE_END = re.compile(r"[.!?。！？।؟]")
_HEADLINE = 50
_OFF_SCREEN = re.compile(r"V\.?\s?O|O\.?\s?S|O\.?\s?C|OFF|VOICE", re.IGNORECASE)
_DISSOLVE = re.compile(
    r"DISSOLVE|CROSSFADE|LATER|TIME CUT|FUNDIDO ENC|FONDU ENC|ÜBERBLEND|DISSOLVENZA INC|НАПЛЫВ", re.IGNORECASE
)
_FADE = re.compile(r"FADE|BLACK|IRIS|FUNDIDO|FONDU|DISSOLVENZA|ABBLENDE|AUFBLENDE|ЗАТЕМНЕНИЕ|THE END", re.IGNORECASE)
_CUT = re.compile(r"CUT|WIPE|CORTE|COUPE|SCHNITT|STACCO|СКЛЕЙКА", re.IGNORECASE)
_LATER = re.compile(
    r"\bLATER\b|\bNEXT (?:DAY|MORNING|NIGHT)\b|MÁS TARDE|PLUS TARD|SPÄTER|PIÙ TARDI|MAIS TARDE|ПОЗЖЕ|बाद", re.IGNORECASE
)
# A speech in capitals with an exclamation mark is shouted; "OK!" isn't.
_SHOUTED_LETTERS = 6
_SHOUTED_PART = 0.8
# "This lantern": what somebody who speaks shows is there, what they talk of may be elsewhere.
_SHOWN = re.compile(
    r"\b(?:this|these|here(?:'s| is| are)|look at (?:the|that|this)|take (?:this|the))\b[^.!?]{0,40}", re.IGNORECASE
)


# Where a story is, its first paragraphs say.
_OPENING_BEATS = 6
_SPEECH = {sp.ScriptElement.KIND_DIALOGUE, sp.ScriptElement.KIND_LYRIC, sp.ScriptElement.KIND_NARRATION}
_EXIT = re.compile(r"(?:exit|exits|goes out|leaves)\.?", re.IGNORECASE)
_SLOKA = re.compile("[॥।]")


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
    """Something that happens, or is said (`who` is the name as written; empty: the narrator). Verse keeps its line breaks."""

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
    # What it is read in.
    language: str = "en"

    @property
    def text(self) -> str:
        """All its words, for what they tell of mood and props."""
        return "\n".join([self.heading, *(beat.text for beat in self.beats)])

    @property
    def headline(self) -> str:
        """What it is called where it has no heading: how its first words begin."""
        first = next((" ".join(beat.text.split()) for beat in self.beats), "")
        sentence = _HEADLINE_END.split(first, maxsplit=1)[0].strip() or first
        return sentence if len(sentence) <= _HEADLINE else sentence[:_HEADLINE].rsplit(" ", 1)[0].rstrip(",;:،") + "…"

    @property
    def seen_text(self) -> str:
        """The words that tell of what is there. What people talk of may be elsewhere."""
        return "\n".join([self.heading, *(beat.text for beat in self.beats if not beat.who)])


def read_scenes(elements: Iterable[sp.ScriptElement], language: str = "en") -> list[SceneBeats]:
    """The scenes that have beats. What stands before the first heading is a scene of its own.

    `language` is a BCP 47 language; a text in the letters of another is read in that one.
    """
    listed = list(elements)
    spoken = spoken_in("\n".join(element.text for element in listed[:60]), language)
    reader = _Reader(of(spoken), spoken, listed)
    for element in listed:
        reader.read(element)
    scenes = [scene for scene in reader.scenes if scene.beats]
    settle(scenes, of(spoken))
    _pass_time(scenes)
    _leave_cast_out(scenes)
    _place_things(scenes)
    return scenes


def speakers(scenes: Sequence[SceneBeats]) -> list[str]:
    """The names of who speaks, each once, in order of appearance, as first written."""
    found: dict[str, str] = {}
    for scene in scenes:
        for beat in scene.beats:
            if beat.who:
                found.setdefault(fold(beat.who), beat.who)
    return list(found.values())


class _Reader:
    """Walks the elements, remembering whose speech it is in and whom "he" and "she" mean."""

    def __init__(self, lexicon: Lexicon, language: str, elements: Sequence[sp.ScriptElement]) -> None:
        self.scenes: list[SceneBeats] = []
        self._lexicon, self._language = lexicon, language
        self._cast = Cast(_actors(elements, lexicon), lexicon)
        self._memory = Memory()
        self._transition: sb.Transition.ValueType = sb.TRANSITION_UNSPECIFIED
        self._who, self._off_screen, self._dual = "", False, False
        self._feeling: sb.Feeling.ValueType = sb.FEELING_UNSPECIFIED
        self._delivery: sb.Delivery.ValueType = sb.DELIVERY_UNSPECIFIED
        # Whether the element before was a whole stanza of verse, and who spoke last.
        self._stanza, self._last_speaker = False, ""
        # What a remark says is done, until the speech it belongs to.
        self._doing = Told()

    def read(self, element: sp.ScriptElement) -> None:
        verse = element.kind == sp.ScriptElement.KIND_LYRIC
        text = (
            "\n".join(" ".join(line.split()) for line in element.text.splitlines())
            if verse
            else " ".join(element.text.split())
        )
        kinds = sp.ScriptElement
        if not text:
            return
        if element.kind == kinds.KIND_HEADING:
            self._quiet()
            self._open(SceneBeats(text, heading_setting(text, self._lexicon)))
        elif element.kind == kinds.KIND_SECTION:
            self._quiet()
            self._transition = self._transition or (
                sb.TRANSITION_FADE if self.scenes and element.depth <= 1 else sb.TRANSITION_UNSPECIFIED
            )
            self._open(SceneBeats(text, heading_setting(text, self._lexicon), goes_on=True))
        elif element.kind == kinds.KIND_TRANSITION:
            self._quiet()
            self._transition = _transition(text)
        elif element.kind == kinds.KIND_CHARACTER:
            self._quiet()
            self._who, self._dual, self._stanza = text, element.dual, False
            self._off_screen = bool(_OFF_SCREEN.search(element.extension))
        elif element.kind == kinds.KIND_PARENTHETICAL:
            self._remark(text)
        elif element.kind in _SPEECH and not any(map(str.isalnum, text)):
            # "...": a look that is seen, not a line that nobody can hear
            what = told(text, self._cast, self._memory)
            if self._who and not self._off_screen:
                what.doings.append(Done(self._who, sb.DEED_LOOK))
            self._add(Beat(BeatKind.ACTION, text, self._who), what)
        elif element.kind in (kinds.KIND_DIALOGUE, kinds.KIND_LYRIC):
            self._say(text, verse)
        elif element.kind == kinds.KIND_NARRATION:
            self._quiet()
            self._turn_page(text)
            self._add(Beat(BeatKind.SPEECH, text, off_screen=True), told(text, self._cast, self._memory))
        elif element.kind == kinds.KIND_ACTION:
            self._quiet()
            feelings = self._lexicon.feelings(text)
            feeling = feelings[0].meaning if feelings else sb.FEELING_NEUTRAL
            # "Exit." is of who spoke.
            alone = self._last_speaker if _EXIT.fullmatch(text) else ""
            self._add(Beat(BeatKind.ACTION, text, feeling=feeling), told(text, self._cast, self._memory, speaker=alone))

    def _open(self, scene: SceneBeats) -> None:
        scene.transition, self._transition = self._transition, sb.TRANSITION_UNSPECIFIED
        scene.language = self._language
        if scene.transition == sb.TRANSITION_UNSPECIFIED and _LATER.search(scene.heading):
            scene.transition = sb.TRANSITION_DISSOLVE
        self.scenes.append(scene)

    def _scene(self) -> SceneBeats:
        if not self.scenes:
            self._open(SceneBeats("", sb.Setting(), goes_on=True))
        return self.scenes[-1]

    def _add(self, beat: Beat, what: Told) -> None:
        doings = tuple(Doing(done.who, done.deed, done.target) for done in what.doings)
        self._scene().beats.append(replace(beat, doings=doings, things=tuple(what.things), sounds=tuple(what.sounds)))

    def _remark(self, text: str) -> None:
        """How something is said, and what is done as it is."""
        found = self._lexicon.feelings(text)
        self._feeling = found[0].meaning if found else self._feeling
        ways = self._lexicon.deliveries(text)
        self._delivery = ways[0].meaning if ways else self._delivery
        self._off_screen = self._off_screen or text.upper().strip(". ") in ("V.O", "O.S", "O.C", "OFF")
        done = told(text, self._cast, Memory(), speaker=self._who)
        self._doing.doings += done.doings
        self._doing.things += done.things
        self._doing.sounds += done.sounds

    def _say(self, text: str, verse: bool) -> None:
        what = self._doing
        # A stanza after a whole stanza isn't said by who said that, unless it says so.
        if verse and "\n" in text and self._stanza:
            self._quiet()
        self._stanza = verse and "\n" in text
        if self._who:
            self._last_speaker = self._who
            self._memory.saw(Actor(self._who, gender_of(self._who)))
            for shown in _SHOWN.finditer(text) if self._language == "en" else ():
                what.things += [
                    thing
                    for thing in told(shown.group(), self._cast, Memory(), speaker=self._who).things
                    if not thing.moves
                ]
        else:
            # A verse without a speaker tells of what is seen, as prose does.
            what = told(text, self._cast, self._memory)
        beat = Beat(BeatKind.SPEECH, text, self._who, self._feeling or _feeling(text), self._off_screen or not self._who,
                    self._delivery or _delivery(text, self._who, verse), self._dual)  # fmt: skip
        self._add(beat, what)
        self._doing, self._dual = Told(), False

    def _quiet(self) -> None:
        self._who, self._off_screen, self._dual = "", False, False
        self._feeling, self._delivery = sb.FEELING_UNSPECIFIED, sb.DELIVERY_UNSPECIFIED
        self._doing = Told()

    def _turn_page(self, paragraph: str) -> None:
        """Prose has no headings: a new scene starts where a paragraph goes to another place, time of day or weather."""
        scene = self._scene()
        setting = told_setting(paragraph, self._lexicon)
        opening = "\n".join(beat.text for beat in scene.beats[:_OPENING_BEATS])
        if scene.goes_on and scene.beats and changed(scene.setting, setting, opening, self._lexicon):
            here = scene.setting
            scene = SceneBeats("", sb.Setting(), goes_on=True)
            self._open(scene)
            # The sky is told anew; the place stays until another is named.
            if not setting.place or setting.place == here.place:
                scene.setting.place, scene.setting.interior = here.place, here.interior
                scene.setting.description = here.description
        if scene.heading:
            return
        if setting.place and not scene.setting.place:
            scene.setting.place, scene.setting.interior = setting.place, setting.interior
            scene.setting.description = setting.description
        scene.setting.time_of_day = scene.setting.time_of_day or setting.time_of_day
        scene.setting.weather = scene.setting.weather or setting.weather
        scene.setting.season = scene.setting.season or setting.season


def _actors(elements: Sequence[sp.ScriptElement], lexicon: Lexicon) -> list[Actor]:
    """Everyone with a name: who speaks, and whom action or prose introduces."""
    kinds = sp.ScriptElement
    seen = "\n".join(e.text for e in elements if e.kind in (kinds.KIND_ACTION, kinds.KIND_NARRATION))
    spoken = [" ".join(e.text.split()) for e in elements if e.kind == kinds.KIND_CHARACTER]
    found: dict[str, Actor] = {}
    # HALE before CAPTAIN HALE, whoever of them speaks first
    spoken.sort(key=lambda name: len(name.split()))
    for name in [*spoken, *naming.introduced(seen), *naming.called(seen), *naming.recurring(seen, lexicon)]:
        if not name or fold(name) in found:
            continue
        if shorter := naming.same_person(name, spoken):
            known = found[fold(shorter)]
            found[fold(shorter)] = replace(known, aliases=(*known.aliases, name))
            continue
        person = lexicon.people(name)
        gender = person[0].meaning.gender if person else gender_of(name)
        found[fold(name)] = Actor(
            name, gender, naming.age_said(name, seen), thing=any(hit.meaning.creature for hit in lexicon.things(name))
        )
    return list(found.values())


def _transition(text: str) -> sb.Transition.ValueType:
    if _DISSOLVE.search(text):
        return sb.TRANSITION_DISSOLVE
    if _FADE.search(text):
        return sb.TRANSITION_FADE
    return sb.TRANSITION_CUT if _CUT.search(text) or text.endswith(":") else sb.TRANSITION_UNSPECIFIED


def _delivery(text: str, who: str, verse: bool) -> sb.Delivery.ValueType:
    if verse:
        return sb.DELIVERY_SUNG if who and not _SLOKA.search(text) else sb.DELIVERY_RECITED
    letters = [char for char in text if char.isupper() or char.islower()]
    capitals = sum(1 for char in letters if char.isupper())
    if "!" in text and len(letters) >= _SHOUTED_LETTERS and capitals >= len(letters) * _SHOUTED_PART:
        return sb.DELIVERY_SHOUTED
    return sb.DELIVERY_SHOUTED if text.rstrip().endswith("!!") else sb.DELIVERY_SPOKEN


def _feeling(text: str) -> sb.Feeling.ValueType:
    """What its marks alone tell: "What?!" is said in surprise."""
    return sb.FEELING_SURPRISED if re.search(r"\?!|!\?|⁉|‽", text) else sb.FEELING_NEUTRAL


def _pass_time(scenes: Sequence[SceneBeats]) -> None:
    """A dissolve where it is another time of day than before and the script doesn't say how to go there."""
    for before, scene in pairwise(scenes):
        if scene.transition == sb.TRANSITION_UNSPECIFIED and before.setting.time_of_day != scene.setting.time_of_day:
            scene.transition = sb.TRANSITION_DISSOLVE


def _leave_cast_out(scenes: Sequence[SceneBeats]) -> None:
    """Who is of the cast isn't a thing besides."""
    cast = {fold(name) for name in naming.cast_names(scenes)}
    drawings = (
        {drawing for name in cast if (drawing := naming.species_of(name, scenes[0].language))} if scenes else set()
    )
    for scene in scenes:
        scene.beats = [
            replace(beat, things=kept)
            if len(kept := tuple(t for t in beat.things if not _named(t.noun, cast) and t.drawing not in drawings))
            < len(beat.things)
            else beat
            for beat in scene.beats
        ]


def _named(noun: str, cast: set[str]) -> bool:
    """Whether the noun is a name of the cast, or ends with one: BEAR is "a big brown bear"."""
    words = fold(noun).split()
    return fold(noun) in cast or (bool(words) and words[-1] in cast)


def _place_things(scenes: Sequence[SceneBeats]) -> None:
    """Outdoors there is no wall, and what lies on a table indoors lies on the ground."""
    for scene in scenes:
        if not scene.setting.interior:
            scene.beats = [
                replace(beat, things=tuple(map(_outdoors, beat.things))) if beat.things else beat
                for beat in scene.beats
            ]


def _outdoors(thing: sb.Thing) -> sb.Thing:
    moved = sb.Thing()
    moved.CopyFrom(thing)
    if thing.spot in (sb.SPOT_TABLE, sb.SPOT_WALL):
        moved.spot = sb.SPOT_GROUND
    return moved
