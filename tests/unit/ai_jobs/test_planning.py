"""The plan of a film: which steps there are, what each needs, and that times and places agree over all of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import script_pb2

from services.ai_jobs import delivery_plan, planning
from services.ai_jobs.drafts import StepDraft
from services.ai_jobs.options import Files
from services.ai_jobs.production import production
from services.ai_jobs.specs import FilmSpec
from services.projects.languages import SUPPORTED
from tests.unit.ai_jobs.specs import board_of, fit_of, plan_of, spec_of, spoken_of

BOARD = board_of([(), ("mara: Who is there?", "Nobody answers.")], [("mara: It was the wind.",), ()])
MUSIC = {"asset_id": "m", "object_key": "k", "sha256": "s", "size_bytes": 1, "content_type": "audio/mpeg"}


@pytest.fixture
def spec(pro: credits_pb2.Plan, script: script_pb2.Script) -> FilmSpec:
    return spec_of(pro, script, duration_s=40)


@pytest.fixture
def plan(spec: FilmSpec) -> dict[str, StepDraft]:
    return plan_of(spec, BOARD)


def kinds(plan: dict[str, StepDraft], kind: str) -> list[StepDraft]:
    return [draft for draft in plan.values() if draft.kind == kind]


def shot(draft: StepDraft) -> pb.AnimateShotParams:
    return draft.params.animate_shot


def shown(plan: dict[str, StepDraft]) -> list[StepDraft]:
    """The segments in film order."""
    film = plan["assemble"].inputs
    return [plan[item.step] for item in film if item.step.startswith("shot/")]


def test_every_need_and_input_is_a_step_of_the_plan(plan: dict[str, StepDraft]) -> None:
    for draft in plan.values():
        assert set(draft.needs) <= set(plan)
        assert {item.step for item in draft.inputs if item.step} <= set(draft.needs)
        assert draft.params.WhichOneof("kind") == draft.kind


def test_needs_come_before_those_that_need_them(plan: dict[str, StepDraft]) -> None:
    names = list(plan)
    for index, draft in enumerate(plan.values()):
        assert all(names.index(need) < index for need in draft.needs)


def test_a_film_has_a_segment_a_shot_and_a_card_of_exactly_its_length(
    plan: dict[str, StepDraft], spec: FilmSpec
) -> None:
    segments = shown(plan)
    assert [draft.name for draft in segments] == [
        "shot/title", "shot/0000", "shot/0001", "shot/0002", "shot/0003", "shot/end",
    ]  # fmt: skip
    assert sum(shot(draft).frames for draft in segments) == spec.frames == 960
    film = plan["assemble"]
    assert film.params.assemble_film.frames == 960
    assert [item.step for item in film.inputs] == [*(draft.name for draft in segments), "mix", "subtitles"]


def test_only_the_films_ends_fade(plan: dict[str, StepDraft]) -> None:
    fades = [(shot(draft).fade_in_frames, shot(draft).fade_out_frames) for draft in shown(plan)]
    assert fades == [(12, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 12)]


def test_captions_count_from_the_shot_and_the_mix_from_the_film(plan: dict[str, StepDraft], spec: FilmSpec) -> None:
    segments = shown(plan)
    starts = [sum(shot(draft).frames for draft in segments[:index]) for index in range(len(segments))]
    from_shots = [
        (round(start * 1000 / spec.fps) + line.start_ms, line.duration_ms, line.text, line.speaker)
        for start, draft in zip(starts, segments, strict=True)
        for line in shot(draft).captions
    ]
    for lines in (plan["mix"].params.mix_audio.lines, plan["subtitles"].params.write_subtitles.lines):
        assert [(line.start_ms, line.duration_ms, line.text, line.speaker) for line in lines] == from_shots
    assert [line[3] for line in from_shots] == ["Mara", "Narrator", "Mara"]


def test_no_two_lines_sound_at_once_and_all_end_before_the_film(plan: dict[str, StepDraft], spec: FilmSpec) -> None:
    lines = plan["mix"].params.mix_audio.lines
    for earlier, later in pairwise(lines):
        assert earlier.start_ms + earlier.duration_ms < later.start_ms
    assert lines[-1].start_ms + lines[-1].duration_ms < spec.duration_ms


def test_the_mix_hears_its_lines_in_order_and_the_music(plan: dict[str, StepDraft]) -> None:
    assert [(item.name, item.step) for item in plan["mix"].inputs] == [
        ("line-0000", "speak/0000"), ("line-0001", "speak/0001"), ("line-0002", "speak/0002"), ("music", "music"),
    ]  # fmt: skip


def test_the_music_follows_the_scenes_without_a_gap(plan: dict[str, StepDraft], spec: FilmSpec) -> None:
    music = plan["music"].params.compose_music
    assert music.cues[0].start_ms == 0
    assert all(a.start_ms + a.duration_ms == b.start_ms for a, b in pairwise(music.cues))
    assert music.cues[-1].start_ms + music.cues[-1].duration_ms == spec.duration_ms == music.duration_ms
    assert len(music.cues) == 2


def test_chapters_begin_with_the_title_and_follow_the_scenes(plan: dict[str, StepDraft]) -> None:
    chapters = plan["assemble"].params.assemble_film.chapters
    assert [chapter.title for chapter in chapters] == ["The Light", "SCENE 1", "SCENE 2"]
    assert chapters[0].start_ms == 0
    assert chapters[1].start_ms == 3000


def test_scenes_of_a_moment_share_a_chapter(pro: credits_pb2.Plan, script: script_pb2.Script) -> None:
    brief = spec_of(pro, script, duration_s=40)
    plan = plan_of(brief, board_of(*([("a word",)] for _ in range(12))))
    starts = [chapter.start_ms for chapter in plan["assemble"].params.assemble_film.chapters]
    assert 2 < len(starts) < 13
    assert all(after - before >= delivery_plan.SHORTEST_CHAPTER_MS for before, after in pairwise(starts[1:]))


def test_every_language_has_its_own_word_for_the_end() -> None:
    assert set(planning.END_TITLES) >= set(SUPPORTED)


def test_a_film_without_cards_begins_with_its_first_scene(pro: credits_pb2.Plan, script: script_pb2.Script) -> None:

    bare = spec_of(pro, script, duration_s=40, overlay=jobs_pb2.OverlayOptions(intro=False, outro=False))
    plan = plan_of(bare, BOARD)
    assert "shot/title" not in plan
    assert "shot/end" not in plan
    assert [chapter.title for chapter in plan["assemble"].params.assemble_film.chapters] == ["SCENE 1", "SCENE 2"]
    segments = shown(plan)
    assert (shot(segments[0]).fade_in_frames, shot(segments[-1]).fade_out_frames) == (12, 12)


def test_a_character_speaks_in_its_voice_and_the_narrator_in_another(plan: dict[str, StepDraft]) -> None:
    voices = [draft.params.speak_line.voice for draft in kinds(plan, "speak_line")]
    assert [voice.variant for voice in voices] == [3, 99, 3]


def test_one_place_looks_the_same_in_all_its_shots(plan: dict[str, StepDraft]) -> None:
    seeds = {name: plan[f"frame/{name}"].params.draw_frame.scene_seed for name in ("0000", "0001", "0002", "0003")}
    assert seeds["0000"] == seeds["0001"]
    assert seeds["0002"] == seeds["0003"] != seeds["0000"]


def test_only_those_present_are_drawn(plan: dict[str, StepDraft]) -> None:
    drawn = [[one.name for one in plan[f"frame/000{index}"].params.draw_frame.characters] for index in range(4)]
    assert drawn == [[], ["Mara"], ["Mara"], []]


def test_the_poster_shows_somebody(plan: dict[str, StepDraft]) -> None:
    assert plan["thumbnail"].needs == ("frame/0001", "frame/0002", "frame/0000", "frame/0003")


@pytest.mark.parametrize(
    ("mood", "asset", "composed", "heard"),
    [
        ("auto", None, True, True),
        ("none", None, False, False),
        ("auto", MUSIC, False, True),
        ("none", MUSIC, False, True),
    ],
)
def test_music_is_composed_given_or_none(
    pro: credits_pb2.Plan,
    script: script_pb2.Script,
    mood: str,
    asset: dict[str, Any] | None,
    composed: bool,
    heard: bool,
) -> None:

    spec = spec_of(pro, script, Files(music=asset), duration_s=40, music=jobs_pb2.MusicOptions(mood=mood))
    silent = board_of([(), ()])
    plan = plan_of(spec, silent)
    assert ("music" in plan, plan["check"].params.check_quality.sound_expected) == (composed, heard)
    assert [item.name for item in plan["mix"].inputs] == (["music"] if heard else [])


def test_the_filmmakers_own_picture_takes_the_place_of_a_drawing(
    pro: credits_pb2.Plan, script: script_pb2.Script
) -> None:
    image = {**MUSIC, "asset_id": "i", "content_type": "image/png"}
    board = board_of([(), ("Words.",)])
    board.scenes[0].shots[1].image_asset_id = "i"
    plan = plan_of(spec_of(pro, script, Files(images=[image]), duration_s=40), board)
    [given] = plan["frame/0001"].inputs
    assert (plan["frame/0001"].params.draw_frame.own_image, given.name, given.file) == (True, "image", image)
    assert plan["frame/0000"].inputs == ()


def test_still_stretches_lie_within_the_film(plan: dict[str, StepDraft], spec: FilmSpec) -> None:
    stretches = plan["check"].params.check_quality.still_stretches
    assert stretches[0].start_ms == 0
    assert stretches[-1].end_ms == spec.duration_ms
    assert all(stretch.start_ms < stretch.end_ms for stretch in stretches)


def test_words_keep_their_place_when_speech_is_sped_up(pro: credits_pb2.Plan, script: script_pb2.Script) -> None:
    board = board_of([tuple("word" for _ in range(9))])
    script.spoken_seconds = 9
    spec = spec_of(pro, script, duration_s=15)
    fit = fit_of(spec, board)
    drafts = production(spec, board, spoken_of(board), fit, "")
    plan = {draft.name: draft for draft in drafts}
    assert fit.tempo > 1
    [first, *_] = plan["mix"].params.mix_audio.lines
    assert plan["mix"].params.mix_audio.tempo == fit.tempo
    assert (first.words[0].start_ms, first.words[0].end_ms) == (round(400 / fit.tempo), round(600 / fit.tempo))
    assert first.words[0].end_ms < first.duration_ms


@pytest.mark.parametrize(("steps", "width", "free"), [(5, 0, 5), (5, 2, 2), (3, 9, 3), (4, 1, 1)])
def test_a_probe_runs_as_wide_as_it_was_asked(steps: int, width: int, free: int) -> None:
    drafts = planning.probe(steps, 0.5, width, 0.1)
    assert len(drafts) == steps
    assert sum(not draft.needs for draft in drafts) == free
    names = [draft.name for draft in drafts]
    assert all(names.index(need) == index - width for index, draft in enumerate(drafts) for need in draft.needs)
