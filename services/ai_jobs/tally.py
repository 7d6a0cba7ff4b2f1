"""A plan in figures: how many steps of each kind there are and how far they have come, as the database counts them.

What asks where a job stands asks this, so that the answer costs the same for a plan of ten steps and for one of a thousand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class KindTally:
    """The steps of one kind."""

    kind: str
    lane: str
    total: int
    done: int
    # done by what was rendered before
    cached: int
    leased: int
    # the engines that ready ones wait for
    wanted: Sequence[str]
    # of shots (an animate_shot that is a shot of the storyboard, and no card)
    shots_done: int
    shots_failed: int
    # expected seconds of work: of all, of what is behind us, of what is to do, of the longest that is to do
    weight: float
    weight_behind: float
    weight_left: float
    longest_left: float
    # places in the plan: of the first step that is ready or leased (None: there is none), and of the last of all
    current_at: int | None
    last_at: int
    # of those that were worked on and have ended: how many, from when to when, and the work added up
    timed: int
    first_started: datetime | None
    last_finished: datetime | None
    work_s: float


@dataclass(frozen=True)
class Tally:
    """All kinds of a plan, in the order in which the plan begins them."""

    kinds: Sequence[KindTally] = ()

    @property
    def total(self) -> int:
        """How many steps there are."""
        return sum(kind.total for kind in self.kinds)

    @property
    def done(self) -> int:
        """How many need no more work."""
        return sum(kind.done for kind in self.kinds)

    @property
    def cached(self) -> int:
        """How many are done by what was rendered before."""
        return sum(kind.cached for kind in self.kinds)

    @property
    def leased(self) -> int:
        """How many a worker has in hand."""
        return sum(kind.leased for kind in self.kinds)

    @property
    def shots_done(self) -> int:
        """How many shots have their picture."""
        return sum(kind.shots_done for kind in self.kinds)

    @property
    def shots_failed(self) -> int:
        """How many shots will never have one."""
        return sum(kind.shots_failed for kind in self.kinds)

    @property
    def share_done(self) -> float:
        """How much of the expected work is behind us, 0.0 to 1.0."""
        return sum(kind.weight_behind for kind in self.kinds) / (sum(kind.weight for kind in self.kinds) or 1.0)

    @property
    def current(self) -> KindTally | None:
        """The kind of the first step that is ready or in hand; None where none is."""
        begun = [kind for kind in self.kinds if kind.current_at is not None]
        return min(begun, key=lambda kind: kind.current_at or 0, default=None)

    @property
    def last_kind(self) -> str:
        """The kind that the plan ends with; empty for an empty plan."""
        return max(self.kinds, key=lambda kind: kind.last_at).kind if self.kinds else ""

    def all_done(self, besides: Collection[str] = ()) -> bool:
        """Whether nothing is left to do, leaving out some kinds."""
        return all(kind.done == kind.total for kind in self.kinds if kind.kind not in besides)
