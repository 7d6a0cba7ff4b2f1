"""`camera@1`: a camera that moves over a still picture, with captions and watermark burned, as a finished segment."""

from __future__ import annotations

import cv2
import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft import captions_overlay, encoder, moves, yuv
from services.render_worker.craft.fonts import FontMissing
from services.render_worker.craft.images import read_frame
from services.render_worker.engines.base import Finished, Output, StepFailed, Work
from services.render_worker.engines.timing import spoken_lines

# Wall clock for a frame at worst, many times what one takes.
_FRAME_LIMIT_S = 1.0
_PROGRESS_EVERY = 12


class Camera:
    """animate_shot: sub-pixel moves on the Y, U and V planes, encoded by ffmpeg in its own process."""

    name = "camera@1"
    kind = pb.STEP_KIND_ANIMATE_SHOT
    lane = pb.LANE_CPU

    def __init__(self) -> None:
        # A worker runs one step a core; OpenCV's own threads would fight over them.
        cv2.setNumThreads(1)

    def run(self, work: Work) -> Finished:
        """The output "segment" of exactly `frames` frames. StepFailed FONT_MISSING, INPUT_UNREADABLE, ENCODER_FAILED."""
        params = work.params.animate_shot
        width, height, fps = params.profile.width, params.profile.height, params.profile.fps
        if width < 2 or height < 2 or width % 2 or height % 2 or fps < 1 or params.frames < 1:
            raise StepFailed("PROFILE_INVALID", f"{width}×{height} at {fps}/s, {params.frames} frames")
        shot = _Shot(work)
        path = work.folder / "segment.mp4"
        with encoder.segment(width, height, fps, path, 60 + _FRAME_LIMIT_S * params.frames) as writer:
            for number in range(params.frames):
                writer.write(shot.frame(number))
                if number % _PROGRESS_EVERY == 0:
                    work.progress(number / params.frames)
        work.progress(1.0)
        output = Output("segment", path, "video/mp4", duration_s=params.frames / fps, width=width, height=height)
        return Finished(pb.StepResult(animate_shot=pb.AnimateShotResult(frames=params.frames)), [output])


class _Shot:
    """One shot's frames, each made from the picture, the path and what is laid over it."""

    def __init__(self, work: Work) -> None:
        self._params = params = work.params.animate_shot
        self._size = (params.profile.width, params.profile.height)
        self._picture = yuv.planes_of(_even_sized(read_frame(work.input("frame"))))
        self._path = moves.path(
            params.camera, (params.focus_x or 0.5, params.focus_y or 0.5), params.frames, params.profile.fps
        )
        try:
            self._captions = captions_overlay.caption_overlays(
                spoken_lines(params.captions), params.caption_language, self._size, params.profile.fps, params.frames
            )
            self._mark = captions_overlay.watermark(params.watermark, self._size) if params.watermark else None
        except FontMissing as error:
            raise StepFailed("FONT_MISSING", str(error)) from error
        self._previous: yuv.Plane | None = None
        if params.dissolve_in_frames:
            self._previous = self._last_of_previous(read_frame(work.input("previous")))
        self._frame = self._blank()
        self._clean = self._blank()
        self._window: moves.Window | None = None

    def frame(self, number: int) -> yuv.Plane:
        """The frame of that number, valid until the next is asked for."""
        if self._window != self._path[number]:
            self._window = self._path[number]
            self._warp(self._picture, self._window, self._clean)
        overlays = [overlay.patch for overlay in self._captions if overlay.first <= number < overlay.end]
        if self._mark is not None:
            overlays.append(self._mark)
        share = self._fade(number)
        dissolving = self._previous is not None and number < self._params.dissolve_in_frames
        if not overlays and share == 1.0 and not dissolving:
            return self._clean
        np.copyto(self._frame, self._clean)
        if dissolving and self._previous is not None:
            yuv.mix(self._frame, self._previous, 1 - (number + 1) / (self._params.dissolve_in_frames + 1))
        for patch in overlays:
            yuv.lay(self._frame, self._size, patch)
        if share < 1.0:
            yuv.fade(self._frame, self._size, share)
        return self._frame

    def _fade(self, number: int) -> float:
        params = self._params
        rising = (number + 1) / params.fade_in_frames if params.fade_in_frames else 1.0
        falling = (params.frames - 1 - number) / params.fade_out_frames if params.fade_out_frames else 1.0
        return max(0.0, min(1.0, rising, falling))

    def _warp(self, picture: yuv.Planes, window: moves.Window, into: yuv.Plane) -> None:
        luma = moves.matrix(window, picture.size, self._size)
        chroma = moves.chroma_matrix(luma)
        y, u, v = yuv.split(into, self._size)
        for source, target, matrix in ((picture.y, y, luma), (picture.u, u, chroma), (picture.v, v, chroma)):
            cv2.warpAffine(
                source, matrix, (target.shape[1], target.shape[0]), dst=target,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
            )  # fmt: skip

    def _last_of_previous(self, picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> yuv.Plane:
        planes = yuv.planes_of(_even_sized(picture))
        frame = self._blank()
        same = planes.size == self._size
        self._warp(planes, moves.Window(0.5, 0.5, 1.0 if same else 0.9), frame)
        return frame

    def _blank(self) -> yuv.Plane:
        return np.zeros((self._size[1] * 3 // 2, self._size[0]), np.uint8)


def _even_sized(
    picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    return np.ascontiguousarray(picture[:height, :width])
