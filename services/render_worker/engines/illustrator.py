"""`illustrator@3`: one shot as a plate of painted planes and as a flat picture; or a card, or the filmmaker's own picture fitted."""

from __future__ import annotations

import cv2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import images, planes, puppets
from services.render_worker.craft.lettering import cards
from services.render_worker.craft.lettering.fonts import FontMissing
from services.render_worker.craft.painting import painting
from services.render_worker.craft.painting.styles import StyleUnknown
from services.render_worker.craft.shot_picture import ShotPicture
from services.render_worker.engines.base import Finished, Output, StepFailed, Work

_CARDS = {
    pb.Card.KIND_UNSPECIFIED: cards.title_card, pb.Card.KIND_TITLE: cards.title_card, pb.Card.KIND_END: cards.end_card,
    pb.Card.KIND_CHAPTER: cards.chapter_card,
}  # fmt: skip
Drawn = tuple[images.Picture, tuple[float, float], planes.Plate | None]


class Illustrator:
    """draw_frame: the same parameters draw the same pixels."""

    name = "illustrator@3"
    kind = pb.STEP_KIND_DRAW_FRAME
    lane = pb.LANE_CPU

    def __init__(self) -> None:
        # A worker runs one step a core; OpenCV's own threads would fight over them.
        cv2.setNumThreads(1)

    def run(self, work: Work) -> Finished:
        """Outputs "frame" and, of a drawn scene, "plate". StepFailed STYLE_UNKNOWN, FONT_MISSING, PROFILE_INVALID, INPUT_UNREADABLE."""
        params = work.params.draw_frame
        width, height = (
            images.even(side * painting.OVERSIZE) for side in (params.profile.width, params.profile.height)
        )
        if min(params.profile.width, params.profile.height) < 64 or max(width, height) > 8192:
            raise StepFailed("PROFILE_INVALID", f"{params.profile.width}×{params.profile.height}")
        work.progress(0.05)
        try:
            picture, focus, plate = self._draw(work, width, height)
        except StyleUnknown as error:
            raise StepFailed("STYLE_UNKNOWN", str(error)) from error
        except FontMissing as error:
            raise StepFailed(error.code, str(error)) from error
        work.progress(0.8)
        if plate is None:
            frame, content_type = work.folder / "frame.png", "image/png"
            images.write_png(frame, picture)
        else:
            # The plate is what will be filmed; the frame is to be looked at.
            frame, content_type = work.folder / "frame.jpg", "image/jpeg"
            images.write_jpeg(frame, picture)
        outputs = [Output("frame", frame, content_type, width=width, height=height)]
        if plate is not None:
            path = work.folder / "plate.zip"
            planes.save(plate, path)
            outputs.append(Output("plate", path, "application/zip", width=width, height=height))
        result = pb.DrawFrameResult(focus_x=round(focus[0], 4), focus_y=round(focus[1], 4))
        return Finished(pb.StepResult(draw_frame=result), outputs)

    def _draw(self, work: Work, width: int, height: int) -> Drawn:
        params = work.params.draw_frame
        if params.own_image:
            picture, x, y = images.fit(images.read_upload(work.input("image")), width, height)
            return picture, (x, y), None
        if params.HasField("card"):
            return self._card(params, width, height), (0.5, 0.5), None
        return self._scene(_shot(params, width, height))

    def _scene(self, shot: ShotPicture) -> Drawn:
        scene = painting.scene_of(shot)
        plate = painting.painted(scene)
        side = plate.light_side
        actors = puppets.actors(shot, scene.staging, (), frames=1, fps=24, light=scene.world.light, light_side=side)
        sprites = [
            sprite for actor in sorted(actors, key=lambda actor: actor.order) if (sprite := actor.at(0)) is not None
        ]
        still = painting.screened(painting.flattened(plate, sprites), shot.style, side, shot.seed)
        return still, plate.focus, plate

    def _card(self, params: pb.DrawFrameParams, width: int, height: int) -> images.Picture:
        ground = painting.flattened(painting.plate_of(_shot(params, width, height, wide=True)))
        draw = _CARDS[params.card.kind]
        return draw(ground, params.card.title, params.card.subtitle, params.language, params.style or "flat")


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
        things=() if wide else tuple(params.things),
        prompt=params.prompt,
        style=params.style,
        seed=params.scene_seed,
    )
