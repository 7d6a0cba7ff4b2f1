"""How a language's words change with what they do in a sentence: what stands in an index for a word, and where it is looked for.

Four ways, by how a language builds its words:
- few endings (English, the Romance and Germanic languages, Hindi and its sisters): a noun's other forms are listed beside it;
- many endings (Slavic, Bengali): both the table's word and the text's lose a known ending, and three letters must be left;
- endings upon endings (Tamil, Turkish, Finnish, …): the text's word begins with the table's, which must be four letters long
  (three in the Dravidian scripts, whose letters are syllables);
- no spaces (Chinese, Japanese, Thai, …): words don't change.
Arabic and Hebrew also write the article and short words together with the next. In any other language only whole words count.
"""

from __future__ import annotations

from collections.abc import Iterator

_FEW = {"en", "es", "pt", "gl", "ca", "fr", "it", "de", "nl", "sv", "da", "nb", "no", "nn", "hi", "mr", "ne", "sa", "ur", "pa", "gu"}  # fmt: skip
_SLAVIC = {"ru", "uk", "be", "bg", "sr", "mk", "pl", "cs", "sk", "hr", "sl", "bs"}
_DRAVIDIAN = {"ta", "te", "kn", "ml"}
_UPON = _DRAVIDIAN | {"tr", "az", "kk", "ky", "uz", "tk", "fi", "et", "hu", "eu", "ka", "mn", "ko", "sw", "id", "ms"}
_SEMITIC = {"ar", "he", "fa"}
# Longest first, so that the whole ending goes.
_CYRILLIC_ENDINGS = [
    "иями", "ями", "ами", "ией", "ого", "ему", "ому", "ыми", "ими", "иях", "ях", "ах", "ам", "ям", "ой", "ою", "ей",
    "ею", "ем", "ом", "ов", "ев", "ью", "ия", "ие", "ии", "ию", "ый", "ий", "ая", "яя", "ое", "ее", "ые", "ую", "юю",
    "а", "я", "ы", "и", "у", "ю", "е", "о", "ь", "й", "і", "ї", "є",
]  # fmt: skip
_WEST_SLAVIC_ENDINGS = [
    "iami", "ami", "ach", "ech", "owi", "ego", "emu", "om", "em", "ie", "ów", "ou", "ov", "ám", "ům", "a", "ą", "e",
    "ę", "i", "o", "u", "y", "ě", "é", "í", "ý", "ů",
]  # fmt: skip
_BENGALI_ENDINGS = [
    "গুলোর", "গুলির", "গুলো", "গুলি", "দের", "টির", "টার", "টিকে", "টাকে", "টি", "টা", "কে", "তে", "য়ের", "ের",
    "রা", "র", "ে", "য়",
]  # fmt: skip
_BENGALI = {"bn", "as"}
_ARABIC_BEFORE = ("وبال", "فبال", "وال", "فال", "بال", "كال", "لل", "ال", "و", "ف", "ب", "ل", "ك")
_ARABIC_AFTER = ("تها", "تهم", "ها", "هم", "ته", "ات", "ان", "ين", "ون", "تي", "ه", "ي", "ا", "ت")
_HEBREW_BEFORE = ("וה", "בה", "של", "ה", "ו", "ב", "ל", "מ", "ש", "כ")
_UMLAUTS = {"a": "ä", "o": "ö", "u": "ü"}


def forms(word: str, language: str) -> list[str]:
    """What stands in the index for a table's word; "~" marks a stem."""
    if language in _FEW:
        return list(dict.fromkeys([word, *_listed(word, language)]))
    if language in _SLAVIC or language in _BENGALI:
        return [word, "~" + _stripped(word, language)]
    if language == "ta" and word.endswith("ம்"):
        # "மரம், மரத்தில், மரங்கள்": the last letter changes.
        return [word, f"~{word[:-2]}த்த", f"~{word[:-2]}ங்க"]
    if language in _DRAVIDIAN:
        trimmed = _trimmed(word, language) if len(word) > 3 else word
        return [word, "~" + trimmed] if len(trimmed) >= 3 else [word]
    if language in _UPON:
        return [word, "~" + word] if len(word) >= 4 else [word]
    if language in _SEMITIC:
        return list(dict.fromkeys([word, word.removesuffix("ه")])) if len(word) > 3 else [word]
    return [word]


