"""The first half of a plan: reading the script, drawing its pictures, speaking its lines. Pure: storyboard in, drafts out.

What comes once lengths are known is in `production.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import script_pb2, storyboard_pb2

from services.ai_jobs.drafts import DraftInput, StepDraft, profile, shots_of
from services.ai_jobs.fitting import ShotNeed
from services.ai_jobs.models import Job, JobKind
from services.ai_jobs.specs import FilmSpec, IdeaSpec

# how many pictures a thumbnail is chosen from
POSTER_CHOICES = 4

END_TITLES = {
    "en": "The End", "hi": "समाप्त", "mr": "समाप्त", "ne": "समाप्त", "ta": "முற்றும்", "te": "సమాప్తం", "bn": "সমাপ্ত", "gu": "સમાપ્ત",
    "kn": "ಮುಕ್ತಾಯ", "ml": "ശുഭം", "pa": "ਸਮਾਪਤ", "ur": "ختم شد", "es": "Fin", "fr": "Fin", "de": "Ende", "pt": "Fim", "it": "Fine",
    "nl": "Einde", "sv": "Slut", "da": "Slut", "nb": "Slutt", "fi": "Loppu", "pl": "Koniec", "cs": "Konec", "sk": "Koniec",
    "hu": "Vége", "ro": "Sfârșit", "bg": "Край", "el": "Τέλος", "ru": "Конец", "uk": "Кінець", "tr": "Son", "ar": "النهاية",
    "fa": "پایان", "id": "Tamat", "ms": "Tamat", "vi": "Hết", "th": "จบ", "sw": "Mwisho", "sa": "समाप्तम्", "zh": "剧终", "ja": "終わり", "ko": "끝",
}  # fmt: skip


def film_title(script: script_pb2.Script, project_title: str) -> str:
    """What the title card says: the script's own title page, else the project's name."""
    return script.title or project_title


def first_steps(job: Job) -> list[StepDraft]:
    """What a new job begins with."""
    if job.kind is JobKind.PROBE:
        return probe(**job.spec)
    match job.order:
        case IdeaSpec() as spec:
            return writing(spec)
        case FilmSpec() as spec:
            drafts = analysis(spec, script_pb2.Script.FromString(job.script))
            # the script itself stays in the job's row; the claim puts it in
            drafts[0].params.analyze_script.ClearField("script")
            return drafts


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


def writing(spec: IdeaSpec) -> list[StepDraft]:
    """The one step of a script job."""
    params = pb.WriteScriptParams(idea=spec.idea, language=spec.language, title=spec.title)
    return [StepDraft("write", "write_script", pb.StepParams(write_script=params))]


def _scene_seed(spec: FilmSpec, scene: storyboard_pb2.Scene) -> int:
    """The same for all shots of a place, so that it looks the same in each, and again when it returns."""
    text = f"{spec.seed}/{scene.setting.place}/{scene.setting.interior}/{scene.setting.description}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") & 0x7FFFFFFF


def frame_params(
    spec: FilmSpec, board: storyboard_pb2.Storyboard, scene: storyboard_pb2.Scene, shot: storyboard_pb2.Shot
) -> pb.DrawFrameParams:
    """What a shot's picture is drawn from, and what its puppets act by."""
    present = {presence.character_id for presence in shot.presences}
    return pb.DrawFrameParams(
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
        acts=shot.acts,
        things=shot.things,
    )


def _frame(
    spec: FilmSpec, board: storyboard_pb2.Storyboard, scene: storyboard_pb2.Scene, shot: storyboard_pb2.Shot, name: str
) -> StepDraft:
    params = frame_params(spec, board, scene, shot)
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


