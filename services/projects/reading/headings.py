"""Scene headings, as screenplays of many languages write them: "INT. KITCHEN - NIGHT", "INNEN/AUSSEN – TAG", "内景 厨房 夜", "○台所(夜)"."""

from __future__ import annotations

import re

# Longer lines are prose, whatever they look like; it also bounds what a pattern can cost.
MAX_CHARS = 200
_MAX_CASELESS = 60
# In a writing without spaces two letters are a word.
_MAX_SPACELESS = 30

# "12.", "1A", "SCENE 3:", "SZENE 4 -", "Сцена 2.", "第3场", "场景一", "シーン5", "مشهد 1 -": before the heading itself.
_NUMBER = (
    r"(?:(?:SCENE|SZENE|BILD|SC[EÈ]NE|S[EÉ]QUENCE|ESCENA|SECUENCIA|CENA|SEQU[EÊ]NCIA|SCENA|СЦЕНА|ЭПИЗОД|दृश्य|দৃশ্য|காட்சி|దృశ్యం|مشهد|SAHNE|シーン|场景|場景|씬)"
    r"\s*)?(?:第?\s*[\d一二三四五六七八九十०-९٠-٩]{1,4}[A-Z]?\s*[场場景]?\s*[.):、#：-]?\s*)"
)
_TITLED = "Innen|Außen|Aussen|Intérieur|Extérieur|Interior|Exterior|Interno|Esterno|Инт|Нат|Экст"
_LATIN = "INNEN|AUSSEN|AUẞEN|AUßEN|INTÉRIEUR|EXTÉRIEUR|INTERIEUR|EXTERIEUR|INTERIOR|EXTERIOR|INTERNO|ESTERNO|EXTERNO|BINNEN|BUITEN|WNĘTRZE|PLENER|İÇ|DIŞ|INNE|UTE|SISÄ|ULKO|BELSŐ|KÜLSŐ"
_CYRILLIC = "ИНТ|ЭКСТ|НАТ|ИНТЕРЬЕР|НАТУРА|ПАВИЛЬОН|ПАВ|ІНТ|ЕКСТ"
_GREEK = "ΕΣΩΤ|ΕΞΩΤ|ΕΣ|ΕΞ"
# In writings without capitals, and ordinary words besides: a mark must follow.
_CASELESS = (
    "अंदर|अन्दर|भीतर|आंतरिक|आंत|बाहर|बाह्य|बाहरी|ভিতরে|ভেতরে|বাইরে|অন্তঃ|বহিঃ|உள்ளே|வெளியே|உள்|வெளி|లోపల|బయట|ಒಳಗೆ|ಹೊರಗೆ|അകത്ത്|പുറത്ത്|"
    "અંદર|બહાર|ਅੰਦਰ|ਬਾਹਰ|आत|बाहेर|भित्र|داخلي|داخلى|خارجي|خارجى|داخلی|خارجی|اندرونی|بیرونی|اندر|باہر|פנים|חוץ|실내|실외|내부|외부"
)
# No ordinary sentence begins with them and a space.
_NAMED = "内景|外景|內景|室内|室外|屋内|屋外|داخلي|داخلى|خارجي|خارجى|ภายใน|ภายนอก|실내|실외"
_ENGLISH = r"INT|EXT|EST|INT\.?\s?/\s?EXT|EXT\.?\s?/\s?INT|I\s?/\s?E"
_MARK = r"\s*[.。:：\-–—/·|]\s*\S"

_OF_ENGLISH = (
    re.compile(rf"(?:{_ENGLISH})\.\s*\S", re.IGNORECASE),
    re.compile(r"(?:INT|EXT|EST|INT/EXT|EXT/INT|I/E)\s+\S"),
)
_CASED = rf"(?:{_LATIN}|{_CYRILLIC}|{_GREEK}|{_TITLED})"
_WITH_MARK = re.compile(rf"{_CASED}(?:\s*/\s*{_CASED})?{_MARK}")
_IN_CAPITALS = re.compile(rf"{_CASED}(?:\s*/\s*{_CASED})?\s+\S")
_BY_MARK = re.compile(rf"(?:{_CASELESS}|{_NAMED}|[内內外])(?:\s*/\s*(?:{_CASELESS}|{_NAMED}|[内內外]))?{_MARK}")
_BY_SPACE = re.compile(rf"(?:{_NAMED}|[内內外])[\s\u3000]+\S")
# A Japanese screenplay's heading begins with a circle, or ends with the hour in brackets: "○台所(夜)".
_CIRCLED = re.compile(r"[○〇◯]\s*[^\s○〇◯]{1,24}(?:[(（][^()（）]{1,8}[)）]|[・\s\u3000][^\s]{1,8})$")
# A Chinese one may say last whether it is inside: "厨房 夜 内".
_INSIDE_LAST = re.compile(r"\S{1,16}[\s\u3000]+(?:日|夜|晨|昏|清晨|黄昏|白天|夜晚)[\s\u3000]+[内內外]景?$")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_SENTENCE_ENDS = tuple('।॥。！？!?؟۔…”"»')
_SHOT_NUMBER = re.compile(r"#[\w.\-]{1,16}#$")
_NUMBERED = re.compile(_NUMBER, re.IGNORECASE)


def is_heading(line: str) -> bool:
    """Whether a line is a scene heading: a word for inside or outside and a place, perhaps behind a scene's number."""
    line = line.strip()
    if not line or len(line) > MAX_CHARS:
        return False
    bare = _unnumbered(line)
    return _is_heading(line) or (bare != line and _is_heading(bare))


def heading_text(line: str) -> str:
    """A heading without its scene number, before it or behind."""
    line = _SHOT_NUMBER.sub("", line.strip()).strip()
    bare = _unnumbered(line)
    kept = bare if bare != line and _is_heading(bare) else line
    return kept.lstrip("○〇◯ \u3000") or line


def _unnumbered(line: str) -> str:
    number = _NUMBERED.match(line)
    return line[number.end() :].lstrip() if number is not None else line


def _is_heading(line: str) -> bool:
    if any(pattern.match(line) for pattern in _OF_ENGLISH):
        return True
    if line.endswith(_SENTENCE_ENDS):
        return False
    if _WITH_MARK.match(line) or (line.isupper() and _IN_CAPITALS.match(line)):
        return True
    longest = _MAX_SPACELESS if _SPACELESS.search(line) else _MAX_CASELESS
    return len(line) <= longest and any(
        pattern.match(line) for pattern in (_BY_MARK, _BY_SPACE, _CIRCLED, _INSIDE_LAST)
    )
