"""What is handed over: subtitles, the film with its chapters, single scenes, other formats, and the check of it all. Pure."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2

from services.ai_jobs.drafts import DraftInput, StepDraft, profile
from services.ai_jobs.specs import FilmSpec
from services.ai_jobs.timeline import Segment, Timeline

# scenes that come sooner than this after a chapter's beginning belong to it: a menu of blinks helps nobody
SHORTEST_CHAPTER_MS = 5000


class DeliveryPlan:
    """Puts the film together, in every form that was asked for."""

    def __init__(self, spec: FilmSpec, timeline: Timeline, title: str) -> None:
        self._spec, self._timeline, self._title = spec, timeline, title

    def subtitles(self) -> StepDraft:
        """What is said, in the film's own language."""
        params = pb.WriteSubtitlesParams(
            language=self._spec.language,
            lines=[line.timed for line in self._timeline.lines],
            duration_ms=self._spec.duration_ms,
            profile=profile(self._spec),
        )
        return StepDraft("subtitles", "write_subtitles", pb.StepParams(write_subtitles=params))

    def translations(self) -> list[StepDraft]:
        """The filmmaker's own subtitle files, a step each."""
        drafts = []
        for language, file in self._spec.subtitle_files.items():
            params = pb.WriteSubtitlesParams(
                language=language, duration_ms=self._spec.duration_ms, profile=profile(self._spec), from_file=True
            )
            drafts.append(
                StepDraft(
                    f"subtitles/{language}",
                    "write_subtitles",
                    pb.StepParams(write_subtitles=params),
                    inputs=(DraftInput("file", file=file),),
                )
            )
        return drafts

    def assembly(self) -> StepDraft:
        """The film: segments, sound, tracks of subtitles, chapters."""
        spec = self._spec
        tracks = {spec.language: "subtitles", **{language: f"subtitles/{language}" for language in spec.subtitle_files}}
        params = pb.AssembleFilmParams(
            profile=profile(spec),
            frames=spec.frames,
            title=self._title,
            language=spec.language,
            chapters=self._chapters(),
            subtitle_languages=list(tracks),
        )
        shots = [segment.step for segment in self._timeline.segments]
        inputs = [DraftInput(f"segment-{index:04d}", name, "segment") for index, name in enumerate(shots)]
        inputs.append(DraftInput("audio", "mix", "audio"))
        inputs += [DraftInput(f"vtt-{language}", step, "vtt") for language, step in tracks.items()]
        needs = (*shots, "mix", *tracks.values())
        return StepDraft("assemble", "assemble_film", pb.StepParams(assemble_film=params), needs, tuple(inputs))

    def _chapters(self) -> list[pb.Chapter]:
        chapters = [pb.Chapter(title=self._title, start_ms=0)]
        for scene, frame in self._timeline.scenes:
            start = self._timeline.ms(frame)
            if len(chapters) > 1 and start - chapters[-1].start_ms < SHORTEST_CHAPTER_MS:
                continue
            # a chapter that starts with the film takes the title's place
            chapters = chapters[:-1] if start == 0 else chapters
            chapters.append(pb.Chapter(title=scene.heading or f"{scene.number}", start_ms=start))
        return chapters

    def check(self, *, sound: bool) -> StepDraft:
        """The film measured, before anybody pays for it; `sound`: whether there is anything to be heard."""
        spec = self._spec
        seen = [line for line in self._timeline.lines if not line.timed.off_screen]
        params = pb.CheckQualityParams(
            profile=profile(spec),
            duration_ms=spec.duration_ms,
            sound_expected=sound,
            still_stretches=[
                self._stretch(segment)
                for index, segment in enumerate(self._timeline.segments)
                if self._holds_still(index, segment)
            ],
            moving_stretches=[self._stretch(each) for each in self._timeline.segments if self._camera_moves(each)],
            lines=[line.timed for line in seen],
            captions_burned=spec.burn_captions and bool(self._timeline.lines),
            language=spec.burn_language,
        )
        translated = spec.burn_captions and spec.burn_language != spec.language
        burned = f"subtitles/{spec.burn_language}" if translated else "subtitles"
        needs = ("assemble", "mix", *dict.fromkeys(("subtitles", burned)), *(line.lips for line in seen))
        inputs = [
            DraftInput("film", "assemble", "film"),
            DraftInput("audio", "mix", "audio"),
            DraftInput("vtt", "subtitles", "vtt"),
            *([DraftInput("burned", burned, "vtt")] if translated else []),
            *(DraftInput(f"mouths-{index:04d}", line.lips, "mouths") for index, line in enumerate(seen)),
        ]
        return StepDraft("check", "check_quality", pb.StepParams(check_quality=params), needs, tuple(inputs))

    def _stretch(self, segment: Segment) -> pb.CheckQualityParams.Stretch:
        return pb.CheckQualityParams.Stretch(
            start_ms=int(segment.start_frame * 1000 / self._spec.fps),
            end_ms=self._timeline.ms(segment.start_frame + segment.frames),
        )

    def _camera_moves(self, segment: Segment) -> bool:
        """Over a shot or, a little, over a card; a podcast that is the whole picture has no camera."""
        if segment.shot is None:
            return True
        static = (storyboard_pb2.CAMERA_MOVE_STATIC, storyboard_pb2.CAMERA_MOVE_UNSPECIFIED)
        studio = self._spec.podcast is not None and self._spec.podcast["layout"] == "full"
        return segment.shot.camera not in static and not studio

    def _holds_still(self, index: int, segment: Segment) -> bool:
        # the filmmaker's own picture may look the same wherever the camera goes: a plain colour, a logo on white
        own = segment.shot is not None and bool(segment.shot.image_asset_id)
        after = self._timeline.segments[index + 1] if index + 1 < len(self._timeline.segments) else None
        through_black = storyboard_pb2.TRANSITION_FADE in (segment.transition, after and after.transition)
        ends = index == 0 or after is None
        return segment.shot is None or not self._camera_moves(segment) or own or through_black or ends

    def scenes(self) -> StepDraft:
        """Each scene as a film of its own."""
        ends = [start for _, start in self._timeline.scenes[1:]]
        last = self._timeline.segments[-1]
        ends.append(last.start_frame if last.shot is None else last.start_frame + last.frames)
        cuts = [
            pb.CutScenesParams.Cut(scene=scene.number, start_frame=start, frames=end - start)
            for (scene, start), end in zip(self._timeline.scenes, ends, strict=True)
        ]
        params = pb.CutScenesParams(profile=profile(self._spec), cuts=cuts)
        return _of_the_film("scenes", "cut_scenes", pb.StepParams(cut_scenes=params))

    def webm(self) -> StepDraft:
        """The film as WebM."""
        params = pb.EncodeWebmParams(profile=profile(self._spec), duration_ms=self._spec.duration_ms)
        return _of_the_film("webm", "encode_webm", pb.StepParams(encode_webm=params))


def _of_the_film(name: str, kind: str, params: pb.StepParams) -> StepDraft:
    """A step that is made of the assembled film alone."""
    return StepDraft(name, kind, params, ("assemble",), (DraftInput("film", "assemble", "film"),))
