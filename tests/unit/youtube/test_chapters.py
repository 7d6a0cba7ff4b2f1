"""Chapters of a film in a description."""

from services.youtube.chapters import Chapter, with_chapters

THREE = [Chapter("The harbour", 0), Chapter("A storm", 20_000), Chapter("Home", 41_900)]


def test_chapters_stand_below_the_description() -> None:
    assert with_chapters("A film.", THREE, 60_000) == "A film.\n\n0:00 The harbour\n0:20 A storm\n0:41 Home"


def test_without_a_description_they_stand_alone() -> None:
    assert with_chapters("", THREE, 60_000).startswith("0:00 The harbour\n")


def test_two_chapters_are_none_to_youtube() -> None:
    assert with_chapters("A film.", THREE[:2], 60_000) == "A film."


def test_a_scene_of_less_than_ten_seconds_belongs_to_the_one_before() -> None:
    chapters = [*THREE[:1], Chapter("A door", 9_999), *THREE[1:]]
    assert "A door" not in with_chapters("", chapters, 60_000)


def test_a_last_scene_of_less_than_ten_seconds_is_none() -> None:
    assert with_chapters("", THREE, 50_000) == ""


def test_chapters_that_do_not_begin_at_the_start_are_none() -> None:
    chapters = [Chapter(chapter.title, chapter.start_ms + 5_000) for chapter in THREE]
    assert with_chapters("A film.", chapters, 90_000) == "A film."


def test_an_hour_is_written_out() -> None:
    assert "1:01:05 Home" in with_chapters("", [*THREE[:2], Chapter("Home", 3_665_000)], 4_000_000)


def test_brackets_are_left_out_of_titles() -> None:
    assert "0:00 a b" in with_chapters("", [Chapter("<a>\nb", 0), *THREE[1:]], 60_000)


def test_chapters_that_do_not_fit_are_left_out_whole() -> None:
    description = "ü" * 2_480
    assert with_chapters(description, THREE, 60_000) == description
    assert len(with_chapters(description[:-20], THREE, 60_000).encode()) <= 5_000


def test_a_description_with_times_of_its_own_is_left_alone() -> None:
    assert with_chapters("0:00 Mine", THREE, 60_000) == "0:00 Mine"
