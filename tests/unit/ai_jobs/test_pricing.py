"""What a film costs: three credits a minute of what nobody has paid for, never more than was held."""

from __future__ import annotations

from dataclasses import replace

import pytest
from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import script_pb2
from hypothesis import given
from hypothesis import strategies as st

from services.ai_jobs import pricing
from services.ai_jobs.specs import FilmSpec
from tests.unit.ai_jobs.specs import spec_of

SEGMENTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=4), st.floats(0.5, 60), max_size=20)


@pytest.mark.parametrize(
    ("seconds", "credits"),
    [(0, 0), (0.001, 0), (1, 1), (15, 1), (20, 1), (20.1, 2), (60, 3), (60.0004, 3), (61, 4), (300, 15)],
)
def test_three_credits_a_minute_rounded_up(seconds: float, credits: int) -> None:
    assert pricing.credits_for(seconds) == credits


def test_whole_frames_that_add_up_to_a_minute_cost_a_minute() -> None:
    assert pricing.credits_for(sum([1 / 24] * 1440)) == 3


@given(segments=SEGMENTS, held=st.integers(0, 20), data=st.data())
def test_a_film_is_never_more_than_its_hold_and_paid_segments_are_free(
    segments: dict[str, float], held: int, data: st.DataObject
) -> None:
    paid = data.draw(st.sets(st.sampled_from(sorted(segments)))) if segments else set()
    captured = pricing.to_capture(held, segments.items(), paid)
    assert 0 <= captured <= held
    assert captured <= pricing.to_capture(held, segments.items(), set())
    assert pricing.to_capture(held, segments.items(), set(segments)) == 0


def test_a_segment_that_occurs_twice_is_paid_once() -> None:
    assert pricing.to_capture(10, [("a", 20.0), ("a", 20.0)], set()) == 1


def test_the_fingerprint_is_of_all_that_makes_the_film(pro: credits_pb2.Plan, script: script_pb2.Script) -> None:
    spec: FilmSpec = spec_of(pro, script)
    whole = pricing.fingerprint(spec, "elements", "title", 0)
    assert whole == pricing.fingerprint(FilmSpec.from_json(spec.to_json()), "elements", "title", 0)
    others = [
        pricing.fingerprint(spec, "elements", "title", 1),
        pricing.fingerprint(spec, "other elements", "title", 0),
        pricing.fingerprint(spec, "elements", "another title", 0),
        pricing.fingerprint(replace(spec, seed=spec.seed + 1), "elements", "title", 0),
        pricing.fingerprint(replace(spec, watermark="Mine"), "elements", "title", 0),
        pricing.fingerprint(
            replace(spec, engines={**spec.engines, "draw_frame": "illustrator@9"}), "elements", "title", 0
        ),
    ]
    assert len({whole, *others}) == len(others) + 1
