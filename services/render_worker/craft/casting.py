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
from services.render_worker.craft.lexicon import PEOPLE, first_named
from services.render_worker.craft.names import FEMALE_NAMES, MALE_NAMES
from services.render_worker.craft.palette import from_hex

_AGE_NUMBER = re.compile(r"(?<!\d)(\d{1,3})(?:['’]?s)?(?!\d)")
_AGE_WORDS: dict[sb.AgeGroup.ValueType, str] = {
    sb.AGE_GROUP_SENIOR: "old elderly aged grey gray बूढ़े वृद्ध عجوز العجوز vecchio vecchia velho velha white-haired grandmother grandma grandfather grandpa granny wizard hermit "
    "बूढ़ा बूढ़ी दादी दादा नानी नाना viejo vieja anciano vieux vieille alt",
    sb.AGE_GROUP_CHILD: "child kid boy girl சிறுமி சிறுவன் طفل طفلة ولد فتاة little toddler niño niña enfant बच्चा बच्ची लड़का लड़की",
    sb.AGE_GROUP_YOUNG_ADULT: "teen teenage teenager young youth student joven jeune jung युवा",
    sb.AGE_GROUP_ADULT: "middle-aged adult",
}
_GENDER_WORDS: dict[sb.Gender.ValueType, str] = {
    sb.GENDER_FEMALE: "she her hers woman girl mother mom grandmother grandma granny daughter sister wife queen princess lady aunt female mrs ms miss "
    "fille niña menina mädchen ragazza bambina "
    "ella mujer elle femme sie frau वह-स्त्री माँ मां दादी लड़की औरत रानी",
    sb.GENDER_MALE: "he his him man boy father dad papa grandfather grandpa garçon niño menino junge ragazzo brother husband king prince uncle male mr sir "
    "él hombre il homme er mann पिता दादा लड़का आदमी राजा",
}
_COLORS = {
    "red": "#c8443c", "crimson": "#b2303f", "yellow": "#eab63e", "gold": "#d9a441", "golden": "#d9a441", "orange": "#dd7f3a",
    "green": "#4f8a5b", "blue": "#3f6fa8", "navy": "#2f4468", "purple": "#77528f", "violet": "#77528f", "pink": "#d98a9c",
    "white": "#ece6da", "black": "#33343d", "grey": "#8b8f98", "gray": "#8b8f98", "brown": "#7d5a41", "teal": "#2f8a8a",
}  # fmt: skip
_HAIR_COLORS = {"black": "#2a2426", "brown": "#5a3d2c", "blond": "#d2a860", "blonde": "#d2a860", "red": "#a2502f", "ginger": "#b8602f",
                "grey": "#b9bcc2", "gray": "#b9bcc2", "white": "#dedcd8", "silver": "#c4c8cf"}  # fmt: skip
_CLOTHES = "raincoat|coat|jacket|dress|sari|saree|kurta|shirt|sweater|jumper|uniform|robe|cloak|suit|apron|vest|tunic|gown|hoodie|cardigan"
_SKINS = ("#f3cfb0", "#e6b48d", "#cf9468", "#a96f48", "#7f4f33")
_HAIRS = ("#2a2426", "#4a3226", "#6b4630", "#a2623a", "#c79a5b")
# (clothes, accent), neighbours far apart in hue so that the first few of a cast are told apart at a glance.
_WARDROBES = (
    ("#d9a03f", "#3c5a78"), ("#3f6c8f", "#d8794f"), ("#a94b4b", "#e3c48b"), ("#4d7d63", "#e0b050"), ("#7a5688", "#e7a7a0"),
    ("#c8693f", "#2f5d62"), ("#5b6f8c", "#e8d7b0"), ("#8c6a4a", "#6fa3a0"),
)  # fmt: skip


def character_id(name: str) -> str:
    """The same for the same name however it is written: "TOM" and "Tom" are one."""
    return "c-" + hashlib.sha256(fold(name).encode()).hexdigest()[:12]


def fold(name: str) -> str:
    """A name as two spellings of it are compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def cast_of(names: Sequence[str], text: str, seed: int) -> list[sb.Character]:
    """The characters of those names, described by the text's own words and else by steady draws from the seed."""
    cast: list[sb.Character] = []
    # One film's people lean to one tone, and differ by a step: families look like families.
    tone = drawn_from(seed, "tone").randint(1, 3)
    kinds: dict[tuple[int, int], int] = {}
    for name in names:
        description = describe(name, text)
        drawn = drawn_from(seed, fold(name))
        gender = _gender(name, description, drawn)
        age = _age(description, drawn)
        variant = kinds.get((gender, age), 0)
        kinds[gender, age] = variant + 1
        voice = sb.Voice(age=age, gender=gender, speed=1.0, pitch=round(drawn.uniform(-0.25, 0.25), 2), variant=variant)
        look = _look(description, age, gender, drawn, tone + drawn.choice((-1, 0, 0, 0, 1)))
        _dress(look, description, [other.look.clothes_color for other in cast])
        cast.append(
            sb.Character(
                id=character_id(name),
                name=name,
                description=description,
                age=age,
                gender=gender,
                look=look,
                voice=voice,
            )
        )
    return cast


