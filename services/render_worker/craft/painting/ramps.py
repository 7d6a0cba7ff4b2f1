"""The colours that a brush takes along a ramp of 256 steps: a gradient's, and a solid shape's from its shade to its rim."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from services.render_worker.craft.painting.palette import Lab, from_hex, lighter
from services.render_worker.craft.painting.shapes import Gradient
from services.render_worker.craft.painting.styles import style

# For cv2.LUT: 256 entries of one or of three channels.
Table = NDArray[np.uint8]

# OKLab to the cube roots of cone responses, and those to linear sRGB (Björn Ottosson, 2020), as palette.to_hex has them.
_CONES = np.array(
    [[1, 0.3963377774, 0.2158037573], [1, -0.1055613458, -0.0638541728], [1, -0.0894841775, -1.2914855480]]
)
_BGR = np.array(
    [[-0.0041960863, -0.7034186147, 1.7076147010], [-1.2684380046, 2.6097574011, -0.3413193965], [4.0767416621, -3.3077115913, 0.2309699292]]
)  # fmt: skip


@lru_cache(maxsize=1024)
def gradient(fill: Gradient, style_name: str) -> tuple[Table, Table]:
    """256 colours (BGR) and opacities along a gradient. Cut paper has no gradients: a few sheets, each paler."""
    look = style(style_name)
    at = np.linspace(0, 1, 256)
    if look.medium.shadow:
        count = 4 if fill.way == "out" else 6
        at = (np.floor(at * count) + 0.5) / count
    offsets = [stop[0] for stop in fill.stops]
    labs = np.array([look.tone(from_hex(stop[1])) for stop in fill.stops])
    along = np.stack([np.interp(at, offsets, labs[:, channel]) for channel in range(3)], axis=1)
    alphas = np.interp(at, offsets, [stop[2] for stop in fill.stops])
    if fill.way == "out":
        # a square root in the eye: light that ends softly
        alphas = alphas * np.clip((1 - at) * 6, 0, 1) if not look.medium.shadow else alphas
    return _bgr(along), np.clip(alphas * 255, 0, 255).astype(np.uint8)


@lru_cache(maxsize=2048)
def shades(color: str, style_name: str) -> Table:
    """256 shades of a colour from away from the light to its rim; the shaded ones a little colder."""
    look = style(style_name)
    base, depth = from_hex(color), look.medium.modelling
    along: list[Lab] = []
    for level in range(256):
        t = level / 255
        moved = lighter(base, depth * (min(t, 0.8) - 0.46) + max(0.0, t - 0.8) * 0.55)
        cold = 0.012 * (0.5 - min(t, 0.8))
        along.append(look.tone((moved[0], moved[1] - cold * 0.3, moved[2] - cold * 1.6)))
    return _bgr(along)


def _bgr(labs: Sequence[Lab] | NDArray[np.float64]) -> Table:
    """Many colours at once, clipped to sRGB."""
    linear = np.clip((np.asarray(labs) @ _CONES.T) ** 3 @ _BGR.T, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * encoded), np.uint8).reshape(-1, 1, 3)
