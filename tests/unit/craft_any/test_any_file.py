"""Whatever a filmmaker uploads as a picture or as subtitles: used, or refused in words that say what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from services.render_worker.craft.images import fit, read_upload
from services.render_worker.craft.lettering.subtitle_files import SubtitlesUnreadable, read
from services.render_worker.engines.base import StepFailed


def _picture(width: int, height: int, mode: str) -> Image.Image:
    across = np.linspace(0, 255, width, dtype=np.uint8)
    rgb = np.broadcast_to(across[None, :, None], (height, width, 3))
    return Image.fromarray(np.ascontiguousarray(rgb)).convert(mode)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("cmyk.jpg", "CMYK"),
        ("grey.jpg", "L"),
        ("black_and_white.png", "1"),
        ("palette.png", "P"),
        ("sixteen_bits.png", "I;16"),
        ("transparent.webp", "RGBA"),
    ],
)
def test_a_picture_of_any_colours_is_fitted(name: str, mode: str, tmp_path: Path) -> None:
    source = _picture(320, 200, "L") if mode == "I;16" else _picture(320, 200, mode)
    if mode == "I;16":
        source = Image.fromarray(np.asarray(source, np.uint16) * 257)
    source.save(tmp_path / name)
    fitted, x, y = fit(read_upload(tmp_path / name), 640, 360)
    assert fitted.shape == (360, 640, 3)
    assert fitted[:, -40:].mean() > fitted[:, :40].mean() + 100
    assert 0 <= x <= 1
    assert 0 <= y <= 1


@pytest.mark.parametrize("size", [(16, 4000), (4000, 16)])
def test_a_picture_of_any_shape_covers_the_frame(size: tuple[int, int], tmp_path: Path) -> None:
    _picture(*size, "RGB").save(tmp_path / "odd.png")
    assert fit(read_upload(tmp_path / "odd.png"), 640, 360)[0].shape == (360, 640, 3)


def test_a_picture_too_thin_to_show_is_refused_with_what_is_taken(tmp_path: Path) -> None:
    _picture(1, 4000, "RGB").save(tmp_path / "thin.png")
    with pytest.raises(StepFailed, match=r"1×4000 pixels can't be used: give one of at least 16 pixels"):
        read_upload(tmp_path / "thin.png")


def test_half_a_picture_is_refused_with_what_to_do(tmp_path: Path) -> None:
    _picture(320, 200, "RGB").save(tmp_path / "whole.jpg")
    (tmp_path / "half.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:1000])
    with pytest.raises(StepFailed, match="damaged or incomplete: save it anew"):
        read_upload(tmp_path / "half.jpg")


def test_subtitles_in_ass_are_refused_with_what_is_taken() -> None:
    with pytest.raises(SubtitlesUnreadable, match="ASS file: save the subtitles as SRT or WebVTT"):
        read("\ufeff[Script Info]\nScriptType: v4.00+\n".encode())
