"""The plan of a film: which steps there are, what each needs and is told. Pure: storyboard and lengths in, drafts out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import script_pb2, storyboard_pb2

from services.ai_jobs.fitting import Fit, ShotNeed
from services.ai_jobs.models import FilmSpec

FADE_MS = 500
# scenes that come sooner than this after a chapter's beginning belong to it: a menu of blinks helps nobody
SHORTEST_CHAPTER_MS = 5000
# the music rings out with the film; speech never starts before this
NARRATOR = "Narrator"
END_TITLES = {
    "en": "The End", "hi": "समाप्त", "mr": "समाप्त", "ne": "समाप्त", "ta": "முற்றும்", "te": "సమాప్తం", "bn": "সমাপ্ত", "gu": "સમાપ્ત",
    "kn": "ಮುಕ್ತಾಯ", "ml": "ശുഭം", "pa": "ਸਮਾਪਤ", "ur": "ختم شد", "es": "Fin", "fr": "Fin", "de": "Ende", "pt": "Fim", "it": "Fine",
    "nl": "Einde", "sv": "Slut", "da": "Slut", "nb": "Slutt", "fi": "Loppu", "pl": "Koniec", "cs": "Konec", "sk": "Koniec",
    "hu": "Vége", "ro": "Sfârșit", "bg": "Край", "el": "Τέλος", "ru": "Конец", "uk": "Кінець", "tr": "Son", "ar": "النهاية",
    "fa": "پایان", "id": "Tamat", "ms": "Tamat", "vi": "Hết", "th": "จบ", "sw": "Mwisho",
}  # fmt: skip


@dataclass(frozen=True)
class DraftInput:
    """An input by the step (its name in the plan) and output it comes from, or a file of the filmmaker's own."""

    name: str
    step: str = ""
    output: str = ""
    file: dict[str, Any] | None = None


@dataclass(frozen=True)
class StepDraft:
    """A step to be: `needs` are names of other drafts or of steps that are in the plan already."""

    name: str
    kind: str
    params: pb.StepParams
    needs: tuple[str, ...] = ()
    inputs: tuple[DraftInput, ...] = field(default=())


def _from_step(name: str, step: str, output: str) -> DraftInput:
    return DraftInput(name, step, output)


def film_title(script: script_pb2.Script, project_title: str) -> str:
    """What the title card says: the script's own title page, else the project's name."""
    return script.title or project_title


def profile(spec: FilmSpec) -> pb.FilmProfile:
    """The frame's shape, for every step that needs it."""
    return pb.FilmProfile(width=spec.width, height=spec.height, fps=spec.fps)


def shots_of(storyboard: storyboard_pb2.Storyboard) -> Iterator[tuple[storyboard_pb2.Scene, storyboard_pb2.Shot]]:
    """Every shot with its scene, in film order."""
    for scene in storyboard.scenes:
        for shot in scene.shots:
            yield scene, shot


def analysis(spec: FilmSpec, script: script_pb2.Script) -> list[StepDraft]:
    """The first step of every film and storyboard."""
    params = pb.AnalyzeScriptParams(
        script=script,
        duration_ms=spec.duration_ms,
        aspect=spec.aspect,
        style=spec.style,
        image_asset_ids=[image["asset_id"] for image in spec.images],
    )
    return [StepDraft("analyze", "analyze_script", pb.StepParams(analyze_script=params))]


def _scene_seed(spec: FilmSpec, scene: storyboard_pb2.Scene) -> int:
    """The same for all shots of a place, so that it looks the same in each, and again when it returns."""
    text = f"{spec.seed}/{scene.setting.place}/{scene.setting.interior}/{scene.setting.description}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") & 0x7FFFFFFF


def _frame(
    spec: FilmSpec, board: storyboard_pb2.Storyboard, scene: storyboard_pb2.Scene, shot: storyboard_pb2.Shot, name: str
) -> StepDraft:
    present = {presence.character_id for presence in shot.presences}
    params = pb.DrawFrameParams(
        profile=profile(spec),
        style=spec.style,
        setting=scene.setting,
        mood=scene.mood,
        size=shot.size,
        presences=shot.presences,
        characters=[character for character in board.characters if character.id in present],
        props=shot.props,
        prompt=shot.prompt,
        scene_seed=_scene_seed(spec, scene),
        own_image=bool(shot.image_asset_id),
        language=spec.language,
    )
    own = [image for image in spec.images if image["asset_id"] == shot.image_asset_id]
    inputs = tuple(DraftInput("image", file=image) for image in own[:1])
    return StepDraft(name, "draw_frame", pb.StepParams(draw_frame=params), inputs=inputs)


