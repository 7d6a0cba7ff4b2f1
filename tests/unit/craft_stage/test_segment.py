from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import planes
from services.render_worker.engines.base import StepFailed
from tests.unit.craft_stage.support import animate, plain, texture

STILL = sb.CAMERA_MOVE_STATIC


@pytest.fixture
def frame(tmp_path: Path) -> dict[str, Path]:
    cv2.imwrite(str(tmp_path / "frame.png"), texture(320, 180))
    return {"frame": tmp_path / "frame.png"}


@pytest.mark.parametrize("frames", [1, 25, 61])
def test_a_segment_has_exactly_its_frames_and_pixels(tmp_path: Path, frame: dict[str, Path], frames: int) -> None:
    pictures, _ = animate(tmp_path, frame, frames=frames, camera=sb.CAMERA_MOVE_PAN_LEFT)
    assert len(pictures) == frames
    assert pictures[0].shape == (144, 256)


def test_the_same_step_encodes_the_same_bytes(tmp_path: Path, frame: dict[str, Path]) -> None:
    written = []
    for _ in range(2):
        animate(tmp_path, frame, frames=12, camera=sb.CAMERA_MOVE_PUSH_IN)
        written.append((tmp_path / "segment.mp4").read_bytes())
    assert written[0] == written[1]


def test_a_push_in_moves_and_a_static_shot_does_not(tmp_path: Path, frame: dict[str, Path]) -> None:
    moving, _ = animate(tmp_path, frame, frames=48, camera=sb.CAMERA_MOVE_PUSH_IN)
    still, _ = animate(tmp_path, frame, frames=48, camera=STILL)
    assert np.abs(moving[0].astype(int) - moving[-1]).mean() > 3 * np.abs(still[0].astype(int) - still[-1]).mean()


def test_captions_stand_while_they_are_spoken(tmp_path: Path, frame: dict[str, Path]) -> None:
    line = pb.TimedLine(text="Hold it higher, Grandma!", start_ms=1000, duration_ms=1000)
    asked = {"frames": 72, "camera": STILL, "caption_language": "en"}
    plain_shot, _ = animate(tmp_path, frame, **asked)
    captioned, _ = animate(tmp_path, frame, captions=[line], **asked)
    changed = [np.abs(a.astype(int) - b)[90:].max() > 60 for a, b in zip(plain_shot, captioned, strict=True)]
    assert not any(changed[:23])
    assert all(changed[26:46])
    assert not any(changed[70:])


def test_a_film_fades_from_and_to_black(tmp_path: Path, frame: dict[str, Path]) -> None:
    faded, _ = animate(tmp_path, frame, frames=30, camera=STILL, fade_in_frames=10, fade_out_frames=10)
    assert faded[0].mean() < faded[4].mean() < faded[15].mean()
    assert faded[-1].mean() < 6


def test_a_shot_dissolves_from_the_last_picture_of_the_one_before(tmp_path: Path, frame: dict[str, Path]) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    cv2.imwrite(str(tmp_path / "white.png"), np.full((180, 320, 3), 255, np.uint8))
    line = pb.TimedLine(text="Words stay behind.", duration_ms=2000)
    _, before = animate(
        first, {"frame": tmp_path / "white.png"}, frames=6, camera=STILL, keep_last=True, fade_out_frames=3,
        captions=[line], caption_language="en",
    )  # fmt: skip
    last = before.outputs[1]
    assert (last.name, last.content_type, last.width, last.height) == ("last", "image/png", 256, 144)
    picture = cv2.imread(str(last.path))
    assert picture is not None
    assert picture.min() > 250
    dissolved, _ = animate(second, {**frame, "previous": last.path}, frames=20, camera=STILL, dissolve_in_frames=8)
    assert dissolved[0].mean() > dissolved[4].mean() > dissolved[12].mean()


def test_a_watermark_stands_in_the_upper_right_corner(tmp_path: Path, frame: dict[str, Path]) -> None:
    bare = animate(tmp_path, frame, frames=3, camera=STILL)[0][1]
    marked = animate(tmp_path, frame, frames=3, camera=STILL, watermark="AI Film Studio")[0][1]
    rows, columns = np.nonzero(np.abs(bare.astype(int) - marked) > 25)
    assert len(rows)
    assert rows.max() < 45
    assert columns.min() > 110


def test_a_tall_picture_is_travelled_along(tmp_path: Path) -> None:
    tall = np.repeat(np.linspace(10, 245, 640, dtype=np.uint8)[:, None, None], 320, axis=1).repeat(3, axis=2)
    cv2.imwrite(str(tmp_path / "tall.png"), tall)
    asked = {"frames": 48, "scene": pb.DrawFrameParams(own_image=True), "camera": sb.CAMERA_MOVE_TILT_DOWN}
    pictures, _ = animate(tmp_path, {"frame": tmp_path / "tall.png"}, **asked)
    assert pictures[-1][72].mean() > pictures[0][72].mean() + 5


def test_a_photograph_is_darker_in_its_corners(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((180, 320, 3), 160, np.uint8))
    pictures, _ = animate(
        tmp_path, {"frame": tmp_path / "grey.png"}, frames=2, camera=STILL, scene=pb.DrawFrameParams(own_image=True)
    )
    assert pictures[0][72, 128] > pictures[0][3, 3] + 8


def test_a_plate_is_shown_in_place_of_the_frame(tmp_path: Path, frame: dict[str, Path]) -> None:
    stands = {"roofed": False, "feet": 885.0, "sight": [888.0, 500.0]}
    white = planes.Plate(320, 180, (planes.Sheet(plain(320, 180, (255, 255, 255)), 0, 0, 0.0),), 0, notes=stands)
    planes.save(white, tmp_path / "plate.zip")
    scene = pb.DrawFrameParams(setting=sb.Setting(place=sb.PLACE_SEA))
    pictures, _ = animate(tmp_path, {**frame, "plate": tmp_path / "plate.zip"}, frames=2, camera=STILL, scene=scene)
    assert np.median(pictures[1]) > 200


def test_a_broken_frame_is_refused(tmp_path: Path) -> None:
    (tmp_path / "frame.png").write_bytes(b"nothing")
    with pytest.raises(StepFailed) as failure:
        animate(tmp_path, {"frame": tmp_path / "frame.png"}, frames=4)
    assert failure.value.code == "INPUT_UNREADABLE"


def test_a_broken_plate_is_refused(tmp_path: Path, frame: dict[str, Path]) -> None:
    (tmp_path / "plate.zip").write_bytes(b"nothing")
    with pytest.raises(StepFailed) as failure:
        animate(tmp_path, {**frame, "plate": tmp_path / "plate.zip"}, frames=4)
    assert failure.value.code == "INPUT_UNREADABLE"


def test_a_size_that_no_film_has_is_refused(tmp_path: Path, frame: dict[str, Path]) -> None:
    with pytest.raises(StepFailed) as failure:
        animate(tmp_path, frame, frames=4, profile=pb.FilmProfile(width=255, height=144, fps=24))
    assert failure.value.code == "PROFILE_INVALID"
