"""Whether an English word that may be a verb is one here, and something is done: "she runs", not "to run", "the run", "would run"."""

from __future__ import annotations

import re
from typing import Any

from services.render_worker.craft.words import english
from services.render_worker.craft.words.actors import Actors
from services.render_worker.craft.words.matching import Found
from services.render_worker.craft.words.sentences import Sentences

_DETERMINERS = {
    "the", "a", "an", "his", "her", "its", "their", "my", "your", "our", "this", "that", "these", "those", "some",
    "no", "each", "every", "another", "any", "one",
}  # fmt: skip
_MODALS = {
    "would", "could", "should", "might", "may", "can", "will", "shall", "must", "ll", "d", "cannot", "won", "couldn",
    "wouldn", "shouldn",
}  # fmt: skip
_STARTED = {
    "begins", "began", "starts", "started", "turns", "turned", "continues", "continued", "comes", "came", "goes",
    "went", "rises", "rose", "runs", "ran",
}  # fmt: skip
_BEING = {"is", "was", "are", "were", "be", "been", "being", "am", "s", "re"}
_PREPOSITIONS = {
    "of", "in", "on", "at", "by", "for", "with", "from", "into", "onto", "to", "under", "over", "through", "after",
    "before", "about", "without", "between", "across", "behind", "than",
}  # fmt: skip
_NO_GERUND = {"of", "for", "without", "from", "about", "than", "like"}
_PLURALS = {"they", "we", "i", "you", "both", "all", "two", "three", "others", "everyone", "people", "who"}
ADVERB = re.compile(r".{2,}ly$|^(?:then|now|still|just|again|suddenly|soon|also|never|always|at|last|once)$")
_NOT_BEFORE = {"wide", "half"}
_AFTER_A_VERB = {"up", "down", "him", "it", "them", "toward", "towards", "out", "away"}
_DIRECTIONS = {"enter", "exit", "exeunt", "re", "enters", "exits"}
# As often nouns as verbs.
_NOUNS = {"leaves", "waves", "lights", "flies", "falls", "drops", "works", "fights"}
_BARE = english.bare()


def is_done(sentences: Sentences, actors: Actors, hit: Found[Any]) -> bool:
    """Whether the word is a verb that tells of what happens."""
    word = sentences.word(hit.first)
    same = hit.first > 0 and sentences.same(hit.start, hit.first - 1)
    near = [sentences.word(hit.first - n) if same else "" for n in (1, 2, 3)]
    at = 1
    while near and ADVERB.match(near[0]):
        near, at = [*near[1:], sentences.word(hit.first - at - 3) if same else ""], at + 1
    before = near[0]
    ing = word.endswith("ing")
    if before == "to":
        return near[1] in _STARTED
    if before in _MODALS or before in _NOT_BEFORE or before in _DETERMINERS:
        return False
    if before in (_NO_GERUND if ing else _PREPOSITIONS) or (before == "as" and not ing):
        return False
    if before in _BEING and not ing:
        return False
    third = word.endswith("s") and not word.endswith("ss")
    past = not ing and not third and word not in _BARE
    if any(not thing.meaning.moves and thing.last == hit.first - at for thing in actors.things):
        # "The sun rises", "the bell rings": nobody does it.
        return False
    actor_before = hit.first - at in actors.by_last
    if is_direction(sentences, hit):
        return True
    if not (ing or third or past):
        return before in _PLURALS or (actor_before and (before.endswith("s") or "and" in near[1:]))
    opening = hit.first == 0 or not same
    if third and opening:
        # "Runs to the door", but "Leaves dance".
        return _goes_on(sentences, actors, hit) and not (word in _NOUNS and not sentences.same(hit.start, hit.last + 1))
    if third and near[1] in _DETERMINERS and not actor_before:
        # "the city lights", but "the keeper lights the lamp".
        return _goes_on(sentences, actors, hit)
    return True


def _goes_on(sentences: Sentences, actors: Actors, hit: Found[Any]) -> bool:
    """Whether what follows may follow a verb."""
    at = hit.last + 1
    following = sentences.word(at)
    return (
        not sentences.same(hit.start, at)
        or sentences.breaks(at)
        or at in actors.by_first
        or following in _DETERMINERS | _PREPOSITIONS | _AFTER_A_VERB | {"to", "and", "then"}
        or ADVERB.match(following) is not None
    )


def is_direction(sentences: Sentences, hit: Found[Any]) -> bool:
    """Whether the doer comes after, as on a stage: "Enter LANE"."""
    opens = hit.first == 0 or not sentences.same(hit.start, hit.first - 1)
    return opens and sentences.word(hit.first) in _DIRECTIONS
