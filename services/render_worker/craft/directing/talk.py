"""How talk is shown: who is seen while somebody speaks, who hears it, and which lines share a picture."""

from __future__ import annotations

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing import grammar
from services.render_worker.craft.directing.blocking import sounds_of
from services.render_worker.craft.directing.drafts import AROUND_LINES_MS, Draft, Making
from services.render_worker.craft.directing.grammar import Framing, Turn
from services.render_worker.craft.directing.moments import Moment
from services.render_worker.craft.directing.pacing import estimate_ms, split_speech
from services.render_worker.craft.story.beats import Beat

# So much of the longest speech may be several lines on one picture.
_SHARED_MS = grammar.LONGEST_SPEECH_MS * 2 // 3


class Talk:
    """The talk of one scene."""

    def __init__(self, making: Making) -> None:
        self._m = making
        # Whether the exchange has begun, and how many lines ago speaker and listener were last seen together.
        self._begun = False
        self._apart = 0

    def speak(self, beat: Beat, moment: Moment, other: str, *, peak: bool) -> None:
        """A line said in the picture, to `other` (an id; empty: to nobody), and what is done as it is said."""
        who = self._m.id_of(beat.who)
        self._m.block.arrive([who])
        pieces = split_speech(beat.text)
        speech_ms = estimate_ms(beat.text)
        for index, piece in enumerate(pieces):
            line = self._m.line(piece, beat, to=other)
            last = self._m.last
            if (
                last is not None
                and index == 0
                and (beat.dual or self._continues(last, line))
                and self._joins(last, line)
            ):
                continue
            if other in self._m.block.here and grammar.wants_reaction(index, len(pieces), speech_ms):
                self._react(line, other, beat.feeling)
                continue
            turn = Turn(
                listeners=len([each for each in self._m.block.here if each != who]),
                opening=not self._begun and not self._just_seen(who, other),
                apart=self._apart, feeling=beat.feeling, delivery=beat.delivery, peak=peak and index == len(pieces) - 1,
                piece=index, pieces=len(pieces), speech_ms=speech_ms, piece_ms=line.estimated_ms, shape=self._m.shape,
                key=self._m.key(piece),
            )  # fmt: skip
            self._show_speaker(grammar.turn(turn), line, other, moment if index == 0 else None)
        self._m.talked.append(who)

    def overhear(self, beat: Beat) -> None:
        """A voice from elsewhere lies over the picture that is there, as long as that is silent; else it gets one."""
        for piece in split_speech(beat.text):
            line = self._m.line(piece, beat, off_screen=True)
            last = self._m.last
            if last is not None and not last.shot.lines and line.estimated_ms <= grammar.LONGEST_SPEECH_MS:
                last.shot.lines.append(line)
                breath = grammar.breath_ms(beat.feeling, self._m.key(piece))
                last.shot.natural_ms = max(breath, last.shot.natural_ms - line.estimated_ms)
                last.optional = False
                continue
            if last is not None and self._continues(last, line):
                last.shot.lines.append(line)
                continue
            here = self._m.together([who for who in self._m.block.here if who != line.character_id])
            framing = grammar.heard_from_outside(seen=bool(here))
            feeling = grammar.answer_to(beat.feeling)
            seen = [self._m.block.presence(who, feeling=feeling, looks_at=line.character_id) for who in here]
            self._m.add(framing, self._m.setting.description, seen, lines=[line],
                      natural_ms=grammar.breath_ms(beat.feeling, self._m.key(piece)))  # fmt: skip

    def _just_seen(self, who: str, other: str) -> bool:
        """Whether the picture before has shown both near enough to be told apart."""
        if not self._m.drafts or self._m.drafts[-1].shot.size not in (sb.SHOT_SIZE_FULL, sb.SHOT_SIZE_MEDIUM):
            return False
        return {who, other} <= {each.character_id for each in self._m.drafts[-1].shot.presences}

    def _show_speaker(self, framing: Framing, line: sb.Line, other: str, moment: Moment | None) -> None:
        who = line.character_id
        deeds = [deed for deed in moment.deeds if deed.who == who] if moment else []
        roomy = grammar.with_room_for(framing.size, (deed.deed for deed in deeds))
        framing = Framing(roomy, framing.camera, framing.reason, framing.together)
        paired = framing.size == sb.SHOT_SIZE_OVER_SHOULDER and other in self._m.block.here
        if framing.size == sb.SHOT_SIZE_OVER_SHOULDER and not paired:
            framing = Framing(sb.SHOT_SIZE_MEDIUM, framing.camera, framing.reason)
        ids = self._m.together([*self._m.block.here], keep=(who, other)) if framing.together else [who]
        ids = sorted((who, other), key=self._m.block.seats.__getitem__) if paired else ids
        seen = [
            self._m.block.presence(
                each, feeling=line.feeling if each == who else grammar.answer_to(line.feeling), speaking=each == who,
                looks_at=other if each == who else who, back=paired and each == other, alone=len(ids) == 1,
            )
            for each in ids
        ]  # fmt: skip
        natural = grammar.breath_ms(line.feeling, self._m.key(line.text))
        total = natural + line.estimated_ms + AROUND_LINES_MS
        for thing in moment.things if moment else ():
            if thing.held_by == who:
                self._m.block.take(who, thing)
        acts = self._m.block.perform(deeds, seen, total, told=True)
        self._apart = 0 if len(ids) > 1 else self._apart + 1
        self._begun = True
        sounds = sounds_of(acts, moment.sounds if moment else (), self._m.setting, total)
        things = moment.things if moment else ()
        self._m.add(framing, line.text, seen, lines=[line], natural_ms=natural, acts=acts, things=things, sounds=sounds)

    def _react(self, line: sb.Line, listener: str, feeling: sb.Feeling.ValueType) -> None:
        line.off_screen = True
        seen = self._m.block.presence(
            listener, feeling=grammar.answer_to(feeling), looks_at=line.character_id, alone=True
        )
        self._apart += 1
        self._m.add(grammar.reaction(), line.text, [seen], lines=[line], reaction=True,
                  natural_ms=grammar.breath_ms(feeling, self._m.key(line.text)))  # fmt: skip

    def _continues(self, last: Draft, line: sb.Line) -> bool:
        """Whether two short lines of one speaker, or a word that both are there for, stay on one picture."""
        shot = last.shot
        if not shot.lines or last.reaction:
            return False
        spoken = sum(each.estimated_ms for each in shot.lines)
        before = shot.lines[-1]
        if before.character_id == line.character_id and before.off_screen == line.off_screen:
            return bool(line.character_id) and spoken + line.estimated_ms <= _SHARED_MS
        brief = min(before.estimated_ms, line.estimated_ms) <= grammar.BRIEF_LINE_MS
        seen = {each.character_id for each in shot.presences if not each.back}
        both = {before.character_id, line.character_id} <= seen
        return brief and both and not line.off_screen and spoken + line.estimated_ms <= _SHARED_MS

    def _joins(self, last: Draft, line: sb.Line) -> bool:
        """Puts the line on that picture, if its speaker can be seen to say it."""
        shot = last.shot
        seen = {each.character_id: each for each in shot.presences}
        if line.character_id not in seen:
            if len(shot.presences) != 1 or not shot.lines:
                return False
            # Two at once are seen side by side.
            shot.presences.append(self._m.block.presence(line.character_id))
            shot.size = sb.SHOT_SIZE_MEDIUM
            seen = {each.character_id: each for each in shot.presences}
        presence = seen[line.character_id]
        presence.speaking, presence.feeling, presence.back = True, line.feeling, False
        if shot.size == sb.SHOT_SIZE_OVER_SHOULDER and not any(each.back for each in shot.presences):
            shot.size = sb.SHOT_SIZE_MEDIUM
        shot.lines.append(line)
        return True
