"""One picture over another, as far as it covers: most of it covers whole or not at all, and only the edges have to be mixed."""

from __future__ import annotations

import cv2
import numpy as np

from services.render_worker.craft.images import Picture

# Where fewer pixels than one in so many are an edge, they are mixed apart from the rest.
_EDGE_SHARE = 8


def lay(below: Picture, cover: Picture, above: Picture, *, plain: bool = False) -> None:
    """Lays BGRA over premultiplied BGRA, in place: as much of it as `cover` says (one channel).

    `above` is premultiplied by its cover already; `plain`: it is not.
    """
    partly = cv2.inRange(cover, 1, 254)
    if cv2.countNonZero(partly) * _EDGE_SHARE >= cover.size:
        _mix(below, cover, above, plain=plain)
        return
    edge = cv2.findNonZero(partly)
    if edge is not None:
        columns, rows = edge.reshape(-1, 2).T
        mixed = below[rows, columns].reshape(1, -1, 4)
        _mix(mixed, cover[rows, columns].reshape(1, -1), above[rows, columns].reshape(1, -1, 4), plain=plain)
        below[rows, columns] = mixed[0]
    cv2.copyTo(above, cv2.inRange(cover, 255, 255), below)


def _mix(below: Picture, cover: Picture, above: Picture, *, plain: bool) -> None:
    four = cv2.merge([cover, cover, cover, cover])
    shown = cv2.multiply(above, four, scale=1 / 255) if plain else above
    left = cv2.multiply(below, cv2.bitwise_not(four), scale=1 / 255)
    cv2.add(left, shown, dst=below)


def filled(shape: tuple[int, ...], color: tuple[int, int, int]) -> Picture:
    """Nothing but that colour (BGR), whole, as BGRA of that height and width."""
    picture = np.empty((*shape[:2], 4), np.uint8)
    picture.view(np.uint32)[:] = np.array([*color, 255], np.uint8).view(np.uint32)
    return picture
