"""The day's allowance, and whose turn it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from services.youtube.quota import Limits, Openings, Turn, Waiting, day_of, expected, next_midnight

NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
LIMITS = Limits(inserts=3, units=10_000, channel=2, kept_for_uploads=0, statistics=0)


def film(number: int, user: str = "a", channel: str = "", not_before: datetime = NOW) -> Waiting:
    created = NOW - timedelta(hours=1) + timedelta(seconds=number)
    return Waiting(UUID(int=number), user, channel or f"channel of {user} {number}", created, not_before)


def planned(
    films: list[Waiting], left: int = 3, opens_at: datetime = NOW, turns: dict[str, datetime] | None = None
) -> dict[int, Turn]:
    found = expected(films, turns or {}, Openings(opens_at, left), LIMITS, NOW, seconds_between=60)
    return {key.int: turn for key, turn in found.items()}


def order(found: dict[int, Turn]) -> list[int]:
    return sorted(found, key=lambda key: found[key].at)


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (NOW, MIDNIGHT),
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), datetime(2026, 7, 1, 7, 0, tzinfo=UTC)),
        # the nights on which California's clocks change
        (datetime(2026, 3, 8, 9, 0, tzinfo=UTC), datetime(2026, 3, 9, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 8, 0, tzinfo=UTC), datetime(2026, 11, 2, 8, 0, tzinfo=UTC)),
    ],
)
def test_the_day_ends_at_midnight_in_california(now: datetime, midnight: datetime) -> None:
    assert next_midnight(now) == midnight


def test_the_day_is_californias() -> None:
    assert day_of(datetime(2026, 3, 3, 7, 59, tzinfo=UTC)) == date(2026, 3, 2)
    assert day_of(MIDNIGHT) == date(2026, 3, 3)


def test_what_fits_into_the_day_goes_today_one_after_the_other() -> None:
    found = planned([film(1), film(2)])
    assert found == {1: Turn(NOW, today=True), 2: Turn(NOW + timedelta(minutes=1), today=True)}


def test_what_does_not_fit_waits_for_midnight() -> None:
    found = planned([film(n) for n in range(1, 6)])
    assert [found[n].today for n in range(1, 6)] == [True, True, True, False, False]
    assert [found[4].at, found[5].at] == [MIDNIGHT, MIDNIGHT + timedelta(minutes=1)]


def test_many_days_are_counted_through() -> None:
    found = planned([film(n) for n in range(1, 11)])
    assert found[10].at == MIDNIGHT + timedelta(days=2)


def test_users_take_turns() -> None:
    films = [film(n, "busy") for n in range(1, 5)] + [film(9, "late")]
    assert order(planned(films))[:2] == [1, 9]


def test_whose_last_upload_is_longest_ago_goes_first() -> None:
    turns = {"a": NOW - timedelta(minutes=1), "b": NOW - timedelta(hours=3)}
    assert order(planned([film(1, "a"), film(2, "b")], turns=turns)) == [2, 1]


def test_a_channel_that_is_full_today_waits_though_others_go_on() -> None:
    films = [film(n, "a", channel="full") for n in (1, 2, 3)] + [film(4, "b")]
    found = planned(films, left=10)
    assert [found[n].today for n in (1, 2, 3, 4)] == [True, True, False, True]


def test_a_pause_after_a_failure_is_waited_for() -> None:
    later = NOW + timedelta(minutes=30)
    assert planned([film(1, not_before=later)])[1] == Turn(later, today=True)


def test_what_waits_for_an_allowance_is_not_merely_queued() -> None:
    later = NOW + timedelta(minutes=30)
    waiting = replace(film(1, not_before=later), for_quota=True)
    assert planned([waiting])[1] == Turn(later, today=False)


def test_what_google_has_closed_opens_when_it_said() -> None:
    found = planned([film(1)], opens_at=MIDNIGHT)
    assert found[1] == Turn(MIDNIGHT, today=False)


def test_nobody_is_left_without_an_answer() -> None:
    films = [film(n) for n in range(1, 1_500)]
    found = planned(films)
    assert len(found) == len(films)
    assert max(turn.at for turn in found.values()) > NOW + timedelta(days=365)
