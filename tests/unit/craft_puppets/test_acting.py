from __future__ import annotations

import itertools

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb
from hypothesis import given, settings
from hypothesis import strategies as st

from services.render_worker.craft.draws import drawn_from
from services.render_worker.craft.mouths import Viseme
from services.render_worker.craft.puppets import cycles
from services.render_worker.craft.puppets.acting import Moment, performed
from services.render_worker.craft.puppets.deeds import PARTS
from services.render_worker.craft.puppets.gestures import beats_of
from services.render_worker.craft.puppets.pose import Pose, build_of, skeleton_of
from services.render_worker.craft.puppets.role import TWOS, Role, Scene, Speech
from services.render_worker.craft.puppets.things import span_at, spans_of
from tests.unit.craft_puppets.support import act, acted, difference, on_plate, says, seen, somebody

MARA, TOM = somebody("mara"), somebody("tom")


def played(
    *acts: sb.Act, ms: int = 4000, speeches: tuple[Speech, ...] = (), x_of: object = None, stance: int = sb.POSE_STANDING,
    feeling: int = sb.FEELING_NEUTRAL, others: tuple[str, ...] = (), seed: int = 3, looks_at: str = "",
) -> list[Moment]:  # fmt: skip
    where = x_of or (lambda who, share: 0.0 if who == MARA.id else 400.0)
    scene = Scene(ms, speeches, where, others, {}, seed)
    return performed(Role(MARA, feeling, stance, 1, looks_at, False, acts), scene)


def hands(moment: Moment) -> np.ndarray:
    bones = skeleton_of(moment.pose, build_of(MARA))
    return np.array([*bones.near_arm.c, *bones.far_arm.c])


@pytest.mark.parametrize("deed", [deed for deed in sb.Deed.values() if deed], ids=sb.Deed.Name)
def test_every_deed_is_acted(deed: int) -> None:
    assert deed in PARTS
    stance = sb.POSE_SITTING if deed == sb.DEED_STAND_UP else sb.POSE_STANDING
    done, idle = played(act(deed, start=0.1, end=0.8), stance=stance), played(stance=stance)
    fields = (
        "lift",
        "roll",
        "drop",
        "lean",
        "head",
        "nod",
        "look",
        "near_x",
        "near_y",
        "far_x",
        "far_y",
        "near_step",
        "sway",
    )
    apart = max(
        max(abs(getattr(a.pose, name) - getattr(b.pose, name)) for name in fields) + 50 * (a.facing != b.facing)
        for a, b in zip(done, idle, strict=True)
    )
    assert apart > 4


def test_a_pose_holds_for_two_frames_as_the_very_same_picture() -> None:
    (actor,) = acted(MARA, acts=[act(sb.DEED_WAVE)])
    assert seen(actor, 20).picture is seen(actor, 21).picture
    assert seen(actor, 22).picture is not seen(actor, 21).picture


def test_a_shot_begins_as_its_still_shows_it() -> None:
    line = says((0, Viseme.OPEN, 1.0), start_ms=500, loud_at=[600])
    spoken, silent = acted(MARA, speech=[line], frames=72), acted(MARA, frames=1)
    assert np.array_equal(seen(spoken[0], 0).picture, seen(silent[0], 0).picture)


def test_what_happens_later_does_not_show_in_the_still() -> None:
    later = [
        act(sb.DEED_WALK, start=0.4, to=0.05),
        act(sb.DEED_READ, start=0.5),
        act(sb.DEED_POINT, who=TOM.id, start=0.3, target=MARA.id),
    ]
    long, still = acted(MARA, TOM, acts=later, frames=96), acted(MARA, TOM, acts=later, frames=1)
    for one, other in zip(long, still, strict=True):
        assert np.array_equal(seen(one, 0).picture, seen(other, 0).picture)


def test_a_mouth_changes_on_the_frame_it_must_even_between_poses() -> None:
    # Frame 7 is at 291.7 ms, in the middle of a pose.
    line = says((0, Viseme.CLOSED, 0.0), (290, Viseme.OPEN, 1.0))
    (actor,) = acted(MARA, speech=[line], size=sb.SHOT_SIZE_CLOSE_UP)
    before, after, later = (on_plate(actor, frame) for frame in (6, 7, 8))
    assert difference(before, after) > 0.02
    assert difference(after, later) < 8


