from __future__ import annotations

import json

import pytest

from tests.unit.craft_picture.goldens import FILE, KEYS, distance, hash_of

GOLDENS = json.loads(FILE.read_text(encoding="utf-8"))
# Of 128. Another machine's rounding flips a bit or two; another composition half of them.
TOLERANCE = 10


def test_there_is_a_golden_of_every_place_and_style() -> None:
    assert list(GOLDENS) == KEYS


@pytest.mark.parametrize("key", KEYS)
def test_a_picture_looks_as_it_did_when_it_was_found_good(key: str) -> None:
    assert distance(hash_of(key), GOLDENS[key]) <= TOLERANCE


def test_two_places_are_not_taken_for_one_another() -> None:
    plain = [GOLDENS[key] for key in KEYS if " " not in key]
    close = sum(distance(one, other) <= TOLERANCE for index, one in enumerate(plain) for other in plain[:index])
    assert close == 0
