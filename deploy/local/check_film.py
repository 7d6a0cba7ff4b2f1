"""`python -m deploy.local.check_film FILE --seconds N --height N`: is this the film that was asked for?

Looks at the file alone: streams, size, length, that it plays while it is still loading, that it isn't silent or black.
"""

import argparse
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

LENGTH_TOLERANCE_SECONDS = 0.5
QUIETEST_RMS_DBFS = -40.0
DARKEST_MEAN_LUMA = 20.0
"""Black is 16 in limited range; a film whose frames average less than this shows nothing."""


@dataclass(frozen=True)
class Film:
    """What a film file turned out to be."""

    width: int
    height: int
    video_seconds: float
    audio_seconds: float
    video_codec: str
    audio_codec: str
    rms_dbfs: float
    mean_luma: float
    starts_at_once: bool
    """The index lies before the media, so that a browser plays the film while it is still loading."""


def measure(path: Path) -> Film:
    """Decodes the whole file. Raises ValueError for one without picture or sound."""
    with av.open(str(path)) as container:
        if not container.streams.video or not container.streams.audio:
            raise ValueError("needs a picture and a sound stream")
        video, audio = container.streams.video[0], container.streams.audio[0]
        lumas: list[float] = []
        power, samples, frames = 0.0, 0, 0
        for frame in container.decode(video, audio):
            if isinstance(frame, av.VideoFrame):
                frames += 1
                if frames % 12 == 1:
                    lumas.append(float(frame.reformat(format="gray").to_ndarray().mean()))
            elif isinstance(frame, av.AudioFrame):
                data = frame.to_ndarray().astype(np.float64)
                power += float(np.square(data).sum()) / len(data)
                samples += frame.samples
        rate = video.average_rate
        if not frames or not samples or not rate:
            raise ValueError("has no frames or no samples")
        return Film(
            width=video.width, height=video.height, video_seconds=float(frames / rate),
            audio_seconds=samples / audio.rate, video_codec=video.codec_context.name,
            audio_codec=audio.codec_context.name, rms_dbfs=10 * math.log10(max(power / samples, 1e-12)),
            mean_luma=sum(lumas) / len(lumas), starts_at_once=_index_comes_first(path),
        )  # fmt: skip


def faults(film: Film, seconds: float, height: int) -> list[str]:
    """What isn't as it was asked for, a line each."""
    found = []
    for name, length in (("picture", film.video_seconds), ("sound", film.audio_seconds)):
        if abs(length - seconds) > LENGTH_TOLERANCE_SECONDS:
            found.append(f"the {name} lasts {length:.2f} s instead of {seconds:g}")
    if film.height != height:
        found.append(f"it is {film.height} lines high instead of {height}")
    if (film.video_codec, film.audio_codec) != ("h264", "aac"):
        found.append(f"it is {film.video_codec} and {film.audio_codec} instead of h264 and aac")
    if film.rms_dbfs < QUIETEST_RMS_DBFS:
        found.append(f"it is silent ({film.rms_dbfs:.1f} dBFS)")
    if film.mean_luma < DARKEST_MEAN_LUMA:
        found.append(f"it is black (mean luma {film.mean_luma:.1f})")
    if not film.starts_at_once:
        found.append("its index comes after the media: it can't play while it loads")
    return found


def _boxes(path: Path) -> Iterator[str]:
    """The names of an MP4's outermost boxes, in order."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while file.tell() < size:
            start = file.tell()
            header = file.read(16)
            length = int.from_bytes(header[:4], "big")
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            elif length == 0:
                length = size - start
            yield header[4:8].decode("latin-1")
            if length < 8:
                return
            file.seek(start + length)


def _index_comes_first(path: Path) -> bool:
    order = [name for name in _boxes(path) if name in ("moov", "mdat")]
    return order[:1] == ["moov"]


def main() -> None:
    """Prints the measures; ends with 1 and the faults if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("film", type=Path)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--height", type=int, required=True)
    arguments = parser.parse_args()
    try:
        film = measure(arguments.film)
    except (OSError, ValueError, av.error.FFmpegError) as error:
        sys.exit(f"{arguments.film}: {error}")
    print(
        f"{arguments.film}: {film.width}x{film.height}, picture {film.video_seconds:.2f} s, sound {film.audio_seconds:.2f} s, "
        f"{film.video_codec}/{film.audio_codec}, {film.rms_dbfs:.1f} dBFS, mean luma {film.mean_luma:.0f}, "
        f"{arguments.film.stat().st_size} bytes"
    )
    found = faults(film, arguments.seconds, arguments.height)
    if found:
        sys.exit("\n".join(f"  wrong: {fault}" for fault in found))


if __name__ == "__main__":
    main()
