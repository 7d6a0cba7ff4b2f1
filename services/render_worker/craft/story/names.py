"""Names: which are women's and men's, and how texts of many languages give their people names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words.language import Lexicon, of

if TYPE_CHECKING:
    from services.render_worker.craft.story.beats import Beat, SceneBeats

# "Reynard the fox", "Baloo, an old brown bear"; "a dove called", "حمامة يقال لها".
_APPOSED = re.compile(r",?\s+(?:the|a|an|le|la|el|il|der|die)\s+((?:[\w-]+\s){0,2}[\w-]+)", re.IGNORECASE)
_CALLED_BEFORE = re.compile(
    r"(\S+)\s+(?:named|called|llamad[oa]|nommée?|appelée?|namens|chamad[oa]|chiamat[oa]|يقال لها|يقال له|اسمه|اسمها|नाम (?:का|की|के)|по имени)\s+$"
)
# They carry people in stories; only one that speaks is a character.
_MOUNTS = {"horse", "donkey", "camel", "ox", "cow", "elephant", "fish", "bird", "honeybee", "ant"}
_MOST_TOLD_OF = 3
_TEXT_LOOKED_AT = 50_000
# An animal that does so much, or is named so often and does something, is a character.
_ACTS, _MENTIONS = 2, 2
_OLDEST_CHILD, _YOUNGEST_OLD = 13, 60
FEMALE_NAMES = {
    "mara", "anna", "maria", "sara", "sarah", "emma", "lily", "lucy", "eva", "mia", "zoe", "nora", "clara", "ella",
    "rosa", "ines", "priya", "asha", "meera", "mira", "sita", "radha", "lakshmi", "anita", "kavya", "ananya",
    "fatima", "aisha", "leila", "yuki", "hana", "mei", "olga", "natasha", "julia", "sofia", "sophie", "marie",
    "claire", "alice", "grace", "ruth", "jane", "mary", "kate", "lena", "ida", "greta", "carmen", "isabel", "pilar",
    "gwendolen", "cecily", "juliet", "ophelia", "portia", "rosalind", "miranda", "nina", "masha", "olivia", "viola", "matilda", "penelope",
    "beatriz", "inés", "raquel", "camille", "chloé", "élise", "hélène", "margot", "ingrid", "astrid", "heidi",
    "layla", "noor", "zainab", "maryam", "ليلى", "مريم", "فاطمة", "zeynep", "maja", "irene", "helen", "judith",
}  # fmt: skip
MALE_NAMES = {
    "tom", "tim", "sam", "jack", "john", "james", "peter", "paul", "max", "leo", "ben", "dan", "david", "adam",
    "noah", "liam", "omar", "ali", "hassan", "ravi", "arjun", "rohan", "raj", "amit", "vikram", "krishna", "ram",
    "kenji", "hiro", "wei", "ivan", "boris", "pedro", "juan", "carlos", "luis", "pierre", "jean", "hans", "karl",
    "algernon", "ernest", "hamlet", "horatio", "romeo", "bernardo", "francisco", "marcellus", "lane", "brutus", "lear", "sancho", "quijote",
    "порфирий", "миша", "иван", "пётр", "алексей", "felix", "oscar", "hugo", "george", "henry", "will", "ned", "finn", "rex", "josé", "jose", "ángel", "angel",
    "iñaki", "miguel", "antonio", "manuel", "javier", "andrés", "mateo", "luca", "joshua", "jacques", "louis",
    "françois", "michel", "nicolas", "thomas", "klaus", "jürgen", "stefan", "sergei", "dmitri", "nikita", "muhammad",
    "mohammed", "ahmed", "yusuf", "ibrahim", "salim", "karim", "mustafa", "سالم", "محمد", "أحمد", "يوسف", "suresh",
    "ramesh", "vijay", "sanjay", "aditya", "kumar", "michael", "robert", "william", "arthur", "simon", "daniel",
    "martin", "viktor",
}  # fmt: skip
# "a girl named Lila", in the languages whose stories name people so.
_CALLED = re.compile(
    r"(?:\b(?:named|called|llamad[oa]|se llamaba|nommée?|appelée?|s'appelait|namens|chamad[oa]|chiamat[oa])|(?<!\w)(?:اسمه|اسمها|يدعى|تدعى|يقال لها|يقال له)|по имени|(?:chiamavano|chiamava|aveva nome)(?:\s+maestro|\s+don)?|\b(?:hieß|hiess|heißt|s'appelle|se llama|si chiama|was called)|звали|зовут)"
    r"\s+([^\W\d_a-zà-ÿ][^\s.,;:!?،؛]{1,24})(?:\s(?:and|und|et|y|e|и)\s(?:the|das|der|die|la|le|el|o|a)\s[^\W\d_]+\s([^\W\d_a-zà-ÿ][^\s.,;:!?،؛]{1,24}))?"
)
# "M. Morissot", "Frau Holle".
_TITLED = re.compile(
    r"\b(?:M|Mr|Mrs|Ms|Miss|Mme|Mlle|Monsieur|Madame|Herr|Frau|Señor|Señora|Doña|Signor|Signora|Senhor|Senhora)\.?\s"
    r"([A-ZÀ-Þ][\w’'-]{2,24})(?![\w’'-])"
)
_CALLED_AFTER = re.compile(
    r"([^\s.,;:!?।]{2,25})\s+(?:नाम\s+(?:की|का|के)|नावाचा|नावाची|என்ற|எனும்|নামে|নামের|అనే|ಎಂಬ|എന്ന|નામની|નામનો)(?![\w\u0900-\u0dff])"
)
_CAPITAL = re.compile(r"(?<![\w’'-])([A-ZÀ-ÞА-ЯЁ][a-zß-ÿа-яё]{2,20})(?![\w’'-])")
_WITHIN_SENTENCE = re.compile(r"(?<=[a-zß-ÿа-яё,] )([A-ZÀ-ÞА-ЯЁ][a-zß-ÿа-яё]{2,20})(?![\w’'-])")
_SMALL = re.compile(r"(?<![\w’'-])[a-zß-ÿа-яё]{3,21}(?![\w’'-])")
_TIMES_NAMED, _MOST_RECURRING = 2, 12
_INTRODUCED = re.compile(
    r"(?<![\w.])((?:(?:DR|MR|MRS|MS|ST)\. )?[A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ'’-]{1,20}(?: [A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ'’.-]{1,20}){0,2})"
    r"(?:\s*\(\s*(?:\d|mid|early|late|teens)|,\s+(?:\d{1,3}\b|(?:a|an|the|his|her|in (?:his|her))\s+[a-z]))"
)


# In writings without capitals: "मीना (10), …".
_INTRODUCED_CASELESS = re.compile(
    r"(?:^|[\s@,।])([\u0600-\u0963\u0966-\u0dff\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7af]{2,20})\s?[(（]\s*\d{1,3}"
)


def called(text: str) -> list[str]:
    """Names that prose gives to its people, in the order of the text: "मीरा नाम की लड़की", "a boy named Finn"."""
    hits = [
        (hit.start(at), hit.group(at))
        for pattern in (_CALLED, _CALLED_AFTER, _TITLED)
        for hit in pattern.finditer(text)
        for at in range(1, pattern.groups + 1)
        if hit.group(at)
    ]
    return list(dict.fromkeys(name for _, name in sorted(hits)))


def recurring(text: str, lexicon: Lexicon) -> list[str]:
    """Names that prose uses without a word about them: with a capital within a sentence, again and again, of who does something."""
    if lexicon.grammar.capital_nouns:
        return []
    text = text[:_TEXT_LOOKED_AT]
    capitals: dict[str, list[int]] = {}
    for hit in _CAPITAL.finditer(text):
        capitals.setdefault(hit.group(1), []).append(hit.end(1))
    within = {hit.group(1) for hit in _WITHIN_SENTENCE.finditer(text)}
    small = set(_SMALL.findall(text))
    acting = {hit.start for hit in lexicon.deeds(text)}
    found = [
        name
        for name, ends in capitals.items()
        if len(ends) >= _TIMES_NAMED
        and name in within
        and name.lower() not in small
        and any(end + 1 in acting for end in ends)
        and not (lexicon.places(name) or lexicon.people(name) or lexicon.things(name) or lexicon.times(name))
    ]
    busiest = set(sorted(found, key=lambda name: -len(capitals[name]))[:_MOST_RECURRING])
    return [name for name in found if name in busiest]


def introduced(text: str) -> list[str]:
    """Names that action introduces in the trade's way, capitals and an age or a description: "a boy, TIM (8)"."""
    hits = sorted(
        (hit.start(1), hit.group(1))
        for pattern in (_INTRODUCED, _INTRODUCED_CASELESS)
        for hit in pattern.finditer(text)
    )
    return list(dict.fromkeys(name for _, name in hits))