def test_who_walks_is_elsewhere_and_looks_where_they_go() -> None:
    (actor,) = acted(MARA, acts=[act(sb.DEED_WALK, to=0.1)], positions=[0.8])
    start, end = (np.flatnonzero((on_plate(actor, frame)[:, :, 3] > 240).any(axis=0)).mean() for frame in (0, 71))
    assert end < start - 150


def test_a_follower_camera_gets_walkers_who_move_on_every_frame() -> None:
    (actor,) = acted(MARA, acts=[act(sb.DEED_WALK, to=0.8)], positions=[0.2], follows=True)
    first, second = seen(actor, 30), seen(actor, 31)
    assert first.picture is second.picture
    assert 0.2 < second.x - first.x < 12


@given(st.floats(0, 3), st.sampled_from([cycles.WALK, cycles.RUN]), st.floats(0.6, 1.2))
@settings(max_examples=60, deadline=None)
def test_a_foot_that_stands_does_not_slide(phase: float, gait: cycles.Gait, wide: float) -> None:
    stride = gait.stride * wide
    step = 0.02
    now, then = (cycles.gone(gait, at, stride, Pose()) for at in (phase, phase + step))
    planted = [
        getattr(then, f"{leg}_step") + step * stride - getattr(now, f"{leg}_step")
        for leg, offset in (("near", 0.0), ("far", 0.5))
        if (phase + offset) % 1.0 + step < gait.stand
    ]
    assert all(abs(slip) < 0.01 for slip in planted)


def test_a_run_leaves_the_ground_and_a_walk_does_not() -> None:
    phases = np.linspace(0, 1, 24, endpoint=False)
    assert max(cycles.gone(cycles.RUN, phase, 500, Pose()).lift for phase in phases) > 15
    assert all(cycles.gone(cycles.WALK, phase, 300, Pose()).lift == 0 for phase in phases)


def test_who_sits_down_stays_seated_and_who_stands_up_stays_up() -> None:
    assert played(act(sb.DEED_SIT, end=0.4))[-1].pose.drop > 120
    assert played(act(sb.DEED_STAND_UP, end=0.4), stance=sb.POSE_SITTING)[-1].pose.drop < 20


def test_a_deed_is_announced_by_a_movement_the_other_way() -> None:
    moments = played(act(sb.DEED_JUMP, start=0.0, end=0.5))
    up = next(index for index, moment in enumerate(moments) if moment.pose.lift > 40)
    assert max(moment.pose.drop for moment in moments[:up]) > 40


def test_bodies_breathe_while_nothing_happens() -> None:
    moments = played()
    assert np.ptp([moment.pose.breath for moment in moments]) > 1.0
    assert np.ptp([moment.pose.sway for moment in moments]) > 1.0


def test_eyes_blink_every_two_to_six_seconds_but_never_as_a_shot_begins() -> None:
    for seed in range(12):
        moments = played(ms=30_000, seed=seed)
        shut = [index / TWOS for index, moment in enumerate(moments) if moment.gaze.blink == 1.0]
        assert moments[0].gaze.blink == 0.0
        assert 4 <= len(shut) <= 16
        assert all(1.9 <= later - sooner <= 6.2 for sooner, later in itertools.pairwise(shut))


def test_a_listener_looks_at_whoever_speaks() -> None:
    line = says(who=TOM.id, duration_ms=3500)
    behind = played(speeches=(line,), others=(TOM.id,), x_of=lambda who, share: 0.0 if who == MARA.id else -400.0)
    ahead = played(speeches=(line,), others=(TOM.id,))
    assert ahead[24].pose.look > 5
    assert behind[24].pose.look < -40


def test_a_listener_nods_now_and_then() -> None:
    line = says(who=TOM.id, duration_ms=7800)
    moments = played(ms=8000, speeches=(line,), others=(TOM.id,))
    alone = played(ms=8000, others=(TOM.id,))
    assert max(moment.pose.nod for moment in moments) > max(moment.pose.nod for moment in alone) + 2


def test_hands_move_on_loud_words_and_rest_in_silence() -> None:
    loud = says(duration_ms=4000, loud_at=[900, 2600])
    spoken, silent = played(speeches=(loud,)), played()
    moved = [float(np.abs(hands(a) - hands(b)).max()) for a, b in zip(spoken, silent, strict=True)]
    assert max(moved) > 40
    assert moved[0] < 5


