"""What somebody attends to: which way they face, whom they look at, when they blink and nod."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets.deeds import GOING
from services.render_worker.craft.puppets.role import Role, Scene, Speech


@dataclass(frozen=True)
class Attention:
    """Somebody's attention through a shot. `phase` keeps two of a kind from glancing together."""

    role: Role
    scene: Scene
    # In the order of time.
    acts: Sequence[sb.Act]
    phase: float

    def facing(self, ms: float) -> float:
        """Towards where they go or whom they do it to; else as staged."""
        wanted = float(self.role.facing)
        who, total = self.role.character.id, self.scene.duration_ms
        for act in self.acts:
            start, end = self.scene.span(act)
            # They turn before they go.
            if ms < start - min(160.0, start / 2):
                break
            here = self.scene.x_of(who, start / total)
            if act.deed in GOING or act.HasField("to_position"):
                way = self.scene.x_of(who, end / total) - here
                wanted = math.copysign(1.0, way) if abs(way) > 20 else wanted
            elif act.deed == sb.DEED_TURN:
                wanted = -wanted
            elif (
                act.target
                and ms < end
                and (there := self.scene.place(act.target, start / total)) is not None
                and abs(there - here) > 30
            ):
                wanted = math.copysign(1.0, there - here)
        return wanted

    def look(self, ms: float, facing: float) -> float:
        """Degrees that the head would turn from the body's own direction, to the right of the picture."""
        share = ms / self.scene.duration_ms
        who = self.role.character.id
        target = next(
            (speech.character_id for speech in self.scene.speeches if speech.at(ms) and speech.character_id != who), ""
        )
        act = next(
            (
                act
                for act in self.acts
                if act.target
                and self.scene.span(act)[0] - min(200.0, self.scene.span(act)[0] / 2) <= ms < self.scene.span(act)[1]
            ),
            None,
        )
        name = act.target if act is not None else (target if target in self.scene.others else self.role.looks_at)
        if not name and self.role.says_at(ms, self.scene):
            name = next(iter(self.scene.others), "")
        there = self.scene.place(name, share) if name else None
        if there is None:
            # Nobody: ahead, and now and then a little aside.
            return (
                7.0 * math.sin(ms / 1000 * 0.55 + self.phase)
                if not self.role.says_at(ms, self.scene)
                else -8.0 * facing
            )
        away = there - self.scene.x_of(who, share)
        if abs(away) < 30:
            return 0.0
        side = math.copysign(1.0, away)
        # While they think, speakers look off for a moment.
        glance = (
            -10.0 * side if self.role.says_at(ms, self.scene) and math.sin(ms / 1000 * 1.3 + self.phase) > 0.86 else 0.0
        )
        return 14.0 * side + glance if side == math.copysign(1.0, facing) else 62.0 * side


def blinks_of(duration_ms: int, draw: random.Random) -> list[float]:
    """When eyes shut: every 2 to 6 seconds, never as the shot begins."""
    at, found = draw.uniform(700, 2600), []
    while at < duration_ms - 300:
        found.append(at)
        at += draw.uniform(2000, 6000)
    return found


def nods_of(speeches: Sequence[Speech], who: str, draw: random.Random) -> list[float]:
    """A listener's nods: where the one who speaks comes to a pause, and some seconds apart."""
    found: list[float] = []
    for speech in speeches:
        if speech.character_id == who:
            continue
        at = speech.start_ms + draw.uniform(900, 1800)
        end = speech.start_ms + speech.track.duration_ms
        while at < end:
            found.append(at)
            at += draw.uniform(1800, 3600)
        if draw.random() < 0.5:
            found.append(end + 100)
    return found


def blinking(blinks: Sequence[float], ms: float) -> float:
    """How far eyes are shut then: half, all, half, a pose each."""
    for at in blinks:
        if 0 <= ms - at < 84:
            return 0.55
        if 84 <= ms - at < 168:
            return 1.0
        if 168 <= ms - at < 251:
            return 0.45
    return 0.0
