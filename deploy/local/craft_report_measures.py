"""A job's measures against their bars, as a report shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.render_worker.craft.delivery import bars


@dataclass(frozen=True)
class Measure:
    """One measure: its value and its bar in words, and whether it holds. `held` is None where it couldn't be taken."""

    name: str
    value: str
    bar: str
    held: bool | None


def measures(quality: dict[str, Any]) -> list[Measure]:
    """Every measure of a job's `quality`, in the order of how much it matters to who watches."""
    missed = dict(said.partition(": ")[::2] for said in quality.get("not_measured", []))
    contrast = quality["caption_contrast"] or 0.0
    glyphs = quality["missing_glyphs"]

    def taken(name: str, value: str, bar: str, held: bool) -> Measure:
        return Measure(name, missed[name], bar, None) if name in missed else Measure(name, value, bar, held)

    return [
        taken(
            "lip sync", f"{quality['lip_sync_offset_ms']:.0f} ms, the worst line",
            f"≤ {bars.LIP_SYNC_MS:.0f} ms usually, ≤ {bars.LIP_SYNC_LINE_MS:.0f} ms any line",
            quality["lip_sync_offset_ms"] <= bars.LIP_SYNC_LINE_MS,
        ),
        taken(
            "speech over the rest", f"{quality['speech_over_music_db']:.1f} dB", f"≥ {bars.SPEECH_OVER_REST_DB:.0f} dB",
            quality["speech_over_music_db"] >= bars.SPEECH_OVER_REST_DB,
        ),
        taken(
            "loudness", f"{quality['loudness_lufs']:.1f} LUFS",
            f"{bars.LOUDNESS_LUFS:.0f} ± {bars.LOUDNESS_TOLERANCE_LU} LUFS",
            abs(quality["loudness_lufs"] - bars.LOUDNESS_LUFS) <= bars.LOUDNESS_TOLERANCE_LU + bars.METER_LU,
        ),
        taken(
            "true peak", f"{quality['true_peak_dbtp']:.1f} dBTP", f"≤ {bars.TRUE_PEAK_DBTP:.0f} dBTP",
            quality["true_peak_dbtp"] <= bars.TRUE_PEAK_DBTP + bars.METER_DB,
        ),
        taken(
            "contrast of captions", f"{contrast:.1f} : 1" if contrast else "none burned",
            f"≥ {bars.LEAST_CONTRAST} : 1", not contrast or contrast >= bars.LEAST_CONTRAST,
        ),
        taken("caption rules", f"{quality['caption_faults']} broken", "none", not quality["caption_faults"]),
        taken("subtitles outside the film", f"{quality['subtitles_outside']}", "none", not quality["subtitles_outside"]),
        taken("missing letters", " ".join(glyphs) or "none", "none", not glyphs),
        taken("jitter", f"{quality['jitter_px']:.3f} px", f"≤ {bars.JITTER_PX} px", quality["jitter_px"] <= bars.JITTER_PX),
        taken("black", f"{quality['black_s']:.1f} s", f"no stretch over {bars.STILL_S} s", not quality["black_s"]),
        taken("frozen", f"{quality['frozen_s']:.1f} s", f"no stretch over {bars.STILL_S} s", not quality["frozen_s"]),
        taken(
            "length", f"{quality['duration_error_s']:.2f} s off", f"≤ {bars.DURATION_ERROR_S} s",
            quality["duration_error_s"] <= bars.DURATION_ERROR_S,
        ),
        taken(
            "sound against picture", f"{quality['av_offset_ms']:.0f} ms", f"≤ {bars.AV_OFFSET_MS:.0f} ms",
            quality["av_offset_ms"] <= bars.AV_OFFSET_MS,
        ),
    ]  # fmt: skip
