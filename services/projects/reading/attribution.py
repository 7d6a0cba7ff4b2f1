"""Speech in prose, where it is clear whose: “Who’s there?” said Tom; —Buenos días —dijo el zorro; राम ने कहा, "चलो"."""

from __future__ import annotations

import re

from services.projects.reading.cues import Cue
from services.projects.reading.elements import Element, Kind, character, dialogue, element

_SAID = (
    "said|says|replied|replies|asked|asks|answered|answers|cried|cries|whispered|whispers|shouted|shouts|called|exclaimed|murmured|muttered|"
    "added|continued|begged|sighed|declared|remarked|returned|growled|roared|laughed|sobbed|screamed|yelled|snapped|croaked|squeaked|"
    "dijo|respondió|preguntó|exclamó|contestó|replicó|gritó|susurró|murmuró|añadió|"
    "dit|répondit|demanda|s['’]écria|cria|murmura|reprit|répliqua|ajouta|répond|"
    "sagte|antwortete|fragte|rief|sprach|flüsterte|erwiderte|meinte|schrie|"
    "disse|rispose|chiese|domandò|gridò|esclamò|mormorò|replicò|"
    "respondeu|perguntou|exclamou|gritou|sussurrou|murmurou|"
    "сказала?|спросила?|ответила?|отвечала?|крикнула?|закричала?|воскликнула?|прошептала?|изумилась|изумился|начала?|заговорила?|позвала?|произн[её]сла?|произн[её]с|продолжала?"
)
# How it is said, where the word for saying tells; as the words of a remark.
_TELLING = {
    "whispered", "whispers", "shouted", "shouts", "cried", "screamed", "yelled", "murmured", "muttered", "sobbed", "laughed", "growled",
    "roared", "sighed", "susurró", "gritó", "murmura", "s'écria", "cria", "flüsterte", "rief", "schrie", "gridò", "mormorò", "gritou",
    "sussurrou", "прошептал", "прошептала", "крикнул", "крикнула", "закричал", "закричала", "воскликнул", "воскликнула",
}  # fmt: skip
_ARTICLE = "the|a|an|el|la|los|las|un|una|le|les|l['’]|der|die|das|ein|eine|il|lo|gli|i|o|os|as|um|uma"
_PRONOUNS = {
    "he", "she", "they", "i", "we", "you", "it", "who", "one", "él", "ella", "ellos", "yo", "il", "elle", "ils", "je", "on", "er", "sie", "ich",
    "es", "egli", "lui", "lei", "io", "ele", "ela", "eu", "он", "она", "они", "я", "кто", "этот", "после", "тихо", "громко", "this", "that", "another", "everyone", "everybody",
}  # fmt: skip
# A name is one to three words with capitals, or a noun with its article and at most two words before it.
_TITLES = "don|doña|señor|señora|maestro|mastro|monsieur|madame|herr|frau|mister|signor|signora|dom|dona"
_NAME = (
    rf"(?:(?:{_TITLES})\s+)?(?:(?:{_ARTICLE})\s*)?[A-ZÀ-ÞА-ЯЁ][\w’'-]*(?:\.?\s[A-ZÀ-ÞА-ЯЁ][\w’'-]*){{0,2}}|(?:(?:{_ARTICLE})\s*(?:[\w’'-]+\s){{0,2}}?[\w’'-]{{3,20}}|[а-яё]{{4,16}})"
    r"(?=\s*(?:[.,;:!?—–-]|$|\s(?:to|in|with|as|and|from|after|when|who|at|y|et|und|e|и)\s))"
)
_QUOTE = re.compile(
    r"“([^“”]{1,3000})”|\"([^\"]{1,3000})\"|«([^«»]{1,3000})»|„([^„“”]{1,3000})[“”]|「([^「」]{1,3000})」"
)
_AFTER = re.compile(rf"\s*(?:({_SAID})\s+({_NAME})|({_NAME})\s+({_SAID}))\b\s*([^.,;:!?—–“\"«„]{{0,40}})[.,;:!?—–]*\s*")
_BEFORE = re.compile(
    rf"(?:^|(?<=[.!?;,]\s)|(?<=\band\s)|(?<=\bthen\s))\s*({_NAME})\s+({_SAID})\b\s*([^.;:!?“\"«„,]{{0,40}})[,:]\s*$"
)
# "Gretel wept bitter tears and said to Hansel:": who opens the sentence says it.
_TOLD_BEFORE = re.compile(
    rf"(?:^|(?<=[.!?]\s))\s*([A-ZÀ-ÞА-ЯЁ][\w’'-]{{1,24}})\s[^.!?;:,“”\"«»„]{{1,90}}\s(?:and|und|et|y|e|и)\s(?:{_SAID})\b([^.;:!?“\"«„,]{{0,40}})[,:]\s*$"
)
# Hindi, Bengali; Arabic; Chinese: the name and the word for saying stand before the quotation.
_INDIC_BEFORE = re.compile(
    r"(?:^|(?<=[।.!?]\s))\s*((?:[\u0900-\u097f\u0980-\u09ff]+\s){0,2}?[\u0900-\u097f\u0980-\u09ff]+)(?:\sने(?:\s[\u0900-\u097f]+){0,3}?\s(?:कहा|पूछा|उत्तर दिया|जवाब दिया)|\s(?:बोला|बोली|बोले)|\s(?:বলল|বলিল|বলেন|বললেন|বলে))"
    r"\s*[,:—-]*\s*$"
)
_ARABIC_BEFORE = re.compile(
    r"(?:فقالت|فقال|قالت|قال|سأل|أجاب|صاح)\s+(?:له\s+|لها\s+)?([\u0621-\u065f]{2,20}(?:\s[\u0621-\u065f]{2,20})?)\s*[:،]?\s*$"
)
_CHINESE_BEFORE = re.compile(r"(?:^|[。！？，])([\u4e00-\u9fff]{1,6}?)(?:说道|问道|答道|说|问|喊道|喊)[：:，,]?\s*$")
_DASH = re.compile(r"\s*[—–―]\s*")
_STARTS_WITH_DASH = re.compile(r"\s*(?:[—–―]|-\s)\s*")
_DASHED_TAG = re.compile(rf"({_SAID})\s+({_NAME})\b\s*([^—–―]{{0,60}})")
_INLINE_TAG = re.compile(rf",\s(?:({_SAID})\s+({_NAME})|({_NAME})\s+({_SAID}))\s*([.,!?]|$)\s*")
_PARTICIPLES = ("कर", "करके", "हुए", "हुई", "ते", "ती")
# "Cried a cheerful voice": nobody is named.
_NOBODY = ("voice", "voices", "stimme", "voix", "voz", "voce", "голос")
_LONGEST = 20_000


