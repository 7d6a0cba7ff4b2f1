"""Further forms of the verbs that a language's table lists in the singular, where they follow from it by rule."""

from __future__ import annotations

from collections.abc import Iterator

# The third person's endings, the longest first: singular and plural.
_PLURALS: dict[str, tuple[tuple[str, str], ...]] = {
    "es": (("aba", "aban"), ("ía", "ían"), ("ió", "ieron"), ("ó", "aron"), ("a", "an"), ("e", "en")),
    "pt": (("ava", "avam"), ("ia", "iam"), ("ou", "aram"), ("eu", "eram"), ("iu", "iram"), ("a", "am"), ("e", "em")),
    "it": (("ava", "avano"), ("eva", "evano"), ("iva", "ivano"), ("ò", "arono"), ("ì", "irono"), ("a", "ano"), ("e", "ono")),
    "fr": (("ait", "aient"), ("it", "irent"), ("ut", "urent"), ("a", "èrent"), ("e", "ent")),
}  # fmt: skip
_SISTERS = {"gl": "es", "ca": "es"}
_CLITICS = {"se", "s", "si", "le", "la", "les", "en", "ne"}
_LEAST_LETTERS = 3
_HINDI = {"hi", "mr", "ne", "sa"}
# "दौड़ता": "दौड़ रहा" is happening now.
_HABITUAL = ("ता", "ती")
_PROGRESSIVE = ("रहा", "रही", "रहे")


def further(verb: str, language: str) -> Iterator[str]:
    """The plural of a Romance verb, the progressive of a Hindi one, as phrases with spaces; nothing elsewhere."""
    words = verb.split()
    if language in _HINDI and len(words) == 1 and verb.endswith(_HABITUAL):
        stem = verb.removesuffix("ता").removesuffix("ती")
        yield from (f"{stem} {now}" for now in _PROGRESSIVE)
        yield stem + "ते"
    endings = _PLURALS.get(_SISTERS.get(language, language), ())
    at = next((n for n, word in enumerate(words) if word not in _CLITICS and "'" not in word), None)
    if at is None or len(words[at]) < _LEAST_LETTERS:
        return
    for singular, plural in endings:
        if words[at].endswith(singular):
            yield " ".join([*words[:at], words[at].removesuffix(singular) + plural, *words[at + 1 :]])
            return
