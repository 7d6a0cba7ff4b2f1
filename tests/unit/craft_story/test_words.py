"""A language's words are found, inflected as they are, and words that only look alike aren't."""

from __future__ import annotations

import time

import pytest
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.render_worker.craft.words.language import of, spoken_in
from services.render_worker.craft.words.things import concepts


def drawings(language: str, text: str) -> list[str]:
    return [hit.meaning.drawing for hit in of(language).things(text)]


def places(language: str, text: str) -> list[int]:
    return [hit.meaning for hit in of(language).places(text)]


@pytest.mark.parametrize(
    ("language", "text", "drawing"),
    [
        ("en", "She picked two apples.", "red-apple"),
        ("es", "Los lobos bajaron del monte.", "wolf"),
        ("fr", "Les chevaux dorment.", "horse"),
        ("de", "Unter den Bäumen lag Schnee.", "deciduous-tree"),
        ("it", "Due gatti dormono.", "cat"),
        ("ru", "Он подошёл к дереву.", "deciduous-tree"),
        ("hi", "घोड़े दौड़ रहे थे।", "horse"),
        ("bn", "নৌকাটি চলে গেল।", "sailboat"),
        ("ta", "மரத்தில் காகம் இருந்தது.", "deciduous-tree"),
        ("ar", "رأى الثعلب والغراب", "fox"),
        ("zh", "狐狸看见葡萄。", "grapes"),
        ("tr", "Tilki üzümü gördü.", "grapes"),
        ("fi", "Kettu juoksi.", "fox"),
    ],
)
def test_a_thing_is_known_in_its_inflections(language: str, text: str, drawing: str) -> None:
    assert drawing in drawings(language, text)


@pytest.mark.parametrize(
    "text",
    [
        "You can bear it, I can not.",
        "Watch the light. It's a date: don't saw, don't fly, don't ring.",
        "The orange sky was a match for her mood; he bowed and took a seat at the bank.",
        "He has a seal of approval and a fan club. She swallowed.",
    ],
)
def test_a_word_that_often_means_something_else_is_no_thing(text: str) -> None:
    assert drawings("en", text) == []


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("en", "a hut at the seaside", sb.PLACE_VILLAGE),
        ("en", "They met in the throne room.", sb.PLACE_PALACE),
        ("hi", "वह जंगलों में रहता था", sb.PLACE_FOREST),
        ("ta", "காட்டில் ஒரு நரி", sb.PLACE_FOREST),
        ("ru", "в глухом лесу", sb.PLACE_FOREST),
        ("ar", "في المدرسة", sb.PLACE_CLASSROOM),
        ("te", "అడవిలో ఒక నక్క", sb.PLACE_FOREST),
        ("ja", "森の中で", sb.PLACE_FOREST),
        ("tr", "Bir gün sahilde", None),
    ],
)
def test_places_are_known_in_each_language(language: str, text: str, place: sb.Place.ValueType | None) -> None:
    assert places(language, text)[:1] == ([place] if place is not None else [])


def test_a_boat_sets_a_headings_scene_and_not_a_storys() -> None:
    assert [hit.meaning for hit in of("en").places("BOAT - DAY")] == [sb.PLACE_SHIP]
    assert of("en").places("A boat drifted by.", told=True) == []


def test_the_longest_phrase_wins() -> None:
    assert drawings("en", "an alarm clock") == ["alarm-clock"]
    assert places("en", "police station") == [sb.PLACE_OFFICE]


def test_sixteen_families_of_places_have_forty_english_words() -> None:
    words = [
        "forest",
        "jungle",
        "sea",
        "beach",
        "island",
        "mountain",
        "hill",
        "desert",
        "oasis",
        "river",
        "lake",
        "village",
        "farm",
        "street",
        "city",
        "market",
        "rooftop",
        "terrace",
        "park",
        "garden",
        "room",
        "bedroom",
        "hospital",
        "kitchen",
        "restaurant",
        "office",
        "classroom",
        "school",
        "library",
        "temple",
        "church",
        "mosque",
        "palace",
        "castle",
        "aboard",
        "train_carriage",
        "compartment",
        "cave",
        "tunnel",
        "laboratory",
        "workshop",
        "spaceship",
        "galaxy",
        "field",
        "meadow",
        "lighthouse",
    ]
    found = {word: of("en").places(word.replace("_", " ")) for word in words}
    assert len(words) >= 40
    assert all(found.values()), [word for word, hits in found.items() if not hits]
    assert len({hits[0].meaning for hits in found.values()}) == 22


def test_a_text_in_another_writing_is_read_in_its_own_language() -> None:
    assert spoken_in("एक लड़की थी।", "en") == "hi"
    assert spoken_in("एक लड़की थी।", "mr") == "mr"
    assert spoken_in("There was a girl.", "hi") == "en"
    assert spoken_in("むかしむかし、おじいさんが", "ja") == "ja"
    assert spoken_in("Es war einmal", "de") == "de"


def test_a_language_nobody_has_words_for_finds_nothing() -> None:
    assert of("xx").things("fox") == []


def test_every_concept_stands_somewhere_and_has_an_english_word() -> None:
    assert all(concept.english and concept.spot for concept in concepts())
    assert len([concept for concept in concepts() if not concept.creature]) >= 30


@pytest.mark.parametrize(("language", "text"), [("en", "The old fox walked into the forest and saw a lantern. "), ("ta", "காட்டில் நரி மரத்தில் காகத்தைப் பார்த்தது. "), ("zh", "狐狸在森林里看见葡萄。")])  # fmt: skip
def test_a_long_text_is_looked_through_in_a_moment(language: str, text: str) -> None:
    lexicon = of(language)
    whole = text * (200_000 // len(text.encode()))
    begin = time.process_time()
    lexicon.things(whole), lexicon.places(whole), lexicon.deeds(whole)
    assert time.process_time() - begin < 3


def test_thai_is_cut_into_words_without_spaces() -> None:
    text = "ในป่าใหญ่มีช้างตัวหนึ่งกับเด็กหญิงชื่อมาลี"
    assert places("th", text) == [sb.PLACE_FOREST]
    assert drawings("th", text) == ["elephant"]
    assert [hit.word for hit in of("th").people(text)] == ["เด็กหญิง"]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("th", "หมดแล้ว", []),  # "all gone", not the ant in it
        ("lo", "ຊ້າງກັບແມວ", ["elephant", "cat"]),
        ("km", "ដំរីនិងឆ្មា", ["elephant", "cat"]),
        ("my", "ဆင်တစ်ကောင်", ["elephant"]),
        ("ja", "パンダとパンツ", ["panda"]),
    ],
)
def test_no_word_is_found_within_another(language: str, text: str, found: list[str]) -> None:
    assert drawings(language, text) == found


@pytest.mark.parametrize(
    ("language", "word", "drawing"),
    [("pl", "Kot śpi.", "cat"), ("nl", "Een hond.", "dog"), ("fi", "Karhu tuli.", "bear"), ("sw", "Farasi", "horse")],
)
def test_a_name_of_an_emoji_is_a_word_for_it(language: str, word: str, drawing: str) -> None:
    assert drawings(language, word) == [drawing]


def test_a_name_that_as_often_means_something_else_is_none() -> None:
    assert drawings("it", "Ancora porta la rosa.") == []


def test_what_is_denied_or_compared_is_not_stated_in_a_writing_without_spaces() -> None:
    for language, text in (("zh", "他像狐狸一样跑。"), ("ja", "狐のように走る。"), ("zh", "没有狐狸。")):
        lexicon = of(language)
        assert [lexicon.stated(text).holds(hit) for hit in lexicon.things(text)] == [False]
