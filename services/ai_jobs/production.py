"""The second half of a film's plan, once lengths are known: music, segments, mix, words, the film and its checks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2

from services.ai_jobs.fitting import Fit
from services.ai_jobs.models import FilmSpec
from services.ai_jobs.planning import DraftInput, StepDraft, frame_params, profile, shots_of

FADE_MS = 500
# scenes that come sooner than this after a chapter's beginning belong to it: a menu of blinks helps nobody
SHORTEST_CHAPTER_MS = 5000
NARRATOR = "Narrator"
# how many pictures a thumbnail is chosen from
POSTER_CHOICES = 4
# step kinds whose parameters take something from what they need
COMPLETED_LATER = frozenset({"animate_shot", "make_thumbnail", "check_quality"})
# speakers at the picture's edges are heard a little to that side
_WIDEST_PAN = 0.3


@dataclass(frozen=True)
class SpokenLine:
    """A line with its place in its shot and the step that moves its speaker's mouth."""

    timed: pb.TimedLine
    lips: str


@dataclass(frozen=True)
class Segment:
    """A stretch of the film: a card or a shot, with its place in time."""

    name: str
    start_frame: int
    frames: int
    scene: storyboard_pb2.Scene | None = None
    shot: storyboard_pb2.Shot | None = None
    lines: tuple[SpokenLine, ...] = ()

    @property
    def frame(self) -> str:
        """The step that draws its picture."""
        return f"frame/{self.name}"

    @property
    def step(self) -> str:
        """The step that moves it."""
        return f"shot/{self.name}"

    @property
    def transition(self) -> storyboard_pb2.Transition.ValueType:
        """How it begins."""
        return self.shot.transition if self.shot is not None else storyboard_pb2.TRANSITION_CUT


