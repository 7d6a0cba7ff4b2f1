"""`illustrator@1`: one illustration of a shot, drawn from shapes; or a card, or the filmmaker's own picture fitted."""

from __future__ import annotations

import cv2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import cards, images
from services.render_worker.craft.finish import StyleUnknown
from services.render_worker.craft.fonts import FontMissing
from services.render_worker.craft.painting import paint
from services.render_worker.craft.shot_picture import ShotPicture
from services.render_worker.engines.base import Finished, Output, StepFailed, Work

# A frame is larger than the film so that the camera can move in it.
OVERSIZE = 1.25


class Illustrator:
    """draw_frame: the same parameters draw the same pixels."""

    name = "illustrator@1"
    kind = pb.STEP_KIND_DRAW_FRAME
    lane = pb.LANE_CPU

    def __init__(self) -> None:
        # A worker runs one step a core; OpenCV's own threads would fight over them.
        cv2.setNumThreads(1)

    def run(self, work: Work) -> Finished:
        """The output "frame". StepFailed STYLE_UNKNOWN, FONT_MISSING, PROFILE_INVALID, INPUT_UNREADABLE."""
        params = work.params.draw_frame
        width, height = images.even(params.profile.width * OVERSIZE), images.even(params.profile.height * OVERSIZE)
        if min(params.profile.width, params.profile.height) < 64 or max(width, height) > 8192:
            raise StepFailed("PROFILE_INVALID", f"{params.profile.width}×{params.profile.height}")
        work.progress(0.05)
        try:
            picture, focus = self._draw(work, width, height)
        except StyleUnknown as error:
            raise StepFailed("STYLE_UNKNOWN", str(error)) from error
        except FontMissing as error:
            raise StepFailed("FONT_MISSING", str(error)) from error
        work.progress(0.9)
        path = work.folder / "frame.png"
        images.write_png(path, picture)
        result = pb.DrawFrameResult(focus_x=round(focus[0], 4), focus_y=round(focus[1], 4))
        output = Output("frame", path, "image/png", width=width, height=height)
        return Finished(pb.StepResult(draw_frame=result), [output])

    def _draw(self, work: Work, width: int, height: int) -> tuple[images.Picture, tuple[float, float]]:
        params = work.params.draw_frame
        if params.own_image:
            picture, x, y = images.fit(images.read_upload(work.input("image")), width, height)
            return picture, (x, y)
        if params.HasField("card"):
            return self._card(params, width, height), (0.5, 0.5)
        return paint(_shot(params, width, height))

    def _card(self, params: pb.DrawFrameParams, width: int, height: int) -> images.Picture:
        ground = _shot(params, width, height, wide=True)
        picture, _ = paint(ground)
        draw = cards.end_card if params.card.kind == pb.Card.KIND_END else cards.title_card
        return draw(picture, params.card.title, params.card.subtitle, params.language)


def _shot(params: pb.DrawFrameParams, width: int, height: int, *, wide: bool = False) -> ShotPicture:
    return ShotPicture(
        width=width,
        height=height,
        setting=params.setting,
        mood=params.mood,
        size=sb.SHOT_SIZE_WIDE if wide else params.size,
        presences=() if wide else tuple(params.presences),
        characters=tuple(params.characters),
        props=tuple(params.props),
        acts=() if wide else tuple(params.acts),
        things=tuple(params.things),
        prompt=params.prompt,
        style=params.style,
        seed=params.scene_seed,
    )
