"""A moment of a deed, and poses eased one into the next."""

from __future__ import annotations

from dataclasses import dataclass

from services.render_worker.craft.puppets.pose import Pose, mix


@dataclass(frozen=True)
class Doing:
    """A moment of a deed: seconds since it began, how long it takes in all, and the pose it starts from."""

    t: float
    length: float
    base: Pose
    variant: int = 0
    # Units of the figure that the one it is done to is ahead; 0.0: nobody.
    reach: float = 0.0

    @property
    def share(self) -> float:
        """0.0 to 1.0."""
        return min(1.0, max(0.0, self.t / max(self.length, 0.05)))


def ease(t: float) -> float:
    """Slow in, slow out."""
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def keyed(d: Doing, *keys: tuple[float, Pose]) -> Pose:
    """Eased between poses at moments in seconds; the last one holds."""
    before = (0.0, d.base)
    for at, pose in keys:
        if d.t < at:
            return mix(before[1], pose, ease((d.t - before[0]) / max(at - before[0], 1e-6)))
        before = (at, pose)
    return before[1]


def squeezed(d: Doing, at: float, *keys: tuple[float, Pose]) -> Pose:
    """As `keyed`, squeezed when the deed is shorter than its keys need."""
    last = keys[-1][0]
    squeeze = min(1.0, d.length / max(at, last))
    return keyed(d, *((moment * squeeze, pose) for moment, pose in keys))
