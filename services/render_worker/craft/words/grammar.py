"""What the small words of a language say of a sentence: where its subject stands, and which nouns can't be it.

No grammar is parsed. The words are in the languages' tables, under `[grammar]`; a language without them has an empty one, and
of its sentences only what stands side by side is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from services.render_worker.craft.words.matching import folded


class Order(Enum):
    """Where the verb stands."""

    MIDDLE = "middle"
    LAST = "last"
    FIRST = "first"


_LAST = {"hi", "mr", "ne", "sa", "bn", "as", "ta", "te", "kn", "ml", "gu", "pa", "or", "ur", "fa", "ja", "ko", "tr", "az", "mn", "si", "my"}  # fmt: skip
_FIRST = {"ar", "cy", "ga", "fil", "mi", "he"}
# A subject that is known isn't repeated.
_LEAVES_OUT = {"it", "es", "pt", "gl", "ca", "ro", "ar", "pl", "cs", "sr", "hr", "bg", "el"}
# The subject may stand after its verb: "Dann fiel Schnee", "sube la luna", "вошёл Иван".
_INVERTS = {"de", "nl", "sv", "da", "nb", "no", "es", "it", "pt", "gl", "ca", "ro", "fr", "ru", "uk", "be", "bg", "pl", "cs", "sk", "sr", "hr", "el", "ar", "he"}  # fmt: skip
_CAPITAL_NOUNS = {"de", "lb"}
_DENIES_BEHIND = {"de", "lb", "nl", "sv", "da", "nb", "no"}


@dataclass(frozen=True)
class Grammar:
    """The small words of a language, folded as words are compared."""

    order: Order = Order.MIDDLE
    leaves_out: bool = False
    inverts: bool = False
    capital_nouns: bool = False
    # "Sie lacht nicht."
    denies_behind: bool = False
    # Before a noun: "the", "his", "two".
    determiners: frozenset[str] = frozenset()
    # Before a noun that is then no subject (after it, where the verb comes last).
    prepositions: frozenset[str] = frozenset()
    # "and", "then": what follows is done by who did the last.
    joins: frozenset[str] = frozenset()
    # "who": the noun before it does what follows.
    relatives: frozenset[str] = frozenset()
    # "when", "as", "that": another sentence begins.
    opens: frozenset[str] = frozenset()
    # What may stand between a subject and its verb: adverbs, "not", "sich".
    between: frozenset[str] = frozenset()
    # Pronouns of more than one, who may be anybody there.
    everyone: frozenset[str] = frozenset()
    # Pronouns that are never a subject ("him", "उसका"), and of who tells the story, who isn't seen.
    never: frozenset[str] = frozenset()
    teller: frozenset[str] = frozenset()
    # After them a verb's plain form is not done: "will fliegen".
    modals: frozenset[str] = frozenset()
    # What goes by itself and is nobody: wind, waves, light.
    nature: frozenset[str] = frozenset()

    @property
    def known(self) -> bool:
        """Whether there is a table of this language's small words."""
        return bool(self.prepositions)


_WORDS = ("determiners", "prepositions", "joins", "relatives", "opens", "between", "everyone", "never", "teller", "modals", "nature")  # fmt: skip
# Before there was a table for each, and in languages that have none.
_JOINS = frozenset({"and", "und", "et", "y", "e", "и", "और", "و", "ed", "dann", "puis", "luego"})


def grammar_of(language: str, section: Mapping[str, str]) -> Grammar:
    """The grammar of a language with the words of its table's `[grammar]`."""
    words = {name: frozenset(map(folded, section.get(name, "").split())) for name in _WORDS}
    return Grammar(
        order=Order.LAST if language in _LAST else Order.FIRST if language in _FIRST else Order.MIDDLE,
        leaves_out=language in _LEAVES_OUT,
        inverts=language in _INVERTS,
        capital_nouns=language in _CAPITAL_NOUNS,
        denies_behind=language in _DENIES_BEHIND,
        **{**words, "joins": words["joins"] or _JOINS},
    )
