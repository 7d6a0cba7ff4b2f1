"""`poster@2`: the film's thumbnail, the best of its pictures with the title set on it."""

from __future__ import annotations

import cv2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft import images
from services.render_worker.craft.lettering import thumbnail
from services.render_worker.craft.lettering.fonts import FontMissing
from services.render_worker.engines.base import Finished, Output, StepFailed, Work

# YouTube's own limit.
_MOST_BYTES = 2_000_000


class Poster:
    """make_thumbnail: 1280×720, 720×1280 or 1080×1080 after the film's shape."""

    name = "poster@2"
    kind = pb.STEP_KIND_MAKE_THUMBNAIL
    lane = pb.LANE_CPU

    def __init__(self) -> None:
        # A worker runs one step a core; OpenCV's own threads would fight over them.
        cv2.setNumThreads(1)

    def run(self, work: Work) -> Finished:
        """The output "thumbnail". StepFailed FONT_MISSING, GLYPH_MISSING, INPUT_MISSING, INPUT_UNREADABLE."""
        params = work.params.make_thumbnail
        paths = work.inputs_named("frame-")
        if not paths:
            raise StepFailed(
                "INPUT_MISSING", "the step was not given a picture to choose: its inputs are frame-0000 and on"
            )
        focuses = [(focus.focus_x or 0.5, focus.focus_y or 0.5) for focus in params.focuses]
        chosen = thumbnail.best((images.read_frame(path) for path in paths), focuses)
        work.progress(0.5)
        frame = images.read_frame(paths[chosen])
        focus = focuses[chosen] if chosen < len(focuses) else images.subject_of(frame)
        size = _size(params.profile)
        try:
            picture = thumbnail.composed(frame, focus, params.title, params.language, size)
        except FontMissing as error:
            raise StepFailed(error.code, str(error)) from error
        path = work.folder / "thumbnail.jpg"
        for quality in (92, 84, 72, 50):
            cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if path.stat().st_size < _MOST_BYTES:
                break
        work.progress(1.0)
        output = Output("thumbnail", path, "image/jpeg", width=size[0], height=size[1])
        return Finished(pb.StepResult(make_thumbnail=pb.MakeThumbnailResult(chosen=chosen)), [output])


def _size(profile: pb.FilmProfile) -> tuple[int, int]:
    if profile.width > profile.height:
        return 1280, 720
    return (720, 1280) if profile.height > profile.width else (1080, 1080)
