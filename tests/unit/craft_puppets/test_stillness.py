"""What nobody sees move isn't drawn again."""

from __future__ import annotations

import math
from dataclasses import replace

from services.render_worker.craft.puppets.acting import Moment
from services.render_worker.craft.puppets.expression import Expression
from services.render_worker.craft.puppets.features import Gaze
from services.render_worker.craft.puppets.pose import Hand, Pose
from services.render_worker.craft.puppets.stillness import held, moved

AT_REST = Moment(Pose(), 1, Expression(), Gaze(), 0.0)


def test_a_figure_that_holds_still_has_not_moved() -> None:
    assert moved(AT_REST, replace(AT_REST)) == 0.0


def test_a_step_aside_is_as_far_as_it_is_long() -> None:
    assert moved(AT_REST, replace(AT_REST, pose=Pose(x=3.0))) == 3.0


def test_a_turned_head_moves_what_is_farthest_from_the_neck() -> None:
    assert moved(AT_REST, replace(AT_REST, pose=Pose(head=1.0))) == 110 * math.pi / 180


def test_a_blink_and_a_changed_face_are_seen() -> None:
    assert moved(AT_REST, replace(AT_REST, gaze=Gaze(blink=0.5))) > 4
    assert moved(AT_REST, replace(AT_REST, expression=Expression(open=0.4))) > 4


def test_who_turns_round_or_opens_a_hand_has_moved_beyond_measure() -> None:
    assert moved(AT_REST, replace(AT_REST, facing=-1)) == math.inf
    assert moved(AT_REST, replace(AT_REST, pose=Pose(near_hand=Hand.OPEN))) == math.inf


def test_small_moves_are_shown_at_every_second_step_and_large_ones_at_once() -> None:
    at = [0.0, 0.2, 0.4, 0.6, 5.0, 5.2, 9.0]
    moments = [replace(AT_REST, pose=Pose(x=x)) for x in at]
    assert held(moments, 0.5, 2) == [0, 0, 2, 2, 4, 4, 6]


def test_who_walks_is_drawn_at_every_step() -> None:
    assert held([AT_REST] * 4, 0.5, 1) == [0, 1, 2, 3]
