"""A line of speech as units that may be parted, and how much it hurts to part them where.

Words where a script writes spaces; characters (with the marks and the punctuation that belong to them) where it doesn't.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

_SENTENCE_END = re.compile(r"[.!?…।॥؟。！？۔։]+[\"'”’»)\]」』）]*$")
_CLAUSE_END = re.compile(r"[,;:،؛、，；：—–]+[\"'”’»)\]」』）]*$")
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")
# Chinese and Japanese (with their punctuation and full-width forms), Thai, Lao, Khmer, Burmese.
_NO_SPACES = re.compile("[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
# Words that lean on the next one: a line that ends in them reads badly.
_LEANING_WORDS = (
    "a an the of to in on at for with from by and or but if that as my your his her its our their is are was were not no"
    " has have had be been am will would can could should may might must do does did let's"
    " i you he she we they who which when where than then so into onto over under about after before very too"
    " un une le la les de du des et ou mais que qui je tu il elle nous vous ils au aux en dans sur pour par avec sans ne se"
    " el los las lo y o pero con por para del al su mi tu sin muy es un una der die das den dem des ein eine einen einem und"
    " oder aber dass mit von zu zum zur im am auf ist nicht sehr ich du er wir ihr sie"
    " il gli i e ma che di da uno con per nel della o os as um uma mas do da dos das em no na com sem não het een en van op"
    " met voor te ik в на и с к по не но а для от из за у о что как мой я он она мы вы i w z na do nie się że o a v s k ve"
    " bir bu och att en ett på i som av för med det den der på at og til af med på ja ei και το η ο τα οι να δεν"
    " la un o și în cu pe de că nu és egy az a hogy nem"
    " yang di ke dari dan untuk của và là một những các không"
    " من في على إلى عن و أن لا ما هذا هذه که از در به با این"
    " और या कि पर तो न नहीं एक"
)
_LEANING = frozenset(_LEANING_WORDS.split())
# Words that lean on the one before: a line that begins with them reads as badly (postpositions, particles, auxiliaries).
_FOLLOWING_WORDS = (
    "का के की को में से पर ने तक भी ही है हैं था थी थे हो हूँ गया गई गए रहा रही रहे वाला वाले वाली चा ची चे ला ने मध्ये आहे होता"
    " কে র থেকে পর্যন্ত ও না ছিল আছে না। করে ને ની નો ના માં થી છે ਦਾ ਦੇ ਦੀ ਨੂੰ ਵਿੱਚ ਤੋਂ ਹੈ کا کے کی کو میں سے پر نے ہے ہیں تھا تھی را است"
    " mi mı mu mü de da ki ile için gibi dir idi"
)
_FOLLOWING = frozenset(_FOLLOWING_WORDS.split())
# Particles after which a Japanese line may well end.
_JAPANESE_PARTICLES = frozenset("はがをにでともへの")
# Letters that never begin a line: small kana belong to the sound before them (kinsoku; JIS X 4051), and so do vowels that Thai and
# Lao write behind their consonant.
_NEVER_FIRST = frozenset(
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿｧｨｩｪｫｬｭｮｯﾞﾟะาำๅๆฯະາຳຽ"
)
# With these a syllable of Thai or Lao is surely over.
_SYLLABLE_ENDS = frozenset("ะำๆฯະຳໆ")
# What ties the next letter to the last (a joiner, and the signs that set it underneath in Burmese and Khmer); the Burmese signs of a
# letter that ends its syllable; the space without width that Khmer and Thai writers put between words.
_TIES, _BURMESE_CLOSED, _ZERO_SPACE = "\u200d\u1039\u17d2", "\u1039\u103a", "\u200b"
# Marks that some write apart from their word ("Qui ?", "« Non »", "100 %"): no line begins or ends with one.
_CLINGS = re.compile("[!?:;%»›”)\\]}·]|…$")
_OPENS = re.compile("[«‹“‘¿¡(\\[{]$")
_LONE_DASH = re.compile("[-\u2013\u2014]+")


@dataclass(frozen=True)
class Unit:
    """A piece of text that is never parted, with its times in milliseconds from the line's start."""

    text: str
    space_before: bool
    start_ms: int
    end_ms: int
    # A line of verse begins with it.
    begins_line: bool = False

    @property
    def width(self) -> int:
        """Its columns."""
        return width_of(self.text)


def width_of(text: str) -> int:
    """Columns: full-width characters count two, combining marks none."""
    return len(text) if text.isascii() and text.isprintable() else sum(map(_column, text))


