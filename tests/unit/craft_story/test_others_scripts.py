"""Scripts that weren't written for this reader: plays, fables and poems go through, and what is in them is found."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projects import reading
from services.render_worker.craft.directing.story import tell
from services.render_worker.craft.story.beats import SceneBeats, read_scenes
from services.render_worker.craft.story.names import cast_names

SCRIPTS = Path(__file__).parents[2] / "data" / "scripts"
# What the eye finds in each: language, who is cast, the places in order, and drawings that must be there.
FOUND: dict[str, tuple[str, list[str], list[int], set[str]]] = {
    "hamlet.txt": ("en", ["BERNARDO", "FRANCISCO", "HORATIO", "MARCELLUS"], [sb.PLACE_PALACE], {"ghost"}),
    "earnest.txt": ("en", ["ALGERNON", "LANE", "JACK"], [sb.PLACE_ROOM], {"hot-beverage", "couch-and-lamp", "musical-keyboard"}),
    "fox_and_grapes.txt": ("en", ["Fox", "Crow"], [sb.PLACE_FOREST], {"grapes", "cheese-wedge", "deciduous-tree"}),
    "corbeau.txt": ("fr", ["Corbeau", "Renard"], [sb.PLACE_FOREST], {"cheese-wedge", "deciduous-tree"}),
    "erlkoenig.txt": ("de", ["Vater", "Kind", "Knaben"], [sb.PLACE_FIELD], {"crown"}),
    "quijote.txt": ("es", ["Sancho Panza", "Don Quijote"], [sb.PLACE_VILLAGE, sb.PLACE_ROOM, sb.PLACE_FIELD], {"horse", "dog", "shield"}),
    "pinocchio.txt": ("it", ["Vocina", "Ciliegia"], [sb.PLACE_ROOM, sb.PLACE_ROOM, sb.PLACE_LABORATORY, sb.PLACE_ROOM], {"wood", "axe"}),
    "kabir.txt": ("hi", ["माली"], [sb.PLACE_FOREST], {"open-book", "amphora", "deciduous-tree"}),
    "gita.txt": ("sa", ["धृतराष्ट्र"], [sb.PLACE_FIELD], set()),
    "sonar_tori.txt": ("bn", [], [sb.PLACE_RIVER], {"sailboat", "sheaf-of-rice"}),
    "kural.txt": ("ta", ["தாய்"], [sb.PLACE_FIELD], {"flute"}),
    "kalila.txt": ("ar", ["المطوقة", "غراب", "الجرذ"], [sb.PLACE_FOREST], {"deciduous-tree", "dove"}),
    "tolsty_i_tonky.txt": ("ru", ["Толстый", "Тонкий"], [sb.PLACE_CITY_STREET], {"luggage", "package"}),
}  # fmt: skip


def scenes(name: str, language: str) -> list[SceneBeats]:
    return read_scenes(reading.read(sp.SCRIPT_FORMAT_PLAIN, (SCRIPTS / name).read_text("utf-8")), language)


@pytest.mark.parametrize("name", sorted(FOUND))
def test_who_where_and_what_is_found(name: str) -> None:
    language, cast, places, drawings = FOUND[name]
    found = scenes(name, language)
    assert cast_names(found) == cast
    assert [scene.setting.place for scene in found] == places
    assert drawings <= {thing.drawing for scene in found for beat in scene.beats for thing in beat.things}


@pytest.mark.parametrize("name", sorted(FOUND))
def test_each_becomes_a_shot_list_with_every_word_once(name: str) -> None:
    elements = reading.read(sp.SCRIPT_FORMAT_PLAIN, (SCRIPTS / name).read_text("utf-8"))
    board = tell(sp.Script(language=FOUND[name][0], elements=elements), 0, [], 7)
    kinds = (sp.ScriptElement.KIND_DIALOGUE, sp.ScriptElement.KIND_NARRATION, sp.ScriptElement.KIND_LYRIC)
    said = " ".join(line.text for scene in board.scenes for shot in scene.shots for line in shot.lines)
    told = " ".join(element.text for element in elements if element.kind in kinds)
    assert [char for char in said if char.isalnum()] == [char for char in told if char.isalnum()]


def test_poems_are_recited() -> None:
    for name in ("corbeau.txt", "erlkoenig.txt", "kabir.txt", "gita.txt", "sonar_tori.txt", "kural.txt"):
        beats = [beat for scene in scenes(name, FOUND[name][0]) for beat in scene.beats]
        assert {beat.delivery for beat in beats} == {sb.DELIVERY_RECITED}, name
        assert all("\n" in beat.text for beat in beats), name


def test_the_source_of_each_is_said() -> None:
    said = (SCRIPTS / "SOURCES.md").read_text("utf-8")
    assert all(f"| {name} |" in said for name in FOUND)


@given(
    text=st.text(max_size=600),
    language=st.sampled_from(["en", "de", "hi", "ar", "ta", "zh", "ru", "xx"]),
    kind=st.integers(1, 12),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_understood_somehow(text: str, language: str, kind: int) -> None:
    element = sp.ScriptElement(kind=kind, text=text)  # type: ignore[arg-type]
    found = read_scenes([element, sp.ScriptElement(kind=sp.ScriptElement.KIND_NARRATION, text=text)], language)
    assert found == read_scenes([element, sp.ScriptElement(kind=sp.ScriptElement.KIND_NARRATION, text=text)], language)


@pytest.mark.parametrize(
    "text",
    [
        "The fox saw the lantern and Mara ran. " * 5000,
        "“" * 200_000,
        "\"He said.\" " * 20_000,
        "a" * 200_000,
        "MARA: Who is there?\n\n" * 9000,
        "- " * 100_000,
        "— said Tom — " * 15_000,
        "The fox saw the grapes.\n\n" * 8000,
        "狐狸看见葡萄" * 11_000,
        "காட்டில் நரி " * 5000,
        "森" * 66_000,
        "เด็กหญิงวิ่งไปในป่า" * 3500,
    ],
    ids=["prose", "quotes", "speech", "one word", "dialogue", "dashes", "tags", "paragraphs", "chinese", "tamil", "japanese", "thai"],
)  # fmt: skip
def test_two_hundred_kilobytes_are_read_in_seconds(text: str) -> None:
    begin = time.process_time()
    read_scenes(reading.read(sp.SCRIPT_FORMAT_PLAIN, text), "en")
    assert time.process_time() - begin < 15
