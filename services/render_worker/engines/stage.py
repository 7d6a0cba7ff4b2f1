"""`stage@2`: a shot in motion: planes under a moving camera, people who act between them, words burned on top, one segment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft import images, mouths, planes, puppets
from services.render_worker.craft.directing import moves
from services.render_worker.craft.lettering import captions_overlay, subtitle_files
from services.render_worker.craft.lettering.captions import SpokenLine
from services.render_worker.craft.lettering.fonts import FontMissing
from services.render_worker.craft.lettering.podcast import Overlay as Podcast
from services.render_worker.craft.lettering.podcast import drawn, photo
from services.render_worker.craft.lettering.podcast_tiles import Showing
from services.render_worker.craft.mouths import MouthTrack
from services.render_worker.craft.painting import painting
from services.render_worker.craft.painting.palette import Light
from services.render_worker.craft.painting.styles import StyleUnknown, style
from services.render_worker.craft.shot_picture import ShotPicture
from services.render_worker.craft.sprites import Actor
from services.render_worker.craft.stage import encoder, yuv
from services.render_worker.craft.stage.camera import Camera
from services.render_worker.craft.stage.composition import composition_of
from services.render_worker.craft.stage.grades import grade_of
from services.render_worker.craft.stage.show import Finish, Show
from services.render_worker.craft.stage.stills import still_path, still_plate, vignette
from services.render_worker.craft.stage.tiles import Grid
from services.render_worker.craft.stage.yuv import Patch, Plane
from services.render_worker.engines.base import Finished, Output, StepFailed, Work
from services.render_worker.engines.timing import spoken_lines

# Wall clock for a frame at worst, many times what one takes.
_FRAME_LIMIT_S = 1.0
_PROGRESS_EVERY = 12
_SHORTEST_CAPTION_MS = 500


class Stage:
    """animate_shot: the same parameters and inputs give the same frames."""

    name = "stage@2"
    kind = pb.STEP_KIND_ANIMATE_SHOT
    lane = pb.LANE_CPU

    def __init__(self) -> None:
        # A worker runs one step a core; OpenCV's own threads would fight over them.
        cv2.setNumThreads(1)

    def run(self, work: Work) -> Finished:
        """The output "segment" of exactly `frames` frames, and "last" if asked for.

        StepFailed PROFILE_INVALID, INPUT_UNREADABLE, STYLE_UNKNOWN, FONT_MISSING, GLYPH_MISSING, SUBTITLES_UNREADABLE,
        ENCODER_FAILED.
        """
        params = work.params.animate_shot
        width, height, fps = params.profile.width, params.profile.height, params.profile.fps
        if width < 2 or height < 2 or width % 2 or height % 2 or fps < 1 or params.frames < 1:
            raise StepFailed("PROFILE_INVALID", f"{width}×{height} at {fps}/s, {params.frames} frames")
        try:
            show = _Shot(work).show()
        except FontMissing as error:
            raise StepFailed(error.code, str(error)) from error
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


@dataclass(frozen=True)
class _Staged:
    """What is filmed: the plate, the camera on it, who acts, the grade, and the screen over all."""

    plate: planes.Plate
    camera: Camera
    actors: Sequence[Actor] = ()
    colors: yuv.Colors = field(default_factory=lambda: yuv.PLAIN)
    screen: Plane | None = None


class _Shot:
    """One step's inputs as a show."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._params = params = work.params.animate_shot
        self._size = (params.profile.width, params.profile.height)
        self._fps, self._frames = params.profile.fps, params.frames
        self._tracks = [self._track(number, line) for number, line in enumerate(params.lines)]

    def show(self) -> Show:
        """What is seen. Plates and pictures are let go of once they are planes of the film."""
        params = self._params
        drawn_in_planes = "plate" in self._work.inputs
        # The flat picture beside a plate only tells the captions how dark it is behind them.
        frame = None if drawn_in_planes and not params.captions else images.read_frame(self._work.input("frame"))
        podcast = self._podcast() if params.podcast.speakers else None
        if params.podcast.layout == "full" and podcast is not None:
            staged = self._studio(podcast)
        elif frame is not None and not drawn_in_planes:
            staged = self._still(frame)
        else:
            staged = self._drawn()
        grid = Grid(*self._size)
        composition = composition_of(staged.plate, staged.actors, staged.camera, grid, staged.colors, self._fps)
        previous = self._previous() if params.dissolve_in_frames else None
        finish = Finish(
            self._frames, staged.screen, self._patches(frame, podcast), params.fade_in_frames, params.fade_out_frames, previous,
            params.dissolve_in_frames,
        )  # fmt: skip
        return Show(composition, grid, finish)

    def _drawn(self) -> _Staged:
        """A drawn scene: its planes, the camera's way, who acts in it, and what lies over it in its style."""
        params = self._params
        try:
            plate = planes.load(self._work.input("plate"))
            shot = _shot_picture(params.scene, plate.width, plate.height)
            staging, light = painting.restaged(shot, plate)
        except ValueError as error:
            raise StepFailed("INPUT_UNREADABLE", str(error)) from error
        focus = (params.focus_x or plate.focus[0], params.focus_y or plate.focus[1])
        walk = staging.walk(*shot.world, self._frames)
        camera = self._camera(
            plate, moves.path(params.camera, focus, self._frames, self._fps, walk, size=params.scene.size)
        )
        actors = puppets.actors(
            shot, staging, self._speech(), frames=self._frames, fps=self._fps, light=light,
            light_side=plate.light_side, follows=params.camera == sb.CAMERA_MOVE_FOLLOW,
            rest_at=camera.rest_at if camera.rests else None,
        )  # fmt: skip
        screen = style(params.scene.style).screen(*self._size, plate.light_side, params.scene.scene_seed)
        return _Staged(
            plate, camera, actors, grade_of(params.scene.mood, params.scene.style), np.asarray(screen, np.uint8)
        )

    def _still(self, frame: images.Picture) -> _Staged:
        """Any other picture: the camera alone moves. Photographs get a vignette, as drawn pictures have one in their style."""
        params = self._params
        plate = still_plate(frame, self._size)
        focus = (params.focus_x or 0.5, params.focus_y or 0.5)
        size = (frame.shape[1], frame.shape[0])
        path = still_path(params.camera, focus, size, plate, self._frames, self._fps)
        return _Staged(
            plate, self._camera(plate, path), screen=vignette(*self._size) if params.scene.own_image else None
        )

    def _studio(self, podcast: Podcast) -> _Staged:
        """A podcast that is the whole picture."""
        plate = still_plate(podcast.ground(), self._size)
        return _Staged(plate, self._camera(plate, [moves.Window(0.5, 0.5, 1.0)] * self._frames))

    def _camera(self, plate: planes.Plate, path: Sequence[moves.Window]) -> Camera:
        return Camera(path, (plate.width, plate.height), self._size)

    def _podcast(self) -> Podcast:
        params = self._params
        cast = {character.id: character for character in params.scene.characters}
        light, side = painting.light_and_side(_shot_picture(params.scene, *self._size))
        portraits = {}
        for speaker in params.podcast.speakers:
            if speaker.portrait_input:
                shown = photo(images.read_upload(self._work.input(speaker.portrait_input)))
            else:
                character = cast.get(speaker.character_id, sb.Character(id=speaker.character_id, name=speaker.name))
                shown = drawn(_bust(character, light, side, params.scene.style))
            portraits[speaker.character_id] = shown
        heard = [(line, track) for line, track in zip(params.lines, self._tracks, strict=True) if track is not None]
        return Podcast(
            params.podcast, portraits, [line for line, _ in heard], [track for _, track in heard], self._size, self._fps,
            self._frames,
        )  # fmt: skip

    def _track(self, number: int, line: pb.TimedLine) -> MouthTrack | None:
        """What the mouth does that says the line, in the time it is said in; None where the plan gave none."""
        path = self._work.inputs.get(f"mouths-{number:04d}")
        if path is None:
            return None
        try:
            return mouths.load(path).stretched(line.duration_ms)
        except ValueError as error:
            raise StepFailed("INPUT_UNREADABLE", str(error)) from error

    def _speech(self) -> list[puppets.Speech]:
        """The lines of those who are seen, with their mouths."""
        feelings = {presence.character_id: presence.feeling for presence in self._params.scene.presences}
        return [
            puppets.Speech(
                line.character_id,
                line.start_ms,
                track,
                line.feeling or feelings[line.character_id] or sb.FEELING_NEUTRAL,
            )
            for line, track in zip(self._params.lines, self._tracks, strict=True)
            if track is not None and not line.off_screen and line.character_id in feelings
        ]

    def _patches(self, frame: images.Picture | None, podcast: Podcast | None) -> Callable[[int], Sequence[Patch]]:
        """What lies over the picture at a frame, the lowest first."""
        params = self._params
        captions = captions_overlay.caption_overlays(
            self._captions(), params.caption_language, self._size, self._fps, self._frames, behind=frame
        )
        marks = [captions_overlay.watermark(params.watermark, self._size)] if params.watermark else []

        def at(number: int) -> list[Patch]:
            speakers = [] if podcast is None else podcast.patches(number)
            return [*speakers, *(each.patch for each in captions if each.first <= number < each.end), *marks]

        return at

    def _captions(self) -> list[SpokenLine]:
        """What is burned: the shot's own lines, or its part of a translation of the whole film."""
        params = self._params
        translated = self._work.inputs.get("captions")
        if translated is None:
            return spoken_lines(params.captions)
        try:
            cues = subtitle_files.read(translated.read_bytes())
        except subtitle_files.SubtitlesUnreadable as error:
            raise StepFailed("SUBTITLES_UNREADABLE", str(error)) from error
        length_ms = round(self._frames * 1000 / self._fps)
        lines = []
        for cue in cues:
            start = max(0, cue.start_ms - params.captions_offset_ms)
            end = min(length_ms, cue.end_ms - params.captions_offset_ms)
            # what only brushes a shot belongs to its neighbour
            if end - start >= _SHORTEST_CAPTION_MS:
                lines.append(SpokenLine("", cue.text, start, end - start))
        return lines

    def _previous(self) -> Plane:
        """The last picture of the shot before, as a frame of this film."""
        picture = images.read_frame(self._work.input("previous"))
        if (picture.shape[1], picture.shape[0]) != self._size:
            picture = np.asarray(cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA), np.uint8)
        frame, blank = yuv.blank(*self._size)
        blank.take(yuv.planes_of(picture))
        return frame


def _bust(
    character: sb.Character, light: Light, side: int, style_name: str
) -> Callable[[int, Showing], images.Picture]:
    """Head and shoulders of a given size, as they are at a moment."""

    def shown(size_px: int, showing: Showing) -> images.Picture:
        return puppets.portrait(
            character, size_px, light, style_name, viseme=showing.viseme, light_side=side, glance=showing.glance,
            shut=showing.shut,
        )  # fmt: skip

    return shown


def _shot_picture(params: pb.DrawFrameParams, width: int, height: int) -> ShotPicture:
    """What the frame was drawn from, at the size of its plate."""
    return ShotPicture(
        width=width, height=height, setting=params.setting, mood=params.mood, size=params.size, presences=tuple(params.presences),
        characters=tuple(params.characters), props=tuple(params.props), acts=tuple(params.acts), things=tuple(params.things),
        prompt=params.prompt, style=params.style, seed=params.scene_seed,
    )  # fmt: skip
