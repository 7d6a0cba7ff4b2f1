"""Any text gives a valid plan or NothingToFilm: every word once and in order, nobody who isn't cast, times within their shot."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb
from hypothesis import given, settings
from hypothesis import strategies as st

from services.render_worker.craft.directing.grammar import LONGEST_MS
from services.render_worker.craft.directing.pacing import MOST_SHOTS, told_in
from services.render_worker.craft.directing.story import NothingToFilm, tell

KIND = sp.ScriptElement
ASPECTS = ["16:9", "9:16", "1:1"]
_WORDS = st.sampled_from(
    [
        "Mara",
        "Tom",
        "MARA",
        "TOM",
        "she",
        "he",
        "runs",
        "walks",
        "sits",
        "enters",
        "leaves",
        "looks",
        "at",
        "the",
        "takes",
        "gives",
        "key",
        "door",
        "boat",
        "moon",
        "to",
        "and",
        "smiles",
        "cries",
        "!",
        ".",
        "?",
        "...",
        "—",
        "\n",
        "नदी",
        "जाती",
        "है।",
        "日本。",
        "قارب",
        "(50s)",
        "V.O.",
        "INT.",
        "NIGHT",
    ]
)
_TEXTS = st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=40).map(" ".join))
_ELEMENTS = st.lists(st.tuples(st.sampled_from(list(KIND.Kind.values())), _TEXTS, st.booleans()), max_size=40)
SPOKEN = (KIND.KIND_DIALOGUE, KIND.KIND_NARRATION, KIND.KIND_LYRIC)


def script_of(pairs: list[tuple[int, str, bool]]) -> sp.Script:
    made = [KIND(kind=kind, text=text, dual=dual) for kind, text, dual in pairs]  # type: ignore[arg-type]
    return sp.Script(language="en", elements=made)


def letters(texts: list[str]) -> str:
    return "".join("".join(texts).split())


def check(board: sb.Storyboard) -> None:
    ids = {character.id for character in board.characters}
    shots = [shot for scene in board.scenes for shot in scene.shots]
    assert 1 <= len(shots) <= MOST_SHOTS
    assert [shot.number for shot in shots] == list(range(1, len(shots) + 1))
    for shot in shots:
        seen = [presence.character_id for presence in shot.presences]
        assert len(seen) == len(set(seen)) <= 6
        assert set(seen) <= ids
        assert {act.character_id for act in shot.acts} <= set(seen)
        assert {line.character_id for line in shot.lines} - {""} <= ids
        assert shot.size
        assert shot.camera
        assert shot.transition
        assert shot.reason
        assert 0 < shot.natural_ms <= LONGEST_MS
        assert all(0 <= act.start < act.end <= 1 for act in shot.acts)
        assert all(0 <= sound.start <= 1 and sound.duration_ms >= 0 for sound in shot.sounds)
        assert all(-0.3 <= presence.position <= 1.3 for presence in shot.presences)
        # Past a shoulder, or alone and whole with their own view before them.
        from_behind = shot.size == sb.SHOT_SIZE_FULL and len(seen) == 1 and shot.presences[0].back
        assert from_behind or sum(presence.back for presence in shot.presences) == (
            shot.size == sb.SHOT_SIZE_OVER_SHOULDER
        )
        assert not (shot.size == sb.SHOT_SIZE_INSERT and seen)
        assert not (shot.presences and shot.size == sb.SHOT_SIZE_CLOSE_UP and len(seen) > 1)
        for line in shot.lines:
            assert line.off_screen or line.character_id in seen
    for scene in board.scenes:
        for before, after in pairwise(scene.shots):
            assert looks_like(before) != looks_like(after)


def looks_like(shot: sb.Shot) -> object:
    """What two shots that follow each other must not have in common; things by themselves may differ by what they are."""
    if shot.size == sb.SHOT_SIZE_INSERT:
        return shot.number
    return (
        shot.size,
        sorted((each.character_id, each.back) for each in shot.presences),
        shot.things[:1] if not shot.presences else (),
    )


@settings(max_examples=250, deadline=None)
@given(_ELEMENTS, st.one_of(st.just(0), st.integers(2_000, 400_000)), st.sampled_from(ASPECTS), st.integers(0, 9))
def test_any_elements_give_a_valid_storyboard_or_are_refused(
    pairs: list[tuple[int, str, bool]], duration_ms: int, aspect: str, seed: int
) -> None:
    try:
        board = tell(script_of(pairs), duration_ms, [], seed, aspect)
    except NothingToFilm:
        return
    check(board)
    said = [text for kind, text, _ in pairs if kind in SPOKEN and any(map(str.isalnum, text))]
    spoken = [line.text for scene in board.scenes for shot in scene.shots for line in shot.lines]
    assert letters(spoken) == letters(said)


@given(_TEXTS)
def test_what_is_told_keeps_every_letter(text: str) -> None:
    assert letters(told_in(text)) == letters([text])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (KIND.KIND_NARRATION, "Mara runs to Tom and takes the key. " * 5700),
        (KIND.KIND_ACTION, "Mara runs to Tom and takes the key. " * 5700),
        (KIND.KIND_DIALOGUE, "a" * 200_000),
        (KIND.KIND_NARRATION, "नदी के किनारे एक लड़की रहती थी। " * 2300),
        (KIND.KIND_ACTION, "x. " * 66_000),
        (KIND.KIND_NARRATION, "日本語の文。" * 11_000),
        (KIND.KIND_ACTION, "MARA, TOM (9) — " * 11_000),
    ],
    ids=["story", "action", "one word", "hindi", "scraps", "japanese", "names"],
)
def test_200_kilobytes_of_anything_are_staged_in_seconds(kind: int, text: str) -> None:
    began = time.process_time()
    board = tell(script_of([(KIND.KIND_CHARACTER, "MARA", False), (kind, text, False)]), 0, [], 1)
    assert time.process_time() - began < 20
    check(board)


def test_two_hundred_scenes_of_forty_people_are_staged_in_seconds() -> None:
    pairs: list[tuple[int, str, bool]] = []
    for scene in range(200):
        pairs.append((KIND.KIND_HEADING, f"INT. ROOM {scene} - DAY", False))
        for line in range(10):
            pairs.append((KIND.KIND_CHARACTER, f"PERSON {(scene + line) % 40}", False))
            pairs.append((KIND.KIND_DIALOGUE, "I have kept this letter for years and years.", False))
            pairs.append((KIND.KIND_ACTION, f"Person {line} looks at Person {(line + 3) % 40} and waits.", False))
    began = time.process_time()
    board = tell(script_of(pairs), 600_000, [], 1)
    assert time.process_time() - began < 20
    check(board)


def test_an_edited_word_changes_few_shots_of_a_film_of_a_set_length() -> None:
    def shots(word: str) -> list[sb.Shot]:
        pairs: list[tuple[int, str, bool]] = [(KIND.KIND_HEADING, "INT. KITCHEN - NIGHT", False)]
        for number in range(16):
            pairs.append((KIND.KIND_CHARACTER, ("MARA", "TOM")[number % 2], False))
            said = f"The boats come home at {number}, and nobody waits for them"
            pairs.append((KIND.KIND_DIALOGUE, f"{said} {word if number == 8 else 'here'}.", False))
        return [shot for scene in tell(script_of(pairs), 90_000, [], 1).scenes for shot in scene.shots]

    before, after = shots("here"), shots("there")
    kept = [shot.SerializeToString() for shot in after]
    changed = [shot for shot in before if shot.SerializeToString() not in kept]
    assert 1 <= len(changed) <= 3


@pytest.mark.parametrize("aspect", ASPECTS)
def test_the_same_script_and_seed_give_the_same_bytes(aspect: str) -> None:
    pairs = [(KIND.KIND_CHARACTER, "MARA", False), (KIND.KIND_DIALOGUE, "I waited for you. " * 12, False)]
    first, second = (tell(script_of(pairs), 60_000, [], 3, aspect) for _ in range(2))
    assert first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)
