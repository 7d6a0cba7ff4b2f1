"""From beats to moments: one sentence or a few, with who is in it, what they do and what it names. A moment becomes a shot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.blocking import Deed
from services.render_worker.craft.directing.grammar import HANDLES, TRAVELS
from services.render_worker.craft.directing.pacing import estimate_ms, sentences, told_in
from services.render_worker.craft.story.beats import Beat, Doing
from services.render_worker.craft.story.mentions import Cast
from services.render_worker.craft.words.language import Lexicon

# Small enough to be looked at by itself.
_SMALL_SPOTS = {sb.SPOT_UNSPECIFIED, sb.SPOT_TABLE, sb.SPOT_HAND, sb.SPOT_GROUND}
# Two sentences of what one look takes in share a shot, if they aren't more than this to tell.
_ONE_LOOK_MS = 5200
_MOST_DEEDS = 3
# Wheels that people push.
_PUSHED = {"bicycle", "kick-scooter", "skateboard", "manual-wheelchair", "shopping-cart", "motor-scooter"}
# A deed is told within so many sentences of the one before: what lies between is scenery.
_LOOKED_AHEAD = 24


# A doer who is left open: all who are there.
EVERYBODY = ""


@dataclass(frozen=True)
class Moment:
    """What one picture is of. Ids are characters'; the deeds' places count from the moment's first word to its last."""

    text: str
    people: tuple[str, ...] = ()
    deeds: tuple[Deed, ...] = ()
    things: tuple[sb.Thing, ...] = ()
    sounds: tuple[str, ...] = ()
    feeling: sb.Feeling.ValueType = sb.FEELING_NEUTRAL

    @property
    def small(self) -> sb.Thing | None:
        """The first thing that can be looked at by itself."""
        return next((thing for thing in self.things if is_small(thing)), None)

    @property
    def handled(self) -> sb.Thing | None:
        """The first thing that somebody does something with."""
        targets = {deed.target.casefold() for deed in self.deeds if deed.deed in HANDLES}
        held = (thing for thing in self.things if thing.held_by or thing.noun.casefold() in targets)
        return next((thing for thing in held if is_small(thing)), None)


def is_small(thing: sb.Thing) -> bool:
    """Whether a picture of the thing alone is one of a thing, not of a part of the place."""
    return thing.spot in _SMALL_SPOTS and not thing.moves


class Telling:
    """Reads a scene's beats for whom and what a picture of them shows."""

    def __init__(self, cast: Cast, lexicon: Lexicon) -> None:
        self._cast, self._lexicon = cast, lexicon
        self._ids = {each.id for each in cast.by_name.values()}

    def shown(self, beat: Beat) -> list[Moment]:
        """The moments of a beat of action, in order: a new one where other people or a thing by itself come into view."""
        moments: list[Moment] = []
        for sentence in self._read(beat, sentences(beat.text)):
            if moments and _one_look(moments[-1], sentence):
                moments[-1] = joined(moments[-1], sentence)
            else:
                moments.append(sentence)
        return moments

    def narrated(self, beat: Beat) -> list[Moment]:
        """The moments of a narrator's beat: the picture follows the words, sentence by sentence. Their texts are the beat's, in order."""
        return self._read(beat, told_in(beat.text))

    def whole(self, beat: Beat) -> Moment:
        """The beat as one moment: what is done while somebody speaks."""
        return self._read(beat, [beat.text])[0]

    def _read(self, beat: Beat, texts: Sequence[str]) -> list[Moment]:
        cast = self._cast
        # "There was once a bear": he is the Bear, not another one.
        animals = {one.species: one.id for one in cast.by_name.values() if one.species}
        doings = _shared_out(beat.doings, texts, self._lexicon)
        told = cast.seen_in(beat.text)
        moments: list[Moment] = []
        before: tuple[str, ...] = ()
        for index, text in enumerate(texts):
            folded = text.casefold()
            here = [thing for thing in beat.things if thing.noun.casefold() in folded]
            things = tuple(
                self._pushed(self._owned(thing), doings[index]) for thing in here if thing.drawing not in animals
            )
            named = cast.named_in(text) if len(texts) > 1 else list(told)
            named += [animals[thing.drawing] for thing in here if thing.drawing in animals]
            deeds = _deeds(doings[index], named or list(before) or told, things, cast)
            meant = [deed.target for deed in deeds if deed.target in self._ids]
            doers = [deed.who for deed in deeds if deed.who != EVERYBODY]
            people = tuple(dict.fromkeys([*named, *doers, *meant]))
            if not people and not things and not doings[index]:
                # "She waits." goes on with whom the sentence before was of; a thing or a place would be named.
                people = before if index else tuple(told) if len(texts) == 1 else ()
            sounds = tuple(name for name in beat.sounds if len(texts) == 1 or _heard_in(name, texts, index))
            lying = tuple(
                _put_down(thing) if thing.held_by and thing.held_by not in people else thing for thing in things
            )
            moments.append(Moment(text, people, tuple(deeds), lying, sounds, self._feeling(beat, text)))
            before = people or before
        return moments

    def _feeling(self, beat: Beat, text: str) -> sb.Feeling.ValueType:
        if beat.feeling not in (sb.FEELING_NEUTRAL, sb.FEELING_UNSPECIFIED) or beat.who:
            return beat.feeling
        found = self._lexicon.feelings(text)
        return found[0].meaning if found else sb.FEELING_NEUTRAL

    @staticmethod
    def _pushed(thing: sb.Thing, doings: Sequence[tuple[Doing, float | None]]) -> sb.Thing:
        """What somebody comes with stands beside them: a bicycle whose rider walks doesn't go by itself."""
        if not thing.moves or thing.drawing not in _PUSHED or not any(doing.deed in TRAVELS for doing, _ in doings):
            return thing
        beside = sb.Thing()
        beside.CopyFrom(thing)
        beside.moves = False
        return beside

    def _owned(self, thing: sb.Thing) -> sb.Thing:
        """The thing with its holder's id instead of their name."""
        owned = sb.Thing()
        owned.CopyFrom(thing)
        if thing.held_by and thing.held_by not in self._ids:
            owned.held_by = next(iter(self._cast.named_in(thing.held_by)), "")
        return owned


