"""`sheet@2`: the storyboard as one page to look at, print and talk about."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft import images
from services.render_worker.craft.lettering import contact_sheet
from services.render_worker.craft.lettering.fonts import FontMissing
from services.render_worker.engines.base import Finished, Output, StepFailed, Work

# What can be attached to a letter and still be read at its full size.
_MOST_BYTES = 5_000_000
_MOST_PANELS = 200
# The tallest picture that JPEG can hold.
_MOST_ROWS = 65_500


class Sheet:
    """draw_storyboard: a JPEG, 2400 pixels wide."""

    name = "sheet@2"
    kind = pb.STEP_KIND_DRAW_STORYBOARD
    lane = pb.LANE_CPU

    def __init__(self) -> None:
        # A worker runs one step a core; OpenCV's own threads would fight over them.
        cv2.setNumThreads(1)

    def run(self, work: Work) -> Finished:
        """The output "storyboard". StepFailed PLAN_TOO_LARGE, FONT_MISSING, GLYPH_MISSING, INPUT_MISSING, INPUT_UNREADABLE."""
        params = work.params.draw_storyboard
        if not 1 <= len(params.panels) <= _MOST_PANELS:
            raise StepFailed("PLAN_TOO_LARGE", f"{len(params.panels)} shots: a page holds 1 to {_MOST_PANELS}")
        panels = [
            contact_sheet.Panel(panel.scene, panel.heading, panel.shot, self._picture(work, number))
            for number, panel in enumerate(params.panels)
        ]
        aspect = (params.profile.width or 16, params.profile.height or 9)
        try:
            page = contact_sheet.sheet(params.title, params.language, panels, aspect)
        except FontMissing as error:
            raise StepFailed(error.code, str(error)) from error
        path = work.folder / "storyboard.jpg"
        if page.shape[0] > _MOST_ROWS:
            raise StepFailed("PLAN_TOO_LARGE", f"a page of {page.shape[0]} rows of pixels: JPEG holds {_MOST_ROWS}")
        for quality in (90, 82, 72, 60, 45, 30, 15):
            cv2.imwrite(str(path), page, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if path.stat().st_size < _MOST_BYTES:
                break
        work.progress(1.0)
        output = Output("storyboard", path, "image/jpeg", width=page.shape[1], height=page.shape[0])
        return Finished(pb.StepResult(draw_storyboard=pb.DrawStoryboardResult()), [output])

    def _picture(self, work: Work, number: int) -> Callable[[], images.Picture]:
        path: Path = work.input(f"frame-{number:04d}")
        count = len(work.params.draw_storyboard.panels)

        def read() -> images.Picture:
            work.progress(number / count)
            return images.read_small(path, contact_sheet.WIDEST_PANEL)

        return read
