"""Who goes next: the highest effective priority, ties in turns over users (G6)."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from tests.integration.ai_jobs.conftest import Studio


async def waited(studio: Studio, user: str, minutes: float) -> None:
    """This user's steps have been ready for so long."""
    statement = "UPDATE ai_jobs.render_steps SET ready_at = now() - $1 * interval '1 minute' WHERE user_id = $2"
    await studio.sql(statement, minutes, user)


async def last_turn(studio: Studio, user: str, minutes_ago: float) -> None:
    """This user got a step so long ago."""
    statement = """INSERT INTO ai_jobs.user_turns VALUES ($2, now() - $1 * interval '1 minute')
        ON CONFLICT (user_id) DO UPDATE SET last_claim_at = excluded.last_claim_at"""
    await studio.sql(statement, minutes_ago, user)


async def next_users(studio: Studio, count: int) -> list[str]:
    """Whose steps are handed out, one claim after the other."""
    users = []
    for _ in range(count):
        [order] = await studio.worker().claim(1)
        [row] = await studio.sql("SELECT user_id FROM ai_jobs.render_steps WHERE id = $1::uuid", order.id)
        users.append(row["user_id"])
    return users


async def of_priority(studio: Studio, priority: int, user: str, steps: int = 3) -> UUID:
    studio.credits.the_plan.priority = priority
    return await studio.probe(steps, user=user)


async def test_a_hundred_steps_of_one_user_do_not_delay_anothers_first(studio: Studio) -> None:
    await studio.probe(100, user="greedy")
    assert set(await next_users(studio, 3)) == {"greedy"}
    await studio.probe(2, user="late")
    assert await next_users(studio, 1) == ["late"]


async def test_users_of_one_priority_take_turns(studio: Studio) -> None:
    for user in ("a", "b", "c"):
        await studio.probe(6, user=user)
    users = await next_users(studio, 9)
    assert [Counter(users[start : start + 3]) for start in (0, 3, 6)] == [Counter("abc")] * 3


async def test_one_claim_for_many_steps_shares_them_out(studio: Studio) -> None:
    for user in ("a", "b", "c"):
        await studio.probe(6, user=user)
    orders = await studio.worker().claim(6)
    steps = await studio.sql("SELECT user_id FROM ai_jobs.render_steps WHERE state = 'leased'")
    assert (len(orders), Counter(row["user_id"] for row in steps)) == (6, {"a": 2, "b": 2, "c": 2})


async def test_the_higher_plan_goes_first(studio: Studio) -> None:
    await of_priority(studio, 1, "free")
    await of_priority(studio, 8, "enterprise")
    assert await next_users(studio, 4) == ["enterprise"] * 3 + ["free"]


async def test_each_minute_of_waiting_is_a_step_of_priority(studio: Studio) -> None:
    await of_priority(studio, 1, "free")
    await of_priority(studio, 5, "pro", steps=10)
    await waited(studio, "free", 3.5)
    assert await next_users(studio, 1) == ["pro"]
    await waited(studio, "free", 5.1)
    # nobody starves, and one turn sets the clock back
    assert await next_users(studio, 2) == ["free", "pro"]


async def test_waiting_counts_from_the_last_turn_where_that_is_shorter(studio: Studio) -> None:
    await of_priority(studio, 1, "free")
    await of_priority(studio, 3, "pro")
    await waited(studio, "free", 60)
    await last_turn(studio, "free", 1.5)
    assert await next_users(studio, 1) == ["pro"]


async def test_an_hour_without_work_is_no_waiting(studio: Studio) -> None:
    await of_priority(studio, 1, "free")
    await of_priority(studio, 3, "pro")
    await last_turn(studio, "free", 60)
    await waited(studio, "free", 1.5)
    assert await next_users(studio, 1) == ["pro"]


async def test_within_a_user_the_older_job_and_the_plans_order_go_first(studio: Studio) -> None:
    first = await studio.probe(2)
    second = await studio.probe(2)
    orders = [(await studio.worker().claim(1))[0] for _ in range(4)]
    assert [order.job_id for order in orders] == [str(first)] * 2 + [str(second)] * 2
    names = {str(step.id): name for name, step in (await studio.steps(first)).items()}
    assert [names[order.id] for order in orders[:2]] == ["wait/00000", "wait/00001"]