def gender_of(name: str) -> sb.Gender.ValueType:
    """What a name itself tells; unspecified where it doesn't."""
    words = set(fold(name).replace(".", "").split())
    if words & FEMALE_NAMES or words & {"mrs", "ms", "miss", "lady", "madame", "queen", "señora", "frau", "signora"}:
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
    rest = re.split(r"(?<=[.!?।。])\s", hit.group(0)[len(name) :], maxsplit=1)[0]
    sentence = hit.group(0)[: len(name)] + rest
    if not name.isupper():
        # In prose what somebody is like stands before them too: "an old man", "सालेम नाम का बूढ़ा मछुआरा".
        before = re.split(r"[.!?।。\n]", text[: hit.start()])[-1].split()[-4:]
        sentence = " ".join([*before, sentence])
    # Another introduction in the same sentence belongs to the other: "MARA (60s) and TOM (9)".
    other = re.search(r"\s(?:and\s+)?(?!" + re.escape(name) + r")[A-ZÀ-Þ]{2,}\s*\(", sentence[len(name) :])
    return sentence[: len(name) + other.start()].strip()[:300] if other else sentence.strip()[:300]


def _age(description: str, drawn: random.Random) -> sb.AgeGroup.ValueType:
    number = _AGE_NUMBER.search(description)
    if number and int(number.group(1)) <= 120:
        years = int(number.group(1))
        if years <= 13:
            return sb.AGE_GROUP_CHILD
        if years <= 29:
            return sb.AGE_GROUP_YOUNG_ADULT
        return sb.AGE_GROUP_ADULT if years < 60 else sb.AGE_GROUP_SENIOR
    named = first_named(_AGE_WORDS, description)
    if named is None and (person := first_named(PEOPLE, description)):
        return person[1]
    return named if named is not None else drawn.choice((sb.AGE_GROUP_YOUNG_ADULT, sb.AGE_GROUP_ADULT))


def _gender(name: str, description: str, drawn: random.Random) -> sb.Gender.ValueType:
    words = set(fold(name).split())
    if words & FEMALE_NAMES:
        return sb.GENDER_FEMALE
    if words & MALE_NAMES:
        return sb.GENDER_MALE
    # What they are called tells more than the words around it: "his granddaughter".
    if (person := first_named(PEOPLE, name)) is not None:
        return person[0]
    named = first_named(_GENDER_WORDS, f"{name} {description}")
    if named is None and len(words) == 1 and name.isascii() and (ending := fold(name)[-1:]) in ("a", "o"):
        return sb.GENDER_FEMALE if ending == "a" else sb.GENDER_MALE
    if named is None and (person := first_named(PEOPLE, f"{name} {description}")):
        return person[0]
    if named is not None:
        return named
    return drawn.choice((sb.GENDER_FEMALE, sb.GENDER_MALE))


def _worn(description: str) -> tuple[str | None, str | None]:
    """The colours the text gives to clothes and to what is worn besides."""
    lowered = description.lower()
    clothes = re.search(rf"({'|'.join(_COLORS)})\s+(?:\w+\s+)?(?:{_CLOTHES})", lowered)
    accent = re.search(rf"({'|'.join(_COLORS)})\s+(?:\w+\s+)?(?:scarf|hat|cap|beanie|hood|turban|shawl)", lowered)
    return (_COLORS[clothes.group(1)] if clothes else None), (_COLORS[accent.group(1)] if accent else None)


def _look(
    description: str, age: sb.AgeGroup.ValueType, gender: sb.Gender.ValueType, drawn: random.Random, tone: int
) -> sb.Look:
    lowered = description.lower()
    hair = drawn.choice(_HAIRS[:2] if tone > 1 else _HAIRS)
    style = drawn.choice(
        ("long", "bun", "braid", "curly") if gender == sb.GENDER_FEMALE else ("short", "short", "curly")
    )
    named = re.search(
        rf"({'|'.join(_HAIR_COLORS)})(?:[ -]haired|\s+(?:\w+\s+)?(?:hair|bun|braid|curls|beard))", lowered
    )
    if named:
        hair = _HAIR_COLORS[named.group(1)]
    elif age == sb.AGE_GROUP_SENIOR:
        hair = drawn.choice(("#b9bcc2", "#dedcd8"))
        style = style if gender == sb.GENDER_FEMALE else drawn.choice(("short", "bald"))
    for word in ("bald", "bun", "braid", "curly", "long", "short"):
        if (
            re.search(rf"{word}\w*(?:\s+\w+)?\s+hair|{word}(?:\b|ed)", lowered) and word not in {"long", "short"}
        ) or f"{word} hair" in lowered:
            style = word
            break
    draws = ["none", "none", "scarf", "glasses"] + (
        ["beard"] if gender == sb.GENDER_MALE and age > sb.AGE_GROUP_YOUNG_ADULT else []
    )
    accessory = drawn.choice(draws if age != sb.AGE_GROUP_CHILD else ["none", "scarf", "hat"])
    for word, drawn_as in (("scarf", "scarf"), ("shawl", "scarf"), ("glasses", "glasses"), ("spectacles", "glasses"), ("beard", "beard"),
                           ("hood", "hood"), ("raincoat", "none"), ("hat", "hat"), ("cap", "hat"), ("turban", "hat")):  # fmt: skip
        if re.search(rf"\b{word}", lowered):
            accessory = drawn_as
            break
    build = next(
        (b for b in ("slim", "broad") if re.search(rf"\b{b}", lowered)),
        drawn.choice(("slim", "average", "average", "broad")),
    )
    return sb.Look(skin_color=_SKINS[tone], hair_color=hair, hair_style=style, build=build, accessory=accessory)


def _dress(look: sb.Look, description: str, taken: Sequence[str]) -> None:
    """The colours the text gives, else those of the wardrobe that are furthest from what the others wear."""
    worn, beside = _worn(description)
    others = [from_hex(color) for color in taken]

    def distance(wardrobe: tuple[str, str]) -> float:
        color = from_hex(wardrobe[0])
        return min((math.dist(color, other) for other in others), default=0.0)

    clothes, accent = max(_WARDROBES, key=distance) if others else _WARDROBES[1]
    look.clothes_color, look.accent_color = worn or clothes, beside or accent
