"""A deed is done by its sentence's subject: what snow, leaves and lamps do, nobody in the scene does."""

from __future__ import annotations

import pytest

from tests.unit.craft_story.support import done, seen

NAMES = {
    "en": ("MARA", "TOM"), "de": ("JONAS", "ANNA"), "fr": ("ÉLISE",), "es": ("LUCÍA",), "it": ("LUCIA",), "pt": ("LÚCIA",),
    "hi": ("मीरा", "राम"), "ru": ("МИША",),
}  # fmt: skip


def doers(text: str, language: str) -> list[tuple[str, str]]:
    return [(who, deed) for who, deed, _ in done(text, language, names=NAMES[language])]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Snow falls on the barges."),
        ("en", "Rain runs down the glass."),
        ("en", "Leaves dance in the wind."),
        ("en", "Mara's lantern falls."),
        ("en", "Her face falls."),
        ("en", "The wind carries the leaves away."),
        ("en", "The keeper of the light walks out."),
        ("de", "Schnee fällt."),
        ("de", "Dann fällt Schnee auf Jonas."),
        ("de", "Regen läuft über das Fenster."),
        ("de", "Die Blätter tanzen."),
        ("fr", "La neige tombe."),
        ("fr", "Les feuilles dansent."),
        ("fr", "Le vent court dans les arbres."),
        ("es", "Cae la nieve sobre Lucía."),
        ("es", "Las hojas bailan."),
        ("es", "La lluvia corre por el cristal."),
        ("it", "La neve cade."),
        ("it", "Le foglie ballano."),
        ("pt", "A neve cai."),
        ("pt", "As folhas dançam."),
        ("hi", "बर्फ गिरती है।"),
        ("hi", "पत्ते नाचते हैं।"),
        ("hi", "मीरा के घर में पत्ते गिरते हैं।"),
        ("ru", "Снег падает."),
        ("ru", "Листья танцуют."),
    ],
)
def test_what_a_thing_or_the_weather_does_nobody_does(language: str, text: str) -> None:
    assert doers(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Mara looks up as snow falls.", [("MARA", "look")]),
        ("en", "Waves run up the sand and Mara laughs.", [("MARA", "laugh")]),
        ("en", "The shadows dance on the wall while Tom sleeps.", [("TOM", "sleep")]),
        ("hi", "हवा नाचती है और मीरा गाती है।", [("मीरा", "sing")]),
    ],
)
def test_beside_the_weather_people_do_what_they_do(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert doers(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Mara and Tom run to the boat.", [("MARA", "run"), ("TOM", "run")]),
        ("en", "Mara, smiling, opens the door.", [("MARA", "open")]),
        ("en", "Tom, who is nine, runs.", [("TOM", "run")]),
        ("en", "TOM (19), her apprentice, backpack on one shoulder, runs in.", [("TOM", "run")]),
        ("en", "A man in a green hat waves.", [("man", "wave")]),
        ("en", "Birds fly over the lake.", [("Birds", "fly")]),
        ("en", "Runs to the door.", [("", "run")]),
        ("en", "They dance.", [("", "dance")]),
        ("de", "Plötzlich läuft Jonas über die Wiese.", [("JONAS", "run")]),
        ("de", "Der Mann mit dem Hund lacht.", [("Mann", "laugh")]),
        ("de", "Jonas und Anna tanzen.", [("JONAS", "dance"), ("ANNA", "dance")]),
        ("de", "Dann stand Jonas langsam vom Tisch auf.", [("JONAS", "stand_up")]),
        ("de", "Jonas nimmt den Brief nicht. Er will tanzen.", []),
        ("fr", "Le chat du voisin dort.", [("chat", "sleep")]),
        ("es", "Lucía corre. Abre la puerta.", [("LUCÍA", "run"), ("LUCÍA", "open")]),
        ("es", "Entra Lucía.", [("LUCÍA", "enter")]),
        ("hi", "मीरा और राम दौड़ते हैं। मीरा भागी।", [("मीरा", "run"), ("राम", "run")]),
        ("ru", "Вдруг побежал Миша.", [("МИША", "run")]),
    ],
)
def test_the_subject_is_found_where_the_language_puts_it(
    language: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert doers(text, language)[: len(expected)] == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Quick as a fox, Tom runs."),
        ("en", "Tom roars like a great old lion."),
        ("de", "Jonas läuft schnell wie ein Vogel."),
        ("fr", "Élise chante comme un oiseau."),
        ("es", "Lucía vuela como un pájaro."),
        ("it", "Lucia corre come un leone."),
        ("pt", "Lúcia corre como um leão."),
        ("hi", "मीरा शेर की तरह दौड़ती है।"),
    ],
)
def test_what_something_is_like_is_not_there(language: str, text: str) -> None:
    assert seen(text, language, names=NAMES[language]) == []


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("GRACE (9) and OLD BEN (78) wait. The girl runs.", "GRACE"),
        ("GRACE (9) and OLD BEN (78) wait. A girl runs.", "girl"),
        ("GRACE (9) and JANE (8) wait. The girl runs.", "girl"),
    ],
)
def test_the_girl_is_who_alone_of_the_cast_is_one(text: str, who: str) -> None:
    assert [(name, deed) for name, deed, _ in done(text) if deed == "run"] == [(who, "run")]


def test_an_adjective_of_age_says_who_is_meant() -> None:
    found = done("KARL (72) und LENE (8) warten. Der alte Mann lacht.", "de")
    assert [(who, deed) for who, deed, _ in found] == [("KARL", "laugh")]


def test_a_bicycle_that_is_pushed_is_not_fought() -> None:
    assert done("Mara pushes a bicycle uphill.", names=("MARA",)) == []
