"""The cast: who speaks or is named, what each looks like and sounds like, told apart by colours and voice."""

from __future__ import annotations

import hashlib
import math
import random
import re
import unicodedata
from collections.abc import Sequence

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.painting.palette import from_hex
from services.render_worker.craft.story.names import FEMALE_NAMES, MALE_NAMES, species_in
from services.render_worker.craft.words.language import Lexicon, of, spoken_in
from services.render_worker.craft.words.matching import Found

_AGE_NUMBER = re.compile(r"(?<!\d)(\d{1,3})(?:['’]?s)?(?!\d)")
_AGES = {
    "child": sb.AGE_GROUP_CHILD, "young_adult": sb.AGE_GROUP_YOUNG_ADULT, "adult": sb.AGE_GROUP_ADULT, "senior": sb.AGE_GROUP_SENIOR,
}  # fmt: skip
_COLORS = {
    "red": "#c8443c", "yellow": "#eab63e", "gold": "#d9a441", "orange": "#dd7f3a", "green": "#4f8a5b", "blue": "#3f6fa8",
    "navy": "#2f4468", "purple": "#77528f", "pink": "#d98a9c", "white": "#ece6da", "black": "#33343d", "grey": "#8b8f98",
    "silver": "#a9adb5", "brown": "#7d5a41", "teal": "#2f8a8a", "blond": "#d2a860", "ginger": "#b8602f",
}  # fmt: skip
_HAIR_COLORS = {
    "black": "#2a2426", "brown": "#5a3d2c", "blond": "#d2a860", "gold": "#d2a860", "yellow": "#d2a860", "red": "#a2502f",
    "ginger": "#b8602f", "grey": "#b9bcc2", "white": "#dedcd8", "silver": "#c4c8cf",
}  # fmt: skip
_HAIR_NOUNS = re.compile(r"\b(?:hair|haired|bun|braids?|curls|beard|plaits?|pigtails|locks|mane)\b", re.IGNORECASE)
_SKINS = ("#f3cfb0", "#e6b48d", "#cf9468", "#a96f48", "#7f4f33")
_HAIRS = ("#2a2426", "#4a3226", "#6b4630", "#a2623a", "#c79a5b")
# (clothes, accent), neighbours far apart in hue so that the first few of a cast are told apart at a glance.
_WARDROBES = (
    ("#d9a03f", "#3c5a78"), ("#3f6c8f", "#d8794f"), ("#a94b4b", "#e3c48b"), ("#4d7d63", "#e0b050"), ("#7a5688", "#e7a7a0"),
    ("#c8693f", "#2f5d62"), ("#5b6f8c", "#e8d7b0"), ("#8c6a4a", "#6fa3a0"),
)  # fmt: skip
# What is worn where the text doesn't say; where India's languages are spoken what is worn there.
_GARMENTS = {
    sb.GENDER_FEMALE: ("dress", "shirt", "coat", "sweater"), sb.GENDER_MALE: ("shirt", "coat", "sweater", "suit"),
    sb.GENDER_NEUTRAL: ("shirt", "coat", "sweater"),
}  # fmt: skip
_INDIAN_GARMENTS = {
    sb.GENDER_FEMALE: ("sari", "kurta"),
    sb.GENDER_MALE: ("kurta", "shirt"),
    sb.GENDER_NEUTRAL: ("kurta",),
}
_INDIAN = {"hi", "sa", "mr", "ne", "bn", "as", "ta", "te", "kn", "ml", "gu", "pa", "or"}
# A colour so many words from a piece of clothing is its colour.
_BESIDE = 3
_NOT_OTHERS_AGE = 4
# Nobody remembers more faces; it also bounds what a cast of thousands costs.
_TOLD_APART = 40
_SENTENCE_END = r"(?<=[.!?।。؟])\s"


def character_id(name: str) -> str:
    """The same for the same name however it is written: "TOM" and "Tom" are one."""
    return "c-" + hashlib.sha256(fold(name).encode()).hexdigest()[:12]


