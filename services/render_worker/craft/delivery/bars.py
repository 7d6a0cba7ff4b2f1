"""What a finished film is held to: each measure's bar, said once for the check that enforces it and the report that shows it."""

from __future__ import annotations

from services.render_worker.craft.lettering.captions_overlay import LEAST_CONTRAST as LEAST_CONTRAST

DURATION_ERROR_S = 0.5
# EBU R 128's way to say how loud, at the level that video platforms play at.
LOUDNESS_LUFS, LOUDNESS_TOLERANCE_LU = -14.0, 0.5
TRUE_PEAK_DBTP = -1.0
# What ffmpeg's meter and ours may differ by, and AAC may add to a peak.
METER_LU, METER_DB = 0.1, 0.3
# ITU-R BT.1359: from 45 ms on people notice that sound is early.
AV_OFFSET_MS = 40.0
# A frame at 24 a second, of the median line; a single line is measured to within about another.
LIP_SYNC_MS, LIP_SYNC_LINE_MS = 41.7, 83.4
SPEECH_OVER_REST_DB = 12.0
# Black or frozen for no longer than this.
STILL_S = 0.5
# Of the median shot; what is measured of a single one, with few points to follow, may be off by as much again.
JITTER_PX, SHOT_JITTER_PX = 0.1, 0.2
