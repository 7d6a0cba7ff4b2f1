"""The cast looks as the text has it, and each differs from the others; animals are animals."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.story.casting import cast_of
from services.render_worker.craft.story.names import cast_names
from tests.unit.craft_story.support import KIND, scenes


def one(name: str, text: str, language: str = "en") -> sb.Character:
    return cast_of([name], text, 7, language)[0]


def test_somebody_looks_as_they_are_introduced() -> None:
    mara = one("MARA", "MARA (60s), a keeper in a yellow raincoat with a grey bun, looks up.")
    assert (mara.age, mara.gender) == (sb.AGE_GROUP_SENIOR, sb.GENDER_FEMALE)
    assert (mara.look.garment, mara.look.clothes_color) == ("raincoat", "#eab63e")
    assert (mara.look.hair_style, mara.look.hair_color) == ("bun", "#b9bcc2")


@pytest.mark.parametrize(
    ("name", "text", "language", "garment", "color"),
    [
        ("TOM", "TOM, a tall man in a red coat.", "en", "coat", "#c8443c"),
        ("LUCÍA", "LUCÍA, una mujer con un vestido azul.", "es", "dress", "#3f6fa8"),
        ("मीरा", "मीरा, हरी साड़ी में एक लड़की।", "hi", "sari", "#4f8a5b"),
        ("CLARA", "CLARA, eine Frau im roten Mantel.", "de", "coat", "#c8443c"),
        ("KING LEAR", "KING LEAR enters.", "en", "robe", ""),
    ],
)
def test_clothes_are_as_the_text_has_them_in_its_language(
    name: str, text: str, language: str, garment: str, color: str
) -> None:
    look = one(name, text, language).look
    assert look.garment == garment
    assert not color or look.clothes_color == color


@pytest.mark.parametrize(
    ("name", "text", "language", "species"),
    [
        ("Fox", "A fox saw grapes.", "en", "fox"),
        ("THE OLD TORTOISE", "", "en", "turtle"),
        ("Renard", "Maître Renard, par l'odeur alléché", "fr", "fox"),
        ("الثعلب", "قال الثعلب", "ar", "fox"),
        ("लोमड़ी", "एक लोमड़ी थी।", "hi", "fox"),
        ("Reynard", "Reynard the fox came by.", "en", "fox"),
        ("Tom", "Tom and the dog ran.", "en", ""),
        ("TOM", "TOM (9), a boy with a dog.", "en", ""),
    ],
)
def test_an_animal_with_a_name_has_its_head(name: str, text: str, language: str, species: str) -> None:
    assert one(name, text, language).species == species


def test_nobody_has_the_outline_and_colour_of_another() -> None:
    cast = cast_of(["Ann", "Bea", "Cleo", "Dora", "Eve", "Flo"], "", 3)
    outlines = {(who.look.hair_style, who.look.accessory, who.look.build) for who in cast}
    assert len(outlines) == len(cast)
    assert len({who.look.clothes_color for who in cast}) == len(cast)


def test_the_same_seed_casts_the_same() -> None:
    assert cast_of(["Ann", "Tom"], "", 3) == cast_of(["Ann", "Tom"], "", 3)


def test_an_animal_that_acts_in_a_fable_is_cast_and_one_merely_ridden_is_not() -> None:
    told = scenes(
        (
            KIND.KIND_NARRATION,
            "A fox saw a bunch of grapes. The fox jumped. A man rode a horse. The horse ran and the horse ran.",
        )
    )
    assert cast_names(told) == ["Man", "Fox"]


def test_who_speaks_and_who_is_introduced_is_cast() -> None:
    told = scenes(
        (KIND.KIND_ACTION, "MARA, a keeper, waits. BANG!"), (KIND.KIND_CHARACTER, "TOM"), (KIND.KIND_DIALOGUE, "Hello.")
    )
    assert cast_names(told) == ["TOM", "MARA"]


def test_a_name_without_capitals_is_introduced_by_its_age() -> None:
    assert cast_names(scenes((KIND.KIND_ACTION, "मीना (10), सफेद कमीज में, किताब पढ़ती है।"), language="hi")) == ["मीना"]


def test_who_comes_back_in_prose_and_does_something_is_cast() -> None:
    told = "A light came from Conrad. Conrad walked to the sea. In London it rained; London was grey."
    assert cast_names(scenes((KIND.KIND_NARRATION, told))) == ["Conrad"]
