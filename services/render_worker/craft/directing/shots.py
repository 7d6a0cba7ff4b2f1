"""From a scene's beats to its shots: asks the grammar how each moment is seen, and puts people, deeds and lines on the picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import reduce

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing import grammar
from services.render_worker.craft.directing.blocking import POSES_OF_REST, Blocking, Deed, sounds_of
from services.render_worker.craft.directing.drafts import AROUND_LINES_MS, MOST_TOGETHER, Draft, Making
from services.render_worker.craft.directing.framing import Shape
from services.render_worker.craft.directing.grammar import Framing, Happening
from services.render_worker.craft.directing.moments import EVERYBODY, Moment, Telling, is_small, joined
from services.render_worker.craft.directing.pacing import estimate_ms
from services.render_worker.craft.directing.talk import Talk
from services.render_worker.craft.story.beats import Beat, BeatKind, SceneBeats
from services.render_worker.craft.story.casting import fold
from services.render_worker.craft.story.mentions import Cast
from services.render_worker.craft.words.language import of

_ESTABLISHING_MS, _DETAIL_MS = 3400, 2200
_FEWEST_BEATS_OF_A_PEAK = 4


class ShotMaker:
    """Makes one scene's shots. The same beats and seed make the same shots, and a beat's choices hang on its own words."""

    def __init__(self, scene: SceneBeats, cast: Cast, seed: int, *, mood: sb.Mood.ValueType, shape: Shape,
                 place_is_new: bool) -> None:  # fmt: skip
        self._scene, self._mood, self._place_is_new = scene, mood, place_is_new
        self._telling = Telling(cast, of(scene.language))
        self._moments = [self._read(beat) for beat in scene.beats]
        self._m = Making(cast, seed, shape, scene.setting, Blocking(self._people(cast)))
        self._talk = Talk(self._m)
        self._peak = self._peak_of()
        self._nouns = Counter(thing.noun.casefold() for beat in scene.beats for thing in beat.things)
        self._detailed: set[str] = set()

    def make(self) -> list[Draft]:
        """At least one shot, with every spoken word of the scene in order."""
        beats = self._scene.beats
        self._gather()
        self._enter_first()
        if self._place_is_new and beats[0].who:
            self._establish_before_speech()
        for index, (beat, moments) in enumerate(zip(beats, self._moments, strict=True)):
            peak = index == self._peak
            if beat.kind is BeatKind.ACTION or not beat.who:
                for moment in self._peopled(moments) if not self._m.drafts else moments:
                    self._happen(moment, peak=peak, told_by=beat if beat.kind is BeatKind.SPEECH else None)
            elif beat.off_screen:
                self._talk.overhear(beat)
            else:
                self._talk.speak(beat, moments[0], self._other_than(beat.who, index), peak=peak)
        return self._m.drafts

    def _read(self, beat: Beat) -> list[Moment]:
        if beat.kind is BeatKind.ACTION:
            return self._telling.shown(beat)
        return [self._telling.whole(beat)] if beat.who else self._telling.narrated(beat)

    # ---- who is there

    def _people(self, cast: Cast) -> list[str]:
        """Everybody who is seen in the scene, in the order of the cast."""
        ids: set[str] = set()
        for beat, moments in zip(self._scene.beats, self._moments, strict=True):
            if not beat.who:
                ids.update(who for moment in moments for who in moment.people)
            elif not beat.off_screen:
                ids.add(cast.by_name[fold(beat.who)].id)
        return [character.id for character in cast.by_name.values() if character.id in ids]

    def _enter_first(self) -> None:
        """Who speaks without having come in was there from the beginning; who is told of comes with the telling."""
        told: set[str] = set()
        for beat, moments in zip(self._scene.beats, self._moments, strict=True):
            if not beat.who:
                told.update(who for moment in moments for who in moment.people)
            elif not beat.off_screen and self._m.id_of(beat.who) not in told:
                self._m.block.arrive([self._m.id_of(beat.who)])

    def _other_than(self, name: str, index: int) -> str:
        """Whom a line is said to: who spoke last, else who answers, else whoever is there."""
        who = self._m.id_of(name)
        before = [each for each in self._m.talked if each != who and each in self._m.block.here]
        if before:
            return before[-1]
        for beat in self._scene.beats[index + 1 :]:
            if beat.kind is BeatKind.SPEECH and beat.who and not beat.off_screen and self._m.id_of(beat.who) != who:
                return self._m.id_of(beat.who)
        return next((each for each in self._m.block.here if each != who), "")

    def _peak_of(self) -> int:
        """The beat on which the scene turns; -1 where nothing stands out."""
        beats = self._scene.beats
        if len(beats) < _FEWEST_BEATS_OF_A_PEAK:
            return -1
        letters = [len(beat.text) for beat in beats]
        passed, whole_length = 0, max(1, sum(letters))
        best, at = grammar.PEAK_AT, -1
        for index, beat in enumerate(beats):
            strength = grammar.intensity(beat.feeling, beat.delivery, beat.text, passed / whole_length)
            passed += letters[index]
            if strength >= best and not beat.off_screen:
                best, at = strength, index
        return at

    # ---- pictures

    def _establish_before_speech(self) -> None:
        setting, here = self._m.setting, list(self._m.block.here)
        framing = grammar.establish(setting, new=True, peopled=bool(here), key=self._m.key(setting.description))
        seen = [self._m.block.presence(who) for who in self._m.together(here)]
        self._m.add(framing, setting.description, seen, natural_ms=_ESTABLISHING_MS, optional=True, opening=True)

    def _gather(self) -> None:
        """A brief first sentence that is a paragraph by itself ("Birds sing.") begins the next one."""
        beats, moments = self._scene.beats, self._moments
        if len(beats) < 2 or not all(each.kind is BeatKind.ACTION for each in beats[:2]) or len(moments[0]) != 1:
            return
        both = [*moments[0], *moments[1]]
        if len(self._peopled(both)) < len(both):
            self._moments = [[], both, *moments[2:]]

    def _peopled(self, moments: list[Moment]) -> list[Moment]:
        """The scene's first moments. "Rain on the window." is the weather in which those are seen of whom the next words tell."""
        lead = next((at for at, each in enumerate(moments) if each.people or each.deeds), 0)
        told = sum(estimate_ms(each.text) for each in moments[:lead])
        if not lead or not moments[lead].people or told > grammar.BRIEF_SCENERY_MS:
            return moments
        return [reduce(joined, moments[: lead + 1]), *moments[lead + 1 :]]

    def _already(self, deeds: list[Deed]) -> list[Deed]:
        """The deeds of a scene's first picture, without those that say how somebody is as it begins: who sits, has sat down before."""
        left: list[Deed] = []
        for deed in deeds:
            pose = POSES_OF_REST.get(deed.deed)
            if pose is None or deed.who in self._m.block.poses or any(each.who == deed.who for each in left):
                left.append(deed)
            else:
                self._m.block.poses[deed.who] = pose
        return left

    def _happen(self, moment: Moment, *, peak: bool, told_by: Beat | None = None) -> None:
        """Something is seen: a deed, a thing, a part of the place; under a narrator's words or in silence."""
        key = self._m.key(moment.text)
        moment = self._done_by_those_here(moment, told_by)
        people = [who for who in moment.people if who in self._m.block.seats][: MOST_TOGETHER[self._m.shape]]
        deeds = [deed for deed in moment.deeds if deed.who in people]
        deeds = [deed for deed in deeds if not self._m.block.only_holds(deed)]
        brief = told_by is None or estimate_ms(moment.text) <= grammar.LONGEST_DETAIL_MS
        opens = not self._m.drafts and (self._place_is_new or not (people or moment.small))
        if opens:
            deeds = self._already(deeds)
            framing = grammar.establish(self._m.setting, new=self._place_is_new, peopled=bool(people), key=key)
        else:
            what = Happening(
                len(people), tuple(deed.deed for deed in deeds), len(moment.things), moment.small is not None and brief,
                moment.feeling, self._m.shape, not self._m.setting.interior, peak, key,
            )  # fmt: skip
            framing = grammar.happening(what, self._m.size_before)
            if told_by is not None and len(people) == 1 and not deeds and not moment.things and not peak:
                framing = grammar.told_of(key, self._m.size_before, self._m.shape)
        lines = [self._m.line(moment.text, told_by, off_screen=True)] if told_by is not None else []
        wanted = self._wanted_ms(moment) if not lines else 0.0
        natural = grammar.breath_ms(moment.feeling, key) if lines else grammar.silent_ms(wanted, self._mood, key)
        if framing.size == sb.SHOT_SIZE_INSERT:
            people, deeds = [], []
        elif opens and not people:
            # Who is there already, and soon speaks, is part of the place.
            people = self._m.together([*self._m.block.here])
        looked = {deed.who: deed.target for deed in deeds if deed.deed == sb.DEED_LOOK}
        behind = framing.reason == grammar.FROM_BEHIND
        seen = [
            self._m.block.presence(who, feeling=moment.feeling, looks_at=looked.get(who, ""), back=behind)
            for who in people
        ]
        total = natural + sum(line.estimated_ms for line in lines) + (AROUND_LINES_MS if lines else 0)
        for thing in moment.things:
            if thing.held_by in people:
                self._m.block.take(thing.held_by, thing)
        acts = self._m.block.perform(deeds, seen, total, told=bool(lines))
        if framing.camera == sb.CAMERA_MOVE_FOLLOW and not any(act.HasField("to_position") for act in acts):
            framing = Framing(framing.size, sb.CAMERA_MOVE_STATIC, framing.reason)
        if framing.size == sb.SHOT_SIZE_INSERT and moment.small is not None:
            self._detailed.add(moment.small.noun.casefold())
        self._m.add(framing, moment.text, seen, lines=lines, natural_ms=natural, acts=acts, things=moment.things,
                  sounds=sounds_of(acts, moment.sounds, self._m.setting, total), opening=opens)  # fmt: skip
        if told_by is None and (people or opens):
            self._look_closer(moment, looked, alone=opens and not people)

    def _done_by_those_here(self, moment: Moment, told_by: Beat | None) -> Moment:
        """The moment with its open places filled: "Takes two." is who has just spoken, "A pause." is all who are there."""
        if any(deed.who == EVERYBODY for deed in moment.deeds):
            doers = self._m.talked[-1:] or self._m.together([*self._m.block.here])
            deeds = [
                replace(deed, who=who)
                for deed in moment.deeds
                for who in (doers if deed.who == EVERYBODY else [deed.who])
            ]
            people = tuple(dict.fromkeys([*moment.people, *doers]))
            return replace(moment, people=people, deeds=tuple(deeds))
        if self._m.last is None or moment.people or moment.things:
            return moment
        if told_by is None or not self._m.last.shot.presences:
            # A thought without a picture belongs to those it is told of, every other time to the place.
            return replace(moment, people=tuple(self._m.together([*self._m.block.here])))
        return moment

    def _wanted_ms(self, moment: Moment) -> float:
        """A silent shot is as long as what is done in it, and as the words would take to read twice as fast as aloud."""
        done = sum(grammar.DEED_MS.get(deed.deed, grammar.GOES_ON_MS) for deed in moment.deeds)
        least = _ESTABLISHING_MS if not self._m.drafts and self._place_is_new else 2400
        return max(least, done * 0.9 + 600, estimate_ms(moment.text) * 0.55)

    def _look_closer(self, moment: Moment, looked: dict[str, str], *, alone: bool) -> None:
        """What is handled, what is looked at, and what a place was opened with, may get a picture of its own."""
        seen = next((thing for thing in moment.things if thing.noun in looked.values()), None)
        if alone and seen is None and len(moment.things) == 1:
            seen = moment.small
        thing = moment.handled or seen
        if thing is None or thing.noun.casefold() in self._detailed:
            return
        noun = thing.noun.casefold()
        if thing is seen and not is_small(thing):
            self._detailed.add(noun)
            self._m.add(grammar.sight(), moment.text, [], natural_ms=_DETAIL_MS, things=[thing], optional=True)
        elif grammar.insert_of(self._nouns[noun], handled=thing is not seen) or thing is seen:
            self._detailed.add(noun)
            self._m.add(grammar.detail(), moment.text, [], natural_ms=_DETAIL_MS, things=[thing], optional=True)