def age_said(name: str, text: str) -> sb.AgeGroup.ValueType:
    """How old the text says somebody is, in a bracket behind the name: "TIM (8)", "RUTH (60s)"; unspecified where it doesn't."""
    said = re.search(rf"(?<!\w){re.escape(name)}[^()\n]{{0,30}}\(\s*(?:mid|early|late)?[-\s]*(\d{{1,3}})", text)
    if said is None:
        return sb.AGE_GROUP_UNSPECIFIED
    years = int(said.group(1))
    return (
        sb.AGE_GROUP_CHILD
        if years <= _OLDEST_CHILD
        else sb.AGE_GROUP_ADULT
        if years < _YOUNGEST_OLD
        else sb.AGE_GROUP_SENIOR
    )


def cast_names(scenes: Sequence[SceneBeats]) -> list[str]:
    """Who is to be cast, as first written: who speaks, whom action introduces, and in prose whom it names or tells of.

    Of prose without names that is people it has a noun for, and animals that act as people do: they speak, or do things again and
    again.
    """
    beats = [beat for scene in scenes for beat in scene.beats]
    names: dict[str, str] = {}
    for beat in beats:
        if beat.who:
            names.setdefault(_folded(beat.who), beat.who)
    for name in introduced("\n".join(beat.text for beat in beats if beat.kind.value == "action")):
        if not same_person(name, names.values()):
            names.setdefault(_folded(name), name)
    if not scenes:
        return []
    lexicon = of(scenes[0].language)
    told = "\n".join(beat.text for beat in beats if not beat.who)[:_TEXT_LOOKED_AT]
    if names:
        for name in [*called(told), *recurring(told, lexicon)]:
            if not same_person(name, names.values()):
                names.setdefault(_folded(name), name)
    else:
        names = _called_or_told_of(told, lexicon)
    for noun in _acting_animals(
        beats, lexicon, {d for name in names.values() if (d := species_in(name, told, lexicon.language))}
    ):
        names.setdefault(_folded(noun), noun[:1].upper() + noun[1:])
    return list(names.values())


