"""Words as long and as odd as anybody writes them: on the picture, never off it."""

from __future__ import annotations

import pytest

from services.render_worker.craft.lettering.captions_overlay import watermark


@pytest.mark.parametrize("size", [(480, 854), (854, 480), (480, 480)])
@pytest.mark.parametrize("text", ["W" * 60, "AI Film Studio · " + "W" * 60, "🦊 مرحبا {\\an8} <b> 日本 %s", "."])
def test_a_watermark_stays_on_the_picture(text: str, size: tuple[int, int]) -> None:
    patch = watermark(text, size)
    assert size[0] * 0.3 < patch.x < patch.x + patch.cutout.size[0] <= size[0]
    assert 0 <= patch.y < patch.y + patch.cutout.size[1] <= size[1] * 0.15
