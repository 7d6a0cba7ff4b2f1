"""Shots in the making: what a scene's pictures share while they are put together, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing import grammar
from services.render_worker.craft.directing.blocking import Blocking
from services.render_worker.craft.directing.framing import Shape
from services.render_worker.craft.directing.grammar import Framing
from services.render_worker.craft.directing.pacing import estimate_ms
from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.story.beats import Beat
from services.render_worker.craft.story.casting import fold
from services.render_worker.craft.story.mentions import Cast

# What a shot with lines is longer than they and its breath: a little silence before and after.
AROUND_LINES_MS = 600
# Who of a crowd is in a picture of all.
MOST_TOGETHER = {Shape.WIDE: 6, Shape.SQUARE: 4, Shape.TALL: 4}


@dataclass
class Draft:
    """A shot in the making, and whether the story is whole without it."""

    shot: sb.Shot
    optional: bool = False
    # The voice of somebody goes on whom we don't see for now: together with their own shot they are seen again.
    reaction: bool = False
    # It shows a new place whole.
    opening: bool = False

    @property
    def length_ms(self) -> int:
        """How long it wishes to be."""
        return sum(line.estimated_ms for line in self.shot.lines) + self.shot.natural_ms

    @property
    def look(self) -> tuple[object, ...]:
        """What two shots have in common between which a cut would look like a fault."""
        people = tuple((each.character_id, each.back) for each in self.shot.presences)
        return people or tuple(thing.noun for thing in self.shot.things[:1])


def vary(before: Draft, after: Draft) -> None:
    """Changes the second of two shots where a cut between them would look like a fault."""
    shot = after.shot
    was = Framing(shot.size, shot.camera, shot.reason)
    framing = grammar.unlike(was, before.shot.size, same=before.look == after.look, people=len(shot.presences))
    if framing == was:
        return
    shot.size, shot.camera = framing.size, framing.camera
    if len(shot.presences) == 1:
        # Near enough for a face, it is seen.
        shot.presences[0].back = False
    if was.size == sb.SHOT_SIZE_OVER_SHOULDER:
        # Nearer, past the shoulder: the listener is behind us now.
        speaker = [each for each in shot.presences if not each.back]
        del shot.presences[:]
        shot.presences.extend(speaker)


@dataclass
class Reel:
    """A scene and its shots, while their number is still open."""

    scene: sb.Scene
    drafts: list[Draft] = field(default_factory=list)
    # How its first shot begins, whichever that will be.
    transition: sb.Transition.ValueType = sb.TRANSITION_CUT


# Under a roof, and yet without a table.
_NO_TABLE: set[sb.Place.ValueType] = {
    sb.PLACE_CAVE,
    sb.PLACE_TEMPLE,
    sb.PLACE_PALACE,
    sb.PLACE_CITY_STREET,
    sb.PLACE_SPACE,
}

# By how many there are in the scene: beside one, between two; of more nobody knows.
_BEFORE_THEM = {1: 0.64, 2: 0.5}


def _lying(thing: sb.Thing, setting: sb.Setting, people: int) -> sb.Thing:
    """The thing where that place can have it: what would lie on a table stands before them on the ground where there is none."""
    if thing.spot != sb.SPOT_TABLE or thing.held_by or (setting.interior and setting.place not in _NO_TABLE):
        return thing
    lying = sb.Thing()
    lying.CopyFrom(thing)
    lying.spot = sb.SPOT_GROUND
    lying.position = lying.position or _BEFORE_THEM.get(people, 0.0)
    return lying


@dataclass
class Making:
    """One scene's shots so far, and who is where in it by now."""

    cast: Cast
    seed: int
    shape: Shape
    setting: sb.Setting
    block: Blocking
    drafts: list[Draft] = field(default_factory=list)
    # Who has spoken, the latest last.
    talked: list[str] = field(default_factory=list)

    @property
    def last(self) -> Draft | None:
        """The shot before."""
        return self.drafts[-1] if self.drafts else None

    @property
    def size_before(self) -> sb.ShotSize.ValueType:
        """The size of the shot before; unspecified where there is none."""
        return self.drafts[-1].shot.size if self.drafts else sb.SHOT_SIZE_UNSPECIFIED

    def id_of(self, name: str) -> str:
        """The character of that name, as somebody who speaks is named."""
        return self.cast.by_name[fold(name)].id

    def key(self, *words: str) -> float:
        """0.0 to 1.0, drawn by these words alone."""
        return drawn_from(self.seed, *words).random()

    def line(self, text: str, beat: Beat, *, off_screen: bool = False, to: str = "") -> sb.Line:
        """What is said in the beat, or a piece of it."""
        return sb.Line(
            character_id=self.id_of(beat.who) if beat.who else "", text=text, feeling=beat.feeling, off_screen=off_screen,
            estimated_ms=estimate_ms(text), delivery=beat.delivery, to_character_id=to,
        )  # fmt: skip

    def together(self, ids: Sequence[str], keep: Sequence[str] = ()) -> list[str]:
        """As many of them as a picture holds, those to keep before others, from left to right."""
        most = 2 if self.shape is Shape.TALL and keep else MOST_TOGETHER[self.shape]
        wanted = set(ids)
        chosen = [each for each in dict.fromkeys([*keep, *ids]) if each in wanted][:most]
        return sorted(chosen, key=self.block.seats.__getitem__)

    def add(self, framing: Framing, prompt: str, presences: Sequence[sb.Presence], *, natural_ms: int,
             lines: Sequence[sb.Line] = (), acts: Sequence[sb.Act] = (), things: Sequence[sb.Thing] = (),
             sounds: Sequence[sb.Sound] = (), optional: bool = False, reaction: bool = False, opening: bool = False) -> None:  # fmt: skip
        """The next shot, told apart from the one before."""
        if lines:
            # However short the word: a picture must be read too.
            spoken = sum(line.estimated_ms for line in lines) + AROUND_LINES_MS
            natural_ms = max(natural_ms, grammar.SHORTEST_MS - spoken)
        ids = [each.character_id for each in presences]
        things = [_lying(thing, self.setting, len(self.block.people)) for thing in things]
        nouns = {thing.noun for thing in things}
        carried = [thing for thing in self.block.in_hand(ids) if thing.noun not in nouns]
        shot = sb.Shot(
            size=framing.size, camera=framing.camera, prompt=prompt[:500], presences=presences, lines=lines,
            natural_ms=natural_ms, acts=acts, things=[*things, *carried], sounds=sounds, reason=framing.reason,
            props=list(dict.fromkeys(thing.noun for thing in things))[:3],
        )  # fmt: skip
        draft = Draft(shot, optional, reaction, opening)
        if self.drafts and self.drafts[-1].optional and self.drafts[-1].shot.size == shot.size == sb.SHOT_SIZE_INSERT:
            # One thing after another would be a catalogue.
            self.drafts.pop()
        if self.drafts:
            vary(self.drafts[-1], draft)
        self.drafts.append(draft)
