"""What joins a film's steps: mouths, transitions, languages of its words, podcasts, its further files."""

from __future__ import annotations

from typing import Any

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import script_pb2, storyboard_pb2

from services.ai_jobs import completing
from services.ai_jobs.drafts import StepDraft
from services.ai_jobs.errors import LanguageUnsupported
from services.ai_jobs.options import Files
from services.ai_jobs.specs import FilmSpec
from services.kit.errors import Invalid
from tests.unit.ai_jobs.specs import board_of, plan_of, spec_of

FILE = {"asset_id": "f", "object_key": "k", "sha256": "s", "size_bytes": 1, "content_type": "text/plain"}


@pytest.fixture
def spec(pro: credits_pb2.Plan, script: script_pb2.Script) -> FilmSpec:
    return spec_of(pro, script, duration_s=40)


def inputs(draft: StepDraft) -> dict[str, tuple[str, str]]:
    return {item.name: (item.step, item.output) for item in draft.inputs}


def test_a_shot_is_moved_by_its_plate_and_the_mouths_of_its_lines(spec: FilmSpec) -> None:
    plan = plan_of(spec, board_of([("mara: One.",), ("mara: Two.", "Three.")]))
    assert inputs(plan["shot/0001"]) == {
        "frame": ("frame/0001", "frame"),
        "plate": ("frame/0001", "plate"),
        "mouths-0000": ("lips/0001", "mouths"),
    }
    lines = plan["shot/0001"].params.animate_shot.lines
    assert [(line.character_id, line.off_screen) for line in lines] == [("c1", False)]
    heard = plan["mix"].params.mix_audio.lines
    assert [(line.character_id, line.off_screen) for line in heard] == [("c1", False), ("c1", False), ("", True)]
    assert plan["shot/0001"].params.animate_shot.scene == plan["frame/0001"].params.draw_frame
    assert inputs(plan["lips/0002"]) == {"speech": ("speak/0002", "speech"), "phonemes": ("speak/0002", "phonemes")}


def test_a_card_has_neither_plate_nor_captions(spec: FilmSpec) -> None:
    card = plan_of(spec, board_of([("mara: One.",)]))["shot/title"]
    assert inputs(card) == {"frame": ("frame/title", "frame")}
    assert not card.params.animate_shot.HasField("scene")


def test_a_dissolve_begins_with_the_last_picture_of_the_shot_before(spec: FilmSpec) -> None:
    board = board_of([("mara: One.",)], [("mara: Two.",)], [("mara: Three.",)])
    board.scenes[1].shots[0].transition = storyboard_pb2.TRANSITION_DISSOLVE
    board.scenes[2].shots[0].transition = storyboard_pb2.TRANSITION_FADE
    plan = plan_of(spec, board)
    first, second, third = (plan[f"shot/000{index}"].params.animate_shot for index in range(3))
    assert (first.keep_last, second.dissolve_in_frames) == (True, 12)
    assert inputs(plan["shot/0001"])["previous"] == ("shot/0000", "last")
    assert (second.fade_out_frames, third.fade_in_frames, third.dissolve_in_frames) == (12, 12, 0)
    assert (first.fade_out_frames, second.keep_last) == (0, False)


def test_what_is_longest_is_moved_first_and_what_others_begin_with_counts_with_them(spec: FilmSpec) -> None:
    board = board_of([("mara: One.",)], [("mara: Two.",)], [("mara: Three.",)])
    board.scenes[1].shots[0].natural_ms = 1500

    def begun() -> list[str]:
        return [name for name in plan_of(spec, board) if name.startswith("shot/0")]

    assert begun() == ["shot/0001", "shot/0000", "shot/0002"]
    board.scenes[1].shots[0].transition = storyboard_pb2.TRANSITION_DISSOLVE
    assert begun() == ["shot/0000", "shot/0001", "shot/0002"]


def test_a_translation_is_a_track_and_burned_where_it_is_named_first(
    pro: credits_pb2.Plan, script: script_pb2.Script
) -> None:
    files = Files(subtitles={"hi": FILE})
    board = board_of([("mara: One.",), ("mara: Two.",)])
    asked = jobs_pb2.SubtitleOptions(languages=["hi"], files={"hi": "f"})
    plan = plan_of(spec_of(pro, script, files, subtitles=asked), board)
    shot = plan["shot/0001"].params.animate_shot
    assert inputs(plan["shot/0001"])["captions"] == ("subtitles/hi", "vtt")
    assert (list(shot.captions), shot.caption_language) == ([], "hi")
    assert shot.captions_offset_ms == round(
        1000 / 24 * sum(plan[f"shot/{name}"].params.animate_shot.frames for name in ("title", "0000"))
    )
    assert plan["subtitles/hi"].inputs[0].file == FILE
    assert inputs(plan["assemble"])["vtt-hi"] == ("subtitles/hi", "vtt")
    assert list(plan["assemble"].params.assemble_film.subtitle_languages) == ["en", "hi"]


def test_a_language_with_neither_engine_nor_file_is_refused(pro: credits_pb2.Plan, script: script_pb2.Script) -> None:
    with pytest.raises(LanguageUnsupported, match="give it as a file"):
        spec_of(pro, script, subtitles=jobs_pb2.SubtitleOptions(languages=["en", "hi"]))
    with pytest.raises(Invalid, match="made from its speech"):
        spec_of(pro, script, Files(subtitles={"en": FILE}), subtitles=jobs_pb2.SubtitleOptions(files={"en": "f"}))


def podcast(*names: str, layout: str = "") -> jobs_pb2.PodcastOptions:
    speakers = [jobs_pb2.PodcastOptions.Speaker(name=name, portrait_asset_id="f" * (name == "mara")) for name in names]
    return jobs_pb2.PodcastOptions(speakers=speakers, layout=layout)


