"""The moving picture: a step for every card and shot, and which of their pictures may stand for the film. Pure."""

from __future__ import annotations

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2

from services.ai_jobs.drafts import DraftInput, StepDraft, profile
from services.ai_jobs.planning import POSTER_CHOICES, frame_params
from services.ai_jobs.specs import FilmSpec
from services.ai_jobs.timeline import Segment, Timeline

FADE_MS = 500


class PicturePlan:
    """Moves the pictures of a storyboard."""

    def __init__(self, spec: FilmSpec, board: storyboard_pb2.Storyboard, timeline: Timeline) -> None:
        self._spec, self._board, self._timeline = spec, board, timeline

    def animations(self) -> list[StepDraft]:
        """A step a segment, those first after which most is left to do: no core waits at the end for a long one begun late."""
        segments = self._timeline.segments
        left = [segment.frames for segment in segments]
        for index in reversed(range(1, len(segments))):
            if segments[index].transition == storyboard_pb2.TRANSITION_DISSOLVE:
                # it begins with the last picture of the one before
                left[index - 1] += left[index]
        order = sorted(range(len(segments)), key=lambda index: -left[index])
        return [self._animation(index) for index in order]

    def _animation(self, index: int) -> StepDraft:
        spec, segment = self._spec, self._timeline.segments[index]
        after = self._timeline.segments[index + 1] if index + 1 < len(self._timeline.segments) else None
        fade = min(segment.frames // 3, round(FADE_MS * spec.fps / 1000))
        through_black = storyboard_pb2.TRANSITION_FADE
        fades_out = after is None or after.transition == through_black
        dissolves = index > 0 and segment.transition == storyboard_pb2.TRANSITION_DISSOLVE
        burned = self._burned(segment)
        # a voice that moves nobody's mouth changes no picture
        moving = [line for line in segment.lines if spec.podcast is not None or not line.timed.off_screen]
        params = pb.AnimateShotParams(
            profile=profile(spec),
            frames=segment.frames,
            camera=segment.shot.camera if segment.shot else storyboard_pb2.CAMERA_MOVE_PUSH_IN,
            watermark=spec.watermark,
            fade_in_frames=fade if index == 0 or segment.transition == through_black else 0,
            fade_out_frames=fade if fades_out else 0,
            dissolve_in_frames=fade if dissolves else 0,
            keep_last=after is not None and after.transition == storyboard_pb2.TRANSITION_DISSOLVE,
            caption_language=spec.burn_language,
            captions=[line.timed for line in segment.lines] if burned == spec.language else [],
            lines=[line.timed for line in moving],
        )
        inputs = [DraftInput("frame", segment.frame, "frame")]
        needs = [segment.frame]
        if segment.scene is not None and segment.shot is not None:
            params.scene.CopyFrom(frame_params(spec, self._board, segment.scene, segment.shot))
            inputs.append(DraftInput("plate", segment.frame, "plate", optional=True))
        for number, line in enumerate(moving):
            inputs.append(DraftInput(f"mouths-{number:04d}", line.lips, "mouths"))
            needs.append(line.lips)
        if dissolves:
            before = self._timeline.segments[index - 1].step
            inputs.append(DraftInput("previous", before, "last"))
            needs.append(before)
        if burned and burned != spec.language:
            params.captions_offset_ms = self._timeline.ms(segment.start_frame)
            inputs.append(DraftInput("captions", f"subtitles/{burned}", "vtt"))
            needs.append(f"subtitles/{burned}")
        if spec.podcast is not None and segment.shot is not None:
            inputs += self._podcast(params)
        return StepDraft(segment.step, "animate_shot", pb.StepParams(animate_shot=params), tuple(needs), tuple(inputs))

    def _burned(self, segment: Segment) -> str:
        """The language of the captions burned into the segment; none into cards."""
        return self._spec.burn_language if self._spec.burn_captions and segment.shot is not None else ""

    def _podcast(self, params: pb.AnimateShotParams) -> list[DraftInput]:
        podcast = self._spec.podcast or {}
        ids = {character.name.casefold(): character.id for character in self._board.characters}
        inputs = []
        params.podcast.layout = podcast["layout"]
        for number, speaker in enumerate(podcast["speakers"]):
            portrait = speaker.get("portrait")
            name = f"portrait-{number}" if portrait else ""
            params.podcast.speakers.add(
                character_id=ids.get(speaker["name"].casefold(), ""), name=speaker["name"], portrait_input=name
            )
            if portrait:
                inputs.append(DraftInput(name, file=portrait))
        # people are drawn for those without a portrait, also where the shot itself doesn't show them
        there = {character.id for character in params.scene.characters}
        wanted = {speaker.character_id for speaker in params.podcast.speakers} - there
        params.scene.characters.extend(character for character in self._board.characters if character.id in wanted)
        return inputs

    def posters(self) -> list[str]:
        """The steps whose pictures may sell the film: people near enough to be known first, then people, then the rest."""
        near = (
            storyboard_pb2.SHOT_SIZE_MEDIUM,
            storyboard_pb2.SHOT_SIZE_CLOSE_UP,
            storyboard_pb2.SHOT_SIZE_OVER_SHOULDER,
        )

        def rank(segment: Segment) -> int:
            if segment.shot is None or not segment.shot.presences:
                return 2
            return 0 if segment.shot.size in near else 1

        shots = [segment for segment in self._timeline.segments if segment.shot is not None]
        return [segment.frame for segment in sorted(shots, key=rank)[:POSTER_CHOICES]]
