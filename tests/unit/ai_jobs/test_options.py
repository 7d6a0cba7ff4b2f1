"""From what is asked to a settled specification: defaults, bounds, and the order of refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import script_pb2

from services.ai_jobs import fitting, lengths, options
from services.ai_jobs.engines import Engines
from services.ai_jobs.errors import LanguageUnsupported, PlanLimit, ScriptTooLong
from services.ai_jobs.specs import FilmSpec
from services.kit.errors import Invalid

ENGINES = Engines.read()
PROJECT = UUID("0190b5a0-0000-7000-8000-000000000001")
Settle = Callable[..., FilmSpec]


@pytest.fixture
def settle(pro: credits_pb2.Plan, script: script_pb2.Script) -> Settle:
    def settled(plan: credits_pb2.Plan = pro, files: options.Files | None = None, **asked: Any) -> FilmSpec:
        return options.settle(
            pb.VideoOptions(**asked),
            project_id=PROJECT,
            script=script,
            plan=plan,
            engines=ENGINES,
            files=files or options.Files(),
        )

    return settled


VERSE = script_pb2.ScriptElement(kind=script_pb2.ScriptElement.KIND_LYRIC, text="Row, row, row your boat")


def test_nothing_asked_gives_the_best_film_the_plan_allows(settle: Settle) -> None:
    film = settle()
    assert (film.width, film.height, film.fps, film.aspect, film.resolution) == (1920, 1080, 24, "16:9", "1080p")
    assert (film.style, film.language, film.music_mood, film.music_volume) == ("flat", "en", "auto", 0.5)
    assert (film.burn_captions, film.intro, film.outro, film.watermark) == (True, True, True, "")
    assert (film.seed, film.engines["draw_frame"]) == (options.default_seed(PROJECT), "illustrator@3")


def test_a_free_film_is_a_preview_said_or_unsaid(settle: Settle, free: credits_pb2.Plan) -> None:
    film = settle(free)
    assert (film.resolution, film.watermark, film.height) == ("720p", "AI Film Studio", 720)


def test_a_preview_is_720p_watermarked_and_at_most_a_minute(settle: Settle, script: script_pb2.Script) -> None:
    film = settle(preview=True)
    assert (film.resolution, film.watermark) == ("720p", "AI Film Studio")
    script.spoken_seconds = 55
    assert settle(preview=True).duration_ms == 60_000
    for wrong in ({"duration_s": 61}, {"resolution": "1080p"}):
        with pytest.raises(Invalid):
            settle(preview=True, **wrong)
    script.spoken_seconds = 65
    with pytest.raises(ScriptTooLong):
        settle(preview=True)


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("duration_s", {"duration_s": 14.9}),
        ("duration_s", {"duration_s": 301}),
        ("duration_s", {"duration_s": -20}),
        ("duration_s", {"duration_s": float("nan")}),
        ("aspect", {"aspect": "4:3"}),
        ("resolution", {"resolution": "4k"}),
        ("fps", {"fps": 23}),
        ("fps", {"fps": -24}),
        ("style", {"style": "cubist"}),
        ("music.mood", {"music": pb.MusicOptions(mood="loud")}),
        ("music.raga", {"music": pb.MusicOptions(raga="none such")}),
        ("music.volume", {"music": pb.MusicOptions(volume=1.01)}),
        ("music.volume", {"music": pb.MusicOptions(volume=-0.1)}),
        ("seed", {"seed": -1}),
        ("seed", {"seed": 2**31}),
        ("engines.draw_frame", {"engines": {"draw_frame": "diffusion"}}),
        ("engines.paint", {"engines": {"paint": "illustrator"}}),
    ],
)
def test_a_value_out_of_bounds_names_its_field(settle: Settle, field: str, asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        settle(**asked)
    assert refused.value.metadata["field"] == f"options.{field}"


def test_what_is_given_is_kept_even_where_it_is_nothing(settle: Settle) -> None:
    film = settle(
        seed=0,
        music=pb.MusicOptions(volume=0.0, mood="none"),
        subtitles=pb.SubtitleOptions(burn=False, languages=["en"]),
        overlay=pb.OverlayOptions(intro=False, outro=False, watermark="Mine"),
        engines={"draw_frame": "illustrator"},
    )
    assert (film.seed, film.music_volume, film.music_mood) == (0, 0, "none")
    assert (film.burn_captions, film.intro, film.outro, film.watermark) == (False, False, False, "Mine")


def test_another_language_of_subtitles_is_refused_with_what_there_is(settle: Settle) -> None:
    with pytest.raises(LanguageUnsupported) as refused:
        settle(subtitles=pb.SubtitleOptions(languages=["en", "fr"]))
    assert refused.value.metadata == {"supported": "en", "field": "options.subtitles.languages.1"}


@pytest.mark.parametrize(
    ("aspect", "resolution", "size"),
    [
        ("16:9", "1080p", (1920, 1080)),
        ("9:16", "1080p", (1080, 1920)),
        ("1:1", "1080p", (1080, 1080)),
        ("16:9", "720p", (1280, 720)),
        ("16:9", "480p", (854, 480)),
        ("9:16", "480p", (480, 854)),
    ],
)
def test_the_resolution_names_the_shorter_side(aspect: str, resolution: str, size: tuple[int, int]) -> None:
    assert options.frame_size(aspect, resolution) == size
    assert all(side % 2 == 0 for side in size)


# ---- the length


def test_a_film_is_as_long_as_it_needs(settle: Settle) -> None:
    # 30 s of speech, 6 pauses of 0.45 s, pictures of 2.2 s and 2.5 s, two cards of 3 s, a second to breathe
    assert settle().duration_ms == 47_000


def test_a_film_without_speech_lasts_a_quarter_of_a_minute(settle: Settle, script: script_pb2.Script) -> None:
    script.spoken_seconds = 0
    del script.elements[1:]
    assert settle().duration_ms == 15_000


def test_an_asked_length_is_exact(settle: Settle) -> None:
    film = settle(duration_s=45.5, fps=25)
    assert (film.duration_ms, film.frames) == (45_500, 1138)


def test_speech_must_fit_into_the_asked_length_at_its_fastest(settle: Settle, script: script_pb2.Script) -> None:
    needed = lengths.needed_seconds(script)
    assert settle(duration_s=needed).duration_ms == needed * 1000
    with pytest.raises(ScriptTooLong) as refused:
        settle(duration_s=needed - 1)
    assert refused.value.metadata["needed_seconds"] == str(needed)


def test_speech_that_fits_into_no_film_is_refused_at_once(settle: Settle, script: script_pb2.Script) -> None:
    script.spoken_seconds = 400
    with pytest.raises(ScriptTooLong):
        settle()


def test_a_film_that_wishes_for_more_than_the_plan_is_fitted_into_it(
    settle: Settle, script: script_pb2.Script, free: credits_pb2.Plan
) -> None:
    script.spoken_seconds = 55
    assert (lengths.needed_seconds(script), lengths.natural_seconds(script)) == (60, 72)
    assert settle(free).duration_ms == 60_000
    assert settle().duration_ms == 72_000


def test_a_plan_too_short_for_the_script_is_the_plans_limit(
    settle: Settle, script: script_pb2.Script, free: credits_pb2.Plan
) -> None:
    script.spoken_seconds = 70
    with pytest.raises(PlanLimit) as refused:
        settle(free)
    assert refused.value.metadata == {"limit": "duration_s", "allowed": "60"}


def test_a_length_or_resolution_beyond_the_plan_is_the_plans_limit(settle: Settle, free: credits_pb2.Plan) -> None:
    for asked, limit in (({"duration_s": 61}, "duration_s"), ({"resolution": "1080p"}, "resolution")):
        with pytest.raises(PlanLimit) as refused:
            settle(free, **asked)
        assert refused.value.metadata["limit"] == limit


def test_what_is_wrong_in_itself_comes_before_the_plan(settle: Settle, free: credits_pb2.Plan) -> None:
    with pytest.raises(ScriptTooLong):
        settle(free, duration_s=20, resolution="1080p")
    with pytest.raises(Invalid):
        settle(free, duration_s=90, fps=23)


@pytest.mark.parametrize(("between", "film"), [(11, 15), (25, 29), (25.5, 32), (24, 28), (26, 32), (50.2, 57)])
def test_cards_are_longer_from_half_a_minute_on(between: float, film: int) -> None:
    assert fitting.with_cards(between) == film


# ---- what a quote binds


def test_equal_options_bind_alike_and_others_do_not() -> None:
    first, same = pb.VideoOptions(engines={"a": "1", "b": "2"}), pb.VideoOptions(engines={"b": "2", "a": "1"})
    assert options.options_sha256(first) == options.options_sha256(same)
    assert options.options_sha256(first) != options.options_sha256(pb.VideoOptions(seed=1))


def test_a_projects_seed_is_its_own_and_fits_a_column() -> None:
    seeds = {options.default_seed(UUID(int=number)) for number in range(50)}
    assert len(seeds) == 50
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_ones_own_mark_stands_beside_the_studios_where_that_is_due(settle: Settle, free: credits_pb2.Plan) -> None:
    for mine, shown in (("Mine", "AI Film Studio · Mine"), (" ", "AI Film Studio")):
        overlay = pb.OverlayOptions(watermark=mine)
        assert settle(free, overlay=overlay).watermark == shown
        assert settle(preview=True, overlay=overlay).watermark == shown
    assert settle(overlay=pb.OverlayOptions(watermark=" ")).watermark == ""


def test_verse_is_given_more_time_than_prose_of_as_many_letters() -> None:
    prose = script_pb2.Script(spoken_seconds=30, elements=[VERSE])
    prose.elements[0].kind = script_pb2.ScriptElement.KIND_NARRATION
    verse = script_pb2.Script(spoken_seconds=30, elements=[VERSE])
    assert lengths.needed_seconds(verse) > 1.2 * lengths.needed_seconds(prose)
    assert lengths.paced(verse).spoken_seconds > 1.3 * lengths.paced(prose).spoken_seconds == 39


def test_the_breaths_of_many_short_lines_are_counted() -> None:
    line = script_pb2.ScriptElement(kind=script_pb2.ScriptElement.KIND_DIALOGUE, text="Yes.")
    many = script_pb2.Script(spoken_seconds=30, elements=[line] * 40)
    few = script_pb2.Script(spoken_seconds=30 - 36 * 0.25, elements=[line] * 4)
    assert lengths.needed_seconds(many) - lengths.needed_seconds(few) >= 5