def fold(name: str) -> str:
    """A name as two spellings of it are compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def cast_of(names: Sequence[str], text: str, seed: int, language: str = "en") -> list[sb.Character]:
    """The characters of those names, described by the text's own words and else by steady draws from the seed."""
    lexicon = of(spoken_in(text, language))
    cast: list[sb.Character] = []
    # One film's people lean to one tone, and differ by a step: families look like families.
    tone = (
        drawn_from(seed, "tone").randint(2, 3)
        if lexicon.language in _INDIAN
        else drawn_from(seed, "tone").randint(1, 3)
    )
    kinds: dict[tuple[int, int], int] = {}
    for name in names:
        description = describe(name, text)
        drawn = drawn_from(seed, fold(name))
        species = species_in(name, text, lexicon.language)
        gender = _gender(name, description, drawn, lexicon)
        age = _age(name, description, drawn, lexicon, animal=bool(species))
        variant = kinds.get((gender, age), 0)
        kinds[gender, age] = variant + 1
        voice = sb.Voice(age=age, gender=gender, speed=1.0, pitch=round(drawn.uniform(-0.25, 0.25), 2), variant=variant)
        look = _look(description, age, gender, drawn, tone + drawn.choice((-1, 0, 0, 0, 1)), lexicon)
        _tell_apart(look, description, [other.look for other in cast[-_TOLD_APART:]], lexicon)
        _dress(look, f"{name} {description}", gender, drawn, [other.look for other in cast[-_TOLD_APART:]], lexicon)
        cast.append(
            sb.Character(
                id=character_id(name),
                name=name,
                description=description,
                age=age,
                gender=gender,
                look=look,
                voice=voice,
                species=species,
            )
        )
    return cast


def gender_of(name: str) -> sb.Gender.ValueType:
    """What a name itself tells; unspecified where it doesn't."""
    words = set(fold(name).replace(".", "").split())
    if words & FEMALE_NAMES or words & {
        "mrs",
        "ms",
        "miss",
        "lady",
        "madame",
        "queen",
        "señora",
        "doña",
        "frau",
        "signora",
        "senhora",
    }:
        return sb.GENDER_FEMALE
    if words & MALE_NAMES or words & {"mr", "sir", "lord", "monsieur", "king", "señor", "herr", "signor", "maître"}:
        return sb.GENDER_MALE
    return sb.GENDER_UNSPECIFIED


def describe(name: str, text: str) -> str:
    """The sentence that introduces the name: "MARA (60s), a keeper in a yellow raincoat" or else where it first stands."""
    hit = re.search(rf"(?<!\w){re.escape(name)}(?!\w)\s*[(,][^\n]*", text) or re.search(
        rf"(?<!\w){re.escape(name)}(?!\w)[^\n]*", text, re.IGNORECASE
    )
    if not hit:
        return ""
    # The name's own full stop, as in "DR. VALE", ends nothing.
    rest = re.split(_SENTENCE_END, hit.group(0)[len(name) :], maxsplit=1)[0]
    sentence = hit.group(0)[: len(name)] + rest
    if not name.isupper():
        # In prose what somebody is like stands before them too: "an old man", "सालेम नाम का बूढ़ा मछुआरा".
        before = re.split(r"[.!?।。\n]", text[: hit.start()])[-1].split()[-4:]
        sentence = " ".join([*before, sentence])
    # Another introduction in the same sentence belongs to the other: "MARA (60s) and TOM (9)".
    other = re.search(r"\s(?:and\s+)?(?!" + re.escape(name) + r")[A-ZÀ-Þ]{2,}\s*\(", sentence[len(name) :])
    return sentence[: len(name) + other.start()].strip()[:300] if other else sentence.strip()[:300]


