"""The one door to ffmpeg: a separate process, fed by files and pipes, that reads nothing it was not given.

Film and sound may come from strangers. A playlist hidden in one can make ffmpeg read local files or the network, so
every input names its demuxer and may use no protocol but files and pipes, and the process has limits of memory, file
size and time.
"""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.render_worker.engines.base import StepFailed

_MEMORY_BYTES = 6 << 30
_FILE_BYTES = 8 << 30
_STDERR_LINES = 6


@dataclass(frozen=True)
class FfmpegRun:
    """What a finished run said and gave on its standard output."""

    stdout: bytes
    stderr: str


@cache
def ffmpeg_path() -> str:
    """The ffmpeg program (a GPL build with x264: only ever run as a process of its own)."""
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def ffmpeg_command(args: Sequence[str]) -> list[str]:
    """The command line, with what every run needs in front."""
    return [ffmpeg_path(), "-nostdin", "-hide_banner", "-nostats", "-y", *args]


def source(path: Path | str, demuxer: str, *options: str) -> list[str]:
    """The arguments of one input: its demuxer (or several, by comma: the one that fits is taken), and files or pipes only."""
    first, *others = demuxer.split(",")
    chosen = ["-format_whitelist", demuxer] if others else ["-f", first]
    return ["-protocol_whitelist", "file,pipe", *chosen, *options, "-i", str(path)]


def limit(process: subprocess.Popen[bytes], timeout_s: float) -> None:
    """Limits of memory, file size and processor time for a process just started (where the system can: Linux)."""
    if not hasattr(resource, "prlimit"):
        return
    seconds = int(timeout_s * 2) + 1
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_CPU, seconds),
    ):
        try:
            resource.prlimit(process.pid, kind, (most, most))
        except ProcessLookupError:
            return


def run_ffmpeg(
    args: Sequence[str],
    *,
    data: bytes = b"",
    timeout_s: float = 120.0,
    code: str = "MEDIA_FAILED",
    retryable: bool = True,
) -> FfmpegRun:
    """Run ffmpeg to its end, `data` on its standard input.

    StepFailed with `code` and the last lines it said when it fails; MEDIA_TIMEOUT when it takes longer than `timeout_s`
    of wall clock (it is killed then).
    """
    with subprocess.Popen(
        ffmpeg_command(args), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        limit(process, timeout_s)
        try:
            stdout, stderr = process.communicate(data, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise StepFailed("MEDIA_TIMEOUT", f"ffmpeg took longer than {timeout_s:g} s", retryable=True) from None
    said = stderr.decode("utf-8", "replace")
    if process.returncode != 0:
        last = " | ".join(line.strip() for line in said.splitlines()[-_STDERR_LINES:] if line.strip())
        raise StepFailed(code, f"ffmpeg ended with {process.returncode}: {last}", retryable=retryable)
    return FfmpegRun(stdout, said)
