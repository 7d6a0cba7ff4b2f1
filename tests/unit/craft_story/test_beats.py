"""Beats know who does what with which things, how a line is said, and how a scene begins."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import script_pb2 as sp
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.story.beats import read_scenes
from tests.unit.craft_story.support import KIND, beat, done, scenes, seen


@pytest.mark.parametrize(
    ("text", "doings"),
    [
        ("Mara lights the lantern and walks out.", [("MARA", "light", "lantern"), ("MARA", "leave", "")]),
        ("Tom sits down. He opens a book.", [("TOM", "sit", ""), ("TOM", "open", "book")]),
        (
            "MARA (60s), a keeper, looks up. TOM (9), a boy, hurries to her.",
            [("MARA", "look", ""), ("TOM", "run", "MARA")],
        ),
        ("Mara gives Tom the key.", [("MARA", "give", "TOM")]),
        ("Enter TOM and MARA.", [("TOM", "enter", ""), ("MARA", "enter", "")]),
        ("The keeper lights the candle.", [("", "light", "candle")]),
        ("Tom begins to dance.", [("TOM", "dance", "")]),
        ("Gulls wheel over the boats. Tom runs. The sun rises.", [("TOM", "run", "")]),
        ("CAPTAIN TOM (50s), a broad man, sits down.", [("TOM", "sit", "")]),
    ],
)
def test_who_does_what_to_what(text: str, doings: list[tuple[str, str, str]]) -> None:
    assert done(text, names=("MARA", "TOM")) == doings


@pytest.mark.parametrize(
    "text",
    [
        "Tom would run if he could.",
        "Mara does not dance.",
        "It was a long walk.",
        "The city lights burn. The run was over.",
        "Tom wants to jump.",
        "In the fall the leaves are red.",
        '"Run! Jump!" It was all she heard.',
    ],
)
def test_what_did_not_happen_is_not_done(text: str) -> None:
    assert done(text, names=("MARA", "TOM")) == []


@pytest.mark.parametrize(
    ("language", "text", "doing"),
    [
        ("es", "Lucía abre la carta.", ("LUCÍA", "open", "carta")),
        ("fr", "Élise prend la lanterne.", ("ÉLISE", "take", "lanterne")),
        ("de", "Jonas öffnet den Brief.", ("JONAS", "open", "Brief")),
        ("ru", "Миша читает письмо.", ("МИША", "read", "письмо")),
        ("hi", "मीरा चिट्ठी पढ़ती है।", ("मीरा", "read", "चिट्ठी")),
        ("ar", "فتحت ليلى الرسالة", ("ليلى", "open", "الرسالة")),
        ("ta", "கவிதா கடிதத்தைத் திறந்தாள்.", ("கவிதா", "open", "கடிதத்தைத்")),
    ],
)
def test_deeds_are_read_in_other_languages(language: str, text: str, doing: tuple[str, str, str]) -> None:
    assert done(text, language, names=(doing[0],)) == [doing]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("A lantern stands on the table.", [("red-paper-lantern", "table", "")]),
        ("Mara carries a lantern.", [("red-paper-lantern", "hand", "MARA")]),
        ("An eagle circles in the sky.", [("eagle", "sky", "")]),
        ("A boat on the lake.", [("sailboat", "water", "")]),
        ("There is no boat. She is like a lion.", []),
        ("They live in Half-Moon Street.", []),
    ],
)
def test_things_are_where_the_text_has_them(text: str, things: list[tuple[str, str, str]]) -> None:
    heading = (KIND.KIND_HEADING, "INT. ROOM - DAY")
    spoken = ((KIND.KIND_CHARACTER, "MARA"), (KIND.KIND_DIALOGUE, "Yes."))
    found = scenes(heading, (KIND.KIND_ACTION, text), *spoken)[0].beats[0].things
    assert [(t.drawing, sb.Spot.Name(t.spot)[5:].lower(), t.held_by) for t in found] == things


def test_outdoors_nothing_lies_on_a_table() -> None:
    assert seen("Grapes, cheese, a key.") == [
        ("grapes", "ground", ""),
        ("cheese-wedge", "ground", ""),
        ("key", "ground", ""),
    ]


def test_who_speaks_is_no_thing_besides() -> None:
    assert seen("The fox looks at the grapes.", names=("FOX",)) == [("grapes", "ground", "")]


def test_sounds_are_heard() -> None:
    assert beat("A knock. Thunder. The door slams.").sounds == ("knock", "thunder", "door")


@pytest.mark.parametrize(
    ("remark", "text", "delivery", "feeling"),
    [
        ("whispering, afraid", "Who is there?", sb.DELIVERY_WHISPERED, sb.FEELING_AFRAID),
        ("", "GET OUT OF THE HOUSE!", sb.DELIVERY_SHOUTED, sb.FEELING_NEUTRAL),
        ("", "OK! Fine.", sb.DELIVERY_SPOKEN, sb.FEELING_NEUTRAL),
        ("singing", "La la.", sb.DELIVERY_SUNG, sb.FEELING_NEUTRAL),
        ("", "What?!", sb.DELIVERY_SPOKEN, sb.FEELING_SURPRISED),
    ],
)
def test_how_a_line_is_said(remark: str, text: str, delivery: int, feeling: int) -> None:
    remarks = [(KIND.KIND_PARENTHETICAL, remark)] if remark else []
    spoken = scenes((KIND.KIND_CHARACTER, "TOM"), *remarks, (KIND.KIND_DIALOGUE, text))[0].beats[0]
    assert (spoken.delivery, spoken.feeling) == (delivery, feeling)


def test_a_remark_is_also_done() -> None:
    spoken = scenes(
        (KIND.KIND_CHARACTER, "TOM"), (KIND.KIND_PARENTHETICAL, "pointing at the boat"), (KIND.KIND_DIALOGUE, "There!")
    )
    assert [(d.who, d.deed) for d in spoken[0].beats[0].doings] == [("TOM", sb.DEED_POINT)]


def test_verse_keeps_its_lines_and_is_recited() -> None:
    spoken = scenes((KIND.KIND_LYRIC, "Tyger Tyger, burning bright,\nIn the forests of the night"))[0].beats[0]
    assert (spoken.text.count("\n"), spoken.delivery, spoken.off_screen) == (1, sb.DELIVERY_RECITED, True)


def test_the_second_of_two_voices_is_dual() -> None:
    found = read_scenes([
        sp.ScriptElement(kind=KIND.KIND_CHARACTER, text="TOM"), sp.ScriptElement(kind=KIND.KIND_DIALOGUE, text="Yes."),
        sp.ScriptElement(kind=KIND.KIND_CHARACTER, text="ANN", dual=True), sp.ScriptElement(kind=KIND.KIND_DIALOGUE, text="No."),
    ])  # fmt: skip
    assert [each.dual for each in found[0].beats] == [False, True]


@pytest.mark.parametrize(
    ("between", "heading", "transition"),
    [
        ("DISSOLVE TO:", "INT. KITCHEN - DAY", sb.TRANSITION_DISSOLVE),
        ("SMASH CUT TO:", "INT. KITCHEN - DAY", sb.TRANSITION_CUT),
        ("FADE OUT.", "INT. KITCHEN - DAY", sb.TRANSITION_FADE),
        ("", "INT. KITCHEN - LATER", sb.TRANSITION_DISSOLVE),
        ("", "INT. KITCHEN - NIGHT", sb.TRANSITION_DISSOLVE),
        ("", "INT. KITCHEN - DAY", sb.TRANSITION_UNSPECIFIED),
    ],
)
def test_how_a_scene_begins(between: str, heading: str, transition: int) -> None:
    middle = [(KIND.KIND_TRANSITION, between)] if between else []
    found = scenes(
        (KIND.KIND_HEADING, "EXT. FIELD - DAY"),
        (KIND.KIND_ACTION, "Wind."),
        *middle,
        (KIND.KIND_HEADING, heading),
        (KIND.KIND_ACTION, "Steam."),
    )
    assert found[1].transition == transition


def test_a_season_stays_until_another_is_named() -> None:
    found = scenes(
        (KIND.KIND_HEADING, "EXT. FIELD - DAY"),
        (KIND.KIND_ACTION, "Autumn."),
        (KIND.KIND_HEADING, "EXT. PARK - DAY"),
        (KIND.KIND_ACTION, "Wind."),
    )
    assert [scene.setting.season for scene in found] == [sb.SEASON_AUTUMN, sb.SEASON_AUTUMN]


def test_snow_makes_a_winter() -> None:
    assert scenes((KIND.KIND_ACTION, "It is snowing."))[0].setting.season == sb.SEASON_WINTER


def test_what_is_quoted_sets_no_scene() -> None:
    assert (
        scenes((KIND.KIND_NARRATION, "He said: “Once I lived at the beach.” He was in the forest."))[0].setting.place
        == sb.PLACE_FOREST
    )


@pytest.mark.parametrize("names", [("CAPTAIN HALE", "HALE"), ("HALE", "CAPTAIN HALE")])
def test_somebody_may_speak_under_a_longer_name_first(names: tuple[str, str]) -> None:
    elements = [
        sp.ScriptElement(kind=kind, text=text)
        for name in names
        for kind, text in ((KIND.KIND_CHARACTER, name), (KIND.KIND_DIALOGUE, "The fog is coming."))
    ]
    [scene] = read_scenes(elements, "en")
    assert [one.text for one in scene.beats] == ["The fog is coming."] * 2
