"""One character through one shot: from acts, speech and who else is there to a pose and a face for every twelfth of a second."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.puppets import cycles
from services.render_worker.craft.puppets.attention import Attention, blinking, blinks_of, nods_of
from services.render_worker.craft.puppets.deeds import GOING, PARTS, Part
from services.render_worker.craft.puppets.doing import Doing, ease
from services.render_worker.craft.puppets.expression import Expression, between, expression_of
from services.render_worker.craft.puppets.features import Gaze
from services.render_worker.craft.puppets.gestures import beats_of, gestured
from services.render_worker.craft.puppets.pose import Pose, mix
from services.render_worker.craft.puppets.role import TWOS, Role, Scene
from services.render_worker.craft.puppets.stances import felt, stance_of
from services.render_worker.craft.puppets.things import grip_of, holding, span_at


@dataclass(frozen=True)
class Moment:
    """A twelfth of a second: the body, which way it looks (-1 or 1), and the face without its mouth."""

    pose: Pose
    facing: int
    expression: Expression
    gaze: Gaze
    drag: float


def performed(role: Role, scene: Scene) -> list[Moment]:
    """All moments of the shot, in order."""
    return _Performance(role, scene).moments()


class _Performance:
    def __init__(self, role: Role, scene: Scene) -> None:
        self.role, self.scene = role, scene
        self.draw = drawn_from(scene.seed, "acting", role.character.id)
        self.variant = sum(role.character.id.encode()) % 12
        self.acts = sorted((act for act in role.acts if act.deed in PARTS), key=lambda act: act.start)
        self.count = max(1, math.ceil(scene.duration_ms * TWOS / 1000))
        self.phase = self.draw.uniform(0, 6.28)
        own = [speech for speech in scene.speeches if speech.character_id == role.character.id]
        self.beats = [
            beat
            for speech in own
            for beat in beats_of(speech.start_ms, speech.track, speech.feeling or role.feeling, self.draw)
        ]
        self.own = own
        self.nods = nods_of(scene.speeches, role.character.id, self.draw)
        self.blinks = blinks_of(scene.duration_ms, self.draw)
        self.attention = Attention(role, scene, self.acts, self.phase)
        # How they stand is their own, and yet not the same in every shot; in a long one they shift their weight.
        standing = drawn_from(scene.seed, "standing", role.character.id, role.looks_at, role.back, len(self.acts))
        self.held_so = self.variant + standing.choice((0, 0, 1, 2))
        self.held_then = self.held_so + standing.choice((1, 2, 3))
        self.shifts_at = scene.duration_ms * standing.uniform(0.42, 0.62) if scene.duration_ms > _LONG_MS else math.inf
        self.brisk = (
            1.3
            if role.character.age == sb.AGE_GROUP_CHILD
            else 0.85
            if role.character.age == sb.AGE_GROUP_SENIOR
            else 1.0
        )

    def moments(self) -> list[Moment]:
        done: list[Moment] = []
        look = self.attention.look(0.0, float(self.role.facing))
        facing, drag, before = float(self.role.facing), 0.0, None
        for step in range(self.count):
            ms = step * 1000 / TWOS
            wanted = self.attention.facing(ms)
            facing += max(-0.5, min(0.5, wanted - facing))
            deed, pose = self._body(ms)
            target = self.attention.look(ms, facing)
            # Eyes are there at once, the head follows.
            look += (target - look) * 0.42
            eyes = max(-1.0, min(1.0, (target - look) / 26 + target / 110))
            expression = self._expression(ms, deed)
            sign = 1 if facing >= 0 else -1
            pose = replace(pose, turn=pose.turn * max(0.15, abs(facing)), look=pose.look + look * sign)
            x = self.scene.x_of(self.role.character.id, ms / self.scene.duration_ms) + sign * (pose.x + pose.sway)
            speed = 0.0 if before is None else x - before
            before = x
            drag += (max(-30.0, min(30.0, -speed * sign * 0.9)) - drag) * 0.45
            blink = blinking(self.blinks, ms) if deed != sb.DEED_SLEEP else 1.0
            gaze = Gaze(
                max(-1.0, min(1.0, eyes * sign)) * sign,
                0.5 if deed in _DOWN else -0.35 if deed == sb.DEED_FLY else 0.0,
                blink,
            )
            sway = 2.5 * math.sin(ms / 1000 * 1.9 + self.phase)
            done.append(Moment(pose, sign, expression, gaze, drag + sway))
        return done

    def _body(self, ms: float) -> tuple[int, Pose]:
        """The pose of that moment, without where the head looks."""
        stance = stance_of(self.role.stance)
        pose = self._idle(stance, ms)
        doing = 0
        free = 1.0
        for act in self.acts:
            part = PARTS[act.deed]
            start, end = self.scene.span(act)
            if ms < start:
                break
            if part.leaves is not None and ms >= end:
                stance = part.leaves
                settled = self._idle(stance, ms)
                pose = mix(
                    self._done(act, part, pose, end - start, start), settled, ease((ms - end) / 1000 / part.blend_out)
                )
                continue
            weight = ease((ms - start) / 1000 / part.blend_in) if part.blend_in else 1.0
            weight *= 1 - ease((ms - end) / 1000 / part.blend_out)
            if weight <= 0:
                continue
            base = pose
            pose = mix(base, self._done(act, part, base, ms - start, start), weight)
            if ms <= end + 60:
                doing = act.deed
            free = min(free, 1 - weight if part.hands else 1.0)
        if free > 0.02:
            for beat in self.beats:
                pose = gestured(pose, beat, ms, free)
        for at in self.nods:
            dip = (ms - at) / 420
            if 0 <= dip <= 1:
                pose = replace(
                    pose, nod=pose.nod + 4.5 * math.sin(math.pi * dip), head=pose.head + 4.0 * math.sin(math.pi * dip)
                )
        return doing, pose

    def _done(self, act: sb.Act, part: Part, base: Pose, after_ms: float, start: float) -> Pose:
        t = after_ms / 1000 * self.brisk
        first, last = self.scene.span(act)
        length = (last - first) / 1000 * self.brisk
        if act.deed in GOING:
            return self._gone(act, base, first + after_ms, first, last)
        if act.deed == sb.DEED_CARRY and act.HasField("to_position"):
            # Arms are full, legs go.
            base = self._gone(act, base, first + after_ms, first, last)
        reach = 0.0
        if act.target in self.scene.others:
            share = start / self.scene.duration_ms
            reach = abs(self.scene.x_of(act.target, share) - self.scene.x_of(self.role.character.id, share)) / 2
        return part.pose(Doing(t, length, base, self.variant, reach))

    def _gone(self, act: sb.Act, base: Pose, ms: float, first: float, last: float) -> Pose:
        """Steps that fit the way: a whole number of half cycles, each as long as the gait likes it."""
        total = self.scene.duration_ms
        gait = cycles.RUN if act.deed == sb.DEED_RUN else cycles.WALK
        who = self.role.character.id
        begin = self.scene.x_of(who, first / total)
        way = abs(self.scene.x_of(who, last / total) - begin)
        if way < 20:
            # On the spot: as if the camera went along.
            return cycles.gone(gait, ms / 1000 * (1.5 if act.deed == sb.DEED_RUN else 0.95), gait.stride * 0.8, base)
        cycles_ = max(0.5, round(way / gait.stride * 2) / 2)
        stride = way / cycles_
        covered = abs(self.scene.x_of(who, ms / total) - begin)
        return cycles.gone(gait, covered / stride + 0.3, stride, base)

    def _idle(self, stance: Pose, ms: float) -> Pose:
        t, p = ms / 1000, self.phase
        pose = felt(stance, self._feeling(ms), self.held_so)
        if ms > self.shifts_at:
            settled = felt(stance, self._feeling(ms), self.held_then)
            pose = mix(pose, settled, ease((ms - self.shifts_at) / _SHIFT_MS))
        span = span_at(self.role.spans, ms)
        if span is not None and not span.deed:
            pose = holding(pose, grip_of(span.drawing).hold, low=stance.roll != 0)
        shift = math.sin(t * 0.71 + p) + 0.5 * math.sin(t * 1.13 + 2 * p)
        low = stance.roll != 0
        rate = 1.6 if self._feeling(ms) in _QUICK else 1.0
        return replace(
            pose, breath=math.sin(t * 1.85 * rate + p), sway=pose.sway + (0 if low else 4.5 * shift), head=pose.head + 1.4 * math.sin(t * 0.93 + p),
            lean=pose.lean + (0 if low else 0.7 * math.sin(t * 0.61 + p)), near_x=pose.near_x + 2.0 * math.sin(t * 1.1 + p),
            far_x=pose.far_x + 2.0 * math.sin(t * 0.97 + 1.3 * p),
        )  # fmt: skip

    def _feeling(self, ms: float) -> int:
        for speech in self.own:
            if speech.at(ms) and speech.feeling not in (sb.FEELING_UNSPECIFIED, sb.FEELING_NEUTRAL):
                return speech.feeling
        return self.role.feeling

    def _expression(self, ms: float, deed: int) -> Expression:
        base = expression_of(self.role.feeling)
        for speech in self.own:
            if speech.feeling not in (sb.FEELING_UNSPECIFIED, sb.FEELING_NEUTRAL):
                inside = min(ms - speech.start_ms + 150, speech.start_ms + speech.track.duration_ms + 700 - ms)
                base = between(base, expression_of(speech.feeling), ease(inside / 300))
        for act in self.acts:
            feeling = PARTS[act.deed].feeling
            start, end = self.scene.span(act)
            if feeling and start <= ms < end + 300:
                strong = (
                    feeling
                    if act.deed in _STRONG or self.role.feeling in (0, sb.FEELING_NEUTRAL)
                    else self.role.feeling
                )
                base = between(base, expression_of(strong), ease(min(ms - start, end + 300 - ms) / 250))
        if deed == sb.DEED_CRY:
            base = replace(base, tear=1.0)
        lift = max((beat.strength(ms) for beat in self.beats), default=0.0)
        return replace(base, brow=base.brow + 4.0 * lift, brow_out=base.brow_out + 1.5 * lift)


# Nobody holds one stance for longer than this; how long the change takes.
_LONG_MS, _SHIFT_MS = 3600, 800
_QUICK = frozenset({sb.FEELING_AFRAID, sb.FEELING_ANGRY, sb.FEELING_TENSE})
_STRONG = frozenset({sb.DEED_CRY, sb.DEED_LAUGH, sb.DEED_FALL, sb.DEED_FIGHT})
_DOWN = frozenset({sb.DEED_READ, sb.DEED_WRITE, sb.DEED_WORK, sb.DEED_EAT, sb.DEED_BOW, sb.DEED_KNEEL})