class Production:
    """Plans everything after the lengths are known; `drafts` gives the steps in the order to begin them."""

    def __init__(
        self,
        spec: FilmSpec,
        board: storyboard_pb2.Storyboard,
        spoken: Sequence[pb.SpeakLineResult],
        fit: Fit,
        title: str,
    ) -> None:
        self._spec, self._board, self._fit, self._title = spec, board, fit, title
        self._segments = self._in_time(spoken)
        self._lines = [line for segment in self._segments for line in self._in_film(segment)]
        self._starts = self._scene_starts()

    def drafts(self) -> list[StepDraft]:
        """What takes one core for long goes beside the segments, so it begins first."""
        music = self._music()
        return [
            *([music] if music is not None else []),
            self._mix(music),
            self._subtitles(),
            *self._translations(),
            poster(self._spec, self._posters(), self._title),
            *(self._animation(index) for index in range(len(self._segments))),
            storyboard_sheet(self._spec, self._board, self._title),
            self._assembly(),
            self._scenes(),
            *([self._webm()] if "webm" in self._spec.formats else []),
            self._check(sound=bool(self._lines) or self._has_music(music)),
        ]

    def _has_music(self, composed: StepDraft | None) -> bool:
        return self._spec.music_volume > 0 and (composed is not None or self._spec.music_asset is not None)

    # ---- what is where

    def _ms(self, frames: int) -> int:
        return round(frames * 1000 / self._spec.fps)

    def _in_time(self, spoken: Sequence[pb.SpeakLineResult]) -> list[Segment]:
        names = {character.id: character.name for character in self._board.characters}
        results = iter(enumerate(spoken))
        segments: list[Segment] = []
        at = 0

        def add(name: str, length: int, **more: Any) -> None:
            nonlocal at
            segments.append(Segment(name, at, length, **more))
            at += length

        if self._fit.title_frames:
            add("title", self._fit.title_frames)
        for number, (scene, shot) in enumerate(shots_of(self._board)):
            across = _across(shot)
            lines = []
            for line, placed in zip(shot.lines, self._fit.lines[shot.id], strict=True):
                index, result = next(results)
                timed = pb.TimedLine(
                    speaker=names.get(line.character_id, NARRATOR),
                    text=line.text,
                    start_ms=placed.start_ms,
                    duration_ms=placed.duration_ms,
                    words=_faster(result, self._fit.tempo),
                    character_id=line.character_id,
                    off_screen=line.off_screen or not line.character_id or line.character_id not in across,
                    pan=0.0 if line.off_screen else across.get(line.character_id, 0.0),
                    feeling=line.feeling,
                )
                lines.append(SpokenLine(timed, f"lips/{index:04d}"))
            add(f"{number:04d}", self._fit.shot_frames[shot.id], scene=scene, shot=shot, lines=tuple(lines))
        if self._fit.end_frames:
            add("end", self._fit.end_frames)
        return segments

    def _in_film(self, segment: Segment) -> list[SpokenLine]:
        """The segment's lines with their times counted from the film's start."""
        offset = self._ms(segment.start_frame)
        placed = []
        for line in segment.lines:
            timed = pb.TimedLine()
            timed.CopyFrom(line.timed)
            timed.start_ms += offset
            placed.append(SpokenLine(timed, line.lips))
        return placed

    def _scene_starts(self) -> list[tuple[storyboard_pb2.Scene, int]]:
        starts: list[tuple[storyboard_pb2.Scene, int]] = []
        for segment in self._segments:
            if segment.scene is not None and (not starts or starts[-1][0].id != segment.scene.id):
                starts.append((segment.scene, segment.start_frame))
        return starts

    def _scene_stretches(self) -> list[tuple[storyboard_pb2.Scene, int, int]]:
        """Each scene with the milliseconds it begins and ends at; cards belong to their neighbours."""
        begins = [0, *(self._ms(start) for _, start in self._starts[1:])]
        ends = [*begins[1:], self._spec.duration_ms]
        return [(scene, begin, end) for (scene, _), begin, end in zip(self._starts, begins, ends, strict=True)]

    # ---- the picture

    def _animation(self, index: int) -> StepDraft:
        spec, segment = self._spec, self._segments[index]
        after = self._segments[index + 1] if index + 1 < len(self._segments) else None
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
            before = self._segments[index - 1].step
            inputs.append(DraftInput("previous", before, "last"))
            needs.append(before)
        if burned and burned != spec.language:
            params.captions_offset_ms = self._ms(segment.start_frame)
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

    def _posters(self) -> list[str]:
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

        shots = [segment for segment in self._segments if segment.shot is not None]
        return [segment.frame for segment in sorted(shots, key=rank)[:POSTER_CHOICES]]

    # ---- the sound

    def _music(self) -> StepDraft | None:
        spec = self._spec
        if spec.music_mood == "none" or spec.music_asset is not None:
            return None
        cues = [
            pb.MusicCue(start_ms=begin, duration_ms=end - begin, mood=scene.mood, character_ids=_busiest(scene))
            for scene, begin, end in self._scene_stretches()
        ]
        mood = "" if spec.music_mood == "auto" else spec.music_mood
        params = pb.ComposeMusicParams(duration_ms=spec.duration_ms, cues=cues, mood=mood, raga=spec.music_raga)
        return StepDraft("music", "compose_music", pb.StepParams(compose_music=params))

    def _mix(self, music: StepDraft | None) -> StepDraft:
        spec = self._spec
        params = pb.MixAudioParams(
            duration_ms=spec.duration_ms,
            lines=[line.timed for line in self._lines],
            tempo=self._fit.tempo,
            music_volume=spec.music_volume,
            ambience=[
                pb.AmbienceCue(start_ms=begin, duration_ms=end - begin, setting=scene.setting, mood=scene.mood)
                for scene, begin, end in self._scene_stretches()
            ],
            sounds=self._sounds(),
            seed=spec.seed,
        )
        by_line = [segment.scene for segment in self._segments for _ in segment.lines]
        for line, scene in zip(params.lines, by_line, strict=True):
            if scene is not None and line.character_id:
                line.setting.CopyFrom(scene.setting)
        needs = [line.lips.replace("lips/", "speak/") for line in self._lines]
        inputs = [DraftInput(f"line-{index:04d}", name, "speech") for index, name in enumerate(needs)]
        if music is not None:
            needs.append(music.name)
            inputs.append(DraftInput("music", music.name, "music"))
        elif spec.music_asset is not None:
            inputs.append(DraftInput("music", file=spec.music_asset))
        return StepDraft("mix", "mix_audio", pb.StepParams(mix_audio=params), tuple(needs), tuple(inputs))

    def _sounds(self) -> list[pb.SoundCue]:
        cues = []
        for segment in self._segments:
            if segment.shot is None or segment.scene is None:
                continue
            # a deed is heard where it is done
            doers = [act.character_id for act in segment.shot.acts]
            pan = next((pan for who, pan in _across(segment.shot).items() if who in doers), 0.0)
            for sound in segment.shot.sounds:
                start = self._ms(segment.start_frame) + round(sound.start * self._ms(segment.frames))
                cues.append(
                    pb.SoundCue(
                        name=sound.name,
                        start_ms=start,
                        duration_ms=sound.duration_ms,
                        pan=pan,
                        setting=segment.scene.setting,
                    )
                )
        return cues

    # ---- the words

    def _subtitles(self) -> StepDraft:
        params = pb.WriteSubtitlesParams(
            language=self._spec.language,
            lines=[line.timed for line in self._lines],
            duration_ms=self._spec.duration_ms,
            profile=profile(self._spec),
        )
        return StepDraft("subtitles", "write_subtitles", pb.StepParams(write_subtitles=params))

    def _translations(self) -> list[StepDraft]:
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

    # ---- the film

    def _assembly(self) -> StepDraft:
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
        shots = [segment.step for segment in self._segments]
        inputs = [DraftInput(f"segment-{index:04d}", name, "segment") for index, name in enumerate(shots)]
        inputs.append(DraftInput("audio", "mix", "audio"))
        inputs += [DraftInput(f"vtt-{language}", step, "vtt") for language, step in tracks.items()]
        needs = (*shots, "mix", *tracks.values())
        return StepDraft("assemble", "assemble_film", pb.StepParams(assemble_film=params), needs, tuple(inputs))

    def _chapters(self) -> list[pb.Chapter]:
        chapters = [pb.Chapter(title=self._title, start_ms=0)]
        for scene, frame in self._starts:
            start = self._ms(frame)
            if len(chapters) > 1 and start - chapters[-1].start_ms < SHORTEST_CHAPTER_MS:
                continue
            # a chapter that starts with the film takes the title's place
            chapters = chapters[:-1] if start == 0 else chapters
            chapters.append(pb.Chapter(title=scene.heading or f"{scene.number}", start_ms=start))
        return chapters

    def _check(self, *, sound: bool) -> StepDraft:
        spec = self._spec
        seen = [line for line in self._lines if not line.timed.off_screen]
        params = pb.CheckQualityParams(
            profile=profile(spec),
            duration_ms=spec.duration_ms,
            sound_expected=sound,
            still_stretches=[
                pb.CheckQualityParams.Stretch(
                    start_ms=int(segment.start_frame * 1000 / spec.fps),
                    end_ms=self._ms(segment.start_frame + segment.frames),
                )
                for index, segment in enumerate(self._segments)
                if self._holds_still(index, segment)
            ],
            lines=[line.timed for line in seen],
            captions_burned=spec.burn_captions and bool(self._lines),
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

    def _holds_still(self, index: int, segment: Segment) -> bool:
        static = segment.shot is not None and segment.shot.camera in (
            storyboard_pb2.CAMERA_MOVE_STATIC,
            storyboard_pb2.CAMERA_MOVE_UNSPECIFIED,
        )
        # the filmmaker's own picture may look the same wherever the camera goes: a plain colour, a logo on white
        own = segment.shot is not None and bool(segment.shot.image_asset_id)
        after = self._segments[index + 1] if index + 1 < len(self._segments) else None
        through_black = storyboard_pb2.TRANSITION_FADE in (segment.transition, after and after.transition)
        # a podcast that is the whole picture has no camera: between two lines nobody moves
        studio = self._spec.podcast is not None and self._spec.podcast["layout"] == "full"
        return segment.shot is None or static or own or studio or through_black or index == 0 or after is None

    def _scenes(self) -> StepDraft:
        ends = [start for _, start in self._starts[1:]]
        last = self._segments[-1]
        ends.append(last.start_frame if last.shot is None else last.start_frame + last.frames)
        cuts = [
            pb.CutScenesParams.Cut(scene=scene.number, start_frame=start, frames=end - start)
            for (scene, start), end in zip(self._starts, ends, strict=True)
        ]
        params = pb.CutScenesParams(profile=profile(self._spec), cuts=cuts)
        return StepDraft(
            "scenes",
            "cut_scenes",
            pb.StepParams(cut_scenes=params),
            ("assemble",),
            (DraftInput("film", "assemble", "film"),),
        )

    def _webm(self) -> StepDraft:
        params = pb.EncodeWebmParams(profile=profile(self._spec), duration_ms=self._spec.duration_ms)
        return StepDraft(
            "webm",
            "encode_webm",
            pb.StepParams(encode_webm=params),
            ("assemble",),
            (DraftInput("film", "assemble", "film"),),
        )


def poster(spec: FilmSpec, frames: Sequence[str], title: str) -> StepDraft:
    """The thumbnail, from the best of those pictures, likeliest first."""
    params = pb.MakeThumbnailParams(profile=profile(spec), title=title, language=spec.language)
    inputs = tuple(DraftInput(f"frame-{index:04d}", frame, "frame") for index, frame in enumerate(frames))
    return StepDraft("thumbnail", "make_thumbnail", pb.StepParams(make_thumbnail=params), tuple(frames), inputs)


def storyboard_sheet(spec: FilmSpec, board: storyboard_pb2.Storyboard, title: str) -> StepDraft:
    """Every shot's picture on one page."""
    panels = [
        pb.DrawStoryboardParams.Panel(scene=scene.number, shot=shot, heading=scene.heading)
        for scene, shot in shots_of(board)
    ]
    params = pb.DrawStoryboardParams(profile=profile(spec), title=title, language=spec.language, panels=panels)
    frames = tuple(f"frame/{index:04d}" for index in range(len(panels)))
    inputs = tuple(DraftInput(f"frame-{index:04d}", frame, "frame") for index, frame in enumerate(frames))
    return StepDraft("storyboard", "draw_storyboard", pb.StepParams(draw_storyboard=params), frames, inputs)


def complete(params: pb.StepParams, results: dict[str, pb.StepResult], needs: Sequence[str]) -> None:
    """What a step's parameters take from the results of the steps it needed (by name), known only now."""
    match params.WhichOneof("kind"):
        case "animate_shot":
            # a camera looks where the drawing says there is something to see
            drawn = results[needs[0]].draw_frame
            params.animate_shot.focus_x, params.animate_shot.focus_y = drawn.focus_x, drawn.focus_y
        case "make_thumbnail":
            params.make_thumbnail.ClearField("focuses")
            params.make_thumbnail.focuses.extend(results[name].draw_frame for name in needs)
        case "check_quality":
            params.check_quality.speech_over_music_db = results["mix"].mix_audio.speech_over_music_db


def _across(shot: storyboard_pb2.Shot) -> dict[str, float]:
    """How far to the left or right those in the picture are heard."""
    return {presence.character_id: (presence.position - 0.5) * 2 * _WIDEST_PAN for presence in shot.presences}


def _busiest(scene: storyboard_pb2.Scene) -> list[str]:
    """Who speaks in the scene, most first; who is merely seen after them."""
    spoken: dict[str, int] = {}
    for shot in scene.shots:
        for presence in shot.presences:
            spoken.setdefault(presence.character_id, 0)
        for line in shot.lines:
            if line.character_id:
                spoken[line.character_id] = spoken.get(line.character_id, 0) + line.estimated_ms
    return sorted(spoken, key=lambda name: (-spoken[name], name))[:2]


def _faster(result: pb.SpeakLineResult, tempo: float) -> list[pb.SpokenWord]:
    return [
        pb.SpokenWord(text=word.text, start_ms=round(word.start_ms / tempo), end_ms=round(word.end_ms / tempo))
        for word in result.words
    ]