def _put_down(thing: sb.Thing) -> sb.Thing:
    """The thing before it is taken up, or after: whoever holds it isn't here."""
    lying = sb.Thing()
    lying.CopyFrom(thing)
    lying.held_by = ""
    lying.spot = sb.SPOT_TABLE if thing.spot == sb.SPOT_HAND else thing.spot
    return lying


def _one_look(before: Moment, after: Moment) -> bool:
    if after.sounds and not (after.things or after.deeds) and set(after.people) <= set(before.people):
        # "Footsteps." is heard over what is seen.
        return True
    if estimate_ms(before.text + after.text) > _ONE_LOOK_MS or len(before.deeds) + len(after.deeds) > _MOST_DEEDS:
        return False
    if not after.people:
        # Two things by themselves are one still life; a thing and a place are not.
        return not before.people and not (after.deeds or before.deeds) and bool(after.small) == bool(before.small)
    return set(after.people) <= set(before.people) and not (before.handled or after.handled)


def joined(before: Moment, after: Moment) -> Moment:
    """Both as one picture, which is of whoever is in either."""
    share = len(before.text) / max(1, len(before.text) + len(after.text))
    deeds = [Deed(d.who, d.deed, d.target, d.at * share) for d in before.deeds]
    deeds += [Deed(d.who, d.deed, d.target, share + d.at * (1 - share)) for d in after.deeds]
    nouns = {thing.noun for thing in before.things}
    return Moment(
        f"{before.text} {after.text}", before.people or after.people, tuple(deeds),
        (*before.things, *(thing for thing in after.things if thing.noun not in nouns)), before.sounds + after.sounds,
        after.feeling if after.feeling != sb.FEELING_NEUTRAL else before.feeling,
    )  # fmt: skip


def _shared_out(
    doings: Sequence[Doing], texts: Sequence[str], lexicon: Lexicon
) -> list[list[tuple[Doing, float | None]]]:
    """Each doing with the text that tells of it, from that of the doing before on, and the share of the text where its verb stands."""
    shared: list[list[tuple[Doing, float | None]]] = [[] for _ in texts]
    if not doings:
        return shared
    folded = [text.casefold() for text in texts]
    verbs = [[(hit.meaning, hit.start / max(1, len(text))) for hit in lexicon.deeds(text)] for text in texts]
    at, after = 0, -1.0
    for doing in doings:
        words = [word.casefold() for word in (doing.target, doing.who) if word]
        near = range(at, min(len(texts), at + _LOOKED_AHEAD))
        told = [
            (index, share)
            for index in near
            for deed, share in verbs[index]
            if deed == doing.deed and (index > at or share > after)
        ]
        # Where the same is done twice, the sentence that has their names.
        found = next(
            (each for each in told if all(word in folded[each[0]] for word in words)), told[0] if told else None
        )
        if found is not None:
            at, after = found
            shared[at].append((doing, after))
        else:
            named = next((i for i in near if any(word in folded[i] for word in words)), at)
            shared[named].append((doing, None))
            at, after = (named, -1.0) if named > at else (at, after)
    return shared


def _deeds(
    doings: Sequence[tuple[Doing, float | None]], people: Sequence[str], things: Sequence[sb.Thing], cast: Cast
) -> list[Deed]:
    """The doings of those who are in the cast, each where the text tells it."""
    deeds = []
    for index, (doing, place) in enumerate(doings):
        named = cast.named_in(doing.who) if doing.who else []
        # Whom the cast doesn't know, a crowd or a crow, is a thing. Nobody named: whom the words are of, else all who are there,
        # unless it is a thing that does it ("The moon rises.").
        left_open = [] if any(thing.noun != doing.target for thing in things) else [EVERYBODY]
        doers = named or ([] if doing.who else list(people)[:1] or left_open)
        if not doers:
            continue
        targets = [each for each in cast.named_in(doing.target) if each not in doers] if doing.target else []
        at = index / len(doings) if place is None else place
        deeds.append(Deed(doers[0], doing.deed, targets[0] if targets else doing.target, min(at, 1.0)))
    return deeds


def _heard_in(name: str, texts: Sequence[str], index: int) -> bool:
    """The text that has the sound's own word, else the first."""
    with_word = next((i for i, text in enumerate(texts) if name in text.casefold()), 0)
    return index == with_word
