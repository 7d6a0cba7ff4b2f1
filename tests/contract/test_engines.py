"""What ai_jobs orders, the worker has: engines by name and kind, and every style, mood and raga that can be asked for."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.ai_jobs import options
from services.ai_jobs.engines import Engines, kind_to_proto
from services.ai_jobs.hashing import SEEDED
from services.render_worker.craft.music.moods import MOODS
from services.render_worker.craft.music.ragas import RAGAS
from services.render_worker.craft.painting import styles
from services.render_worker.craft.story import storytelling
from services.render_worker.engines import ENGINES, kind_of

CHOSEN = Engines.read().names()


@pytest.mark.parametrize(("kind", "engine"), sorted(CHOSEN.items()))
def test_an_engine_that_is_ordered_exists_and_does_that_kind(kind: str, engine: str) -> None:
    assert kind_of(engine) == kind_to_proto(kind)


def test_every_step_a_plan_can_hold_has_an_engine() -> None:
    kinds = {field.name for field in pb.StepParams.DESCRIPTOR.fields}
    assert kinds == set(CHOSEN)


def test_every_engine_of_the_worker_is_ordered_by_somebody() -> None:
    assert set(CHOSEN.values()) == set(ENGINES)


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_an_engine_that_draws_on_the_seed_has_it_in_its_hash(engine: str) -> None:
    source = inspect.getsource(import_module(ENGINES[engine].path.partition(":")[0]))
    kind = next(kind for kind, name in CHOSEN.items() if name == engine)
    # a seed in the parameters is in the hash with them
    assert kind in SEEDED or "work.seed" not in source


def test_every_style_mood_and_raga_that_can_be_asked_for_exists() -> None:
    assert set(options.STYLES) == set(styles.names())
    assert set(options.MOODS) - {"auto", "none"} == set(MOODS)
    assert set(options.RAGAS) == set(RAGAS)


def test_scripts_are_ordered_in_the_languages_that_there_are_plots_in() -> None:
    assert list(Engines.read().of("write_script").languages) == storytelling.languages()