def test_a_podcast_shows_its_speakers_in_every_shot(pro: credits_pb2.Plan, script: script_pb2.Script) -> None:
    script.characters[:] = ["Mara", "Tom"]
    board = board_of([("mara: One.",), ("Two.",)])
    board.characters.add(id="c2", name="Tom")
    spec = spec_of(pro, script, Files(portraits={"f": FILE}), podcast=podcast("mara", "TOM", layout="full"))
    plan = plan_of(spec, board)
    for name in ("shot/0000", "shot/0001"):
        shown = plan[name].params.animate_shot.podcast
        assert shown.layout == "full"
        assert [(one.character_id, one.name, one.portrait_input) for one in shown.speakers] == [
            ("c1", "Mara", "portrait-0"), ("c2", "Tom", ""),
        ]  # fmt: skip
        assert {character.id for character in plan[name].params.animate_shot.scene.characters} == {"c1", "c2"}
    assert not plan["shot/title"].params.animate_shot.HasField("podcast")


@pytest.mark.parametrize("names", [("mara",), ("mara", "nobody"), ("mara", "mara")])
def test_a_podcast_of_people_who_are_not_there_is_refused(
    pro: credits_pb2.Plan, script: script_pb2.Script, names: tuple[str, ...]
) -> None:
    script.characters[:] = ["Mara", "Tom"]
    with pytest.raises(Invalid):
        spec_of(pro, script, podcast=podcast(*names))


def test_scenes_are_cut_where_they_begin(spec: FilmSpec) -> None:
    plan = plan_of(spec, board_of([("mara: One.",)], [("mara: Two.",), ()]))
    length = {name: plan[f"shot/{name}"].params.animate_shot.frames for name in ("title", "0000", "0001", "0002")}
    cuts = [(cut.scene, cut.start_frame, cut.frames) for cut in plan["scenes"].params.cut_scenes.cuts]
    assert cuts == [
        (1, length["title"], length["0000"]),
        (2, length["title"] + length["0000"], length["0001"] + length["0002"]),
    ]


def test_webm_is_made_where_it_was_asked_for(pro: credits_pb2.Plan, script: script_pb2.Script, spec: FilmSpec) -> None:
    board = board_of([("mara: One.",)])
    assert "webm" not in plan_of(spec, board)
    assert "webm" in plan_of(spec_of(pro, script, formats=["webm", "mp4"]), board)


@pytest.mark.parametrize(("voice", "age"), [("child", "AGE_GROUP_CHILD"), ("old_male", "AGE_GROUP_SENIOR")])
def test_the_narrator_has_the_voice_that_was_asked_for(
    pro: credits_pb2.Plan, script: script_pb2.Script, voice: str, age: str
) -> None:
    spec = spec_of(pro, script, narrator=jobs_pb2.NarratorOptions(voice=voice))
    spoken = plan_of(spec, board_of([("Once upon a time.",)]))["speak/0000"].params.speak_line.voice
    assert storyboard_pb2.AgeGroup.Name(spoken.age) == age


def test_sounds_fall_where_the_shot_has_them(spec: FilmSpec) -> None:
    board = board_of([("mara: One.",), ()])
    board.scenes[0].shots[1].sounds.add(name="door", start=0.5)
    plan = plan_of(spec, board)
    frames = [plan[f"shot/{name}"].params.animate_shot.frames for name in ("title", "0000", "0001")]
    [cue] = plan["mix"].params.mix_audio.sounds
    assert cue.name == "door"
    assert cue.start_ms == pytest.approx((frames[0] + frames[1] + frames[2] / 2) * 1000 / 24, abs=2)


def test_what_later_steps_take_from_earlier_results() -> None:
    drawn = pb.StepResult(draw_frame=pb.DrawFrameResult(focus_x=0.3, focus_y=0.4))
    shot = pb.StepParams(animate_shot=pb.AnimateShotParams(frames=3))
    completing.complete(shot, {"frame/0000": drawn}, ["frame/0000"])
    assert (shot.animate_shot.focus_x, shot.animate_shot.focus_y) == (0.3, 0.4)
    thumbnail = pb.StepParams(make_thumbnail=pb.MakeThumbnailParams())
    for _ in range(2):
        completing.complete(thumbnail, {"frame/0000": drawn, "frame/0001": drawn}, ["frame/0000", "frame/0001"])
    assert len(thumbnail.make_thumbnail.focuses) == 2
    mixed: dict[str, Any] = {"mix": pb.StepResult(mix_audio=pb.MixAudioResult(speech_over_music_db=14.5))}
    check = pb.StepParams(check_quality=pb.CheckQualityParams())
    completing.complete(check, mixed, ["assemble", "mix"])
    assert check.check_quality.speech_over_music_db == 14.5


def test_the_check_is_told_of_every_shot_and_card_whose_camera_moves(spec: FilmSpec) -> None:
    board = board_of([("mara: One.",), ("mara: Two.",), ("mara: Three.",)])
    board.scenes[0].shots[0].camera = storyboard_pb2.CAMERA_MOVE_PUSH_IN
    board.scenes[0].shots[1].camera = storyboard_pb2.CAMERA_MOVE_STATIC
    plan = plan_of(spec, board)
    told = plan["check"].params.check_quality
    still = {(stretch.start_ms, stretch.end_ms) for stretch in told.still_stretches}
    moving = [(stretch.start_ms, stretch.end_ms) for stretch in told.moving_stretches]
    title, shot, end = moving
    assert (title[0], shot[0], end[1]) == (0, title[1], spec.duration_ms)
    assert shot not in still
    assert {title, end} < still
