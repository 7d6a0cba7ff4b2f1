"""The storyboard as one page: every shot on it, readable, and a file that can be sent."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.images import Picture
from services.render_worker.craft.lettering import contact_sheet
from services.render_worker.engines import sheet
from services.render_worker.engines.base import StepFailed
from services.render_worker.engines.sheet import Sheet

_MAGENTA = (250, 5, 245)


def _panel(number: int, scene: int = 1, **shot: object) -> contact_sheet.Panel:
    picture = np.full((90, 160, 3), _MAGENTA, np.uint8)
    shown = sb.Shot(number=number, size=sb.SHOT_SIZE_WIDE, natural_ms=2500, **shot)
    return contact_sheet.Panel(scene, f"EXT. PLACE {scene}", shown, lambda: picture)


def _pictures(page: Picture) -> int:
    """How many panels' pictures are on the page."""
    mask = (np.abs(page.astype(int) - _MAGENTA).max(axis=2) < 6).astype(np.uint8)
    return cv2.connectedComponents(mask)[0] - 1


def test_every_shot_is_on_the_page() -> None:
    page = contact_sheet.sheet("The Light", "en", [_panel(n, 1 + n // 4) for n in range(1, 10)], (1920, 1080))
    assert page.shape[1] == 2400
    assert _pictures(page) == 9


def test_a_scene_begins_a_row_of_its_own() -> None:
    one = contact_sheet.sheet("", "en", [_panel(1), _panel(2), _panel(3)], (1920, 1080))
    three = contact_sheet.sheet("", "en", [_panel(1, 1), _panel(2, 2), _panel(3, 3)], (1920, 1080))
    assert three.shape[0] > 2 * one.shape[0]


def test_long_words_are_cut_short_and_make_no_panel_endless() -> None:
    short = contact_sheet.sheet("", "en", [_panel(1, lines=[sb.Line(text="Go.")])], (1920, 1080))
    long = contact_sheet.sheet("", "en", [_panel(1, lines=[sb.Line(text="and on " * 300)])], (1920, 1080))
    assert long.shape[0] - short.shape[0] < 200


@pytest.mark.parametrize("move", [m for m in sb.CameraMove.values() if m > sb.CAMERA_MOVE_STATIC])
def test_a_move_is_drawn_into_its_picture(move: sb.CameraMove.ValueType) -> None:
    still = contact_sheet.sheet("", "en", [_panel(1)], (1920, 1080))
    moved = contact_sheet.sheet("", "en", [_panel(1, camera=move)], (1920, 1080))
    assert (np.abs(moved.astype(int) - still).max(axis=2) > 60).sum() > 400


def test_a_move_to_the_left_points_to_the_left() -> None:
    pages = [
        contact_sheet.sheet("", "en", [_panel(1, camera=move)], (1920, 1080)).astype(int)
        for move in (sb.CAMERA_MOVE_PAN_LEFT, sb.CAMERA_MOVE_PAN_RIGHT)
    ]
    heads = []
    for page in pages:
        drawn = (page > 245).all(axis=2) & (np.roll(page, 40, 0) - _MAGENTA == 0).all(axis=2)
        columns = np.flatnonzero(drawn.any(axis=0))
        tall = drawn.sum(axis=0)
        heads.append(tall[columns[0] : columns[0] + 60].sum() - tall[columns[-1] - 60 : columns[-1]].sum())
    assert heads[0] > 0 > heads[1]


def _draw(make_work, tmp_path: Path, picture: Picture, count: int, **params: object) -> Path:
    cv2.imwrite(str(tmp_path / "frame.png"), picture)
    panels = [
        pb.DrawStoryboardParams.Panel(
            scene=1 + n // 5,
            heading="INT. कमरा - NIGHT",
            shot=sb.Shot(number=n + 1, lines=[sb.Line(text="रोशनी बुझ गई।")]),
        )
        for n in range(count)
    ]
    asked = pb.DrawStoryboardParams(profile=pb.FilmProfile(width=192, height=108, fps=24), panels=panels, **params)
    inputs = {f"frame-{n:04d}": tmp_path / "frame.png" for n in range(count)}
    [output] = Sheet().run(make_work(draw_storyboard=asked, inputs=inputs)).outputs
    assert (output.name, output.content_type) == ("storyboard", "image/jpeg")
    return output.path


def test_a_page_too_large_to_be_sent_is_written_more_coarsely(
    make_work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = np.random.default_rng(2).integers(0, 255, (108, 192, 3), np.uint8)
    fine = _draw(make_work, tmp_path, busy, 6, title="प्रकाशस्तंभ", language="hi").stat().st_size
    monkeypatch.setattr(sheet, "_MOST_BYTES", fine * 2 // 3)
    assert _draw(make_work, tmp_path, busy, 6, title="प्रकाशस्तंभ", language="hi").stat().st_size < fine * 2 // 3


def test_shots_that_fit_no_page_are_refused(make_work, tmp_path: Path, scenery: Callable[[int, int], Picture]) -> None:
    for count in (0, 201):
        with pytest.raises(StepFailed) as failure:
            _draw(make_work, tmp_path, scenery(192, 108), count)
        assert failure.value.code == "PLAN_TOO_LARGE"
