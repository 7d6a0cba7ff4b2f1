"""Who does what in a text, to whom, with which things: sentence by sentence, by the places of words.

No grammar is parsed. A deed's doer is who stands before it in its sentence (after it where the verb comes first), what it is done
to stands after it (before it where the verb comes last). Where a word may be no verb, or nothing may have happened ("to run",
"would run", "the run", "never ran"), nothing is said: a doing left out costs less than one that isn't so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words import english
from services.render_worker.craft.words.language import Lexicon
from services.render_worker.craft.words.matching import Found, Table, Token, tokens
from services.render_worker.craft.words.things import Concept

_SENTENCE_END = re.compile(r"[.!?;:।॥。！？؟…]+")
_QUOTED = re.compile(
    r"»[^«»]{0,2000}«|“[^“”]{0,2000}”|\"[^\"]{0,2000}\"|«[^«»]{0,2000}»|„[^„“”]{0,2000}[“”]|「[^「」]{0,2000}」|『[^『』]{0,2000}』"
)
# The verb stands last (Hindi, Tamil, Japanese, Turkish, …), or first (Arabic).
_VERB_LAST = {"hi", "mr", "ne", "sa", "bn", "as", "ta", "te", "kn", "ml", "gu", "pa", "or", "ur", "fa", "ja", "ko", "tr", "az", "mn", "si", "my"}  # fmt: skip
_VERB_FIRST = {"ar", "cy", "ga", "fil", "mi", "he"}
_PRO_DROP = {"it", "es", "pt", "gl", "ca", "ro", "ar", "pl", "cs", "sr", "hr", "bg", "el"}
_MOST_BETWEEN = 9
_TO_SUBJECT = 7
_NEAR = 3
_CAPITAL_NOUNS = {"de", "lb"}

_DETERMINERS = {
    "the",
    "a",
    "an",
    "his",
    "her",
    "its",
    "their",
    "my",
    "your",
    "our",
    "this",
    "that",
    "these",
    "those",
    "some",
    "no",
    "each",
    "every",
    "another",
    "any",
    "one",
}
_MODALS = {
    "would",
    "could",
    "should",
    "might",
    "may",
    "can",
    "will",
    "shall",
    "must",
    "ll",
    "d",
    "cannot",
    "won",
    "couldn",
}
_STARTED = {
    "begins",
    "began",
    "starts",
    "started",
    "turns",
    "turned",
    "continues",
    "continued",
    "comes",
    "came",
    "goes",
    "went",
    "rises",
    "rose",
    "runs",
    "ran",
}
_BEING = {"is", "was", "are", "were", "be", "been", "being", "am", "s", "re"}
_PREPOSITIONS = {
    "of",
    "in",
    "on",
    "at",
    "by",
    "for",
    "with",
    "from",
    "into",
    "onto",
    "to",
    "under",
    "over",
    "through",
    "after",
    "before",
    "about",
    "without",
    "between",
    "across",
    "behind",
    "than",
    "as",
}
_NO_GERUND = {"of", "for", "without", "from", "about", "than", "like"}
_PLURALS = {"they", "we", "i", "you", "both", "all", "two", "three", "others", "everyone", "people", "who"}
_AND = {"and", "or", "then", "but", "und", "et", "y", "e", "и", "और", "و", "ed", "dann", "puis", "luego"}
_ADVERB = re.compile(r".{2,}ly$|^(?:then|now|still|just|again|suddenly|soon|also|never|always|at|last|once)$")
_NOT_BEFORE = {"wide", "half"}
_SUBJECTS = {"he", "she", "they", "it", "i", "we"}
# "Gave up", "gave way": nothing changes hands.
_GIVEN_UP = {"up", "in", "way", "birth", "out"}
_STREETS = {"street", "road", "lane", "square", "avenue", "inn", "hill", "park"}
_HELD = {sb.DEED_CARRY, sb.DEED_TAKE, sb.DEED_GIVE, sb.DEED_READ, sb.DEED_EAT, sb.DEED_DRINK, sb.DEED_LIGHT, sb.DEED_THROW, sb.DEED_WAVE,
         sb.DEED_PLAY_MUSIC, sb.DEED_POINT}  # fmt: skip
_MOVING_ON = {
    sb.DEED_FLY,
    sb.DEED_SWIM,
    sb.DEED_RUN,
    sb.DEED_WALK,
    sb.DEED_FALL,
    sb.DEED_ENTER,
    sb.DEED_LEAVE,
    sb.DEED_TURN,
}
# What says where a thing is, near it: "on the table", "in her hand".
_SPOTS: tuple[tuple[sb.Spot.ValueType, re.Pattern[str]], ...] = (
    (sb.SPOT_HAND, re.compile(r"^\W*(?:in|from) (?:his|her|its|their|one|each|the)(?: \w+)? hands?\b")),
    (sb.SPOT_TABLE, re.compile(r"^\W*(?:\w+ ){0,3}(?:on|upon|across) (?:the|a|his|her|their)(?: \w+){0,2} (?:table|desk|counter|shelf|tray)\b")),
    (sb.SPOT_WALL, re.compile(r"^\W*(?:\w+ ){0,3}on (?:the|a|his|her)(?: \w+)? wall\b")),
    (sb.SPOT_SKY, re.compile(r"^\W*(?:\w+ ){0,4}(?:in|across|into|through) (?:the|a)(?: \w+)? (?:sky|air|heavens)\b|^\W*(?:circles?|soars?|hovers?|flies|overhead)\b")),
    (sb.SPOT_WATER, re.compile(r"^\W*(?:\w+ ){0,3}(?:on|in|across|over) (?:the|a)(?: \w+)? (?:water|waves|sea|lake|river|pond|stream)\b")),
    (sb.SPOT_FAR, re.compile(r"^\W*(?:\w+ ){0,3}(?:in the distance|on the horizon|far away|far off)\b")),
    (sb.SPOT_GROUND, re.compile(r"^\W*(?:\w+ ){0,3}(?:on|upon) (?:the|a)(?: \w+)? (?:ground|floor|grass|sand|rock|path|road)\b")),
)  # fmt: skip
_AHEAD = 60
_LONGEST_PART = 500
_LAST_DOINGS = 8
_APPOSED = re.compile(r"\s*(?:\([^)]{0,30}\))?\s*,\s*(?:(?:a|an|the|his|her|their)\s+)?(?:[\w-]+\s+){0,2}")
_BARE = english.bare()


@dataclass(frozen=True)
class Actor:
    """Somebody in a text: a name or noun as it stands for them in the whole script."""

    name: str
    # Of a noun: whether a man or a woman; unspecified: may be either.
    gender: sb.Gender.ValueType = sb.GENDER_UNSPECIFIED
    # An animal or a thing that moves.
    thing: bool = False
    # "CAPTAIN HALE" of HALE.
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Done:
    """Somebody does something; `target` is a name, or a thing's noun, or empty."""

    who: str
    deed: sb.Deed.ValueType
    target: str = ""


