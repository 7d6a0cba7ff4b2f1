from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import moves, yuv
from services.render_worker.engines import ENGINES, kind_of, load
from services.render_worker.engines.base import StepFailed
from tests.unit.craft_picture.support import run

PROFILE = pb.FilmProfile(width=256, height=144, fps=24)
MOVES = [value for value in sb.CameraMove.values() if value]


@pytest.fixture
def frame(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    picture = cv2.GaussianBlur(rng.integers(0, 256, (180, 320, 3), dtype=np.uint8), (0, 0), 3)
    cv2.imwrite(str(tmp_path / "frame.png"), cv2.normalize(picture, np.zeros_like(picture), 20, 235, cv2.NORM_MINMAX))
    return tmp_path / "frame.png"


def animate(
    folder: Path, frame: Path, previous: Path | None = None, **params: object
) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    asked = pb.AnimateShotParams(profile=PROFILE, **params)  # type: ignore[arg-type]
    inputs = {"frame": frame, **({"previous": previous} if previous else {})}
    finished = run("camera@1", pb.StepParams(animate_shot=asked), folder, inputs)
    with av.open(str(finished.outputs[0].path)) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.profile == "High"
        assert stream.time_base is not None
        assert stream.time_base.denominator == 90_000
        return [picture.to_ndarray(format="gray8") for picture in film.decode(stream)]


@pytest.mark.parametrize("frames", [1, 25, 61])
def test_a_segment_has_exactly_its_frames_and_pixels(tmp_path: Path, frame: Path, frames: int) -> None:
    pictures = animate(tmp_path, frame, frames=frames, camera=sb.CAMERA_MOVE_PAN_LEFT)
    assert len(pictures) == frames
    assert pictures[0].shape == (144, 256)


def test_the_same_step_encodes_the_same_bytes(tmp_path: Path, frame: Path) -> None:
    written = []
    for _ in range(2):
        animate(tmp_path, frame, frames=12, camera=sb.CAMERA_MOVE_PUSH_IN)
        written.append((tmp_path / "segment.mp4").read_bytes())
    assert written[0] == written[1]


def test_a_push_in_moves_and_a_static_shot_does_not(tmp_path: Path, frame: Path) -> None:
    moving = animate(tmp_path, frame, frames=48, camera=sb.CAMERA_MOVE_PUSH_IN)
    still = animate(tmp_path, frame, frames=48, camera=sb.CAMERA_MOVE_STATIC)
    assert np.abs(moving[0].astype(int) - moving[-1]).mean() > 3 * np.abs(still[0].astype(int) - still[-1]).mean()


def test_captions_stand_while_they_are_spoken(tmp_path: Path, frame: Path) -> None:
    line = pb.TimedLine(text="Hold it higher, Grandma!", start_ms=1000, duration_ms=1000)
    asked = {"frames": 72, "camera": sb.CAMERA_MOVE_STATIC, "caption_language": "en"}
    plain, captioned = animate(tmp_path, frame, **asked), animate(tmp_path, frame, captions=[line], **asked)
    changed = [np.abs(a.astype(int) - b)[100:].max() > 60 for a, b in zip(plain, captioned, strict=True)]
    assert not any(changed[:23])
    assert all(changed[26:46])


def test_a_film_fades_from_and_to_black_and_dissolves(tmp_path: Path, frame: Path) -> None:
    cv2.imwrite(str(tmp_path / "white.png"), np.full((180, 320, 3), 255, np.uint8))
    faded = animate(tmp_path, frame, frames=30, camera=sb.CAMERA_MOVE_STATIC, fade_in_frames=10, fade_out_frames=10)
    assert faded[0].mean() < faded[4].mean() < faded[15].mean()
    assert faded[-1].mean() < 6
    dissolved = animate(
        tmp_path, frame, tmp_path / "white.png", frames=20, camera=sb.CAMERA_MOVE_STATIC, dissolve_in_frames=8
    )
    assert dissolved[0].mean() > dissolved[4].mean() > dissolved[12].mean()


def test_a_watermark_stands_in_the_upper_right_corner(tmp_path: Path, frame: Path) -> None:
    asked = {"frames": 3, "camera": sb.CAMERA_MOVE_STATIC}
    plain, marked = (
        animate(tmp_path, frame, **asked)[1],
        animate(tmp_path, frame, watermark="AI Film Studio", **asked)[1],
    )
    rows, columns = np.nonzero(np.abs(plain.astype(int) - marked) > 40)
    assert len(rows)
    assert rows.max() < 40
    assert columns.min() > 128


def test_a_broken_frame_is_refused(tmp_path: Path) -> None:
    (tmp_path / "frame.png").write_bytes(b"nothing")
    with pytest.raises(StepFailed) as failure:
        animate(tmp_path, tmp_path / "frame.png", frames=4)
    assert failure.value.code == "INPUT_UNREADABLE"


@pytest.mark.parametrize("move", MOVES)
def test_the_camera_moves_without_jerks_and_never_leaves_the_picture(move: sb.CameraMove.ValueType) -> None:
    windows = moves.path(move, 0.9, 0.1, 96, 24)
    for window in windows:
        half = window.size / 2 - 1e-9
        assert half <= window.x <= 1 - half
        assert half <= window.y <= 1 - half
    corners = np.array([moves.matrix(window, (2400, 1350), (1920, 1080))[:, 2] for window in windows])
    assert np.sqrt((np.diff(corners, 2, axis=0) ** 2).mean()) < 0.1


def test_chroma_follows_luma_below_a_pixel() -> None:
    luma = moves.matrix(moves.Window(0.43, 0.52, 0.9), (2400, 1350), (1920, 1080))
    chroma = moves.chroma_matrix(luma)
    for point in ((0.0, 0.0), (311.0, 200.0)):
        full = luma @ np.array([2 * point[0] + 0.5, 2 * point[1] + 0.5, 1.0])
        assert np.allclose((full - 0.5) / 2, chroma @ np.array([*point, 1.0]))


def test_planes_are_bt709_in_limited_range() -> None:
    colors = {
        (0, 0, 0): (16, 128, 128),
        (255, 255, 255): (235, 128, 128),
        (0, 0, 255): (63, 102, 240),
        (255, 0, 0): (32, 240, 118),
    }
    for bgr, expected in colors.items():
        planes = yuv.planes_of(np.full((4, 4, 3), bgr, np.uint8))
        assert np.allclose((planes.y[0, 0], planes.u[0, 0], planes.v[0, 0]), expected, atol=1), bgr


def test_a_probe_waits_and_fails_as_asked(tmp_path: Path) -> None:
    assert run("wait@1", pb.StepParams(wait=pb.WaitParams(seconds=0.01)), tmp_path).result.HasField("wait")
    with pytest.raises(StepFailed) as failure:
        run("wait@1", pb.StepParams(wait=pb.WaitParams(fail_rate=1.0)), tmp_path)
    assert failure.value.retryable


def test_every_engine_loads_and_does_the_kind_it_is_listed_for() -> None:
    for name in ENGINES:
        engine = load(name)
        assert (engine.name, engine.kind) == (name, kind_of(name))
