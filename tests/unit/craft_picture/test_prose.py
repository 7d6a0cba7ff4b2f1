"""Stories in prose, and scripts of odd shapes: who and what is seen while a narrator speaks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.pacing import halves
from services.render_worker.craft.directing.story import tell
from services.render_worker.craft.story.casting import describe
from services.render_worker.craft.story.names import called
from services.render_worker.craft.words.language import of
from tests.unit.craft_picture.support import KIND, elements, shots


def told(language: str, *paragraphs: str, duration_s: int = 0) -> sb.Storyboard:
    script = sp.Script(language=language, elements=elements(*((KIND.KIND_NARRATION, text) for text in paragraphs)))
    return tell(script, duration_s * 1000, [], 7)


def cast_of_shot(board: sb.Storyboard, number: int) -> list[str]:
    names = {character.id: character.name for character in board.characters}
    return [names[presence.character_id] for presence in shots(board)[number].presences]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("पहाड़ों में मीरा नाम की एक लड़की रहती थी।", "मीरा"),
        ("عاش صياد عجوز اسمه سالم.", "سالم"),
        ("கிராமத்தில் கவிதா என்ற சிறுமி வாழ்ந்தாள்.", "கவிதா"),
        ("There was a boy named Finn.", "Finn"),
        ("Había un hombre llamado Íñigo.", "Íñigo"),
    ],
)
def test_prose_gives_its_people_names(text: str, name: str) -> None:
    assert called(text) == [name]


def test_somebody_with_a_name_is_not_told_of_twice() -> None:
    board = told("hi", "मीरा नाम की एक लड़की रहती थी।", "एक बूढ़े आदमी ने उसे रास्ता दिखाया।")
    assert [character.name for character in board.characters] == ["मीरा", "आदमी"]
    assert [character.age for character in board.characters] == [sb.AGE_GROUP_CHILD, sb.AGE_GROUP_SENIOR]


def test_he_and_she_are_those_told_of_before() -> None:
    board = told("en", "There was a girl named Lila and a boy named Finn.", "She ran to the river.")
    assert cast_of_shot(board, 0) == ["Lila", "Finn"]
    assert cast_of_shot(board, 1) == ["Lila"]


def test_a_paragraph_at_another_hour_is_another_scene_of_the_same_place() -> None:
    board = told("en", "The village lay in the sun all day.", "One night a storm came and nobody slept.")
    first, second = (scene.setting for scene in board.scenes)
    assert (first.place, first.weather) == (sb.PLACE_VILLAGE, sb.WEATHER_CLEAR)
    assert (second.place, second.time_of_day, second.weather) == (
        sb.PLACE_VILLAGE,
        sb.TIME_OF_DAY_NIGHT,
        sb.WEATHER_STORM,
    )
    assert first.description == second.description


def test_a_scene_without_a_heading_is_called_by_its_first_words() -> None:
    board = told(
        "en", "The desert does not remember anyone, and it keeps no names and no letters. It is old. It is still."
    )
    assert board.scenes[0].heading == "The desert does not remember anyone, and it keeps…"


def test_a_section_is_a_scene_of_its_own() -> None:
    script = sp.Script(
        language="en",
        elements=elements(
            (KIND.KIND_SECTION, "A morning in the field"),
            (KIND.KIND_NARRATION, "The wind sleeps."),
            (KIND.KIND_SECTION, "Winter"),
            (KIND.KIND_NARRATION, "Snow covers everything."),
        ),
    )
    scenes = tell(script, 0, [], 7).scenes
    assert [scene.heading for scene in scenes] == ["A morning in the field", "Winter"]
    assert [scene.setting.place for scene in scenes] == [sb.PLACE_FIELD, sb.PLACE_FIELD]
    assert [scene.setting.weather for scene in scenes] == [sb.WEATHER_CLEAR, sb.WEATHER_SNOW]


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("ar", "عاش على شاطئ البحر", sb.PLACE_SEA),
        ("ta", "அவள் கிராமத்தில் இருந்தாள்", sb.PLACE_VILLAGE),
        ("en", "We see what was mine.", None),
    ],
)
def test_places_are_known_in_their_inflections_and_not_in_other_words(
    language: str, text: str, place: sb.Place.ValueType | None
) -> None:
    assert [hit.meaning for hit in of(language).places(text, told=True)][:1] == ([place] if place else [])


def test_a_wolf_that_watches_is_no_clock() -> None:
    found = of("en").things("A wolf watches. The sun rose on a stern and handy man.")
    assert [hit.meaning.drawing for hit in found] == ["wolf", "sun"]


def test_ten_scenes_in_half_a_minute_are_ten_scenes() -> None:
    pairs = [
        pair
        for number in range(10)
        for pair in ((KIND.KIND_HEADING, f"INT. ROOM {number} - DAY"), (KIND.KIND_ACTION, "Sam (30) waits."))
    ]
    board = tell(sp.Script(language="en", elements=elements(*pairs)), 30_000, [], 7)
    assert len(board.scenes) == 10


def test_a_narrator_goes_on_over_the_next_picture() -> None:
    text = "The desert does not remember anyone at all. It keeps no names and no letters of those who crossed it."
    board = told("en", text, duration_s=20)
    assert len(shots(board)) >= 2
    assert " ".join(line.text for shot in shots(board) for line in shot.lines) == text
    assert all(shot.lines for shot in shots(board)[:2])


def test_a_speech_is_halved_only_where_both_halves_last() -> None:
    assert halves("She waited there for a very long time. Nobody came to the old harbour.", 1500) == (
        "She waited there for a very long time.",
        "Nobody came to the old harbour.",
    )
    assert halves("Yes. She waited there for a very long time.", 1500) is None


def test_one_face_is_never_cut_to_at_the_same_size() -> None:
    speech = "I stood on the shore in July while the other children shouted, and I counted every wave. " * 5
    pairs = ((KIND.KIND_HEADING, "INT. STAGE - NIGHT"), (KIND.KIND_CHARACTER, "ELENA"), (KIND.KIND_DIALOGUE, speech))
    made = shots(tell(sp.Script(language="en", elements=elements(*pairs)), 0, [], 7))
    speaking = [shot for shot in made if shot.presences and shot.presences[0].speaking]
    assert len(speaking) >= 3
    assert all(before.size != after.size for before, after in pairwise(speaking))


def test_speech_that_fills_a_film_leaves_no_time_for_silent_shots() -> None:
    pairs = [(KIND.KIND_HEADING, "EXT. FIELD - DAY")]
    for number in range(20):
        pairs += [
            (KIND.KIND_ACTION, "Wind."),
            (KIND.KIND_CHARACTER, ("ANN", "BEN")[number % 2]),
            (KIND.KIND_DIALOGUE, "I have kept this letter for years and years."),
        ]
    board = tell(sp.Script(language="en", elements=elements(*pairs)), 70_000, [], 7)
    assert all(shot.lines for shot in shots(board))


def test_what_somebody_is_called_tells_more_than_the_words_around_it() -> None:
    board = told("en", "A fisherman lived with his granddaughter.", "She rowed. The rain beat on the roof.")
    assert [(character.name, character.gender) for character in board.characters] == [
        ("Fisherman", sb.GENDER_MALE),
        ("Granddaughter", sb.GENDER_FEMALE),
    ]
    assert cast_of_shot(board, 1) == ["Granddaughter"]
    assert all(scene.setting.place != sb.PLACE_ROOFTOP for scene in board.scenes)


def test_a_title_before_a_name_ends_no_sentence() -> None:
    assert describe("DR. VALE", "DR. VALE (50s), in a white coat, waits. NINA runs.") == (
        "DR. VALE (50s), in a white coat, waits."
    )
