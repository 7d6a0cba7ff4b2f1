"""What the tests of words share: a step's work in a folder of its own, and grounds to write on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb

from services.render_worker.craft.images import Picture
from services.render_worker.engines.base import Work

MakeWork = Callable[..., Work]


@pytest.fixture
def make_work(tmp_path_factory: pytest.TempPathFactory) -> MakeWork:
    """`make_work(write_subtitles=…, inputs={…}, seed=…)`: the work of one step."""

    def make(*, inputs: dict[str, Path] | None = None, seed: int = 1, **params: object) -> Work:
        folder = tmp_path_factory.mktemp("step")
        return Work(pb.StepParams(**params), inputs or {}, folder, seed, lambda done: None)

    return make


@pytest.fixture
def scenery() -> Callable[[int, int], Picture]:
    """`scenery(width, height)`: a sky over a ground, with a bright sun in it."""

    def make(width: int, height: int) -> Picture:
        picture = np.zeros((height, width, 3), np.uint8)
        picture[: height * 2 // 3] = (190, 150, 90)
        picture[height * 2 // 3 :] = (60, 110, 80)
        cv2.circle(picture, (width // 4, height // 4), height // 10, (190, 240, 255), -1)
        return picture

    return make