def _card(
    spec: FilmSpec, scene: storyboard_pb2.Scene, kind: pb.Card.Kind.ValueType, title: str, subtitle: str, name: str
) -> StepDraft:
    params = pb.DrawFrameParams(
        profile=profile(spec),
        style=spec.style,
        setting=scene.setting,
        mood=scene.mood,
        size=storyboard_pb2.SHOT_SIZE_WIDE,
        scene_seed=_scene_seed(spec, scene),
        card=pb.Card(kind=kind, title=title, subtitle=subtitle),
        language=spec.language,
    )
    return StepDraft(name, "draw_frame", pb.StepParams(draw_frame=params))


def frames(spec: FilmSpec, board: storyboard_pb2.Storyboard, title: str, *, cards: bool) -> list[StepDraft]:
    """A picture of every shot, and of the cards."""
    drafts = [
        _frame(spec, board, scene, shot, f"frame/{index:04d}") for index, (scene, shot) in enumerate(shots_of(board))
    ]
    if cards and spec.intro:
        drafts.insert(0, _card(spec, board.scenes[0], pb.Card.KIND_TITLE, title, "", "frame/title"))
    if cards and spec.outro:
        ending = END_TITLES.get(spec.language, END_TITLES["en"])
        drafts.append(_card(spec, board.scenes[-1], pb.Card.KIND_END, ending, title, "frame/end"))
    return drafts


def speech(spec: FilmSpec, board: storyboard_pb2.Storyboard) -> list[StepDraft]:
    """Every line, spoken in its speaker's voice; equal lines of one voice are one rendering by their hash."""
    voices = {character.id: character.voice for character in board.characters}
    narrator = storyboard_pb2.Voice(
        age=storyboard_pb2.AGE_GROUP_ADULT, gender=storyboard_pb2.GENDER_NEUTRAL, speed=0.95, variant=0
    )
    drafts = []
    lines = [line for _, shot in shots_of(board) for line in shot.lines]
    for index, line in enumerate(lines):
        params = pb.SpeakLineParams(
            text=line.text, language=spec.language, voice=voices.get(line.character_id, narrator), feeling=line.feeling
        )
        drafts.append(StepDraft(f"speak/{index:04d}", "speak_line", pb.StepParams(speak_line=params)))
    return drafts


def needs_of_shots(board: storyboard_pb2.Storyboard, spoken: list[pb.SpeakLineResult]) -> list[ShotNeed]:
    """What the fitting asks about each shot, with how long its lines really are."""
    lengths = iter(spoken)
    return [
        ShotNeed(shot.id, shot.natural_ms, tuple(next(lengths).duration_ms for _ in shot.lines))
        for _, shot in shots_of(board)
    ]


@dataclass(frozen=True)
class _Segment:
    """A stretch of the film: a card or a shot, with its place in time."""

    name: str
    start_frame: int
    frames: int
    scene: storyboard_pb2.Scene | None = None
    shot: storyboard_pb2.Shot | None = None
    lines: tuple[pb.TimedLine, ...] = ()


def _faster(result: pb.SpeakLineResult, tempo: float) -> list[pb.SpokenWord]:
    return [
        pb.SpokenWord(text=word.text, start_ms=round(word.start_ms / tempo), end_ms=round(word.end_ms / tempo))
        for word in result.words
    ]


def _segments(
    spec: FilmSpec, board: storyboard_pb2.Storyboard, spoken: list[pb.SpeakLineResult], fit: Fit
) -> list[_Segment]:
    names = {character.id: character.name for character in board.characters}
    results = iter(spoken)
    segments: list[_Segment] = []
    at = 0

    def add(segment_name: str, length: int, **more: Any) -> None:
        nonlocal at
        segments.append(_Segment(segment_name, at, length, **more))
        at += length

    if fit.title_frames:
        add("title", fit.title_frames)
    for index, (scene, shot) in enumerate(shots_of(board)):
        timed = tuple(
            pb.TimedLine(
                speaker=names.get(line.character_id, NARRATOR),
                text=line.text,
                start_ms=placed.start_ms,
                duration_ms=placed.duration_ms,
                words=_faster(next(results), fit.tempo),
            )
            for line, placed in zip(shot.lines, fit.lines[shot.id], strict=True)
        )
        add(f"{index:04d}", fit.shot_frames[shot.id], scene=scene, shot=shot, lines=timed)
    if fit.end_frames:
        add("end", fit.end_frames)
    return segments


