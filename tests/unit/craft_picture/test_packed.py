"""Pictures between our own steps, and one laid over another."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from services.render_worker.craft import packed, planes
from services.render_worker.craft.painting.layers import lay


def noise(width: int, height: int, seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Premultiplied, with what is clear, half clear and whole in it."""
    random = np.random.default_rng(seed)
    alpha = random.choice(np.array([0, 90, 255], np.uint8), (height, width, 1))
    return np.concatenate([random.integers(0, 256, (height, width, 3), np.uint8) // 255 * alpha, alpha], axis=2)


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (64, 65), (333, 210)])
def test_a_picture_is_unpacked_as_it_was_packed(size: tuple[int, int]) -> None:
    picture = noise(*size)
    assert np.array_equal(packed.unpack(packed.pack(picture)), picture)
    picture[:, :, 3] = 255
    assert np.array_equal(packed.unpack(packed.pack(picture)), picture)


def test_what_is_no_packed_picture_is_refused() -> None:
    for data in (b"", b"no picture" * 40):
        with pytest.raises(ValueError, match="can't be read"):
            packed.unpack(data)


def test_a_plate_keeps_every_pixel_of_large_and_small_pictures(tmp_path: Path) -> None:
    large, small = noise(320, 200), noise(32, 20)
    small[:, :, 3] = np.maximum(small[:, :, 3], 1)
    sheets = (planes.Sheet(large, 0, 0, 0.0), planes.Sheet(small, 8, 8, 0.5))
    for name in ("one.zip", "two.zip"):
        planes.save(planes.Plate(320, 200, sheets, 1), tmp_path / name)
    loaded = planes.load(tmp_path / "one.zip")
    assert all(np.array_equal(a.picture, b.picture) for a, b in zip(loaded.sheets, sheets, strict=True))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_plate_whose_large_picture_is_damaged_is_no_plate(tmp_path: Path) -> None:
    planes.save(planes.Plate(320, 200, (planes.Sheet(noise(320, 200), 0, 0, 0.0),), 0), tmp_path / "plate.zip")
    with zipfile.ZipFile(tmp_path / "plate.zip") as whole, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        bad.writestr("plate.json", whole.read("plate.json"))
        bad.writestr("0.packed", b"x" * 2000)
    with pytest.raises(ValueError, match="can't be read"):
        planes.load(tmp_path / "bad.zip")


@pytest.mark.parametrize("seldom", [False, True])
def test_edges_are_mixed_alike_whether_there_are_few_or_many(seldom: bool) -> None:
    below, above = noise(40, 30, 2), noise(40, 30, 3)
    if seldom:
        above[3:] = 0
        above[20:, :, 3] = 255
    rest = 255 - above[:, :, 3:].astype(float)
    wanted = np.minimum(np.rint(below * rest / 255) + above, 255)
    canvas = np.zeros((50, 60, 4), np.uint8)
    part = canvas[5:35, 10:50]
    part[:] = below
    lay(part, np.asarray(cv2.extractChannel(above, 3), np.uint8), above)
    assert np.abs(canvas[5:35, 10:50] - wanted).max() <= 1
    assert not canvas[:5].any()
    assert not canvas[:, 50:].any()