def unquoted(text: str) -> str:
    """The text without what is said in it; what people talk of may be elsewhere."""
    rest = _QUOTED.sub(" ", text)
    return rest if any(map(str.isalpha, rest)) else text


@dataclass
class Told:
    """What a text tells of."""

    doings: list[Done] = field(default_factory=list)
    things: list[sb.Thing] = field(default_factory=list)
    sounds: list[str] = field(default_factory=list)


@dataclass
class Memory:
    """Whom the text before told of, the latest last: who "he" and "she" are."""

    recent: list[Actor] = field(default_factory=list)

    def saw(self, actor: Actor) -> None:
        """It was told of just now."""
        self.recent = [*[each for each in self.recent if each.name != actor.name][-20:], actor]

    def meant(self, gender: sb.Gender.ValueType) -> Actor | None:
        """Whom a pronoun means."""
        people = [each for each in reversed(self.recent) if gender in (sb.GENDER_UNSPECIFIED, each.gender)]
        people = people or [
            each for each in reversed(self.recent) if each.gender in (sb.GENDER_UNSPECIFIED, sb.GENDER_NEUTRAL)
        ]
        return next((each for each in people if not each.thing), people[0] if people else None)


class Cast:
    """Those who have a name in this script, found in its texts however inflected."""

    def __init__(self, actors: Iterable[Actor], lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._names = Table(
            [(alias, actor) for actor in actors for alias in (actor.name, *actor.aliases)], lexicon.language
        )

    def named(self, text: str, words: Sequence[Token]) -> list[Found[Actor]]:
        """Who is named; in a writing with capitals a name begins with one."""
        return [
            hit
            for hit in self._names.find(text, words)
            if not hit.word[:1].islower() or hit.meaning.name[:1].islower() or hit.meaning.thing
        ]


def told(text: str, cast: Cast, memory: Memory, *, speaker: str = "") -> Told:
    """What the text tells of, outside its quotations. `speaker`: who does what has no doer."""
    parts = list(_parts(text))
    if len(parts) == 1:
        return _Reader(text, cast, memory, speaker).read()
    whole = Told()
    drawn: set[str] = set()
    for part in parts:
        found = _Reader(part, cast, memory, speaker).read()
        whole.doings += [done for done in found.doings if done not in whole.doings[-_LAST_DOINGS:]]
        whole.things += [thing for thing in found.things if thing.drawing not in drawn]
        drawn |= {thing.drawing for thing in found.things}
        whole.sounds += [sound for sound in found.sounds if sound not in whole.sounds]
    return whole


def _parts(text: str) -> Iterator[str]:
    """The text in pieces of some sentences each: what is read of a sentence takes time with the square of its surroundings."""
    place = 0
    while len(text) - place > _LONGEST_PART:
        window = text[place : place + _LONGEST_PART]
        ends = [hit.end() for hit in _SENTENCE_END.finditer(window)]
        cut = ends[-1] if ends else window.rfind(" ") + 1 or _LONGEST_PART
        yield text[place : place + cut]
        place += cut
    yield text[place:]


class _Reader:
    def __init__(self, text: str, cast: Cast, memory: Memory, speaker: str) -> None:
        self._text, self._memory, self._speaker = text, memory, speaker
        self._lexicon = cast.lexicon
        self._words = tokens(text)
        self._quoted = [hit.span() for hit in _QUOTED.finditer(text)]
        self._quote_starts = [start for start, _ in self._quoted]
        self._ends = [hit.start() for hit in _SENTENCE_END.finditer(text)]
        self._english = self._lexicon.language == "en"
        self._things = self._seen(self._lexicon.things(text))
        self._named = self._seen(cast.named(text, self._words))
        self._not = {hit.last for hit in self._lexicon.negations(text)}
        self._like = {hit.last for hit in self._lexicon.likenesses(text)}
        self._actors = self._everybody()
        self._target_of: dict[int, tuple[sb.Deed.ValueType, str]] = {}
        self._doers: set[str] = set()

    def read(self) -> Told:
        found = Told()
        before: tuple[int, Actor | None] = (-1, None)
        last_verb = -1
        deeds = self._seen(self._lexicon.deeds(self._text))
        verbs = [hit for hit in deeds if self._is_done(hit)]
        for at, hit in enumerate(verbs):
            sentence = self._sentence(hit.start)
            known = before[1] if before[0] == sentence else None
            who = self._doer(hit, last_verb if before[0] == sentence else -1, known)
            following = verbs[at + 1].first if at + 1 < len(verbs) else len(self._words)
            target = self._target(hit, who, following, last_verb if before[0] == sentence else -1)
            before, last_verb = (sentence, who), hit.last
            # "Enter HORATIO and MARCELLUS": both.
            everyone: list[Actor | None] = [*self._after(hit)] if self._english and self._stage_direction(hit) else []
            for each in everyone or [who]:
                done = self._done(hit, each, "" if everyone else target)
                if done is not None and done not in found.doings:
                    found.doings.append(done)
        for hit, actor in self._actors:
            if hit.meaning is not None:
                self._memory.saw(actor)
        self._doers = {done.who.casefold() for done in found.doings}
        found.things = self._seen_things()
        found.sounds = list(
            dict.fromkeys(hit.meaning for hit in self._seen(self._lexicon.sounds(self._text)) if not self._denied(hit))
        )
        return found

    def _seen(self, hits: Sequence[Found[Any]]) -> list[Found[Any]]:
        return [hit for hit in hits if not self._in_quotes(hit.start)]

    def _in_quotes(self, place: int) -> bool:
        at = bisect_right(self._quote_starts, place) - 1
        return at >= 0 and place < self._quoted[at][1]

    def _sentence(self, place: int) -> int:
        return bisect_right(self._ends, place)

    def _word(self, at: int) -> str:
        return self._words[at].key if 0 <= at < len(self._words) else ""

    def _everybody(self) -> list[tuple[Found[Any], Actor]]:
        """Everyone in the text in order, names before the nouns within them; pronouns as whom they mean (`meaning` None)."""
        taken: set[int] = set()
        found: list[tuple[Found[Any], Actor]] = []

        def add(hit: Found[Any], actor: Actor) -> None:
            if not taken & set(range(hit.first, hit.last + 1)) or self._spaceless(hit):
                taken.update(range(hit.first, hit.last + 1))
                found.append((hit, actor))

        for hit in self._named:
            add(hit, hit.meaning)
        named = {hit.first for hit in self._named}
        for person in self._seen(self._lexicon.people(self._text)):
            # "maestro Ciliegia" is one.
            if person.last + 1 in named:
                continue
            add(person, Actor(person.word, person.meaning.gender))
        for thing in self._things:
            if thing.meaning.moves and not self._compared(thing):
                add(thing, Actor(thing.word, thing=True))
        found.sort(key=lambda each: each[0].start)
        return self._with_pronouns(self._appositions(found), taken)

    def _appositions(self, found: list[tuple[Found[Any], Actor]]) -> list[tuple[Found[Any], Actor]]:
        """The noun after a name is whom the name is: "TOM (9), a boy in a red scarf"."""
        names = {hit.start for hit in self._named}
        kept: list[tuple[Found[Any], Actor]] = []
        for hit, actor in found:
            if (
                kept
                and hit.start not in names
                and kept[-1][0].start in names
                and self._sentence(kept[-1][0].start) == self._sentence(hit.start)
            ):
                between = self._text[kept[-1][0].end : hit.start]
                if _APPOSED.fullmatch(between):
                    kept.append((hit, kept[-1][1]))
                    continue
            kept.append((hit, actor))
        return kept

    def _spaceless(self, hit: Found[Any]) -> bool:
        token = self._words[hit.first]
        return (token.start, token.end) != (hit.start, hit.end) and hit.first == hit.last

    def _with_pronouns(self, found: list[tuple[Found[Any], Actor]], taken: set[int]) -> list[tuple[Found[Any], Actor]]:
        pronouns = [hit for hit in self._seen(self._lexicon.pronouns(self._text)) if hit.first not in taken]
        local = Memory(list(self._memory.recent))
        merged: list[tuple[Found[Any], Actor]] = []
        # Within one sentence "he" stays who he was.
        still: dict[tuple[int, int], Actor] = {}
        at = 0
        for pronoun in pronouns:
            while at < len(found) and found[at][0].start < pronoun.start:
                local.saw(found[at][1])
                merged.append(found[at])
                at += 1
            key = (self._sentence(pronoun.start), pronoun.meaning)
            meant = still.get(key) or local.meant(pronoun.meaning)
            if meant is not None:
                still[key] = meant
                merged.append(
                    (Found(None, pronoun.word, pronoun.start, pronoun.end, pronoun.first, pronoun.last), meant)
                )
        return merged + found[at:]

    def _denied(self, hit: Found[Any]) -> bool:
        """Whether a negation stands just before it (or just after it, where the verb comes last)."""
        sentence = self._sentence(hit.start)
        near = range(hit.first - _NEAR, hit.first)
        if self._lexicon.language in _VERB_LAST:
            near = range(hit.first - 1, hit.last + 3)
        return any(
            at in self._not and self._sentence(self._words[at].start) == sentence
            for at in near
            if 0 <= at < len(self._words)
        )

    def _compared(self, hit: Found[Any]) -> bool:
        if self._lexicon.language in _VERB_LAST:
            return any(at in self._like for at in range(hit.last + 1, hit.last + 3))
        return any(at in self._like for at in range(hit.first - _NEAR, hit.first))

    def _is_done(self, hit: Found[Any]) -> bool:
        if self._denied(hit) or any(each.first <= hit.first <= each.last for each in self._named):
            return False
        return self._is_english_verb(hit) if self._english else True

    def _is_english_verb(self, hit: Found[Any]) -> bool:
        word = self._word(hit.first)
        same_sentence = hit.first > 0 and self._sentence(self._words[hit.first - 1].start) == self._sentence(hit.start)
        near = [self._word(hit.first - n) if same_sentence else "" for n in (1, 2, 3)]
        at = 1
        while near and _ADVERB.match(near[0]):
            near, at = [*near[1:], self._word(hit.first - at - 3) if same_sentence else ""], at + 1
        before = near[0]
        ing = word.endswith("ing")
        if before == "to":
            return near[1] in _STARTED
        if (
            before in _MODALS
            or before in _NOT_BEFORE
            or before in _DETERMINERS
            or before in (_NO_GERUND if ing else _PREPOSITIONS)
        ):
            return False
        if before in _BEING and not ing:
            return False
        third = word.endswith("s") and not word.endswith("ss")
        past = not ing and not third and self._is_past(word)
        if any(not thing.meaning.moves and thing.last == hit.first - at for thing in self._things):
            # "The sun rises", "the bell rings": nobody does it.
            return False
        actor_before = any(each.last == hit.first - at for each, _ in self._actors)
        if self._stage_direction(hit):
            return True
        if not (ing or third or past):
            return before in _PLURALS or (actor_before and (before.endswith("s") or "and" in near[1:]))
        if third and near[1] in _DETERMINERS and not actor_before:
            # "the city lights", but "the keeper lights the lamp".
            following = self._word(hit.last + 1)
            ends = hit.last + 1 >= len(self._words) or self._sentence(
                self._words[hit.last + 1].start
            ) != self._sentence(hit.start)
            return ends or following in _DETERMINERS or following in _PREPOSITIONS or following in {"up", "down", "him", "it", "them", "toward", "towards", "out", "away"}  # fmt: skip
        return True

    @staticmethod
    def _is_past(word: str) -> bool:
        return word not in _BARE

    def _doer(self, verb: Found[Any], last_verb: int, known: Actor | None) -> Actor | None:
        sentence = self._sentence(verb.start)
        there = [(hit, actor) for hit, actor in self._actors if self._sentence(hit.start) == sentence]
        before = [(hit, actor) for hit, actor in there if hit.start < verb.start]
        joined = self._joins(verb)
        if self._lexicon.language in _VERB_FIRST:
            follows = next((actor for hit, actor in there if 0 < hit.first - verb.last <= 2), None)
            if follows is not None:
                return follows
        if known is not None and joined:
            return known
        since = [(hit, actor) for hit, actor in before if hit.first > last_verb]
        if self._lexicon.language in _VERB_LAST:
            # The doer opens the sentence, what it is done to follows.
            return since[0][1] if since else known
        free = [(hit, actor) for hit, actor in since if not self._governed(hit)]
        if free:
            hit, actor = free[-1]
            if verb.first - hit.last <= _TO_SUBJECT or known is None:
                return actor
        if known is not None:
            return known
        after = [(hit, actor) for hit, actor in there if hit.start > verb.end]
        if (self._lexicon.language in _VERB_FIRST or self._stage_direction(verb)) and after:
            return after[0][1]
        # "Prese subito l'ascia": who did something last does this too.
        last = [actor for hit, actor in self._actors if hit.start < verb.start and not actor.thing]
        return last[-1] if last and self._lexicon.language in _PRO_DROP else None

    def _after(self, verb: Found[Any]) -> list[Actor]:
        """Everyone after it in its sentence: "Enter HORATIO and MARCELLUS"."""
        sentence = self._sentence(verb.start)
        there = [actor for hit, actor in self._actors if hit.start > verb.end and self._sentence(hit.start) == sentence]
        return list(dict.fromkeys(there))

    def _stage_direction(self, verb: Found[Any]) -> bool:
        """Whether the doer comes after: "Enter LANE"."""
        opens = verb.first == 0 or self._sentence(self._words[verb.first - 1].start) != self._sentence(verb.start)
        return opens and self._word(verb.first) in ("enter", "exit", "exeunt", "re", "enters", "exits")

    def _joins(self, verb: Found[Any]) -> bool:
        at = verb.first - 1
        while at >= 0 and _ADVERB.match(self._word(at)) and self._english:
            at -= 1
        gap = self._text[self._words[at].end : verb.start] if at >= 0 else ""
        return self._word(at) in _AND or "," in gap[:2] or "、" in gap or "،" in gap

    def _governed(self, hit: Found[Any]) -> bool:
        """Whether it hangs on a preposition: "past the old man", "his mother's"."""
        if not self._english:
            return False
        if hit.meaning is None and hit.word.lower() in _SUBJECTS:
            return False
        here = self._sentence(hit.start)
        at = [n for n in (1, 2, 3) if hit.first >= n and self._sentence(self._words[hit.first - n].start) == here]
        back = [*(self._word(hit.first - n) for n in at), "", "", ""]
        # "past him", "past the man", "past the old man".
        if (
            back[0] in _PREPOSITIONS
            or (back[0] in _DETERMINERS and back[1] in _PREPOSITIONS)
            or (back[1] in _DETERMINERS and back[2] in _PREPOSITIONS)
        ):
            return True
        return self._text[hit.end : hit.end + 2] in ("'s", "’s")

    def _target(self, verb: Found[Any], who: Actor | None, following: int, last_verb: int) -> str:
        sentence = self._sentence(verb.start)
        if self._lexicon.language in _VERB_LAST:
            low, high = max(last_verb, verb.first - _MOST_BETWEEN - 1), verb.first
        else:
            low, high = verb.last, min(following, verb.last + _MOST_BETWEEN)
        name = who.name if who is not None else ""
        people = [
            (hit.start, actor.name) for hit, actor in self._actors if low < hit.first < high and actor.name != name
        ]
        things = [
            (hit.start, hit.word)
            for hit in self._things
            if low < hit.first < high and hit.word != name and not self._compared(hit)
        ]
        found = [each for each in sorted([*people, *things]) if self._sentence(each[0]) == sentence]
        if not found:
            return ""
        target = found[-1 if self._lexicon.language in _VERB_LAST else 0][1]
        for hit in self._things:
            if hit.word == target and low < hit.first < high:
                self._target_of.setdefault(hit.start, (verb.meaning, name))
        return target

    def _done(self, verb: Found[Any], who: Actor | None, target: str) -> Done | None:
        deed = verb.meaning
        concept = next((hit.meaning for hit in self._things if hit.word == target), None)
        if deed == sb.DEED_LIGHT and self._english and not (concept is not None and "b" in concept.marks):
            return None
        if deed == sb.DEED_PLAY_MUSIC and self._english and not (concept is not None and "u" in concept.marks):
            return None
        person = target and concept is None
        if (
            deed == sb.DEED_GIVE
            and not person
            and (concept is None or not concept.portable or self._word(verb.last + 1) in _GIVEN_UP)
        ):
            return None
        if who is not None and who.thing and deed not in _MOVING_ON and not self._creature(who.name):
            return None
        return Done(who.name if who is not None else self._speaker, deed, target)

    def _creature(self, name: str) -> bool:
        return any(hit.word == name and hit.meaning.creature for hit in self._things) or all(
            hit.word != name for hit in self._things
        )

    def _seen_things(self) -> list[sb.Thing]:
        found: dict[str, sb.Thing] = {}
        named = {at for hit in self._named for at in range(hit.first, hit.last + 1)}
        for hit in self._things:
            if (
                self._in_a_name(hit)
                or (hit.first in named and not self._spaceless(hit))
                or self._denied_thing(hit)
                or self._compared(hit)
            ):
                continue
            thing = self._thing(hit)
            kept = found.get(thing.drawing)
            if kept is None or (kept.spot != sb.SPOT_HAND and thing.spot == sb.SPOT_HAND):
                found[thing.drawing] = thing
        return list(found.values())

    def _in_a_name(self, hit: Found[Concept]) -> bool:
        """Whether a capital inside a sentence makes it a name: "Half-Moon Street", "maestro Ciliegia"."""
        if not hit.word[:1].isupper() or hit.word.isupper() or self._lexicon.language in _CAPITAL_NOUNS:
            return False
        if self._text[hit.start - 1 : hit.start] == "-" or self._word(hit.last + 1) in _STREETS:
            return True
        opens = hit.first == 0 or self._sentence(self._words[hit.first - 1].start) != self._sentence(hit.start)
        # English fables write "the Grapes" with a capital.
        return not (self._english or opens or hit.meaning.creature)

    def _denied_thing(self, hit: Found[Concept]) -> bool:
        if self._lexicon.language in _VERB_LAST:
            return False
        return any(at in self._not for at in range(hit.first - 2, hit.first))

    def _thing(self, hit: Found[Concept]) -> sb.Thing:
        concept = hit.meaning
        # A bicycle that nobody rides and a car that does nothing stand where they are.
        parked = concept.spot == sb.SPOT_GROUND and not concept.creature and hit.word.casefold() not in self._doers
        moves = concept.moves and not parked
        thing = sb.Thing(noun=hit.word, drawing=concept.drawing, spot=concept.spot, moves=moves)
        deed, holder = self._target_of.get(hit.start, (sb.DEED_UNSPECIFIED, ""))
        ahead = _SENTENCE_END.split(self._text[hit.end : hit.end + _AHEAD].lower(), maxsplit=1)[0]
        spot = next((spot for spot, pattern in _SPOTS if pattern.match(ahead)), None) if self._english else None
        if spot is not None and not (spot == sb.SPOT_HAND and not concept.portable):
            thing.spot = spot
        if concept.portable and not concept.creature and deed in _HELD and spot is None:
            thing.spot, thing.held_by = sb.SPOT_HAND, holder
        elif (
            self._english
            and concept.portable
            and not concept.creature
            and self._word(hit.first - 2) in ("with", "holding", "carrying")
            and spot is None
        ):
            # "Mara, with a lantern, …": held by whoever stands before.
            near = [actor for each, actor in self._actors if 0 < hit.first - each.last <= _TO_SUBJECT]
            if near:
                thing.spot, thing.held_by = sb.SPOT_HAND, near[-1].name
        if thing.spot == sb.SPOT_HAND and not thing.held_by:
            sentence = self._sentence(hit.start)
            near = [
                actor
                for each, actor in self._actors
                if self._sentence(each.start) == sentence and each.start < hit.start
            ]
            if near:
                thing.held_by = near[0].name
            elif not self._speaker:
                thing.spot = concept.spot if concept.spot != sb.SPOT_HAND else sb.SPOT_TABLE
            thing.held_by = thing.held_by or self._speaker
        return thing
