"""What the user's plan allows, asked of credits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filmstudio.credits.v1 import credits_pb2

if TYPE_CHECKING:  # the generated code has it in its stub file only
    from filmstudio.credits.v1.credits_pb2_grpc import CreditsServiceAsyncStub


class CreditsPlans:
    """The plan of the user on whose behalf a call runs. DependencyAway while credits is."""

    def __init__(self, credits: CreditsServiceAsyncStub) -> None:
        self._credits = credits

    async def max_projects(self) -> int:
        """How many projects the plan allows; 0: any number."""
        answer = await self._credits.GetPlan(credits_pb2.GetPlanRequest())
        return answer.plan.max_projects
