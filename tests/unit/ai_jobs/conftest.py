"""What a film is made of, at its plainest."""

from __future__ import annotations

import pytest
from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import script_pb2


@pytest.fixture
def pro() -> credits_pb2.Plan:
    return credits_pb2.Plan(id="pro", max_film_seconds=300, max_resolution="1080p", max_live_jobs=3, priority=5)


@pytest.fixture
def free() -> credits_pb2.Plan:
    return credits_pb2.Plan(
        id="free", max_film_seconds=60, max_resolution="720p", watermark=True, max_live_jobs=1, priority=1
    )


@pytest.fixture
def script() -> script_pb2.Script:
    """Half a minute of speech in six lines, with a heading and two pictures."""
    kind = script_pb2.ScriptElement
    elements = [
        kind(kind=kind.KIND_HEADING, text="EXT. SEA - DAWN"),
        kind(kind=kind.KIND_ACTION, text="Waves."),
        kind(kind=kind.KIND_ACTION, text="A boat."),
        *(kind(kind=kind.KIND_NARRATION, text=f"Line {number}.") for number in range(6)),
    ]
    return script_pb2.Script(version=2, language="en", elements=elements, spoken_seconds=30, elements_sha256="e" * 64)