def _trimmed(word: str, language: str) -> str:
    """A Dravidian word without what gives way to an ending: "வீடு, வீட்டில்"."""
    if language == "ta":
        return word.removesuffix("்").removesuffix("ு")
    return word.removesuffix("ు").removesuffix("ం")


def looks(word: str, language: str) -> Iterator[str]:
    """Under what a text's word is looked for, the surest first."""
    yield word
    if language in _SLAVIC or language in _BENGALI:
        yield "~" + _stripped(word, language)
    elif language in _UPON:
        for length in range(len(word), 2, -1):
            yield "~" + word[:length]
    elif language in _SEMITIC:
        before = _HEBREW_BEFORE if language == "he" else _ARABIC_BEFORE
        bare = next((word[len(b) :] for b in before if word.startswith(b) and len(word) - len(b) >= 3), word)
        yield bare
        for each in (bare, word):
            for after in _ARABIC_AFTER:
                if each.endswith(after) and len(each) - len(after) >= 3:
                    yield each[: -len(after)]


def _stripped(word: str, language: str) -> str:
    if language in _BENGALI:
        endings, least = _BENGALI_ENDINGS, 2
    else:
        endings, least = (_CYRILLIC_ENDINGS if word[-1:] >= "\u0400" else _WEST_SLAVIC_ENDINGS), 3
    return next((word[: -len(e)] for e in endings if word.endswith(e) and len(word) - len(e) >= least), word)


def _listed(word: str, language: str) -> list[str]:
    """The other forms of a noun where there are few."""
    if len(word) < 3:
        return []
    if language == "en":
        if word.endswith(("s", "x", "ch", "sh")):
            return [word + "es"]
        if word.endswith("y") and word[-2] not in "aeiou":
            return [word[:-1] + "ies"]
        return [word + "s"]
    if language in ("es", "pt", "gl", "ca"):
        extra = [word[:-2] + "ões"] if word.endswith("ão") else [word[:-1] + "ces"] if word.endswith("z") else []
        return [word + "s", word + "es", *extra]
    if language == "fr":
        return [word + "s", word + "x", *([word[:-2] + "aux"] if word.endswith("al") else [])]
    if language == "it":
        return _italian(word)
    if language in ("de", "nl", "sv", "da", "nb", "no", "nn"):
        return _germanic(word, language)
    return _indic(word)


def _italian(word: str) -> list[str]:
    if word.endswith("io"):
        return [word[:-1]]
    if word.endswith(("co", "go")):
        return [word[:-1] + "hi", word[:-1] + "i"]
    if word.endswith(("ca", "ga")):
        return [word[:-1] + "he"]
    return [word[:-1] + {"o": "i", "a": "e", "e": "i"}[word[-1]]] if word[-1] in "oae" else []


def _germanic(word: str, language: str) -> list[str]:
    if language != "de":
        return [word + end for end in ("s", "en", "n", "et", "er", "ar", "or", "arna", "erne", "ene", "e")]
    changed = [word]
    vowel = max((word.rfind(v) for v in "aou"), default=-1)
    if vowel >= 0 and word[vowel : vowel + 2] != "eu":
        # "Baum, Bäume": of a diphthong the first vowel changes.
        at = vowel - 1 if word[vowel] == "u" and vowel and word[vowel - 1] == "a" else vowel
        changed.append(word[:at] + _UMLAUTS[word[at]] + word[at + 1 :])
    return [stem + end for stem in changed for end in ("", "e", "en", "er", "ern", "es", "n", "s")]


def _indic(word: str) -> list[str]:
    if word.endswith("ा"):
        return [word[:-1] + end for end in ("े", "ों", "ो")]
    if word.endswith("ी"):
        return [word[:-1] + end for end in ("ियां", "ियों")]
    return [word + end for end in ("ें", "ों", "ं")]
