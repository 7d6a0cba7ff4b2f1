"""What every course of a job needs from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.ai_jobs.engines import Engines
from services.ai_jobs.pace import Pace
from services.kit.bell import Bell


@dataclass(frozen=True)
class House:
    """What every course needs from outside: time, ids, engines, the pace, and the bell and alarm clocks for after the commit."""

    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    engines: Engines
    pace: Pace
    bell: Bell
    wake_planner: Callable[[], None]
