"""`stage@1`: a shot in motion: planes under a moving camera, people who act between them, words burned on top, one segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import (
    captions_overlay,
    encoder,
    images,
    mouths,
    moves,
    painting,
    planes,
    puppets,
    yuv,
)
from services.render_worker.craft.fonts import FontMissing
from services.render_worker.craft.shot_picture import ShotPicture
from services.render_worker.craft.sprites import Actor
from services.render_worker.craft.stage.camera import Camera
from services.render_worker.craft.stage.composition import composition_of
from services.render_worker.craft.stage.grades import grade_of
from services.render_worker.craft.stage.show import Finish, Show
from services.render_worker.craft.stage.stills import still_path, still_plate, vignette
from services.render_worker.craft.stage.tiles import Grid
from services.render_worker.craft.styles import StyleUnknown, style
from services.render_worker.craft.yuv import Patch, Plane
from services.render_worker.engines.base import Finished, Output, StepFailed, Work
from services.render_worker.engines.timing import spoken_lines

# Wall clock for a frame at worst, many times what one takes.
_FRAME_LIMIT_S = 1.0
_PROGRESS_EVERY = 12


class Stage:
    """animate_shot: the same parameters and inputs give the same frames."""

    name = "stage@1"
    kind = pb.STEP_KIND_ANIMATE_SHOT
    lane = pb.LANE_CPU

    def __init__(self) -> None:
        # A worker runs one step a core; OpenCV's own threads would fight over them.
        cv2.setNumThreads(1)

    def run(self, work: Work) -> Finished:
        """The output "segment" of exactly `frames` frames, and "last" if asked for.

        StepFailed PROFILE_INVALID, INPUT_UNREADABLE, STYLE_UNKNOWN, FONT_MISSING, ENCODER_FAILED.
        """
        params = work.params.animate_shot
        width, height, fps = params.profile.width, params.profile.height, params.profile.fps
        if width < 2 or height < 2 or width % 2 or height % 2 or fps < 1 or params.frames < 1:
            raise StepFailed("PROFILE_INVALID", f"{width}×{height} at {fps}/s, {params.frames} frames")
        try:
            show = _Shot(work).show()
        except FontMissing as error:
            raise StepFailed("FONT_MISSING", str(error)) from error
        except StyleUnknown as error:
            raise StepFailed("STYLE_UNKNOWN", str(error)) from error
        path = work.folder / "segment.mp4"
        with encoder.segment(width, height, fps, path, 60 + _FRAME_LIMIT_S * params.frames) as writer:
            for number in range(params.frames):
                writer.write(show.frame(number))
                if number % _PROGRESS_EVERY == 0:
                    work.progress(number / params.frames)
        work.progress(1.0)
        outputs = [Output("segment", path, "video/mp4", duration_s=params.frames / fps, width=width, height=height)]
        if params.keep_last:
            last = work.folder / "last.png"
            images.write_png(last, yuv.bgr_of(show.clean(), (width, height)))
            outputs.append(Output("last", last, "image/png", width=width, height=height))
        return Finished(pb.StepResult(animate_shot=pb.AnimateShotResult(frames=params.frames)), outputs)


class _Shot:
    """One step's inputs as a show."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._params = params = work.params.animate_shot
        self._size = (params.profile.width, params.profile.height)
        self._fps, self._frames = params.profile.fps, params.frames

    def show(self) -> Show:
        grid = Grid(*self._size)
        frame = images.read_frame(self._work.input("frame"))
        patches = self._patches(frame)
        plate, path, actors, screen = self._drawn() if "plate" in self._work.inputs else self._still(frame)
        scene = self._params.scene
        drawn = "plate" in self._work.inputs
        colors = grade_of(scene.mood, scene.style) if drawn else yuv.PLAIN
        camera = Camera(path, (plate.width, plate.height), self._size)
        composition = composition_of(plate, actors, camera, grid, colors, self._fps)
        params = self._params
        previous = self._previous() if params.dissolve_in_frames else None
        return Show(
            composition,
            grid,
            Finish(
                self._frames,
                screen,
                patches,
                params.fade_in_frames,
                params.fade_out_frames,
                previous,
                params.dissolve_in_frames,
            ),
        )

    def _drawn(self) -> tuple[planes.Plate, list[moves.Window], list[Actor], Plane | None]:
        """A drawn scene: its planes, the camera's way, who acts in it, and what lies over it in its style."""
        params = self._params
        try:
            plate = planes.load(self._work.input("plate"))
        except ValueError as error:
            raise StepFailed("INPUT_UNREADABLE", str(error)) from error
        scene = painting.scene_of(_shot_picture(params.scene, plate.width, plate.height))
        focus = (params.focus_x or plate.focus[0], params.focus_y or plate.focus[1])
        walk = scene.staging.walk(*scene.shot.world, self._frames)
        path = moves.path(params.camera, focus, self._frames, self._fps, walk, size=params.scene.size)
        actors = puppets.actors(
            scene.shot, scene.staging, self._speech(), frames=self._frames, fps=self._fps, light=scene.world.light,
            light_side=scene.world.light_side,
        ) if hasattr(puppets, "actors") else []  # fmt: skip
        screen = style(params.scene.style).screen(*self._size, plate.light_side, params.scene.scene_seed)
        return plate, path, actors, np.asarray(screen, np.uint8)

    def _still(self, frame: images.Picture) -> tuple[planes.Plate, list[moves.Window], list[Actor], Plane | None]:
        """Any other picture: the camera alone moves. Photographs get a vignette, as drawn pictures have one in their style."""
        params = self._params
        plate = still_plate(frame, self._size)
        focus = (params.focus_x or 0.5, params.focus_y or 0.5)
        size = (frame.shape[1], frame.shape[0])
        path = still_path(params.camera, focus, size, plate, self._frames, self._fps)
        return plate, path, [], vignette(*self._size) if params.scene.own_image else None

    def _speech(self) -> list[puppets.Speech]:
        """The lines of those who are seen, with their mouths."""
        feelings = {presence.character_id: presence.feeling for presence in self._params.scene.presences}
        spoken = []
        for number, line in enumerate(self._params.lines):
            path = self._work.inputs.get(f"mouths-{number:04d}")
            if path is None or line.off_screen or line.character_id not in feelings:
                continue
            try:
                track = mouths.load(path).stretched(line.duration_ms)
            except ValueError as error:
                raise StepFailed("INPUT_UNREADABLE", str(error)) from error
            feeling = feelings[line.character_id] or sb.FEELING_NEUTRAL
            spoken.append(puppets.Speech(line.character_id, line.start_ms, track, feeling))
        return spoken

    def _patches(self, frame: images.Picture) -> Callable[[int], Sequence[Patch]]:
        """The captions and the watermark, frame by frame."""
        params = self._params
        captions = captions_overlay.caption_overlays(
            spoken_lines(params.captions), params.caption_language, self._size, self._fps, self._frames, behind=frame
        )
        marks = [captions_overlay.watermark(params.watermark, self._size)] if params.watermark else []
        return lambda number: [each.patch for each in captions if each.first <= number < each.end] + marks

    def _previous(self) -> Plane:
        """The last picture of the shot before, as a frame of this film."""
        picture = images.read_frame(self._work.input("previous"))
        if (picture.shape[1], picture.shape[0]) != self._size:
            picture = np.asarray(cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA), np.uint8)
        frame, blank = yuv.blank(*self._size)
        blank.take(yuv.planes_of(picture))
        return frame


def _shot_picture(params: pb.DrawFrameParams, width: int, height: int) -> ShotPicture:
    """What the frame was drawn from, at the size of its plate."""
    return ShotPicture(
        width=width, height=height, setting=params.setting, mood=params.mood, size=params.size, presences=tuple(params.presences),
        characters=tuple(params.characters), props=tuple(params.props), acts=tuple(params.acts), things=tuple(params.things),
        prompt=params.prompt, style=params.style, seed=params.scene_seed,
    )  # fmt: skip