def attributed(paragraph: str) -> list[Element]:
    """The paragraph as narration and speeches; empty where nobody speaks in it, or it isn't clear who."""
    if len(paragraph) > _LONGEST:
        return []
    if _STARTS_WITH_DASH.match(paragraph):
        return _dashed(_STARTS_WITH_DASH.sub("", paragraph, count=1))
    quotes = list(_QUOTE.finditer(paragraph))
    return _quoted(paragraph, quotes) if quotes else []


def _quoted(paragraph: str, quotes: list[re.Match[str]]) -> list[Element]:
    """Narration, and speeches of those the words beside the quotation marks name; all or nothing."""
    found: list[Element] = []
    speaker = ""
    place = 0
    for quote in quotes:
        before, after = paragraph[place : quote.start()], paragraph[quote.end() : quote.end() + 160]
        name, remark, told, end = _speaker(before, after)
        speaker = name or speaker
        if not speaker:
            return []
        if any(char.isalnum() for char in told):
            found += element(Kind.KIND_NARRATION, told)
        said = next(group for group in quote.groups() if group is not None).strip()
        found += character(Cue(speaker))
        found += element(Kind.KIND_PARENTHETICAL, remark)
        found += dialogue(said[:-1] + "." if said.endswith(",") else said)
        place = quote.end() + end
    rest = paragraph[place:]
    return found + (element(Kind.KIND_NARRATION, rest) if any(char.isalnum() for char in rest) else [])


