"""How far a figure moves from one moment to another, so that what nobody sees move isn't drawn again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields

from services.render_worker.craft.puppets.acting import Moment
from services.render_worker.craft.puppets.expression import Expression
from services.render_worker.craft.puppets.pose import Pose

# Units of the figure that a degree moves what is farthest from where it turns: a crown about the hips, a chin about the neck.
_DEGREE = math.pi / 180
_OF_A_DEGREE = {
    "roll": 400 * _DEGREE, "lean": 300 * _DEGREE, "bend": 210 * _DEGREE, "turn": 75 * _DEGREE, "head": 110 * _DEGREE,
    "look": 55 * _DEGREE, "near_toe": 40 * _DEGREE, "far_toe": 40 * _DEGREE,
}  # fmt: skip
# And what else isn't a length: a breath lifts shoulders, an elbow and a knee go to the other side.
_OF_ONE = {"breath": 3.9, "near_elbow": 60.0, "far_elbow": 60.0, "knee": 90.0}
_REACH = [
    (field.name, _OF_A_DEGREE.get(field.name, _OF_ONE.get(field.name, 1.0)))
    for field in fields(Pose)
    if field.type == "float"
]
# Of a face: lids and mouths go from shut to open by so much; the rest are lengths.
_OF_A_FACE = {
    "lid": 16.0, "slope": 16.0, "low_lid": 16.0, "pupil": 8.0, "corner": 12.0, "wide": 20.0, "open": 24.0, "press": 4.0, "blush": 12.0,
    "teeth": 12.0, "tear": 12.0, "frown": 12.0, "tilt": 110 * _DEGREE,
}  # fmt: skip
_FACE = [(field.name, _OF_A_FACE.get(field.name, 1.0)) for field in fields(Expression)]
_OF_AN_EYE, _OF_A_LID = 9.0, 16.0


def moved(a: Moment, b: Moment) -> float:
    """How far apart what moves most of the figure is, in its units; infinite where it turns or a hand changes."""
    if a.facing != b.facing or a.pose.near_hand is not b.pose.near_hand or a.pose.far_hand is not b.pose.far_hand:
        return math.inf
    most = max(abs(getattr(a.pose, name) - getattr(b.pose, name)) * reach for name, reach in _REACH)
    if a.expression is not b.expression:
        most = max(
            most, *(abs(getattr(a.expression, name) - getattr(b.expression, name)) * reach for name, reach in _FACE)
        )
    eyes = max(abs(a.gaze.x - b.gaze.x), abs(a.gaze.y - b.gaze.y)) * _OF_AN_EYE
    return float(max(most, eyes, abs(a.gaze.blink - b.gaze.blink) * _OF_A_LID, abs(a.drag - b.drag)))


def held(moments: Sequence[Moment], least: float, most_steps: int) -> list[int]:
    """For each moment the one that is drawn for it: an earlier one from which nothing moves by as much as `least` units,
    at most so many steps back.
    """
    shown: list[int] = []
    for step, moment in enumerate(moments):
        last = shown[-1] if shown else step
        keeps = step - last < most_steps and moved(moments[last], moment) < least
        shown.append(last if keeps else step)
    return shown