def same_person(name: str, known: Iterable[str]) -> str:
    """Who of those known a longer name is: HALE, of "CAPTAIN HALE"; empty: nobody."""
    words = _folded(name).split()
    return next((each for each in known if len(words) > 1 and _folded(each) in (words[0], words[-1])), "")


def species_in(name: str, text: str, language: str) -> str:
    """The same, also where only the text says so: "Reynard the fox", "a dove called Silver"."""
    if species := species_of(name, language):
        return species
    at = text.casefold().find(name.casefold())
    if at < 0:
        return ""
    after = _APPOSED.match(text[at + len(name) : at + len(name) + 60])
    before = _CALLED_BEFORE.search(text[max(0, at - 60) : at])
    words = [part for hit in (after, before) if hit for part in [hit.group(1)]]
    return next((found for part in words if (found := species_of(part, language))), "")


def species_of(name: str, language: str) -> str:
    """The drawing of the animal that a name is ("the old tortoise"); empty: a human being's."""
    lexicon = of(language)
    # In capitals a word says less of itself: "BEAR" over a speech is Bear, and nobody bears anything.
    name = name.title() if name.isupper() else name
    people = lexicon.people(name)
    found = [hit for hit in lexicon.things(name) if hit.meaning.creature]
    # "The lion tamer's wife" is a woman: the last noun says who it is.
    if not found or (people and people[-1].start > found[-1].start):
        return ""
    return found[-1].meaning.drawing


def _called_or_told_of(text: str, lexicon: Lexicon) -> dict[str, str]:
    names = {_folded(name): name for name in [*called(text), *recurring(text, lexicon)]}
    people = lexicon.people(text)
    # People that have a name aren't told of twice: the noun in the sentence that names them is theirs.
    theirs = set()
    for name in names.values():
        at = text.find(name)
        begin = max((text.rfind(mark, 0, at) for mark in ".!?।。؟\n"), default=-1)
        end = min((found for mark in ".!?।。؟\n" if (found := text.find(mark, at)) >= 0), default=len(text))
        near = [hit for hit in people if begin < hit.start < end]
        if near:
            theirs.add(min(near, key=lambda hit: abs(hit.start - at)).meaning)
    kinds = dict.fromkeys(hit.meaning for hit in people if hit.meaning not in theirs)
    for kind in list(kinds)[: _MOST_TOLD_OF - min(len(names), 2)]:
        # The noun as the text has it, so that paragraphs can be asked who is in them.
        noun = next(hit.word for hit in people if hit.meaning == kind)
        names.setdefault(_folded(noun), noun[:1].upper() + noun[1:])
    return names


def _acting_animals(beats: Sequence[Beat], lexicon: Lexicon, known: set[str]) -> list[str]:
    """Animals of a story that are characters in it, as its words first name them, the busiest first."""
    told = [beat for beat in beats if not beat.who and beat.kind.value == "speech"]
    if not told:
        return []
    acts: Counter[str] = Counter()
    named: dict[str, str] = {}
    mentioned: Counter[str] = Counter()
    for beat in told:
        for hit in lexicon.things(beat.text):
            if hit.meaning.creature:
                named.setdefault(hit.meaning.drawing, hit.word)
                mentioned[hit.meaning.drawing] += 1
        for doing in beat.doings:
            if doing.who and (drawing := species_of(doing.who, lexicon.language)):
                acts[drawing] += 1
    chosen = [
        d
        for d in named
        if d not in known and d not in _MOUNTS and (acts[d] >= _ACTS or (acts[d] and mentioned[d] >= _MENTIONS))
    ]
    return [named[d] for d in sorted(chosen, key=lambda d: -acts[d])[:_MOST_TOLD_OF]]


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
