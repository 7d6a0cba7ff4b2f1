"""Sound made longer or shorter at the same pitch, by a different amount at each moment (WSOLA: Verhelst and Roelands, 1993)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Mono = npt.NDArray[np.float64]

_FRAME_MS, _SEARCH_MS = 30.0, 9.0


def stretched(sound: Mono, source: npt.NDArray[np.float64], target: npt.NDArray[np.float64], rate: int) -> Mono:
    """The sound with the samples `source` (rising) moved to the samples `target`; as long as the last of these.

    Frames are laid where they fit the sound before them best, so that the waves go on through every seam.
    """
    frame = round(_FRAME_MS * rate / 1000) // 2 * 2
    hop, search = frame // 2, round(_SEARCH_MS * rate / 1000)
    length = int(np.ceil(target[-1]))
    padded = np.pad(sound, (frame + search, 2 * frame + 2 * search))
    window = np.hanning(frame + 1)[:frame]
    out = np.zeros(length + 2 * frame)
    weight = np.zeros(length + 2 * frame)
    follows: int | None = None
    for at in range(0, length + hop, hop):
        # `at` counts from half a frame before the start, so that the first half frame has two as well.
        wanted = round(float(np.interp(at - hop, target, source))) + frame + search
        begin = wanted
        if follows is not None and follows != wanted:
            expected = padded[follows : follows + frame]
            if len(expected) == frame:
                area = padded[wanted - search : wanted + search + frame]
                begin = wanted - search + _best_fit(area, expected)
        piece = padded[begin : begin + frame]
        out[at : at + len(piece)] += piece * window[: len(piece)]
        weight[at : at + len(piece)] += window[: len(piece)]
        follows = begin + hop
    return np.asarray((out / np.maximum(weight, 1e-3))[hop : hop + length])


def _best_fit(area: Mono, expected: Mono) -> int:
    """The offset in the area at which it is most like what is expected, by normalised cross-correlation."""
    likeness = np.correlate(area, expected, mode="valid")
    power = np.convolve(np.square(area), np.ones(len(expected)), mode="valid")
    return int(np.argmax(likeness / np.sqrt(power + 1e-9)))