def _animation(spec: FilmSpec, segment: _Segment, *, first: bool, last: bool) -> StepDraft:
    fade = min(segment.frames // 3, round(FADE_MS * spec.fps / 1000))
    push = storyboard_pb2.CAMERA_MOVE_PUSH_IN
    params = pb.AnimateShotParams(
        profile=profile(spec),
        frames=segment.frames,
        camera=segment.shot.camera if segment.shot else push,
        captions=segment.lines if spec.burn_captions else [],
        caption_language=spec.language,
        watermark=spec.watermark,
        fade_in_frames=fade if first else 0,
        fade_out_frames=fade if last else 0,
    )
    frame = f"frame/{segment.name}"
    return StepDraft(
        f"shot/{segment.name}",
        "animate_shot",
        pb.StepParams(animate_shot=params),
        needs=(frame,),
        inputs=(_from_step("frame", frame, "frame"),),
    )


def _film_lines(spec: FilmSpec, segments: list[_Segment]) -> list[pb.TimedLine]:
    lines = []
    for segment in segments:
        offset = round(segment.start_frame * 1000 / spec.fps)
        for line in segment.lines:
            placed = pb.TimedLine()
            placed.CopyFrom(line)
            placed.start_ms += offset
            lines.append(placed)
    return lines


def _scene_starts(spec: FilmSpec, segments: list[_Segment]) -> list[tuple[storyboard_pb2.Scene, int]]:
    starts: list[tuple[storyboard_pb2.Scene, int]] = []
    for segment in segments:
        if segment.scene is not None and (not starts or starts[-1][0].id != segment.scene.id):
            starts.append((segment.scene, round(segment.start_frame * 1000 / spec.fps)))
    return starts


def _music(spec: FilmSpec, starts: list[tuple[storyboard_pb2.Scene, int]]) -> StepDraft | None:
    if spec.music_mood == "none" or spec.music_asset is not None:
        return None
    begins = [0, *(start for _, start in starts[1:])]
    ends = [*begins[1:], spec.duration_ms]
    cues = [
        pb.MusicCue(start_ms=begin, duration_ms=end - begin, mood=scene.mood)
        for (scene, _), begin, end in zip(starts, begins, ends, strict=True)
    ]
    mood = "" if spec.music_mood == "auto" else spec.music_mood
    params = pb.ComposeMusicParams(duration_ms=spec.duration_ms, cues=cues, mood=mood, raga=spec.music_raga)
    return StepDraft("music", "compose_music", pb.StepParams(compose_music=params))


def _mix(spec: FilmSpec, lines: list[pb.TimedLine], tempo: float, music: StepDraft | None) -> StepDraft:
    params = pb.MixAudioParams(duration_ms=spec.duration_ms, lines=lines, tempo=tempo, music_volume=spec.music_volume)
    needs = [f"speak/{index:04d}" for index in range(len(lines))]
    inputs = [_from_step(f"line-{index:04d}", name, "speech") for index, name in enumerate(needs)]
    if music is not None:
        needs.append(music.name)
        inputs.append(_from_step("music", music.name, "music"))
    elif spec.music_asset is not None:
        inputs.append(DraftInput("music", file=spec.music_asset))
    return StepDraft("mix", "mix_audio", pb.StepParams(mix_audio=params), tuple(needs), tuple(inputs))


def _assembly(
    spec: FilmSpec, segments: list[_Segment], starts: list[tuple[storyboard_pb2.Scene, int]], title: str
) -> StepDraft:
    chapters = [pb.Chapter(title=title, start_ms=0)]
    for scene, start in starts:
        if len(chapters) > 1 and start - chapters[-1].start_ms < SHORTEST_CHAPTER_MS:
            continue
        name = scene.heading or f"{scene.number}"
        # a chapter that starts with the film takes the title's place
        chapters = chapters[:-1] if start == 0 else chapters
        chapters.append(pb.Chapter(title=name, start_ms=start))
    params = pb.AssembleFilmParams(
        profile=profile(spec), frames=spec.frames, title=title, language=spec.language, chapters=chapters
    )
    shots = [f"shot/{segment.name}" for segment in segments]
    inputs = [_from_step(f"segment-{index:04d}", name, "segment") for index, name in enumerate(shots)]
    inputs.append(_from_step("audio", "mix", "audio"))
    return StepDraft("assemble", "assemble_film", pb.StepParams(assemble_film=params), (*shots, "mix"), tuple(inputs))


def _still(spec: FilmSpec, segment: _Segment, *, first: bool, last: bool) -> bool:
    static = segment.shot is not None and segment.shot.camera in (
        storyboard_pb2.CAMERA_MOVE_STATIC,
        storyboard_pb2.CAMERA_MOVE_UNSPECIFIED,
    )
    # the filmmaker's own picture may look the same wherever the camera goes: a plain colour, a logo on white
    own = segment.shot is not None and bool(segment.shot.image_asset_id)
    return segment.shot is None or static or own or first or last


def _check(spec: FilmSpec, segments: list[_Segment], *, sound: bool) -> StepDraft:
    stretches = [
        pb.CheckQualityParams.Stretch(
            start_ms=int(segment.start_frame * 1000 / spec.fps),
            end_ms=round((segment.start_frame + segment.frames) * 1000 / spec.fps),
        )
        for index, segment in enumerate(segments)
        if _still(spec, segment, first=index == 0, last=index == len(segments) - 1)
    ]
    params = pb.CheckQualityParams(
        profile=profile(spec), duration_ms=spec.duration_ms, sound_expected=sound, still_stretches=stretches
    )
    needs = ("assemble", "mix", "subtitles")
    inputs = (
        _from_step("film", "assemble", "film"),
        _from_step("audio", "mix", "audio"),
        _from_step("vtt", "subtitles", "vtt"),
    )
    return StepDraft("check", "check_quality", pb.StepParams(check_quality=params), needs, inputs)


def _poster_segment(segments: list[_Segment]) -> _Segment:
    """The picture that sells the film: the earliest of the nearest with somebody in it, else the first shot."""
    shots = [segment for segment in segments if segment.shot is not None]
    peopled = [segment for segment in shots if segment.shot is not None and segment.shot.presences]
    medium = [
        segment
        for segment in peopled
        if segment.shot is not None and segment.shot.size == storyboard_pb2.SHOT_SIZE_MEDIUM
    ]
    return (medium or peopled or shots)[0]


def thumbnail(spec: FilmSpec, frame: str, title: str) -> StepDraft:
    """The poster, from one of the frames."""
    params = pb.MakeThumbnailParams(profile=profile(spec), title=title, language=spec.language)
    inputs = (_from_step("frame", frame, "frame"),)
    return StepDraft("thumbnail", "make_thumbnail", pb.StepParams(make_thumbnail=params), (frame,), inputs)


def production(
    spec: FilmSpec, board: storyboard_pb2.Storyboard, spoken: list[pb.SpeakLineResult], fit: Fit, title: str
) -> list[StepDraft]:
    """Everything after the lengths are known, in the order to begin it: what takes one core for long goes beside the segments."""
    segments = _segments(spec, board, spoken, fit)
    last = len(segments) - 1
    lines = _film_lines(spec, segments)
    starts = _scene_starts(spec, segments)
    music = _music(spec, starts)
    subtitles = pb.WriteSubtitlesParams(
        language=spec.language, lines=lines, duration_ms=spec.duration_ms, profile=profile(spec)
    )
    return [
        *([music] if music is not None else []),
        _mix(spec, lines, fit.tempo, music),
        StepDraft("subtitles", "write_subtitles", pb.StepParams(write_subtitles=subtitles)),
        thumbnail(spec, f"frame/{_poster_segment(segments).name}", title),
        *(_animation(spec, segment, first=index == 0, last=index == last) for index, segment in enumerate(segments)),
        _assembly(spec, segments, starts, title),
        _check(spec, segments, sound=bool(lines) or music is not None or spec.music_asset is not None),
    ]


def with_focus(params: pb.StepParams, drawn: pb.DrawFrameResult) -> None:
    """A camera looks where the drawing says there is something to see; known only once it is drawn."""
    params.animate_shot.focus_x = drawn.focus_x
    params.animate_shot.focus_y = drawn.focus_y


def probe(steps: int, seconds_per_step: float, width: int, fail_rate: float) -> list[StepDraft]:
    """Steps that only wait, at most `width` of them side by side (0: all)."""
    params = pb.StepParams(wait=pb.WaitParams(seconds=seconds_per_step, fail_rate=fail_rate))
    lanes = width or steps
    return [
        StepDraft(f"wait/{index:05d}", "wait", params, needs=(f"wait/{index - lanes:05d}",) if index >= lanes else ())
        for index in range(steps)
    ]
