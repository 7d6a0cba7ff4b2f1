"""How long work takes, is left, and why it waits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.ai_jobs import estimates
from services.ai_jobs.engines import Engines
from services.ai_jobs.pace import DEFAULT_SLOTS, Pace
from services.ai_jobs.tally import KindTally, Tally

HD = pb.FilmProfile(width=1920, height=1080, fps=24)


@pytest.mark.parametrize(
    ("params", "units"),
    [
        (pb.StepParams(draw_frame=pb.DrawFrameParams(profile=HD)), 2.0736),
        (pb.StepParams(animate_shot=pb.AnimateShotParams(profile=HD, frames=100)), 207.36),
        (pb.StepParams(speak_line=pb.SpeakLineParams(text="a" * 250)), 2.5),
        (pb.StepParams(speak_line=pb.SpeakLineParams(text="a")), 0.2),
        (pb.StepParams(compose_music=pb.ComposeMusicParams(duration_ms=90_000)), 1.5),
        (pb.StepParams(assemble_film=pb.AssembleFilmParams(profile=HD, frames=1440)), 1.0),
        (pb.StepParams(assemble_film=pb.AssembleFilmParams(frames=0)), 0.0),
        (pb.StepParams(wait=pb.WaitParams(seconds=3)), 3.0),
        (pb.StepParams(write_subtitles=pb.WriteSubtitlesParams()), 1.0),
    ],
)
def test_work_is_counted_in_what_it_grows_with(params: pb.StepParams, units: float) -> None:
    assert estimates.units(params) == pytest.approx(units)


def test_what_was_measured_here_counts_instead_of_the_default() -> None:
    params = pb.StepParams(wait=pb.WaitParams(seconds=3))
    assert estimates.seconds("wait", params, {}) == 3
    assert estimates.seconds("wait", params, {"wait": 2.0}) == 6


def test_every_step_weighs_something() -> None:
    assert estimates.seconds("wait", pb.StepParams(wait=pb.WaitParams(seconds=0)), {}) > 0


def test_every_kind_an_engine_serves_has_a_default() -> None:
    assert set(Engines.read().names()) <= set(estimates.DEFAULT_SECONDS)


def test_a_longer_or_larger_film_takes_longer() -> None:
    minute = estimates.film_seconds(1280, 720, 24, 60, {})
    assert estimates.film_seconds(1280, 720, 24, 120, {}) > 1.8 * minute
    assert estimates.film_seconds(1920, 1080, 24, 60, {}) > 1.5 * minute
    assert estimates.film_seconds(1280, 720, 24, 60, {"animate_shot": 1.0}) > 10 * minute


def kind(left: Sequence[float] = (), wanted: Sequence[str] = ()) -> KindTally:
    """Steps with so many seconds to go each, of which some wait for these engines."""
    return KindTally(
        kind="wait",
        lane="cpu",
        total=len(left),
        done=0,
        cached=0,
        leased=0,
        wanted=wanted,
        shots_done=0,
        shots_failed=0,
        weight=sum(left),
        weight_behind=0.0,
        weight_left=sum(left),
        longest_left=max(left, default=0.0),
        current_at=None,
        last_at=0,
        timed=0,
        first_started=None,
        last_finished=None,
        work_s=0.0,
    )


def test_what_is_left_is_shared_by_the_slots_but_no_less_than_the_longest_step() -> None:
    pace = Pace()
    assert pace.slots == DEFAULT_SLOTS == 2
    assert pace.remaining_s(Tally([kind([10, 10]), kind([10, 10])])) == 20
    assert pace.remaining_s(Tally([kind([10]), kind([90])])) == 90
    assert pace.remaining_s(Tally()) == 0


def test_a_ready_step_without_a_living_worker_says_so() -> None:
    pace = Pace()
    waiting = Tally([kind(), kind(wanted=["wait@1"])])
    assert pace.waiting_reason(waiting) == "no worker serves wait by wait@1 in lane cpu"
    pace.engines = {"wait@1"}
    assert pace.waiting_reason(waiting) == ""
    assert Pace().waiting_reason(Tally([kind()])) == ""