def _age(name: str, description: str, drawn: random.Random, lexicon: Lexicon, *, animal: bool) -> sb.AgeGroup.ValueType:
    number = _AGE_NUMBER.search(description)
    if number and int(number.group(1)) <= 120:
        years = int(number.group(1))
        if years <= 13:
            return sb.AGE_GROUP_CHILD
        if years <= 29:
            return sb.AGE_GROUP_YOUNG_ADULT
        return sb.AGE_GROUP_ADULT if years < 60 else sb.AGE_GROUP_SENIOR
    own = [*lexicon.looks("ages", name), *lexicon.looks("ages", description)]
    person = [*lexicon.people(name), *lexicon.people(description)]
    # A beast that is told of with a child isn't one; "the old tortoise" is old.
    if animal:
        return _AGES[own[0].meaning] if own and own[0].meaning != "child" else sb.AGE_GROUP_ADULT
    if lexicon.people(name):
        kind = person[0].meaning.age
        return _AGES[own[0].meaning] if kind == sb.AGE_GROUP_ADULT and own else kind
    if own:
        return _AGES[own[0].meaning]
    return person[0].meaning.age if person else drawn.choice((sb.AGE_GROUP_YOUNG_ADULT, sb.AGE_GROUP_ADULT))


def _gender(name: str, description: str, drawn: random.Random, lexicon: Lexicon) -> sb.Gender.ValueType:
    if (known := gender_of(name)) != sb.GENDER_UNSPECIFIED:
        return known
    # What they are called tells more than the words around it: "his granddaughter".
    for found in (
        lexicon.people(name),
        [hit for hit in lexicon.people(description) if hit.first <= _introducing(name, description)],
    ):
        for hit in found:
            if hit.meaning.gender != sb.GENDER_NEUTRAL:
                return hit.meaning.gender
    if (titled := gender_of(_word_before(name, description))) != sb.GENDER_UNSPECIFIED:
        return titled
    if (ending := _by_ending(name, lexicon.language)) != sb.GENDER_UNSPECIFIED:
        return ending
    called = [hit.meaning for hit in lexicon.pronouns(description) if hit.meaning != sb.GENDER_UNSPECIFIED]
    return called[0] if called else drawn.choice((sb.GENDER_FEMALE, sb.GENDER_MALE))


def _word_before(name: str, description: str) -> str:
    """The word before the name: "Maître" of "Maître Corbeau"."""
    at = description.casefold().find(name.casefold())
    before = description[: max(at, 0)].split()
    return before[-1] if before else ""


def _by_ending(name: str, language: str) -> sb.Gender.ValueType:
    """What a name's last letters tell where names of a language have genders."""
    words = fold(name).split()
    if len(words) != 1:
        return sb.GENDER_UNSPECIFIED
    last = words[0][-1:]
    if "\u0400" <= last <= "\u052f":
        return sb.GENDER_FEMALE if last in "ая" else sb.GENDER_UNSPECIFIED if last in "ьи" else sb.GENDER_MALE
    if "\u0900" <= last <= "\u09ff":
        return sb.GENDER_FEMALE if last in "ाीাী" else sb.GENDER_MALE
    if name.isascii() and language not in ("de", "nl") and last in "ao":
        return sb.GENDER_FEMALE if last == "a" else sb.GENDER_MALE
    return sb.GENDER_UNSPECIFIED


def _introducing(name: str, description: str) -> int:
    """The last word of a description that still tells of the one it introduces, not of others met later in the sentence."""
    return len(name.split()) + 4 + _NOT_OTHERS_AGE


