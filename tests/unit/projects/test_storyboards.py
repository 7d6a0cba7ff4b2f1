"""Ids outlive analyses: what is the same, moved, or changed in place keeps its id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from filmstudio.projects.v1 import storyboard_pb2 as sb
from hypothesis import given
from hypothesis import strategies as st

from services.projects.alignment import align
from services.projects.storyboards import with_stable_ids


def fresh(prefix: str) -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers)}"


def board(*scenes: tuple[str, Sequence[str]]) -> sb.Storyboard:
    return sb.Storyboard(
        scenes=[
            sb.Scene(
                heading=heading, shots=[sb.Shot(prompt=prompt, lines=[sb.Line(text=prompt)]) for prompt in prompts]
            )
            for heading, prompts in scenes
        ]
    )


def ids(of: sb.Storyboard) -> list[tuple[str, list[str]]]:
    return [(scene.id, [shot.id for shot in scene.shots]) for scene in of.scenes]


FIRST = with_stable_ids(sb.Storyboard(), board(("A", "abc"), ("B", "de")), fresh("x"))


def test_a_first_storyboard_gets_new_ids_and_numbers() -> None:
    assert ids(FIRST) == [("x1", ["x2", "x3", "x4"]), ("x5", ["x6", "x7"])]
    assert [scene.number for scene in FIRST.scenes] == [1, 2]
    assert [shot.number for scene in FIRST.scenes for shot in scene.shots] == [1, 2, 3, 4, 5]


def test_the_same_content_keeps_every_id_whatever_its_durations() -> None:
    again = board(("A", "abc"), ("B", "de"))
    again.scenes[0].shots[0].duration_ms = 4000
    kept = with_stable_ids(FIRST, again, fresh("y"))
    assert ids(kept) == ids(FIRST)
    assert kept.scenes[0].shots[0].duration_ms == 4000


def test_a_changed_shot_keeps_its_id() -> None:
    assert ids(with_stable_ids(FIRST, board(("A", "aXc"), ("B", "de")), fresh("y"))) == ids(FIRST)


def test_a_new_shot_gets_a_new_id_and_the_others_keep_theirs() -> None:
    changed = with_stable_ids(FIRST, board(("A", "abNc"), ("B", "de")), fresh("y"))
    assert ids(changed)[0] == ("x1", ["x2", "x3", "y1", "x4"])


def test_a_scene_that_moves_keeps_its_id_and_its_shots() -> None:
    moved = with_stable_ids(FIRST, board(("B", "de"), ("A", "abc")), fresh("y"))
    assert sorted(ids(moved)) == sorted(ids(FIRST))


def test_characters_keep_their_ids_by_name_and_lines_follow() -> None:
    def cast(character_id: str) -> sb.Storyboard:
        shot = sb.Shot(lines=[sb.Line(character_id=character_id)], presences=[sb.Presence(character_id=character_id)])
        return sb.Storyboard(characters=[sb.Character(id=character_id, name="Mara")], scenes=[sb.Scene(shots=[shot])])

    kept = with_stable_ids(cast("c-1"), cast("c-9"), fresh("y"))
    shot = kept.scenes[0].shots[0]
    assert (kept.characters[0].id, shot.lines[0].character_id, shot.presences[0].character_id) == ("c-1", "c-1", "c-1")


@given(kept=st.lists(st.sampled_from("abcd"), max_size=12), new=st.lists(st.sampled_from("abcde"), max_size=12))
def test_no_id_is_given_twice(kept: list[str], new: list[str]) -> None:
    places = [place for place in align(kept, new) if place is not None]
    assert len(places) == len(set(places))
    assert all(0 <= place < len(kept) for place in places)
    assert align(kept, kept) == list(range(len(kept)))
