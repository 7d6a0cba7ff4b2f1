from __future__ import annotations

from pathlib import Path

import pytest
from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb
from hypothesis import given, settings
from hypothesis import strategies as st

from services.render_worker.craft.directing.pacing import MOST_SHOTS, estimate_ms, split_speech
from services.render_worker.craft.directing.story import NothingToFilm, tell
from services.render_worker.engines.base import StepFailed
from tests.unit.craft_picture.support import KIND, a_script, analyze, elements, shots, spoken


def test_the_same_script_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (analyze(a_script(), tmp_path, duration_ms=30_000) for _ in range(2))
    assert first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)


def test_headings_become_settings(tmp_path: Path) -> None:
    board = analyze(a_script(), tmp_path)
    first, second = (scene.setting for scene in board.scenes)
    assert (first.place, first.time_of_day, first.interior) == (sb.PLACE_LIGHTHOUSE, sb.TIME_OF_DAY_DUSK, False)
    assert (second.place, second.time_of_day, second.interior) == (sb.PLACE_KITCHEN, sb.TIME_OF_DAY_NIGHT, True)


def test_the_cast_looks_as_the_text_says(tmp_path: Path) -> None:
    cast = {character.name: character for character in analyze(a_script(), tmp_path).characters}
    assert cast["MARA"].age == sb.AGE_GROUP_SENIOR
    assert cast["MARA"].look.clothes_color == "#eab63e"
    assert cast["TOM"].age == sb.AGE_GROUP_CHILD
    assert cast["TOM"].look.accessory == "scarf"
    assert cast["TOM"].look.clothes_color != cast["MARA"].look.clothes_color


def test_a_parenthetical_gives_the_line_its_feeling(tmp_path: Path) -> None:
    lines = [line for shot in shots(analyze(a_script(), tmp_path)) for line in shot.lines]
    assert [line.feeling for line in lines if line.text.startswith("I know")] == [sb.FEELING_TENSE]


def test_a_new_place_opens_wide(tmp_path: Path) -> None:
    board = analyze(a_script(), tmp_path)
    assert [scene.shots[0].size for scene in board.scenes] == [sb.SHOT_SIZE_WIDE, sb.SHOT_SIZE_WIDE]


def test_images_are_given_to_shots_in_order(tmp_path: Path) -> None:
    board = analyze(a_script(), tmp_path, image_asset_ids=["a", "b"])
    assert [shot.image_asset_id for shot in shots(board)][:3] == ["a", "b", ""]


def test_a_longer_film_gets_more_pictures_and_never_two_in_a_second(tmp_path: Path) -> None:
    short, long = (analyze(a_script(), tmp_path, duration_ms=ms) for ms in (15_000, 60_000))
    assert len(shots(short)) <= 5
    assert len(shots(long)) >= 10


def test_hindi_prose_is_narration_over_the_places_it_names(tmp_path: Path) -> None:
    prose = ["एक लड़की समुद्र के किनारे रहती थी।", "एक रात वह जंगल में गई।", "जीवन सुंदर है।"]
    script = sp.Script(language="hi", elements=elements(*((KIND.KIND_NARRATION, text) for text in prose)))
    board = analyze(script, tmp_path)
    assert spoken(board) == prose
    assert [scene.setting.place for scene in board.scenes] == [sb.PLACE_SEA, sb.PLACE_FOREST]
    assert all(line.off_screen and not line.character_id for shot in shots(board) for line in shot.lines)
    assert [(c.age, c.gender) for c in board.characters] == [(sb.AGE_GROUP_CHILD, sb.GENDER_FEMALE)]


def test_a_script_without_speech_or_action_is_refused(tmp_path: Path) -> None:
    script = sp.Script(elements=elements((KIND.KIND_HEADING, "EXT. SEA - DAY"), (KIND.KIND_TRANSITION, "CUT TO:")))
    with pytest.raises(StepFailed) as failure:
        analyze(script, tmp_path)
    assert failure.value.code == "SCRIPT_UNREADABLE"
    assert not failure.value.retryable


def test_a_long_script_stays_under_the_most_shots_without_losing_a_word(tmp_path: Path) -> None:
    sentence = "This is one of very many sentences, and none of them may be lost. "
    pairs = []
    for scene in range(300):
        pairs += [
            (KIND.KIND_HEADING, f"INT. ROOM {scene} - DAY"),
            (KIND.KIND_CHARACTER, f"ANN{scene % 7}"),
            (KIND.KIND_DIALOGUE, sentence * 8),
        ]
    board = analyze(sp.Script(language="en", elements=elements(*pairs)), tmp_path)
    assert len(shots(board)) <= MOST_SHOTS
    assert " ".join(spoken(board)).split() == (sentence * 8 * 300).split()


@given(
    st.text(alphabet=st.sampled_from("ab c.,!?। नमी日本。"), max_size=400), st.integers(min_value=900, max_value=9000)
)
def test_splitting_a_speech_keeps_every_letter(text: str, longest_ms: int) -> None:
    text = " ".join(text.split())
    assert "".join("".join(split_speech(text, longest_ms)).split()) == "".join(text.split())


def test_pieces_of_a_long_speech_are_short_enough_to_hold_a_picture() -> None:
    pieces = split_speech("We sailed all night, and in the morning, when the fog rose, we saw the land. " * 6)
    assert max(map(estimate_ms, pieces)) <= 8000


_texts = st.text(max_size=60)
_elements = st.lists(st.tuples(st.sampled_from(list(KIND.Kind.values())), _texts), max_size=40)


@settings(max_examples=60, deadline=None)
@given(_elements, st.integers(min_value=0, max_value=300_000))
def test_any_elements_give_a_valid_storyboard_or_are_refused(pairs: list[tuple[int, str]], duration_ms: int) -> None:
    script = sp.Script(language="en", elements=elements(*pairs))
    try:
        board = tell(script, duration_ms, [], 5)
    except NothingToFilm:
        return
    ids = {character.id for character in board.characters}
    for shot in shots(board):
        assert shot.size
        assert shot.camera
        assert not shot.id
        assert {presence.character_id for presence in shot.presences} <= ids
        assert {line.character_id for line in shot.lines if line.character_id} <= ids
    said = [
        " ".join(text.split())
        for kind, text in pairs
        # a line without a letter is a look
        if kind in (KIND.KIND_DIALOGUE, KIND.KIND_NARRATION, KIND.KIND_LYRIC) and any(map(str.isalnum, text))
    ]
    assert "".join("".join(spoken(board)).split()) == "".join("".join(said).split())
