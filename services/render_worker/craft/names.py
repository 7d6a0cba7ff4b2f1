"""Names: which are women's and men's, and how texts of many languages give their people names."""

from __future__ import annotations

import re

FEMALE_NAMES = {
    "mara", "anna", "maria", "sara", "sarah", "emma", "lily", "lucy", "eva", "mia", "zoe", "nora", "clara", "ella",
    "rosa", "ines", "priya", "asha", "meera", "mira", "sita", "radha", "lakshmi", "anita", "kavya", "ananya",
    "fatima", "aisha", "leila", "yuki", "hana", "mei", "olga", "natasha", "julia", "sofia", "sophie", "marie",
    "claire", "alice", "grace", "ruth", "jane", "mary", "kate", "lena", "ida", "greta", "carmen", "isabel", "pilar",
    "beatriz", "inés", "raquel", "camille", "chloé", "élise", "hélène", "margot", "ingrid", "astrid", "heidi",
    "layla", "noor", "zainab", "maryam", "ليلى", "مريم", "فاطمة", "zeynep", "maja", "irene", "helen", "judith",
}  # fmt: skip
MALE_NAMES = {
    "tom", "tim", "sam", "jack", "john", "james", "peter", "paul", "max", "leo", "ben", "dan", "david", "adam",
    "noah", "liam", "omar", "ali", "hassan", "ravi", "arjun", "rohan", "raj", "amit", "vikram", "krishna", "ram",
    "kenji", "hiro", "wei", "ivan", "boris", "pedro", "juan", "carlos", "luis", "pierre", "jean", "hans", "karl",
    "felix", "oscar", "hugo", "george", "henry", "will", "ned", "finn", "rex", "josé", "jose", "ángel", "angel",
    "iñaki", "miguel", "antonio", "manuel", "javier", "andrés", "mateo", "luca", "joshua", "jacques", "louis",
    "françois", "michel", "nicolas", "thomas", "klaus", "jürgen", "stefan", "sergei", "dmitri", "nikita", "muhammad",
    "mohammed", "ahmed", "yusuf", "ibrahim", "salim", "karim", "mustafa", "سالم", "محمد", "أحمد", "يوسف", "suresh",
    "ramesh", "vijay", "sanjay", "aditya", "kumar", "michael", "robert", "william", "arthur", "simon", "daniel",
    "martin", "viktor",
}  # fmt: skip
# "a girl named Lila", in the languages whose stories name people so.
_CALLED = re.compile(
    r"(?:\b(?:named|called|llamad[oa]|se llamaba|nommée?|appelée?|s'appelait|namens|chamad[oa]|chiamat[oa])|(?<!\w)(?:اسمه|اسمها|يدعى|تدعى)|по имени)"
    r"\s+([^\W\d_a-zà-ÿ][^\s.,;:!?،؛]{1,24})"
)
_CALLED_AFTER = re.compile(
    r"([^\s.,;:!?।]{2,25})\s+(?:नाम\s+(?:की|का|के)|नावाचा|नावाची|என்ற|எனும்|নামে|নামের|అనే|ಎಂಬ|എന്ന|નામની|નામનો)(?![\w\u0900-\u0dff])"
)


def called(text: str) -> list[str]:
    """Names that prose gives to its people, in the order of the text: "मीरा नाम की लड़की", "a boy named Finn"."""
    hits = [(hit.start(), hit.group(1)) for pattern in (_CALLED, _CALLED_AFTER) for hit in pattern.finditer(text)]
    return list(dict.fromkeys(name for _, name in sorted(hits)))


def introduced(text: str) -> list[str]:
    """Names that action introduces in the trade's way, capitals and an age: "a boy, TIM (8)"."""
    return [
        hit.group(1)
        for hit in re.finditer(r"(?<!\w)([A-ZÀ-Þ][A-ZÀ-Þ'’.-]{1,20}(?: [A-ZÀ-Þ][A-ZÀ-Þ'’.-]{1,20})?)\s*\(\s*\d", text)
    ]
