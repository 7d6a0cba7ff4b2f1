"""Which things a text shows, where each is, and who holds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words.actors import Actors
from services.render_worker.craft.words.grammar import Grammar
from services.render_worker.craft.words.matching import Found
from services.render_worker.craft.words.sentences import SENTENCE_END, Sentences
from services.render_worker.craft.words.things import Concept

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
_TO_HOLDER = 7
_STREETS = {"street", "road", "lane", "square", "avenue", "inn", "hill", "park"}
_HELD = {sb.DEED_CARRY, sb.DEED_TAKE, sb.DEED_GIVE, sb.DEED_READ, sb.DEED_EAT, sb.DEED_DRINK, sb.DEED_LIGHT, sb.DEED_THROW, sb.DEED_WAVE,
         sb.DEED_PLAY_MUSIC, sb.DEED_POINT}  # fmt: skip
_HOLDING = {"with", "holding", "carrying"}


class Spots:
    """The things of one piece of text. `used`: by where a thing's word begins the deed done with it and by whom."""

    def __init__(
        self,
        sentences: Sentences,
        actors: Actors,
        grammar: Grammar,
        used: Mapping[int, tuple[sb.Deed.ValueType, str]],
        speaker: str,
    ) -> None:
        self._s, self._actors, self._grammar = sentences, actors, grammar
        self._used, self._speaker = used, speaker
        self._english = actors.language == "en"

    def shown(self, is_there: Callable[[Found[Any]], bool], doers: set[str]) -> list[sb.Thing]:
        """Each drawing once. `is_there`: whether a hit isn't denied or only compared; `doers`: the folded names of who does something."""
        found: dict[str, sb.Thing] = {}
        named = {at for hit in self._actors.named for at in range(hit.first, hit.last + 1)}
        for hit in self._actors.things:
            in_cast = hit.first in named and not self._s.within_run(hit)
            if in_cast or self._in_a_name(hit) or not is_there(hit):
                continue
            thing = self._thing(hit, doers)
            kept = found.get(thing.drawing)
            if kept is None or (kept.spot != sb.SPOT_HAND and thing.spot == sb.SPOT_HAND):
                found[thing.drawing] = thing
        return list(found.values())

    def _in_a_name(self, hit: Found[Concept]) -> bool:
        """Whether a capital inside a sentence makes it a name: "Half-Moon Street", "maestro Ciliegia"."""
        if not hit.word[:1].isupper() or hit.word.isupper() or self._grammar.capital_nouns:
            return False
        if self._s.text[hit.start - 1 : hit.start] == "-" or self._s.word(hit.last + 1) in _STREETS:
            return True
        opens = hit.first == 0 or not self._s.same(hit.start, hit.first - 1)
        # English fables write "the Grapes" with a capital.
        return not (self._english or opens or hit.meaning.creature)

    def _thing(self, hit: Found[Concept], doers: set[str]) -> sb.Thing:
        concept = hit.meaning
        # A bicycle that nobody rides and a car that does nothing stand where they are.
        parked = concept.spot == sb.SPOT_GROUND and not concept.creature and hit.word.casefold() not in doers
        moves = concept.moves and not parked
        thing = sb.Thing(noun=hit.word, drawing=concept.drawing, spot=concept.spot, moves=moves)
        deed, holder = self._used.get(hit.start, (sb.DEED_UNSPECIFIED, ""))
        in_hand = concept.portable and not concept.creature
        spot = self._said(hit)
        if spot is not None and not (spot == sb.SPOT_HAND and not concept.portable):
            thing.spot = spot
        if in_hand and deed in _HELD and spot is None:
            thing.spot, thing.held_by = sb.SPOT_HAND, holder
        elif self._english and in_hand and self._s.word(hit.first - 2) in _HOLDING and spot is None:
            # "Mara, with a lantern, …": held by whoever stands before.
            near = [actor for each, actor in self._actors.all if 0 < hit.first - each.last <= _TO_HOLDER]
            if near:
                thing.spot, thing.held_by = sb.SPOT_HAND, near[-1].name
        if thing.spot == sb.SPOT_HAND and not thing.held_by:
            self._into_a_hand(thing, hit)
        return thing

    def _said(self, hit: Found[Concept]) -> sb.Spot.ValueType | None:
        ahead = SENTENCE_END.split(self._s.text[hit.end : hit.end + _AHEAD].lower(), maxsplit=1)[0]
        return next((spot for spot, pattern in _SPOTS if pattern.match(ahead)), None) if self._english else None

    def _into_a_hand(self, thing: sb.Thing, hit: Found[Concept]) -> None:
        number = self._s.number(hit.start)
        near = [a for each, a in self._actors.all if self._s.number(each.start) == number and each.start < hit.start]
        if near:
            thing.held_by = near[0].name
        elif not self._speaker:
            thing.spot = hit.meaning.spot if hit.meaning.spot != sb.SPOT_HAND else sb.SPOT_TABLE
        thing.held_by = thing.held_by or self._speaker
