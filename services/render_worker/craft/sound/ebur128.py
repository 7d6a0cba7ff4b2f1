"""Loudness and true peak of a finished file, measured by ffmpeg on what a player would decode."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from services.render_worker.craft.media import run_ffmpeg, source
from services.render_worker.craft.sound.measure import SILENCE_LUFS

_LOUDNESS = re.compile(r"\bI:\s*(-?\d+\.\d+|-inf|nan) LUFS")
_PEAK = re.compile(r"\bPeak:\s*(-?\d+\.\d+|-inf|nan) dBFS")
# What the meter says of digital silence.
_METER_FLOOR_LUFS = -70.0


@dataclass(frozen=True)
class Loudness:
    """SILENCE_LUFS and −120 dBTP where there is nothing to hear."""

    lufs: float
    peak_dbtp: float

    @property
    def silent(self) -> bool:
        """Nothing above the meter's floor."""
        return self.lufs <= SILENCE_LUFS


def file_loudness(path: Path) -> Loudness:
    """The file's first sound track."""
    said = run_ffmpeg(
        [*source(path, "mov"), *("-map", "0:a:0", "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-")]
    ).stderr
    lufs, peak = _last(_LOUDNESS, said), _last(_PEAK, said)
    return Loudness(SILENCE_LUFS if lufs <= _METER_FLOOR_LUFS else lufs, max(peak, -120.0))


def _last(pattern: re.Pattern[str], said: str) -> float:
    found = pattern.findall(said)
    return -999.0 if not found or found[-1] in ("-inf", "nan") else float(found[-1])
