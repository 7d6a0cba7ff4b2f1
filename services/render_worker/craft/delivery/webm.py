"""A film as WebM: VP9 and Opus, for those who want no patented codecs."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from services.render_worker.craft.media import ffmpeg_command, limit, source
from services.render_worker.engines.base import StepFailed

# libvpx's constrained quality: near to invisible loss for drawn pictures, under these bits a second for a frame so high.
_CRF = 32
_KBITS = {480: 1000, 720: 1800, 1080: 3000}
# Of libvpx's -cpu-used in real-time mode, 8 is the fastest for a picture this large.
_CPU_USED = 8


def encode(film: Path, path: Path, *, height: int, duration_s: float, timeout_s: float,
           progress: Callable[[float], None]) -> None:  # fmt: skip
    """Writes the film at `path`; chapters, title and language stay. StepFailed ENCODER_FAILED, MEDIA_TIMEOUT."""
    kbits = _KBITS[min(_KBITS, key=lambda known: abs(known - height))]
    command = ffmpeg_command(
        [
            *("-progress", "pipe:1"),
            *source(film, "mov"),
            *("-map", "0:v:0", "-map", "0:a:0", "-map_metadata", "0", "-map_chapters", "0"),
            *("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", str(_CPU_USED), "-row-mt", "1"),
            *("-threads", "2", "-tile-columns", "1", "-crf", str(_CRF), "-b:v", f"{kbits}k", "-g", "120"),
            *("-c:a", "libopus", "-b:a", "128k"),
            *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-f", "webm", str(path)),
        ]
    )
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        limit(process, timeout_s)  # type: ignore[arg-type]  # text or bytes, it is the same process
        watchdog = threading.Timer(timeout_s, process.kill)
        watchdog.start()
        try:
            for line in process.stdout or ():
                name, _, value = line.strip().partition("=")
                if name == "out_time_us" and value.isdigit():
                    progress(min(1.0, int(value) / 1e6 / max(duration_s, 0.1)))
            said = (process.stderr.read() if process.stderr else "").strip().splitlines()[-4:]
            code = process.wait()
            timed_out = not watchdog.is_alive()
        finally:
            watchdog.cancel()
            process.kill()
    if timed_out:
        raise StepFailed("MEDIA_TIMEOUT", f"WebM took longer than {timeout_s:g} s", retryable=True)
    if code:
        raise StepFailed("ENCODER_FAILED", f"ffmpeg ended with {code}: {' | '.join(said)}", retryable=True)