@lru_cache(maxsize=4096)
def _column(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def writes_without_spaces(text: str) -> bool:
    """Whether the text's script puts no spaces between words, so that it may be parted inside a run."""
    return _NO_SPACES.search(text) is not None


def break_cost(before: Unit, after: Unit) -> float:
    """What a break between the two costs: 0 at a sentence's end and at the end of a verse's line, most within a phrase."""
    if after.begins_line or _SENTENCE_END.search(before.text):
        return 0.0
    if _CLAUSE_END.search(before.text):
        return 1.5
    paused = after.start_ms - before.end_ms >= 200
    if not after.space_before:
        if not _NO_SPACES.search(after.text):
            return 20.0
        return (2.5 if paused else 5.0) + _east_asian_cost(before.text, after.text)
    if before.text[-1:].isdigit() and after.text[:1].isdigit():
        # "10 000" is one number.
        return 14.0
    if _NO_SPACES.search(before.text[-1:]) and _NO_SPACES.search(after.text[:1]):
        # Who writes no spaces between words puts one where a phrase ends.
        return 1.5
    lean = 4.5 if _plain(before.text) in _LEANING else 0.0
    lean += 4.5 if _plain(after.text) in _FOLLOWING or _LONE_DASH.fullmatch(after.text) else 0.0
    return (2.5 if paused else 5.0) + lean


def _plain(word: str) -> str:
    return word.strip("\"'“”‘’«»¿¡.,;:!?।،؛؟۔").lower()


def _east_asian_cost(before: str, after: str) -> float:
    """Inside a run without spaces: a particle ends a phrase, letters of one kind of writing make one word."""
    if before[-1] == _ZERO_SPACE:
        return -3.5
    if "\u0e00" <= after[0] <= "\u0eff":
        # A vowel that is written before its consonant surely begins a syllable, and often a word.
        return -1.0 if after[0] in _LEADING_VOWELS or before[-1] in _SYLLABLE_ENDS else 4.0
    kinds = {_kana(before[-1]), _kana(after[0])}
    if kinds == {"kana"}:
        return 0.0 if before[-1] in _JAPANESE_PARTICLES else 3.0
    if _kana(before[-1]) == "kana":
        return -1.5 if before[-1] in _JAPANESE_PARTICLES else 0.0
    if _kana(after[0]) == "kana" or kinds == {"katakana"}:
        return 6.0
    return 0.0


def _kana(letter: str) -> str:
    if "\u3040" <= letter <= "\u309f":
        return "kana"
    return "katakana" if "\u30a0" <= letter <= "\u30ff" else ""


def line_units(text: str, words: Sequence[tuple[str, int, int]], duration_ms: int, max_width: int) -> list[Unit]:
    """The units of a line: its words as they were spoken, or the text spread over the duration where there are none."""
    whole: list[Unit] = []
    place = 0
    for word, start_ms, end_ms in words or _spread(text.split(), 0, duration_ms):
        found = text.find(word, place)
        between = " " if found < 0 else text[place:found]
        spaced = any(character.isspace() for character in between)
        begins_line = "\n" in between and bool(whole)
        place = place if found < 0 else found + len(word)
        for number, (piece, piece_start, piece_end) in enumerate(_spread(word.split(), start_ms, end_ms)):
            whole.append(Unit(piece, spaced or number > 0, piece_start, piece_end, begins_line and not number))
    return [part for unit in _clinging(whole, max_width) for part in _parted(unit, max_width)]


def _clinging(units: Sequence[Unit], max_width: int) -> list[Unit]:
    """Marks that are written apart from their word are one unit with it, where a line has room for both."""
    tied: list[Unit] = []
    for unit in units:
        last = tied[-1] if tied and unit.space_before and not unit.begins_line else None
        if last and (_CLINGS.match(unit.text) or _OPENS.search(last.text)) and last.width + unit.width < max_width:
            tied[-1] = replace(last, text=f"{last.text} {unit.text}", end_ms=unit.end_ms)
        else:
            tied.append(unit)
    return tied


def _spread(pieces: Sequence[str], start_ms: int, end_ms: int) -> list[tuple[str, int, int]]:
    """The pieces one after another over the time, each by its length."""
    total = sum(len(piece) for piece in pieces)
    spread: list[tuple[str, int, int]] = []
    passed = 0
    for piece in pieces:
        begin = start_ms + (end_ms - start_ms) * passed // total
        passed += len(piece)
        spread.append((piece, begin, start_ms + (end_ms - start_ms) * passed // total))
    return spread


def _parted(unit: Unit, max_width: int) -> list[Unit]:
    """A unit of a script without spaces by its characters; any other whole, unless no line could hold it."""
    if _NO_SPACES.search(unit.text):
        pieces = _characters(unit.text)
    elif unit.width > max_width:
        pieces = [unit.text]
    else:
        return [unit]
    pieces = [short for piece in pieces for short in _shortened(piece, max_width)]
    spread = _spread(pieces, unit.start_ms, unit.end_ms)
    parts = [Unit(piece, False, start_ms, end_ms) for piece, start_ms, end_ms in spread]
    return [replace(parts[0], space_before=unit.space_before, begins_line=unit.begins_line), *parts[1:]]


def _shortened(piece: str, max_width: int) -> list[str]:
    cuts, filled = [0], 0
    for place, character in enumerate(piece):
        width = _column(character)
        if place > cuts[-1] and filled + width > max_width:
            cuts.append(place)
            filled = 0
        filled += width
    return [piece[begin:end] for begin, end in pairwise([*cuts, len(piece)])]


def _characters(text: str) -> list[str]:
    """The text at its places of possible breaks: no mark, vowel sign, small kana or closing punctuation begins a piece, no opening
    punctuation or leading vowel ends one, and what another script writes in between stays whole, as do numbers.
    """
    cuts = [0]
    cuts += [place for place in range(1, len(text)) if not _belongs_to(text[place - 1], *text[place : place + 2])]
    return [text[begin:end] for begin, end in pairwise([*cuts, len(text)])]


def _belongs_to(last: str, character: str, following: str = "") -> bool:
    """Whether a letter is never parted from the one before it, whatever follows but that it is a letter that closes its syllable."""
    category = unicodedata.category(character)
    if category in ("Mn", "Mc", "Me", "Cf", "Pe", "Pf", "Po", "Pd", "Lm") or character in _NEVER_FIRST:
        return True
    if following and following in _BURMESE_CLOSED:
        return True
    if unicodedata.category(last) in ("Ps", "Pi") or last in _LEADING_VOWELS or last in _TIES:
        return True
    if character.isdigit() and last.isdigit():
        return True
    return not _NO_SPACES.search(character) and not _NO_SPACES.search(last)