def _look(
    description: str,
    age: sb.AgeGroup.ValueType,
    gender: sb.Gender.ValueType,
    drawn: random.Random,
    tone: int,
    lexicon: Lexicon,
) -> sb.Look:
    hair = drawn.choice(_HAIRS[:2] if tone > 1 else _HAIRS)
    style = drawn.choice(
        ("long", "bun", "braid", "curly") if gender == sb.GENDER_FEMALE else ("short", "short", "curly")
    )
    if age == sb.AGE_GROUP_SENIOR:
        hair = drawn.choice(("#b9bcc2", "#dedcd8"))
        style = style if gender == sb.GENDER_FEMALE else drawn.choice(("short", "bald"))
    noun = _HAIR_NOUNS.search(description)
    for color in lexicon.looks("colors", description):
        if noun and color.meaning in _HAIR_COLORS and 0 <= noun.start() - color.end <= 12:
            hair = _HAIR_COLORS[color.meaning]
            break
    styles = lexicon.looks("hair", description)
    draws = ["none", "none", "scarf", "glasses"] + (
        ["beard"] if gender == sb.GENDER_MALE and age > sb.AGE_GROUP_YOUNG_ADULT else []
    )
    accessory = drawn.choice(draws if age != sb.AGE_GROUP_CHILD else ["none", "scarf", "hat"])
    worn = lexicon.looks("accessories", description)
    if worn:
        accessory = worn[0].meaning
    elif any(hit.meaning == "raincoat" for hit in lexicon.looks("garments", description)):
        accessory = "none"
    builds = lexicon.looks("builds", description)
    build = drawn.choice(("slim", "average", "average", "broad"))
    return sb.Look(
        skin_color=_SKINS[tone],
        hair_color=hair,
        hair_style=styles[0].meaning if styles else style,
        build=builds[0].meaning if builds else build,
        accessory=accessory,
    )


def _tell_apart(look: sb.Look, description: str, others: Sequence[sb.Look], lexicon: Lexicon) -> None:
    """Nobody has the outline of another, where the text leaves the choice."""
    outlines = {(other.hair_style, other.accessory, other.build) for other in others}
    if (look.hair_style, look.accessory, look.build) not in outlines:
        return
    if not lexicon.looks("accessories", description):
        look.accessory = next(
            (
                each
                for each in ("scarf", "glasses", "hat", "none")
                if (look.hair_style, each, look.build) not in outlines
            ),
            look.accessory,
        )
    elif not lexicon.looks("builds", description):
        look.build = next(
            (each for each in ("slim", "broad", "average") if (look.hair_style, look.accessory, each) not in outlines),
            look.build,
        )


def _dress(
    look: sb.Look,
    description: str,
    gender: sb.Gender.ValueType,
    drawn: random.Random,
    others: Sequence[sb.Look],
    lexicon: Lexicon,
) -> None:
    """The clothes and colours the text gives, else those that are furthest from what the others wear."""
    garments, colors = lexicon.looks("garments", description), lexicon.looks("colors", description)
    roles = lexicon.looks("roles", description)
    if garments:
        look.garment = garments[0].meaning
    elif roles:
        look.garment = roles[0].meaning
    else:
        choice = (_INDIAN_GARMENTS if lexicon.language in _INDIAN else _GARMENTS)[gender]
        fresh = [each for each in choice if all(each != other.garment for other in others)]
        look.garment = drawn.choice(fresh or choice)
    worn, beside = _color_of(garments, colors), _color_of(lexicon.looks("accessories", description), colors)
    taken = [from_hex(other.clothes_color) for other in others]

    def distance(wardrobe: tuple[str, str]) -> float:
        color = from_hex(wardrobe[0])
        return min((math.dist(color, other) for other in taken), default=0.0)

    clothes, accent = max(_WARDROBES, key=distance) if taken else _WARDROBES[1]
    look.clothes_color, look.accent_color = worn or clothes, beside or accent


def _color_of(pieces: Sequence[Found[str]], colors: Sequence[Found[str]]) -> str:
    """The colour nearest to a piece of clothing, on either side; empty where none is near."""
    near = [
        (abs(color.first - piece.first), color.first > piece.first, color.meaning)
        for piece in pieces
        for color in colors
        if abs(color.first - piece.first) <= _BESIDE
    ]
    return _COLORS[min(near)[2]] if near else ""
