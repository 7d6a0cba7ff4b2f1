"""Which of the things kept before a new thing is: so that scenes, shots and characters keep their ids over analyses."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from filmstudio.projects.v1 import storyboard_pb2


def align(kept: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For each new fingerprint, the place of what it was before: the same, moved, or changed one by one; None: it is new."""
    found: list[int | None] = [None] * len(new)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, kept, new, autojunk=False).get_opcodes():
        if tag == "equal" or (tag == "replace" and i2 - i1 == j2 - j1):
            for step in range(j2 - j1):
                found[j1 + step] = i1 + step
    taken = {place for place in found if place is not None}
    moved: dict[str, list[int]] = {}
    for place in reversed(range(len(kept))):
        if place not in taken:
            moved.setdefault(kept[place], []).append(place)
    for number, fingerprint in enumerate(new):
        if found[number] is None and moved.get(fingerprint):
            found[number] = moved[fingerprint].pop()
    return found


def scene_fingerprint(scene: storyboard_pb2.Scene) -> str:
    """A scene is its heading."""
    return " ".join(scene.heading.split()).casefold()


def shot_fingerprint(shot: storyboard_pb2.Shot) -> str:
    """A shot is what is said in it and what is seen."""
    return "\n".join([*(line.text for line in shot.lines), shot.prompt])
