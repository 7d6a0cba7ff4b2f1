"""How long a worker goes on asking."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import grpc
import pytest

from services.kit.errors import DependencyAway, RemoteError
from services.render_worker import render_calls
from services.render_worker.render_calls import LeaseLost, patiently


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render_calls, "_FIRST_WAIT_S", 0.0)


def answers(*given: Exception | str) -> Callable[[], Awaitable[str]]:
    left = list(given)

    async def call() -> str:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return call


def refusal(code: grpc.StatusCode, reason: str) -> RemoteError:
    return RemoteError(code, reason, "", {})


async def test_a_dependency_that_is_away_is_waited_for() -> None:
    assert await patiently("x", answers(*[DependencyAway("ai_jobs")] * 30, "done")) == "done"


async def test_an_error_of_the_other_side_is_tried_again_but_not_for_ever() -> None:
    error = refusal(grpc.StatusCode.INTERNAL, "INTERNAL")
    assert await patiently("x", answers(error, error, "done")) == "done"
    with pytest.raises(RemoteError):
        await patiently("x", answers(*[error] * 9))


async def test_a_refusal_is_final() -> None:
    with pytest.raises(RemoteError):
        await patiently("x", answers(refusal(grpc.StatusCode.FAILED_PRECONDITION, "OUTPUT_MISSING"), "done"))


async def test_a_lost_lease_is_told_as_such() -> None:
    with pytest.raises(LeaseLost):
        await patiently("x", answers(refusal(grpc.StatusCode.FAILED_PRECONDITION, "LEASE_LOST")))


async def test_waiting_ends_when_the_caller_does() -> None:
    async def away() -> str:
        raise DependencyAway("s3")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(patiently("x", away), 0.05)