def _speaker(before: str, after: str) -> tuple[str, str, str, int]:
    """Who speaks (empty: the words beside don't say), how, what else is told before, and how much after belongs to it."""
    tag = _AFTER.match(after)
    if tag is not None and (name := _name(tag[2] or tag[3])):
        return name, _remark(tag[1] or tag[4], tag[5]), before, tag.end()
    tag = _BEFORE.search(before[-200:])
    if tag is not None and (name := _name(tag[1])):
        return name, _remark(tag[2], tag[3]), before[: len(before) - (len(before[-200:]) - tag.start())], 0
    tag = _TOLD_BEFORE.search(before[-200:])
    if tag is not None and (name := _name(tag[1])):
        # All of it is told: only who says it is taken from it.
        return name, "", before, 0
    for pattern in (_INDIC_BEFORE, _ARABIC_BEFORE, _CHINESE_BEFORE):
        tag = pattern.search(before[-120:])
        # "पीछे फिरकर बोली": how, not who.
        if tag is not None and not tag[1].strip().endswith(_PARTICIPLES):
            cut = len(before) - (len(before[-120:]) - tag.start())
            return tag[1].strip(), "", before[:cut], 0
    return "", "", before, 0


def _dashed(paragraph: str) -> list[Element]:
    """A speech after a dash, with a word of who says it between further dashes or after a comma."""
    parts = _DASH.split(paragraph)
    speaker, remark = "", ""
    said: list[str] = []
    for number, part in enumerate(parts):
        tag = _DASHED_TAG.match(part) if number else None
        if tag is not None and (name := _name(tag[2])):
            speaker, remark = speaker or name, remark or _remark(tag[1], tag[3])
            following = parts[number + 1] if number + 1 < len(parts) else "."
            if said and (part.rstrip().endswith(".") or following.startswith(".")):
                said[-1] = _ended(said[-1])
            continue
        inline = _INLINE_TAG.search(part)
        if inline is not None and (name := _name(inline[2] or inline[3])):
            speaker, remark = speaker or name, remark or _remark(inline[1] or inline[4], "")
            part = _ended(part[: inline.start()]) + " " + part[inline.end() :]
        said.append(part)
    words = " ".join(part.strip(" .") if part.startswith(".") and len(part) < 3 else part.lstrip(". ") for part in said)
    if not speaker or not any(char.isalnum() for char in words):
        return []
    return character(Cue(speaker)) + element(Kind.KIND_PARENTHETICAL, remark) + dialogue(words)


def _ended(sentence: str) -> str:
    """A sentence that a word of who says it cut off, with the full stop that stands after that."""
    bare = sentence.rstrip(" ,;")
    return bare if bare.endswith((".", "!", "?", "…")) else bare + "."


def _name(words: str) -> str:
    """The name without its article, empty for a pronoun."""
    name = re.sub(rf"^(?:{_ARTICLE})(?:\s+|(?<=['’]))", "", words.strip(), flags=re.IGNORECASE).strip(" .,")
    if not name or name.lower() in _PRONOUNS or name.split()[0].lower() in _PRONOUNS or name.lower().endswith(_NOBODY):
        return ""
    return name[:1].upper() + name[1:]


def _remark(verb: str, rest: str) -> str:
    """How it is said: the word for saying where it tells, and what follows it if it is short."""
    how = rest.strip(" .,;:!?") if len(rest.split()) <= 3 else ""
    if verb.lower().replace("’", "'") in _TELLING:
        return f"{verb} {how}".strip()
    return how
