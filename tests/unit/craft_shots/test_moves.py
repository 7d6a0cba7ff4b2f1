"""The camera's path: inside the plate, still when it is still, smooth far below a pixel, and parallax that starts from rest."""

from __future__ import annotations

import numpy as np
import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb
from hypothesis import given
from hypothesis import strategies as st

from services.render_worker.craft.directing.moves import AT_REST, NEAREST, Window, eased, path, seen_at

# The width of a plate for 1080p.
PLATE = 2400
MOVES = [
    sb.CAMERA_MOVE_PUSH_IN, sb.CAMERA_MOVE_PULL_OUT, sb.CAMERA_MOVE_PAN_LEFT, sb.CAMERA_MOVE_PAN_RIGHT,
    sb.CAMERA_MOVE_TILT_UP, sb.CAMERA_MOVE_TILT_DOWN, sb.CAMERA_MOVE_FOLLOW, sb.CAMERA_MOVE_STATIC,
]  # fmt: skip
fractions = st.floats(0, 1)


def walker(frames: int) -> list[tuple[float, float]]:
    return [(-0.1 + 1.2 * eased(frame / max(frames - 1, 1), 0.12), 0.5) for frame in range(frames)]


def edges(window: Window) -> np.ndarray:
    half = window.size / 2
    return np.array([window.x - half, window.y - half, window.x + half, window.y + half]) * PLATE


@given(st.sampled_from(MOVES), fractions, fractions, st.integers(1, 400), st.sampled_from([24, 25, 30]))
def test_the_camera_never_leaves_the_plate_nor_comes_nearer_than_its_pixels(
    move: sb.CameraMove.ValueType, x: float, y: float, frames: int, fps: int
) -> None:
    for window in path(move, (x, y), frames, fps, walker(frames)):
        assert window.size >= NEAREST
        assert edges(window).min() >= -1e-6
        assert edges(window).max() <= PLATE + 1e-6


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("seconds", [2, 4, 7])
def test_a_move_is_smooth_to_a_tenth_of_a_pixel(move: sb.CameraMove.ValueType, seconds: int) -> None:
    frames = seconds * 24
    track = np.array([edges(window) for window in path(move, (0.35, 0.4), frames, 24, walker(frames))])
    # What a parabola through the neighbours leaves over: steps and stutter, not the course.
    residual = track[2:-2] - (-track[:-4] + 4 * track[1:-3] + 4 * track[3:-1] - track[4:]) / 6
    assert np.sqrt((residual**2).mean()) < 0.1


@pytest.mark.parametrize("move", MOVES[:6])
def test_a_move_starts_and_stops_slowly(move: sb.CameraMove.ValueType) -> None:
    track = np.array([edges(window) for window in path(move, (0.3, 0.4), 96, 24)])
    speed = np.abs(np.diff(track, axis=0)).max(axis=1)
    assert speed[0] < speed.max() * 0.1
    assert speed[-1] < speed.max() * 0.1


def test_a_static_shot_does_not_move_at_all() -> None:
    assert len(set(path(sb.CAMERA_MOVE_STATIC, (0.2, 0.3), 96, 24))) == 1


def test_without_anybody_to_follow_the_camera_holds_still() -> None:
    assert len(set(path(sb.CAMERA_MOVE_FOLLOW, (0.2, 0.3), 96, 24))) == 1


def test_the_camera_goes_with_who_walks() -> None:
    windows = path(sb.CAMERA_MOVE_FOLLOW, (0.5, 0.5), 96, 24, walker(96))
    assert windows[-1].x - windows[0].x > 0.1
    backwards = [(1 - x, y) for x, y in walker(96)]
    windows = path(sb.CAMERA_MOVE_FOLLOW, (0.5, 0.5), 96, 24, backwards)
    assert windows[0].x - windows[-1].x > 0.1


def test_a_push_ends_nearer_to_its_subject_and_a_pull_farther() -> None:
    pushed = path(sb.CAMERA_MOVE_PUSH_IN, (0.3, 0.3), 96, 24)
    pulled = path(sb.CAMERA_MOVE_PULL_OUT, (0.3, 0.3), 96, 24)
    assert pushed[-1].size < pushed[0].size
    assert pushed[-1].x < pushed[0].x
    assert [round(window.size, 9) for window in pulled] == [round(window.size, 9) for window in pushed[::-1]]


def test_a_longer_shot_moves_farther_and_a_close_one_less() -> None:
    def zoom(frames: int, size: sb.ShotSize.ValueType) -> float:
        windows = path(sb.CAMERA_MOVE_PUSH_IN, (0.5, 0.5), frames, 24, size=size)
        return windows[0].size / windows[-1].size

    assert zoom(144, sb.SHOT_SIZE_WIDE) > zoom(48, sb.SHOT_SIZE_WIDE)
    assert zoom(96, sb.SHOT_SIZE_CLOSE_UP) < zoom(96, sb.SHOT_SIZE_WIDE)


def test_what_is_at_infinity_stands_still_and_what_is_near_moves_more() -> None:
    panned = path(sb.CAMERA_MOVE_PAN_RIGHT, (0.5, 0.5), 96, 24)

    def moved(depth: float) -> float:
        return seen_at(panned[-1], depth).x - seen_at(panned[0], depth).x

    assert moved(0.0) == 0
    assert 0 < moved(0.5) < moved(1.0) < moved(1.4)
    assert moved(1.0) == panned[-1].x - panned[0].x


@given(st.sampled_from(MOVES), fractions, fractions, st.floats(0, 1))
def test_a_far_sheet_is_never_seen_past_its_edge(
    move: sb.CameraMove.ValueType, x: float, y: float, depth: float
) -> None:
    for window in path(move, (x, y), 48, 24, walker(48)):
        far = edges(seen_at(window, depth))
        assert far.min() >= -1e-6
        assert far.max() <= PLATE + 1e-6


def test_at_rest_there_is_no_parallax() -> None:
    rest = Window(0.5, 0.5, AT_REST)
    assert {seen_at(rest, depth) for depth in (0.0, 0.4, 1.0, 1.5)} == {rest}
