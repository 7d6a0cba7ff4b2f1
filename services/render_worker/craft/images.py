"""Pictures from files and strangers: read safely, fitted to a size."""

from __future__ import annotations

import warnings
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from services.render_worker.engines.base import StepFailed

Picture = NDArray[np.uint8]
# 50 megapixels: more than any phone takes, less than fills a worker's memory.
_MOST_PIXELS = 50_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
# How many times smaller OpenCV reads a picture; of a JPEG it then decodes no more than that.
_FEWER = {8: cv2.IMREAD_REDUCED_COLOR_8, 4: cv2.IMREAD_REDUCED_COLOR_4, 2: cv2.IMREAD_REDUCED_COLOR_2}


def even(length: float) -> int:
    """The nearest even number of pixels, at least 2."""
    return max(2, 2 * round(length / 2))


def read_frame(path: Path) -> Picture:
    """A picture that an earlier step wrote, as BGR; StepFailed INPUT_UNREADABLE otherwise."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise StepFailed("INPUT_UNREADABLE", f"{path.name} is not a picture")
    return np.asarray(picture, np.uint8)


def read_small(path: Path, least: int) -> Picture:
    """The same, read at a half, a quarter or an eighth of its size as long as it stays so many pixels wide."""
    try:
        with Image.open(path, formats=_FORMATS) as opened:
            width = opened.width
    except OSError as error:
        raise StepFailed("INPUT_UNREADABLE", f"{path.name} is not a picture") from error
    fewer = next((share for share in _FEWER if width >= least * share), 1)
    picture = cv2.imread(str(path), _FEWER.get(fewer, cv2.IMREAD_COLOR))
    if picture is None:
        raise StepFailed("INPUT_UNREADABLE", f"{path.name} is not a picture")
    return np.asarray(picture, np.uint8)


# One filter instead of a trial of all: half the time for the same size.
_PNG_QUICKLY = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP]


def write_png(path: Path, picture: Picture) -> None:
    """Losslessly, little compressed: the file lives for minutes and is read at once."""
    if not cv2.imwrite(str(path), picture, _PNG_QUICKLY):
        raise StepFailed("WRITE_FAILED", f"{path.name} could not be written", retryable=True)


# About one level of difference on average (grain), in a picture that is looked at and never filmed.
_JPEG_FINELY = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]


def write_jpeg(path: Path, picture: Picture) -> None:
    """Finely, at full colour: to look at, in an eighth of the time that PNG takes to write, a third to read."""
    if not cv2.imwrite(str(path), picture, _JPEG_FINELY):
        raise StepFailed("WRITE_FAILED", f"{path.name} could not be written", retryable=True)


def read_upload(path: Path) -> Picture:
    """A stranger's picture as BGR, turned upright. StepFailed INPUT_UNREADABLE when it is none, or too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as opened:
                if opened.width * opened.height > _MOST_PIXELS or min(opened.size) < 16:
                    raise StepFailed(
                        "INPUT_UNREADABLE",
                        f"an image of {opened.width}×{opened.height} pixels can't be used: give one of at least 16 pixels "
                        f"each way and at most {_MOST_PIXELS // 1_000_000} megapixels",
                    )
                upright = ImageOps.exif_transpose(opened)
                if upright.mode.startswith("I"):
                    # Pillow would cut 16 bits of grey off at 255: white
                    upright = Image.fromarray((np.asarray(upright, np.uint16) >> 8).astype(np.uint8))
                if upright.mode in ("RGBA", "LA", "P", "PA"):
                    upright = Image.alpha_composite(Image.new("RGBA", upright.size, "#1c1d22"), upright.convert("RGBA"))
                rgb = np.asarray(upright.convert("RGB"), np.uint8)
    except StepFailed:
        raise
    # Pillow's decoders raise whatever a broken file leads them to.
    except Exception as error:
        raise StepFailed(
            "INPUT_UNREADABLE", "the image is damaged or incomplete: save it anew as JPEG, PNG or WebP"
        ) from error
    return np.ascontiguousarray(rgb[:, :, ::-1])


def fit(picture: Picture, width: int, height: int) -> tuple[Picture, float, float]:
    """The picture cropped to cover the size where most is to be seen, and the subject's place in it as fractions."""
    x, y = subject_of(picture)
    tall, wide = picture.shape[:2]
    scale = max(width / wide, height / tall)
    crop_w, crop_h = min(wide, round(width / scale)), min(tall, round(height / scale))
    left = round(min(max(x * wide - crop_w / 2, 0), wide - crop_w))
    # Heads are above the middle: keep a little more of what is above.
    top = round(min(max(y * tall - crop_h * 0.45, 0), tall - crop_h))
    cropped = picture[top : top + crop_h, left : left + crop_w]
    shrinks = scale < 1
    fitted = cv2.resize(cropped, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    return np.asarray(fitted, np.uint8), (x * wide - left) / crop_w, (y * tall - top) / crop_h


def subject_of(picture: Picture) -> tuple[float, float]:
    """Where the eye goes, as fractions: the centre of detail and of skin-like and vivid colour, drawn to the middle."""
    small = cv2.resize(picture, (96, 96), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB).astype(np.float32)
    edges = np.abs(cv2.Laplacian(lab[:, :, 0], cv2.CV_32F, ksize=3))
    vivid = np.hypot(lab[:, :, 1] - 138, lab[:, :, 2] - 140)
    skin = np.clip(1 - vivid / 22, 0, 1)
    weight = cv2.GaussianBlur(edges / (edges.max() + 1e-6) + skin * 0.8, (0, 0), 5)
    weight = np.clip(weight - np.quantile(weight, 0.6), 0, None)
    across = np.linspace(-1, 1, 96, dtype=np.float32)
    weight = weight * np.exp(-(across[None, :] ** 2 + across[:, None] ** 2)) + 1e-6
    total = float(weight.sum())
    spot = (np.arange(96, dtype=np.float32) + 0.5) / 96
    return float((weight.sum(axis=0) * spot).sum() / total), float((weight.sum(axis=1) * spot).sum() / total)
