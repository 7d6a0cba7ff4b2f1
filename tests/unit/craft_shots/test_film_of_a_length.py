"""A film of a set length: what it keeps when it is short, and what it shows besides when it is long."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.directing.framing import ASPECTS
from services.render_worker.craft.directing.story import tell

KIND = sp.ScriptElement
SCENES = (
    (KIND.KIND_HEADING, "EXT. BEACH - DAY"),
    (KIND.KIND_ACTION, "Grey waves. MARA (60s) walks along the water. TOM (9) runs to her."),
    (KIND.KIND_CHARACTER, "TOM"),
    (KIND.KIND_DIALOGUE, "There is nobody out there any more."),
    (KIND.KIND_CHARACTER, "MARA"),
    (KIND.KIND_DIALOGUE, "There is. I have seen the sail this morning."),
    (KIND.KIND_CHARACTER, "TOM"),
    (KIND.KIND_PARENTHETICAL, "(angry)"),
    (KIND.KIND_DIALOGUE, "You say that every day!"),
    (KIND.KIND_HEADING, "INT. KITCHEN - NIGHT"),
    (KIND.KIND_ACTION, "A lantern stands on the table. Tom takes the lantern. Mara looks at the window."),
    (KIND.KIND_CHARACTER, "MARA"),
    (KIND.KIND_DIALOGUE, "Hold it up, and hold it still."),
    (KIND.KIND_ACTION, "The sea is calm. The moon rises."),
)


def film(seconds: int, aspect: str = "16:9", images: tuple[str, ...] = ()) -> list[sb.Scene]:
    script = sp.Script(language="en", elements=[KIND(kind=kind, text=text) for kind, text in SCENES])
    return list(tell(script, seconds * 1000, list(images), 1, aspect).scenes)


def shots(scenes: list[sb.Scene]) -> list[sb.Shot]:
    return [shot for scene in scenes for shot in scene.shots]


@pytest.mark.parametrize("seconds", [15, 20, 30, 45, 60, 90, 180])
def test_the_number_of_pictures_follows_the_length(seconds: int) -> None:
    count = len(shots(film(seconds)))
    assert seconds / 8 <= count <= seconds / 3


@pytest.mark.parametrize("seconds", [30, 45, 60])
@pytest.mark.parametrize("aspect", sorted(ASPECTS))
def test_a_new_place_is_seen_whole_first_however_short_the_film(seconds: int, aspect: str) -> None:
    assert [scene.shots[0].size for scene in film(seconds, aspect)] == [sb.SHOT_SIZE_WIDE] * 2


@pytest.mark.parametrize("seconds", [45, 60, 90])
def test_the_heart_of_a_scene_stands_alone(seconds: int) -> None:
    hearts = [shot for shot in film(seconds)[0].shots if shot.reason == "the heart of the scene"]
    assert [line.text for shot in hearts for line in shot.lines] == ["You say that every day!"]


def test_the_film_comes_out_of_its_title_and_dissolves_where_time_has_passed() -> None:
    begins = [scene.shots[0].transition for scene in film(60)]
    assert begins == [sb.TRANSITION_DISSOLVE, sb.TRANSITION_DISSOLVE]
    inner = [shot.transition for scene in film(60) for shot in scene.shots[1:]]
    assert set(inner) == {sb.TRANSITION_CUT}


def test_the_camera_steps_back_at_the_end() -> None:
    assert shots(film(0))[-1].camera == sb.CAMERA_MOVE_PULL_OUT


def test_a_long_film_of_few_words_looks_at_many_things() -> None:
    made = shots(film(180))
    looks = {
        (shot.size, *(each.character_id for each in shot.presences), *(t.noun for t in shot.things)) for shot in made
    }
    assert len(looks) >= 12


def test_the_filmmaker_s_pictures_go_to_shots_in_order() -> None:
    given = [shot.image_asset_id for shot in shots(film(60, images=("first", "second")))]
    assert given[:3] == ["first", "second", ""]


def test_what_is_joined_keeps_its_deeds_in_order() -> None:
    deeds = [(shot.number, act.deed) for shot in shots(film(20)) for act in shot.acts]
    named = [deed for _, deed in deeds if deed in (sb.DEED_WALK, sb.DEED_RUN, sb.DEED_TAKE, sb.DEED_LOOK)]
    assert named == [sb.DEED_WALK, sb.DEED_RUN, sb.DEED_TAKE, sb.DEED_LOOK]
