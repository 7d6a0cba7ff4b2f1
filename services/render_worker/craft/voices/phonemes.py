"""The sounds of speech in IPA, as espeak-ng names them in all its languages: which are vowels, and what a mouth does for each.

espeak-ng's names are IPA with few exceptions: stress marks before ("ˈ"), length and other diacritics behind ("ː", "ʲ"), a
trailing "." for retroflex Mandarin sounds, "h" for aspiration. The first letter decides, and a diphthong goes from its first
vowel to its last.
"""

from __future__ import annotations

from typing import Final

from services.render_worker.craft.mouths import Viseme

_STRESS = "ˈˌ'"
_SHAPES: Final[dict[str, Viseme]] = {
    letter: viseme
    for viseme, letters in {
        Viseme.CLOSED: "mbpɓʙɱ",
        Viseme.BITE: "fvʋⱱ",
        Viseme.TONGUE: "θð",
        Viseme.LIFT: "lrɹɾɺɭɽɻʀɫʎɬɮʟ",
        Viseme.TEETH: "tdszncɟkɡgxɣhɦʔɕʑʂʐçʝɲɳŋɴqɢχʁħʕʈɖɗɠǀǃǂǁʃʒʧʤʦʣɧ",
        Viseme.OPEN: "aɑɐɒʌæäɶ",
        Viseme.WIDE: "eɛəɘɜɚɝɤ",
        Viseme.NARROW: "iɪɨyʏj",
        Viseme.ROUND: "oɔøœɵɞ",
        Viseme.PUCKER: "uʊɯʉwɥβɸʍ",
    }.items()
    for letter in letters
}
_VOWELS: Final = frozenset("aɑɐɒʌæäɶeɛəɘɜɚɝɤiɪɨyʏoɔøœɵɞuʊɯʉ")
# Rounded though the letter alone isn't wide open: "ʃ" and its kin push the lips out.
_PUSHED: Final = frozenset("ʃʒʧʤʂʐ")
# How far a mouth opens for a sound, 0.0 to 1.0 of its widest, before the voice's level is taken in.
_OPENINGS: Final[dict[Viseme, float]] = {
    Viseme.REST: 0.0,
    Viseme.CLOSED: 0.0,
    Viseme.BITE: 0.12,
    Viseme.TONGUE: 0.22,
    Viseme.TEETH: 0.2,
    Viseme.LIFT: 0.34,
    Viseme.OPEN: 0.95,
    Viseme.WIDE: 0.6,
    Viseme.NARROW: 0.4,
    Viseme.ROUND: 0.62,
    Viseme.PUCKER: 0.28,
}


def is_vowel(name: str) -> bool:
    """Whether the phoneme carries a syllable."""
    bare = name.lstrip(_STRESS)
    return bare[:1] in _VOWELS


def is_stressed(name: str) -> bool:
    """Whether it begins with the mark of main stress."""
    return name[:1] in ("ˈ", "'")


def shapes_of(name: str) -> tuple[Viseme, ...]:
    """What the mouth does for a phoneme, in order: one shape, two for an affricate or a diphthong, REST for a pause.

    A letter that nobody knows is made behind the teeth, as most consonants are.
    """
    bare = name.lstrip(_STRESS)
    if not bare:
        return (Viseme.REST,)
    if bare[0] in "td" and bare[1:2] in _PUSHED:
        return (Viseme.TEETH, Viseme.PUCKER)
    if bare[0] in _PUSHED:
        return (Viseme.PUCKER,)
    first = _SHAPES.get(bare[0], Viseme.TEETH)
    if bare[0] in _VOWELS:
        last = next((_SHAPES[letter] for letter in reversed(bare[1:]) if letter in _VOWELS), first)
        return (first,) if last == first else (first, last)
    return (first,)


def opening_of(viseme: Viseme) -> float:
    """How far the mouth is open for it, 0.0 to 1.0, in plain speech."""
    return _OPENINGS[viseme]
