"""From a scene's beats to its shots: asks the grammar how each moment is seen, and puts people, deeds and lines on the picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import grammar
from services.render_worker.craft.beats import Beat, BeatKind, SceneBeats
from services.render_worker.craft.blocking import Blocking, sounds_of
from services.render_worker.craft.casting import fold
from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.framing import Shape
from services.render_worker.craft.grammar import Framing, Happening, Turn
from services.render_worker.craft.mentions import Cast
from services.render_worker.craft.moments import EVERYBODY, Moment, Telling, is_small
from services.render_worker.craft.pacing import estimate_ms, split_speech
from services.render_worker.craft.words.language import of

# What a shot with lines is longer than they and its breath: a little silence before and after.
AROUND_LINES_MS = 600
# Who of a crowd is in a picture of all.
_MOST_TOGETHER = {Shape.WIDE: 6, Shape.SQUARE: 4, Shape.TALL: 4}
_ESTABLISHING_MS, _DETAIL_MS, _REACTION_MS = 3400, 2200, 2200
_FEWEST_BEATS_OF_A_PEAK = 4


@dataclass
class Draft:
    """A shot in the making, and whether the story is whole without it."""

    shot: sb.Shot
    optional: bool = False
    # The voice of somebody goes on whom we don't see for now: together with their own shot they are seen again.
    reaction: bool = False

    @property
    def length_ms(self) -> int:
        """How long it wishes to be."""
        return sum(line.estimated_ms for line in self.shot.lines) + self.shot.natural_ms

    @property
    def look(self) -> tuple[object, ...]:
        """What two shots have in common between which a cut would look like a fault."""
        shot = self.shot
        return (
            *((each.character_id, each.back) for each in shot.presences),
            *(thing.noun for thing in shot.things[:1]),
        )


def vary(before: Draft, after: Draft) -> None:
    """Changes the second of two shots where a cut between them would look like a fault."""
    shot = after.shot
    was = Framing(shot.size, shot.camera, shot.reason)
    framing = grammar.unlike(was, before.shot.size, same=before.look == after.look, people=len(shot.presences))
    if framing == was:
        return
    shot.size, shot.camera = framing.size, framing.camera
    if was.size == sb.SHOT_SIZE_OVER_SHOULDER:
        # Nearer, past the shoulder: the listener is behind us now.
        speaker = [each for each in shot.presences if not each.back]
        del shot.presences[:]
        shot.presences.extend(speaker)


class ShotMaker:
    """Makes one scene's shots. The same beats and seed make the same shots, and a beat's choices hang on its own words."""

    def __init__(self, scene: SceneBeats, cast: Cast, seed: int, *, mood: sb.Mood.ValueType, shape: Shape,
                 place_is_new: bool) -> None:  # fmt: skip
        self._scene, self._cast, self._seed, self._mood, self._shape = scene, cast, seed, mood, shape
        self._place_is_new = place_is_new
        self._telling = Telling(cast, of(scene.language))
        self._moments = [self._read(beat) for beat in scene.beats]
        self._block = Blocking(self._people())
        self._peak = self._peak_of()
        self._nouns = Counter(thing.noun.casefold() for beat in scene.beats for thing in beat.things)
        self._detailed: set[str] = set()
        self._spoken = False
        self._apart = 0
        self._talked: list[str] = []
        self.drafts: list[Draft] = []

    def make(self) -> list[Draft]:
        """At least one shot, with every spoken word of the scene in order."""
        beats = self._scene.beats
        self._enter_first()
        if self._place_is_new and beats[0].who:
            self._establish_before_speech()
        for index, (beat, moments) in enumerate(zip(beats, self._moments, strict=True)):
            peak = index == self._peak
            if beat.kind is BeatKind.ACTION or not beat.who:
                for moment in moments:
                    self._happen(moment, peak=peak, told_by=beat if beat.kind is BeatKind.SPEECH else None)
            elif beat.off_screen:
                self._overhear(beat)
            else:
                self._speak(beat, moments[0], self._other_than(beat.who, index), peak=peak)
        return self.drafts

    def _read(self, beat: Beat) -> list[Moment]:
        if beat.kind is BeatKind.ACTION:
            return self._telling.shown(beat)
        return [self._telling.whole(beat)] if beat.who else self._telling.narrated(beat)

    # ---- who is there

    def _people(self) -> list[str]:
        """Everybody who is seen in the scene, in the order of the cast."""
        ids: set[str] = set()
        for beat, moments in zip(self._scene.beats, self._moments, strict=True):
            if not beat.who:
                ids.update(who for moment in moments for who in moment.people)
            elif not beat.off_screen:
                ids.add(self._id(beat.who))
        return [character.id for character in self._cast.by_name.values() if character.id in ids]

    def _enter_first(self) -> None:
        """Who speaks without having come in was there from the beginning; who is told of comes with the telling."""
        told: set[str] = set()
        for beat, moments in zip(self._scene.beats, self._moments, strict=True):
            if not beat.who:
                told.update(who for moment in moments for who in moment.people)
            elif not beat.off_screen and self._id(beat.who) not in told:
                self._block.arrive([self._id(beat.who)])

    def _id(self, name: str) -> str:
        return self._cast.by_name[fold(name)].id

    def _other_than(self, name: str, index: int) -> str:
        """Whom a line is said to: who spoke last, else who answers, else whoever is there."""
        who = self._id(name)
        before = [each for each in self._talked if each != who and each in self._block.here]
        if before:
            return before[-1]
        for beat in self._scene.beats[index + 1 :]:
            if beat.kind is BeatKind.SPEECH and beat.who and not beat.off_screen and self._id(beat.who) != who:
                return self._id(beat.who)
        return next((each for each in self._block.here if each != who), "")

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

    def _key(self, *words: str) -> float:
        return drawn_from(self._seed, *words).random()

    # ---- pictures

    def _establish_before_speech(self) -> None:
        setting, here = self._scene.setting, list(self._block.here)
        framing = grammar.establish(setting, new=True, peopled=bool(here), key=self._key(setting.description))
        seen = [self._block.presence(who) for who in self._together(here)]
        self._add(framing, setting.description, seen, natural_ms=_ESTABLISHING_MS, optional=True)

    def _happen(self, moment: Moment, *, peak: bool, told_by: Beat | None = None) -> None:
        """Something is seen: a deed, a thing, a part of the place; under a narrator's words or in silence."""
        key = self._key(moment.text)
        moment = self._done_by_those_here(moment, told_by)
        people = [who for who in moment.people if who in self._block.seats][: _MOST_TOGETHER[self._shape]]
        deeds = [deed for deed in moment.deeds if deed.who in people]
        brief = told_by is None or estimate_ms(moment.text) <= grammar.LONGEST_DETAIL_MS
        opens = not self.drafts and (self._place_is_new or not (people or moment.small))
        if opens:
            framing = grammar.establish(self._scene.setting, new=self._place_is_new, peopled=bool(people), key=key)
        else:
            what = Happening(
                len(people), tuple(deed.deed for deed in deeds), len(moment.things), moment.small is not None and brief,
                moment.feeling, self._shape, not self._scene.setting.interior, peak, key,
            )  # fmt: skip
            framing = grammar.happening(what, self.drafts[-1].shot.size if self.drafts else sb.SHOT_SIZE_UNSPECIFIED)
        lines = [self._line(moment.text, told_by, off_screen=True)] if told_by is not None else []
        wanted = self._wanted_ms(moment) if not lines else 0.0
        natural = grammar.breath_ms(moment.feeling, key) if lines else grammar.silent_ms(wanted, self._mood, key)
        if framing.size == sb.SHOT_SIZE_INSERT:
            people, deeds = [], []
        elif opens and not people:
            # Who is there already, and soon speaks, is part of the place.
            people = self._together([*self._block.here])
        looked = {deed.who: deed.target for deed in deeds if deed.deed == sb.DEED_LOOK}
        seen = [self._block.presence(who, feeling=moment.feeling, looks_at=looked.get(who, "")) for who in people]
        total = natural + sum(line.estimated_ms for line in lines) + (AROUND_LINES_MS if lines else 0)
        for thing in moment.things:
            if thing.held_by in people:
                self._block.take(thing.held_by, thing)
        acts = self._block.perform(deeds, seen, total, told=bool(lines))
        if framing.camera == sb.CAMERA_MOVE_FOLLOW and not any(act.HasField("to_position") for act in acts):
            framing = Framing(framing.size, sb.CAMERA_MOVE_STATIC, framing.reason)
        if framing.size == sb.SHOT_SIZE_INSERT and moment.small is not None:
            self._detailed.add(moment.small.noun.casefold())
        self._add(framing, moment.text, seen, lines=lines, natural_ms=natural, acts=acts, things=moment.things,
                  sounds=sounds_of(acts, moment.sounds, self._scene.setting, total))  # fmt: skip
        if told_by is None and (people or opens):
            self._look_closer(moment, looked, alone=opens and not people)

    def _done_by_those_here(self, moment: Moment, told_by: Beat | None) -> Moment:
        """The moment with its open places filled: "Takes two." is who has just spoken, "A pause." is all who are there."""
        if any(deed.who == EVERYBODY for deed in moment.deeds):
            doers = self._talked[-1:] or self._together([*self._block.here])
            deeds = [
                replace(deed, who=who)
                for deed in moment.deeds
                for who in (doers if deed.who == EVERYBODY else [deed.who])
            ]
            people = tuple(dict.fromkeys([*moment.people, *doers]))
            return replace(moment, people=people, deeds=tuple(deeds))
        if self.drafts and told_by is None and not (moment.people or moment.things or moment.sounds):
            return replace(moment, people=tuple(self._together([*self._block.here])))
        return moment

    def _wanted_ms(self, moment: Moment) -> float:
        """A silent shot is as long as what is done in it, and as the words would take to read twice as fast as aloud."""
        done = sum(grammar.DEED_MS.get(deed.deed, grammar.GOES_ON_MS) for deed in moment.deeds)
        least = _ESTABLISHING_MS if not self.drafts and self._place_is_new else 2400
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
            self._add(grammar.sight(), moment.text, [], natural_ms=_DETAIL_MS, things=[thing], optional=True)
        elif grammar.insert_of(self._nouns[noun], handled=thing is not seen) or thing is seen:
            self._detailed.add(noun)
            self._add(grammar.detail(), moment.text, [], natural_ms=_DETAIL_MS, things=[thing], optional=True)

    # ---- speech

    def _overhear(self, beat: Beat) -> None:
        """A voice from elsewhere lies over the picture that is there, as long as that is silent; else it gets one."""
        for piece in split_speech(beat.text):
            line = self._line(piece, beat, off_screen=True)
            last = self.drafts[-1] if self.drafts else None
            if last is not None and not last.shot.lines and line.estimated_ms <= grammar.LONGEST_SPEECH_MS:
                last.shot.lines.append(line)
                breath = grammar.breath_ms(beat.feeling, self._key(piece))
                last.shot.natural_ms = max(breath, last.shot.natural_ms - line.estimated_ms)
                last.optional = False
                continue
            if last is not None and self._continues(last, line):
                last.shot.lines.append(line)
                continue
            here = self._together([who for who in self._block.here if who != line.character_id])
            framing = grammar.heard_from_outside(seen=bool(here))
            feeling = grammar.answer_to(beat.feeling)
            seen = [self._block.presence(who, feeling=feeling, looks_at=line.character_id) for who in here]
            self._add(framing, self._scene.setting.description, seen, lines=[line],
                      natural_ms=grammar.breath_ms(beat.feeling, self._key(piece)))  # fmt: skip

    def _speak(self, beat: Beat, moment: Moment, other: str, *, peak: bool) -> None:
        who = self._id(beat.who)
        self._block.arrive([who])
        pieces = split_speech(beat.text)
        speech_ms = estimate_ms(beat.text)
        for index, piece in enumerate(pieces):
            line = self._line(piece, beat, to=other)
            last = self.drafts[-1] if self.drafts else None
            if (
                last is not None
                and index == 0
                and (beat.dual or self._continues(last, line))
                and self._joins(last, line)
            ):
                continue
            if other in self._block.here and grammar.wants_reaction(index, len(pieces), speech_ms):
                self._react(line, other, beat.feeling)
                continue
            turn = Turn(
                listeners=len([each for each in self._block.here if each != who]),
                opening=not self._spoken and not self._just_seen(who, other),
                apart=self._apart, feeling=beat.feeling, delivery=beat.delivery, peak=peak and index == len(pieces) - 1,
                piece=index, pieces=len(pieces), speech_ms=speech_ms, piece_ms=line.estimated_ms, shape=self._shape,
                key=self._key(piece),
            )  # fmt: skip
            self._show_speaker(grammar.turn(turn), line, other, moment if index == 0 else None)
        self._talked.append(who)

    def _just_seen(self, who: str, other: str) -> bool:
        """Whether the picture before has shown both near enough to be told apart."""
        if not self.drafts or self.drafts[-1].shot.size not in (sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM):
            return False
        return {who, other} <= {each.character_id for each in self.drafts[-1].shot.presences}

    def _show_speaker(self, framing: Framing, line: sb.Line, other: str, moment: Moment | None) -> None:
        who = line.character_id
        paired = framing.size == sb.SHOT_SIZE_OVER_SHOULDER and other in self._block.here
        if framing.size == sb.SHOT_SIZE_OVER_SHOULDER and not paired:
            framing = Framing(sb.SHOT_SIZE_MEDIUM, framing.camera, framing.reason)
        ids = self._together([*self._block.here], keep=(who, other)) if framing.together else [who]
        ids = sorted((who, other), key=self._block.seats.__getitem__) if paired else ids
        seen = [
            self._block.presence(
                each, feeling=line.feeling if each == who else grammar.answer_to(line.feeling), speaking=each == who,
                looks_at=other if each == who else who, back=paired and each == other, alone=len(ids) == 1,
            )
            for each in ids
        ]  # fmt: skip
        natural = grammar.breath_ms(line.feeling, self._key(line.text))
        total = natural + line.estimated_ms + AROUND_LINES_MS
        deeds = [deed for deed in moment.deeds if deed.who == who] if moment else []
        for thing in moment.things if moment else ():
            if thing.held_by == who:
                self._block.take(who, thing)
        acts = self._block.perform(deeds, seen, total, told=True)
        self._apart = 0 if len(ids) > 1 else self._apart + 1
        self._spoken = True
        sounds = sounds_of(acts, moment.sounds if moment else (), self._scene.setting, total)
        things = moment.things if moment else ()
        self._add(framing, line.text, seen, lines=[line], natural_ms=natural, acts=acts, things=things, sounds=sounds)

    def _react(self, line: sb.Line, listener: str, feeling: sb.Feeling.ValueType) -> None:
        line.off_screen = True
        seen = self._block.presence(
            listener, feeling=grammar.answer_to(feeling), looks_at=line.character_id, alone=True
        )
        self._apart += 1
        self._add(grammar.reaction(), line.text, [seen], lines=[line], reaction=True,
                  natural_ms=grammar.breath_ms(feeling, self._key(line.text)))  # fmt: skip

    def _continues(self, last: Draft, line: sb.Line) -> bool:
        """Whether two short lines of one speaker, or a word that both are there for, stay on one picture."""
        shot = last.shot
        if not shot.lines or last.reaction:
            return False
        spoken = sum(each.estimated_ms for each in shot.lines)
        before = shot.lines[-1]
        if before.character_id == line.character_id and before.off_screen == line.off_screen:
            return bool(line.character_id) and spoken + line.estimated_ms <= grammar.LONGEST_SPEECH_MS * 2 // 3
        brief = min(before.estimated_ms, line.estimated_ms) <= grammar.BRIEF_LINE_MS
        seen = {each.character_id for each in shot.presences if not each.back}
        both = {before.character_id, line.character_id} <= seen
        return (
            brief and both and not line.off_screen and spoken + line.estimated_ms <= grammar.LONGEST_SPEECH_MS * 2 // 3
        )

    def _joins(self, last: Draft, line: sb.Line) -> bool:
        """Puts the line on that picture, if its speaker can be seen to say it."""
        shot = last.shot
        seen = {each.character_id: each for each in shot.presences}
        if line.character_id not in seen:
            if len(shot.presences) != 1 or not shot.lines:
                return False
            # Two at once are seen side by side.
            shot.presences.append(self._block.presence(line.character_id))
            shot.size = sb.SHOT_SIZE_MEDIUM
            seen = {each.character_id: each for each in shot.presences}
        presence = seen[line.character_id]
        presence.speaking, presence.feeling, presence.back = True, line.feeling, False
        if shot.size == sb.SHOT_SIZE_OVER_SHOULDER and not any(each.back for each in shot.presences):
            shot.size = sb.SHOT_SIZE_MEDIUM
        shot.lines.append(line)
        return True

    # ---- making

    def _line(self, text: str, beat: Beat, *, off_screen: bool = False, to: str = "") -> sb.Line:
        return sb.Line(
            character_id=self._id(beat.who) if beat.who else "", text=text, feeling=beat.feeling, off_screen=off_screen,
            estimated_ms=estimate_ms(text), delivery=beat.delivery, to_character_id=to,
        )  # fmt: skip

    def _together(self, ids: Sequence[str], keep: Sequence[str] = ()) -> list[str]:
        """As many of them as a picture holds, those to keep before others, from left to right."""
        most = 2 if self._shape is Shape.TALL and keep else _MOST_TOGETHER[self._shape]
        chosen = [each for each in dict.fromkeys([*keep, *ids]) if each in ids][:most]
        return sorted(chosen, key=self._block.seats.__getitem__)

    def _add(self, framing: Framing, prompt: str, presences: Sequence[sb.Presence], *, natural_ms: int,
             lines: Sequence[sb.Line] = (), acts: Sequence[sb.Act] = (), things: Sequence[sb.Thing] = (),
             sounds: Sequence[sb.Sound] = (), optional: bool = False, reaction: bool = False) -> None:  # fmt: skip
        if lines:
            # However short the word: a picture must be read too.
            spoken = sum(line.estimated_ms for line in lines) + AROUND_LINES_MS
            natural_ms = max(natural_ms, grammar.SHORTEST_MS - spoken)
        ids = [each.character_id for each in presences]
        nouns = {thing.noun for thing in things}
        carried = [thing for thing in self._block.in_hand(ids) if thing.noun not in nouns]
        shot = sb.Shot(
            size=framing.size, camera=framing.camera, prompt=prompt[:500], presences=presences, lines=lines,
            natural_ms=natural_ms, acts=acts, things=[*things, *carried], sounds=sounds, reason=framing.reason,
            props=list(dict.fromkeys(thing.noun for thing in things))[:3],
        )  # fmt: skip
        draft = Draft(shot, optional, reaction)
        if self.drafts and self.drafts[-1].optional and self.drafts[-1].shot.size == shot.size == sb.SHOT_SIZE_INSERT:
            # One thing after another would be a catalogue.
            self.drafts.pop()
        if self.drafts:
            vary(self.drafts[-1], draft)
        self.drafts.append(draft)
