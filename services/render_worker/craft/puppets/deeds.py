"""What bodies do: for each deed how it is done, what it needs and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.puppets import cycles, deeds_body, deeds_hands
from services.render_worker.craft.puppets.doing import Doing
from services.render_worker.craft.puppets.pose import Pose
from services.render_worker.craft.puppets.stances import KNEELING, SITTING, STANDING


@dataclass(frozen=True)
class Part:
    """How a deed is done: its poses, what the body stays in afterwards, how fast it blends in and out (seconds)."""

    pose: Callable[[Doing], Pose]
    # The stance after it; None: as before.
    leaves: Pose | None = None
    blend_in: float = 0.22
    blend_out: float = 0.36
    # The feeling that shows meanwhile, if the deed has one of its own.
    feeling: int = 0
    # Hands are taken: no gestures with speech.
    hands: bool = True


# Walking, running, coming and going are done by whoever knows the way; here is what else they need.
PARTS: Mapping[int, Part] = {
    sb.DEED_WALK: Part(deeds_body.still, leaves=STANDING, hands=False),
    sb.DEED_RUN: Part(deeds_body.still, leaves=STANDING),
    sb.DEED_ENTER: Part(deeds_body.still, leaves=STANDING, hands=False),
    sb.DEED_LEAVE: Part(deeds_body.still, leaves=STANDING, hands=False),
    sb.DEED_TURN: Part(deeds_body.still, hands=False),
    sb.DEED_SIT: Part(deeds_body.sit, leaves=SITTING, blend_in=0.0, hands=False),
    sb.DEED_STAND_UP: Part(deeds_body.stand_up, leaves=STANDING, blend_in=0.0, hands=False),
    sb.DEED_POINT: Part(deeds_hands.point, blend_in=0.0),
    sb.DEED_WAVE: Part(deeds_hands.wave, blend_in=0.34, feeling=sb.FEELING_HAPPY),
    sb.DEED_HUG: Part(deeds_body.hug, blend_in=0.0, feeling=sb.FEELING_TENDER),
    sb.DEED_FALL: Part(deeds_body.fall, leaves=deeds_body.FALLEN, blend_in=0.0, feeling=sb.FEELING_SURPRISED),
    sb.DEED_LOOK: Part(deeds_body.look, blend_in=0.0),
    sb.DEED_OPEN: Part(deeds_hands.open_, blend_in=0.0),
    sb.DEED_CARRY: Part(deeds_hands.carry),
    sb.DEED_LIGHT: Part(deeds_hands.light, blend_in=0.0),
    sb.DEED_DANCE: Part(lambda d: cycles.danced(d.t, d.base, d.variant), feeling=sb.FEELING_HAPPY),
    sb.DEED_GIVE: Part(deeds_hands.give, blend_in=0.0),
    sb.DEED_TAKE: Part(deeds_hands.take, blend_in=0.0),
    sb.DEED_READ: Part(deeds_hands.read),
    sb.DEED_WRITE: Part(deeds_hands.write),
    sb.DEED_EAT: Part(deeds_hands.eat),
    sb.DEED_DRINK: Part(deeds_hands.drink),
    sb.DEED_SLEEP: Part(deeds_body.sleep, blend_in=0.8),
    sb.DEED_CLIMB: Part(lambda d: cycles.climbed(d.t, d.length, d.base)),
    sb.DEED_SWIM: Part(lambda d: cycles.swum(d.t, d.base)),
    sb.DEED_FLY: Part(lambda d: cycles.flown(d.t, d.base), blend_in=0.6),
    sb.DEED_JUMP: Part(deeds_body.jump, blend_in=0.0, hands=True),
    sb.DEED_THROW: Part(deeds_hands.throw, blend_in=0.0),
    sb.DEED_KNEEL: Part(deeds_body.kneel, leaves=KNEELING, blend_in=0.0, hands=False),
    sb.DEED_BOW: Part(deeds_body.bow, blend_in=0.0),
    sb.DEED_NOD: Part(deeds_body.nod, blend_in=0.1, hands=False),
    sb.DEED_SHAKE_HEAD: Part(deeds_body.shake_head, blend_in=0.1, hands=False),
    sb.DEED_LAUGH: Part(deeds_body.laugh, feeling=sb.FEELING_HAPPY),
    sb.DEED_CRY: Part(deeds_body.cry, feeling=sb.FEELING_SAD),
    sb.DEED_SING: Part(deeds_hands.sing, feeling=sb.FEELING_TENDER),
    sb.DEED_PLAY_MUSIC: Part(deeds_hands.play),
    sb.DEED_WORK: Part(deeds_hands.work),
    sb.DEED_FIGHT: Part(deeds_body.fight, feeling=sb.FEELING_ANGRY),
}  # fmt: skip
GOING = frozenset({sb.DEED_WALK, sb.DEED_RUN, sb.DEED_ENTER, sb.DEED_LEAVE})
