"""What the relay holds in memory."""

from typing import Any

from services.kit.lanes import WINDOW, Ownership


def row(number: int, aggregate: str, sequence: int) -> Any:
    return {"id": number, "aggregate_type": "user", "aggregate_id": aggregate, "aggregate_seq": sequence}


def test_a_lane_is_in_the_order_of_its_sequence_whatever_order_it_was_read_in() -> None:
    own = Ownership(connection=None)
    for number, sequence in ((11, 3), (12, 1), (13, 2)):
        own.add(row(number, "a", sequence))
    assert own.lanes["user/a"].waiting[0][0] == 1
    assert own.known == {11, 12, 13}


def test_a_dropped_lane_is_forgotten_so_that_it_is_read_again_from_its_first_row() -> None:
    own = Ownership(connection=None)
    own.add(row(1, "a", 1))
    own.add(row(2, "b", 1))
    own.drop("user/a")
    assert own.known == {2}
    assert set(own.lanes) == {"user/b"}


def test_blocked_aggregates_are_left_alone_until_their_time_and_full_ones_while_they_are_full() -> None:
    own = Ownership(connection=None)
    own.blocked = {"user/soon": 10.0, "user/later": 20.0}
    for number in range(WINDOW):
        own.add(row(number, "full", number))
    assert set(own.left_alone(now=5.0)) == {"user/soon", "user/later", "user/full"}
    assert set(own.left_alone(now=10.0)) == {"user/later", "user/full"}