def test_no_gesture_follows_itself() -> None:
    line = says(duration_ms=20_000, loud_at=range(400, 20_000, 1300))
    for feeling in sb.Feeling.values():
        beats = beats_of(0, line.track, feeling, drawn_from(1, feeling))
        assert len(beats) > 5
        assert all(a.gesture is not b.gesture for a, b in itertools.pairwise(beats))


def test_full_hands_make_no_gestures() -> None:
    loud = says(duration_ms=4000, loud_at=[900, 2600])
    reading = act(sb.DEED_READ)
    spoken, silent = played(reading, speeches=(loud,)), played(reading)
    assert max(float(np.abs(hands(a) - hands(b)).max()) for a, b in zip(spoken[8:], silent[8:], strict=True)) < 30


def test_hair_and_skirts_lag_behind_a_sudden_move() -> None:
    moments = played(act(sb.DEED_RUN, end=0.6), x_of=lambda who, share: 900 * min(1.0, share / 0.6))
    assert min(moment.drag for moment in moments[3:20]) < -10
    assert abs(moments[-1].drag) < 8


def test_what_is_done_to_somebody_is_done_towards_them() -> None:
    moments = played(
        act(sb.DEED_POINT, target=TOM.id), others=(TOM.id,), x_of=lambda who, share: 0.0 if who == MARA.id else -400.0
    )
    assert moments[20].facing == -1


def test_what_is_given_changes_hands() -> None:
    acts = [
        act(sb.DEED_GIVE, end=0.6, target=TOM.id),
        act(sb.DEED_TAKE, who=TOM.id, start=0.1, end=0.7, target=MARA.id),
    ]
    letter = sb.Thing(noun="letter", drawing="love-letter", spot=sb.SPOT_HAND, held_by=MARA.id)
    known = frozenset({"love-letter", "wrapped-gift"})
    hers, his = (spans_of(who.id, acts, [letter], 3000, known) for who in (MARA, TOM))
    for ms in range(0, 3000, 83):
        hands = [span.drawing for spans in (hers, his) if (span := span_at(spans, ms)) is not None]
        assert hands == ["love-letter"]
    assert span_at(hers, 0) is not None
    assert span_at(his, 2900) is not None


def test_a_reader_without_a_book_gets_one_and_does_not_read_the_lantern() -> None:
    lamp = sb.Thing(noun="lantern", drawing="red-paper-lantern", held_by=MARA.id)
    known = frozenset({"red-paper-lantern", "open-book"})
    spans = spans_of(MARA.id, [act(sb.DEED_READ, start=0.2, end=0.8)], [lamp], 3000, known)
    drawn = [span.drawing for ms in (0, 1500, 2900) if (span := span_at(spans, ms)) is not None]
    assert drawn == ["red-paper-lantern", "open-book", "red-paper-lantern"]


@given(
    st.lists(
        st.tuples(st.sampled_from([deed for deed in sb.Deed.values() if deed]), st.floats(0, 1), st.floats(0, 1)), max_size=4
    ),
    st.integers(40, 9000), st.sampled_from(sb.Pose.values()), st.sampled_from(sb.Feeling.values()),
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_any_acts_in_any_order_give_a_body_that_can_be_drawn(
    acts: list[tuple[int, float, float]], ms: int, stance: int, feeling: int
) -> None:
    moments = played(
        *(act(deed, start=start, end=end) for deed, start, end in acts), ms=ms, stance=stance, feeling=feeling
    )
    assert len(moments) == -(-ms * TWOS // 1000)
    for moment in moments[:: max(1, len(moments) // 8)]:
        bones = skeleton_of(moment.pose, build_of(MARA))
        spots = [*bones.head, *bones.near_arm.c, *bones.far_arm.c, *bones.near_leg.c, *bones.far_leg.c]
        assert np.isfinite(spots).all()
        assert max(abs(spot) for spot in spots) < 1400


def test_whoever_carries_something_somewhere_steps_all_the_way() -> None:
    (actor,) = acted(somebody(), acts=[act(sb.DEED_CARRY, to=0.9)], positions=(0.1,))
    legs = [np.asarray(on_plate(actor, frame)[300:, :, 3] > 200) for frame in range(12, 48, 4)]
    widths = [int(np.ptp(np.flatnonzero(leg.any(axis=0)))) for leg in legs]
    assert max(widths) > 1.4 * min(widths)
