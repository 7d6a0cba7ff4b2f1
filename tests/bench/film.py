"""`python -m tests.bench.film [--short] [--rounds N]`: how quickly a film is put together, beside what others would use.

The same 12 stills, voices, music and burned captions become 60 s of 1080p24, by turns, through (a) our assembly, (b) MoviePy 2
as its documentation does it, (c) one ffmpeg command with zoompan over stills scaled up four times, and (d) encoding alone with
our codec, preset and crf. Prints the medians, their ratios against the bars, the camera's shake and how alike the pictures are;
writes out/bench-film.json and ends with 1 when a bar is missed. The short form makes 10 s at 480p and has no bars.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import numpy as np

from services.render_worker.craft.media import ffmpeg_command
from services.render_worker.craft.stage import encoder
from services.render_worker.craft.stage.jitter import STRETCH, jitter_px
from services.render_worker.pool import MEMORY
from tests.bench.film_material import Material, make
from tests.bench.film_ways import WAYS
from tests.support.studio import CHECKOUT

FOLDER = CHECKOUT / ".local" / "bench-film"
OUT = CHECKOUT / "out" / "bench-film.json"
# Theirs over ours, at least; encoding alone over ours, at least.
BARS = {"moviepy": 6.0, "zoompan": 1.4, "encoding": 0.65}
TITLES = {
    "ours": "(a) our assembly", "moviepy": "(b) MoviePy 2", "zoompan": "(c) ffmpeg zoompan, 4x upscale", "encoding": "(d) encoding alone",
}  # fmt: skip
_LIMIT_S = 1800
# These have their memory as the worker gives it to its children.
_AS_A_WORKER = {"ours", "encoding"}


@dataclass(frozen=True)
class Result:
    """A way's median seconds, its share of ours, what its film is like."""

    way: str
    seconds: float
    runs: list[float]
    ratio: float
    bar: float | None
    jitter_px: float | None = None
    # Of its pictures to ours, 0.0 to 1.0.
    ssim: float | None = None

    @property
    def passed(self) -> bool:
        """Whether it keeps its bar."""
        return self.bar is None or self.ratio >= self.bar


def timed(way: str, folder: Path) -> float:
    """One run in a process of its own; its seconds, or those it says count."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.film_ways", way, str(folder)], cwd=CHECKOUT, capture_output=True, text=True,
        timeout=_LIMIT_S, check=False, env=os.environ | (MEMORY if way in _AS_A_WORKER else {}),
    )  # fmt: skip
    wall = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr[-2000:]}")
    said = done.stdout.strip()
    return float(json.loads(said)["seconds"]) if said else wall


def shake(film: Path, material: Material) -> float | None:
    """The camera's shake over a second from the middle of three stills; None where it can be told of none of them."""
    found = []
    for number in (0, material.stills // 2, material.stills - 1):
        first = number * material.frames_a_still + max(0, (material.frames_a_still - STRETCH) // 2)
        found.append(jitter_px(_grey(film, first, min(STRETCH, material.frames_a_still))))
    told = [px for px in found if px is not None]
    return float(np.sqrt(np.mean(np.square(told)))) if told else None


def _grey(film: Path, first: int, count: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    frames = []
    with av.open(str(film)) as opened:
        for number, frame in enumerate(opened.decode(video=0)):
            if number >= first + count:
                break
            if number >= first:
                # the captions stand still: what is above them is followed
                grey = frame.to_ndarray(format="gray8")
                frames.append(np.ascontiguousarray(grey[: round(grey.shape[0] * 0.75)]))
    return frames


def likeness(film: Path, other: Path) -> float:
    """SSIM of two films over all planes and frames."""
    done = subprocess.run(
        ffmpeg_command(["-i", str(film), "-i", str(other), "-lavfi", "[0:v][1:v]ssim", "-f", "null", "-"]),
        capture_output=True, text=True, timeout=_LIMIT_S, check=True,
    )  # fmt: skip
    return float(re.findall(r"All:([0-9.]+)", done.stderr)[-1])


def measure(material: Material, rounds: int, *, bars: bool) -> list[Result]:
    """All ways by turns, so that what else the machine does falls on each alike."""
    runs: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way in WAYS:
            runs[way].append(timed(way, material.folder))
            say(f"round {number + 1}: {TITLES[way]:<34}{runs[way][-1]:8.1f} s")
    medians = {way: statistics.median(each) for way, each in runs.items()}
    results = []
    for way, each in runs.items():
        film = material.folder / f"{way}.mp4"
        seen = film.exists()
        results.append(
            Result(
                way, medians[way], each, medians[way] / medians["ours"], BARS.get(way) if bars else None,
                shake(film, material) if seen else None,
                likeness(film, material.folder / "ours.mp4") if seen and way != "ours" else None,
            )
        )  # fmt: skip
    return results


def say(text: str) -> None:
    """A line at once, for whoever watches."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def line(result: Result) -> str:
    """A result as it is printed."""
    bar = "" if result.bar is None else f"  bar {result.bar:g}{'' if result.passed else '  MISSED'}"
    shaken = "" if result.jitter_px is None else f"  jitter {result.jitter_px:.3f} px"
    alike = "" if result.ssim is None else f"  SSIM to ours {result.ssim:.3f}"
    return f"{TITLES[result.way]:<34}{result.seconds:8.1f} s  x {result.ratio:5.2f}{bar}{shaken}{alike}"


def main() -> int:
    """0 when every bar was kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.film", description=__doc__)
    parser.add_argument("--short", action="store_true", help="10 s at 480p, once, without bars")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    small, whole = Material(FOLDER, 854, 480, 24, 60, 4), Material(FOLDER, 1920, 1080, 24, 120, 12)
    material = small if asked.short else whole
    make(material)
    say(
        f"{material.seconds:g} s at {material.width}x{material.height}, x264 {encoder.PRESET} crf {encoder.CRF} ({encoder.LOOK_AHEAD}), {os.cpu_count()} cores"
    )
    results = measure(material, 1 if asked.short else asked.rounds, bars=not asked.short)
    for result in results:
        say(line(result))
    passed = all(result.passed for result in results)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    written = {
        "passed": passed, "short": asked.short, "cores": os.cpu_count(), "load_average": os.getloadavg()[0],
        "results": [{**asdict(result), "passed": result.passed} for result in results],
    }  # fmt: skip
    OUT.write_text(json.dumps(written, indent=2) + "\n")
    say(f"{'every bar was kept' if passed else 'bars were missed'}; written to {OUT.relative_to(CHECKOUT)}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
