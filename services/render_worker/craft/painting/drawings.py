"""The library of drawings (@iconify-json/fluent-emoji-flat, MIT): three thousand things by name, in a scene's light and style."""

from __future__ import annotations

import json
import os
import re
from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np
import resvg_py

from services.render_worker.craft.images import Picture
from services.render_worker.craft.painting.palette import Lab, Light, from_hex, to_hex
from services.render_worker.craft.painting.styles import style as style_of

_REPO = Path(__file__).resolve().parents[4]
_COLOR = re.compile(r'(fill|stroke|stop-color)="#([0-9a-fA-F]{3,8})"')
# Waves of one and three quarters, the library's way to draw water.
_SEA = re.compile(r'<path fill="#00a6ed" d="[^"]*(?:-1\.7[45]|-3\.5|-3\.49|1\.75)[^"]*v[^"]*"/>')
_GRID = 32.0
# The library's colours are as loud as a telephone's; a scene's are not.
_CALM = 0.78


class DrawingMissing(LookupError):
    """There is no drawing of that name, or the library isn't installed; the message says which."""


def folder() -> Path:
    """FILMSTUDIO_DRAWINGS_DIR, else the repository's installed package of drawings."""
    named = os.environ.get("FILMSTUDIO_DRAWINGS_DIR")
    return Path(named) if named else _REPO / "node_modules" / "@iconify-json" / "fluent-emoji-flat"


@cache
def _library() -> dict[str, str]:
    """Bodies by name."""
    path = folder() / "icons.json"
    try:
        icons = json.loads(path.read_text(encoding="utf-8"))["icons"]
    except (OSError, ValueError, KeyError) as error:
        raise DrawingMissing(f"{path} holds no drawings: run make dev") from error
    return {name: icon["body"] for name, icon in icons.items()}


def names() -> frozenset[str]:
    """The names there are: "sailboat", "fox", "love-letter"."""
    return frozenset(_library())


def svg(name: str) -> str:
    """The drawing's body on a grid of 32 by 32; DrawingMissing when there is none."""
    body = _library().get(name)
    if body is None:
        raise DrawingMissing(f"no drawing {name!r}")
    return body


def raster(name: str, height_px: int, light: Light, style: str, light_side: int = 1) -> Picture:
    """The drawing as BGRA, premultiplied, cropped to what is on it and that high, in the light and style. DrawingMissing.

    Animals and vehicles of the library look to the left.
    """
    return _raster(name, max(2, height_px), light, style, light_side)


@lru_cache(maxsize=64)
def _raster(name: str, height_px: int, light: Light, style: str, light_side: int) -> Picture:
    body = _toned(_dry(svg(name)), light, style)
    x, y, width, height = bounds(name)
    wide = max(2, round(height_px * width / height))
    pixels = _pixels(body, (x, y, width, height), wide, height_px)
    alpha = pixels[:, :, 3:]
    done = np.asarray(
        np.concatenate([(pixels[:, :, :3].astype(np.uint16) * alpha // 255).astype(np.uint8), alpha], axis=2)
    )
    return style_of(style).sprite(_modelled(done, light, light_side))


@cache
def colors(name: str) -> list[Lab]:
    """The drawing's own colours, the first painted first (its body, as a rule); at least two."""
    found = [from_hex("#" + match[1]) for match in re.finditer(r'fill="#([0-9a-fA-F]{6})"', svg(name))]
    kinds = list(dict.fromkeys(color for color in found if color[0] > 0.3))
    return [*kinds, (0.6, 0.0, 0.0), (0.9, 0.0, 0.0)] if len(kinds) < 2 else kinds


@cache
def bounds(name: str) -> tuple[float, float, float, float]:
    """What of the grid the drawing covers: x, y, width, height, of 32."""
    alpha = _pixels(_dry(svg(name)), (0, 0, _GRID, _GRID), 128, 128)[:, :, 3]
    x, y, width, height = cv2.boundingRect((alpha > 8).astype(np.uint8))
    if not width:
        raise DrawingMissing(f"the drawing {name!r} is empty")
    return x / 4, y / 4, width / 4, height / 4


def _dry(body: str) -> str:
    """Without the strip of sea that boats are drawn on: a place has its own."""
    return _SEA.sub("", body)


def _toned(body: str, light: Light, style: str) -> str:
    tone = style_of(style).tone

    def toned(match: re.Match[str]) -> str:
        digits = match[2]
        opacity = ""
        if len(digits) in (3, 4):
            digits = "".join(digit * 2 for digit in digits)
        if len(digits) == 8:
            opacity = f' {match[1].replace("stop-color", "stop")}-opacity="{int(digits[6:], 16) / 255:.3f}"'
        lightness, a, b = from_hex("#" + digits[:6])
        calm: Lab = (0.06 + 0.90 * lightness, a * _CALM, b * _CALM)
        return f'{match[1]}="{to_hex(tone(light.lit(calm)))}"{opacity}'

    return _COLOR.sub(toned, body)


def _pixels(body: str, view: tuple[float, float, float, float], width: int, height: int) -> Picture:
    box = " ".join(f"{value:.3f}" for value in view)
    document = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}" '
        f'width="{width}" height="{height}" preserveAspectRatio="none">{body}</svg>'
    )
    png = resvg_py.svg_to_bytes(svg_string=document, skip_system_fonts=True)
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.ndim != 3:
        raise ValueError("the drawing could not be rasterised")
    return np.asarray(pixels if pixels.shape[2] == 4 else cv2.cvtColor(pixels, cv2.COLOR_BGR2BGRA), np.uint8)


def _modelled(picture: Picture, light: Light, light_side: int) -> Picture:
    """Darker away from the light and below, so that a flat drawing stands in the scene."""
    height, width = picture.shape[:2]
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    away = 1 - across if light_side > 0 else across
    depth = 0.26 if light.dark else 0.20
    factor = np.clip(255 * (1 - depth * np.clip(away * 0.75 + down * 0.55 - 0.35, 0, 1)), 0, 255).astype(np.uint8)
    return np.asarray(
        cv2.multiply(picture, cv2.merge([factor, factor, factor, np.full_like(factor, 255)]), scale=1 / 255), np.uint8
    )
