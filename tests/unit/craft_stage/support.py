"""Small plates, actors and steps for the tests of the stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing import moves
from services.render_worker.craft.images import Picture
from services.render_worker.craft.planes import Plate, Sheet
from services.render_worker.craft.sprites import Actor, Sprite
from services.render_worker.craft.stage import yuv
from services.render_worker.craft.stage.camera import Camera
from services.render_worker.craft.stage.composition import Composition, composition_of
from services.render_worker.craft.stage.tiles import Grid
from services.render_worker.engines import load
from services.render_worker.engines.base import Finished, Work

FILM = (256, 144)
PLATE = (320, 180)
FPS = 24
PROFILE = pb.FilmProfile(width=FILM[0], height=FILM[1], fps=FPS)


def texture(width: int, height: int, seed: int = 3) -> Picture:
    """Soft spots in colour, full of detail to follow."""
    rng = np.random.default_rng(seed)
    spots = cv2.GaussianBlur(rng.integers(0, 256, (height, width, 3), dtype=np.uint8), (0, 0), 3)
    return np.asarray(cv2.normalize(spots, np.zeros_like(spots), 20, 235, cv2.NORM_MINMAX), np.uint8)


def opaque(picture: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA), np.uint8)


def plain(width: int, height: int, bgr: tuple[int, int, int], opacity: int = 255) -> Picture:
    premultiplied = [round(value * opacity / 255) for value in bgr]
    return np.full((height, width, 4), [*premultiplied, opacity], np.uint8)


def ground(seed: int = 3) -> Sheet:
    return Sheet(opaque(texture(*PLATE, seed)), 0, 0, 0.0)


def plate(*sheets: Sheet, people_after: int = 0, **living: object) -> Plate:
    return Plate(*PLATE, sheets or (ground(),), people_after, **living)  # type: ignore[arg-type]


@dataclass
class Puppet:
    """A block that changes its picture every other frame and may walk."""

    pictures: Sequence[Picture]
    x: float = 100.0
    y: float = 60.0
    vx: float = 0.0
    depth: float = 1.0
    order: float = 0.0
    leaves_at: int = 10_000

    def at(self, frame: int) -> Sprite | None:
        if frame >= self.leaves_at:
            return None
        return Sprite(self.pictures[frame // 2 % len(self.pictures)], self.x + self.vx * (frame // 2), self.y)


def composed(
    of: Plate, actors: Sequence[Actor] = (), move: sb.CameraMove.ValueType = sb.CAMERA_MOVE_STATIC, frames: int = 24,
    film: tuple[int, int] = FILM,
) -> tuple[Composition, Grid]:  # fmt: skip
    path = moves.path(move, (0.5, 0.5), frames, FPS)
    grid = Grid(*film)
    return composition_of(of, actors, Camera(path, (of.width, of.height), film), grid, yuv.PLAIN, FPS), grid


def copied(planes: yuv.Planes) -> yuv.Planes:
    return yuv.Planes(planes.y.copy(), planes.u.copy(), planes.v.copy())


def animate(
    folder: Path, inputs: dict[str, Path], **params: object
) -> tuple[list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]], Finished]:
    """The segment's frames, grey, and the answer."""
    asked = pb.AnimateShotParams(**{"profile": PROFILE, **params})  # type: ignore[arg-type]
    work = Work(pb.StepParams(animate_shot=asked), inputs, folder, 1, lambda share: None)
    finished = load("stage@2").run(work)
    with av.open(str(finished.outputs[0].path)) as film:
        stream = film.streams.video[0]
        assert stream.codec_context.profile == "High"
        assert stream.time_base is not None
        assert stream.time_base.denominator == 90_000
        return [picture.to_ndarray(format="gray8") for picture in film.decode(stream)], finished