# The narrator's voices by the name that the API knows them by: age, gender, speed.
_ADULT, _YOUNG, _SENIOR, _CHILD = (
    storyboard_pb2.AGE_GROUP_ADULT,
    storyboard_pb2.AGE_GROUP_YOUNG_ADULT,
    storyboard_pb2.AGE_GROUP_SENIOR,
    storyboard_pb2.AGE_GROUP_CHILD,
)
_FEMALE, _MALE = storyboard_pb2.GENDER_FEMALE, storyboard_pb2.GENDER_MALE
_NARRATORS = {
    "": (_ADULT, _FEMALE, 0.97), "female": (_ADULT, _FEMALE, 0.97), "male": (_ADULT, _MALE, 0.97),
    "young_female": (_YOUNG, _FEMALE, 1.0), "young_male": (_YOUNG, _MALE, 1.0),
    "old_female": (_SENIOR, _FEMALE, 1.0), "old_male": (_SENIOR, _MALE, 1.0), "child": (_CHILD, _FEMALE, 0.97),
}  # fmt: skip
# of each kind of voice, the one that tells stories and that nobody in them has
_NARRATORS_VARIANT = 99


def narrator_voice(name: str) -> storyboard_pb2.Voice:
    """The narrator's voice of that name; KeyError for one nobody offers."""
    age, gender, speed = _NARRATORS[name]
    return storyboard_pb2.Voice(age=age, gender=gender, speed=speed, variant=_NARRATORS_VARIANT)


def speech(spec: FilmSpec, board: storyboard_pb2.Storyboard) -> list[StepDraft]:
    """Every line, spoken in its speaker's voice; equal lines of one voice are one rendering by their hash."""
    voices = {character.id: character.voice for character in board.characters}
    narrator = narrator_voice(spec.narrator)
    drafts = []
    lines = [line for _, shot in shots_of(board) for line in shot.lines]
    for index, line in enumerate(lines):
        params = pb.SpeakLineParams(
            text=line.text,
            language=spec.language,
            voice=voices.get(line.character_id, narrator),
            feeling=line.feeling,
            delivery=line.delivery,
        )
        spoken = f"speak/{index:04d}"
        drafts.append(StepDraft(spoken, "speak_line", pb.StepParams(speak_line=params)))
        lips = pb.StepParams(sync_lips=pb.SyncLipsParams(language=spec.language))
        sounds = (DraftInput("speech", spoken, "speech"), DraftInput("phonemes", spoken, "phonemes", optional=True))
        drafts.append(StepDraft(f"lips/{index:04d}", "sync_lips", lips, (spoken,), sounds))
    return drafts


def pictures_and_voices(spec: FilmSpec, board: storyboard_pb2.Storyboard, title: str, *, film: bool) -> list[StepDraft]:
    """What follows from a storyboard alone; of a film its speech first, since every length waits for that."""
    pictures = frames(spec, board, title, cards=film)
    if film:
        return [*speech(spec, board), *pictures]
    posters = [picture.name for picture in pictures[:POSTER_CHOICES]]
    return [*pictures, poster(spec, posters, title), storyboard_sheet(spec, board, title)]


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


def needs_of_shots(board: storyboard_pb2.Storyboard, spoken: list[pb.SpeakLineResult]) -> list[ShotNeed]:
    """What the fitting asks about each shot, with how long its lines really are."""
    lengths = iter(spoken)
    return [
        ShotNeed(shot.id, shot.natural_ms, tuple(next(lengths).duration_ms for _ in shot.lines), shot.wished_ms)
        for _, shot in shots_of(board)
    ]


def probe(steps: int, seconds_per_step: float, width: int, fail_rate: float) -> list[StepDraft]:
    """Steps that only wait, at most `width` of them side by side (0: all)."""
    params = pb.StepParams(wait=pb.WaitParams(seconds=seconds_per_step, fail_rate=fail_rate))
    lanes = width or steps
    return [
        StepDraft(f"wait/{index:05d}", "wait", params, needs=(f"wait/{index - lanes:05d}",) if index >= lanes else ())
        for index in range(steps)
    ]
