"""Scenes of beats by hand, so that how they are staged is tested apart from how they are read."""

from __future__ import annotations

from collections.abc import Sequence

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.framing import Shape
from services.render_worker.craft.directing.shots import ShotMaker
from services.render_worker.craft.story.beats import Beat, BeatKind, Doing, SceneBeats
from services.render_worker.craft.story.casting import cast_of, character_id, fold
from services.render_worker.craft.story.mentions import told_of

MARA, TOM, ANNA = (character_id(name) for name in ("MARA", "TOM", "ANNA"))
LONG = (
    "I waited for you all night by the window. I sat there and I listened to the wind in the old roof. "
    "Every time a door moved somewhere I thought that it was you. Then I thought that you would never come."
)
# No feeling in them, so that a test says what there is.
PLAIN = "The boats come home before noon."


def happens(text: str, *doings: tuple[str, int, str], things: Sequence[sb.Thing] = (), **more: object) -> Beat:
    made = tuple(Doing(who, deed, target) for who, deed, target in doings)  # type: ignore[arg-type]
    return Beat(BeatKind.ACTION, text, doings=made, things=tuple(things), **more)  # type: ignore[arg-type]


def says(who: str, text: str = PLAIN, feeling: int = sb.FEELING_NEUTRAL, **more: object) -> Beat:
    return Beat(BeatKind.SPEECH, text, who, feeling, **more)  # type: ignore[arg-type]


def tells(text: str, *doings: tuple[str, int, str], things: Sequence[sb.Thing] = ()) -> Beat:
    made = tuple(Doing(who, deed, target) for who, deed, target in doings)  # type: ignore[arg-type]
    return Beat(BeatKind.SPEECH, text, off_screen=True, doings=made, things=tuple(things))


def staged(*beats: Beat, names: Sequence[str] = ("MARA", "TOM"), interior: bool = True, new: bool = False, seed: int = 1,
           mood: int = sb.MOOD_CALM, shape: Shape = Shape.WIDE) -> list[sb.Shot]:  # fmt: skip
    place = sb.PLACE_KITCHEN if interior else sb.PLACE_FIELD
    setting = sb.Setting(place=place, interior=interior, description="here")
    scene = SceneBeats("HERE", setting, list(beats))
    characters = cast_of(names, scene.text, seed)
    cast = told_of([scene], {fold(name): each for name, each in zip(names, characters, strict=True)})
    maker = ShotMaker(scene, cast, seed, mood=mood, shape=shape, place_is_new=new)  # type: ignore[arg-type]
    return [draft.shot for draft in maker.make()]


def thing(noun: str, spot: int = sb.SPOT_TABLE, **more: object) -> sb.Thing:
    return sb.Thing(noun=noun, drawing=noun, spot=spot, **more)  # type: ignore[arg-type]


def who(shot: sb.Shot) -> list[str]:
    return [presence.character_id for presence in shot.presences]
