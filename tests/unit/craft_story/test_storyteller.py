"""A bare idea becomes a story of three scenes that says that rules wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest
from filmstudio.ai_jobs.v1 import steps_pb2 as pb
from filmstudio.projects.v1 import script_pb2 as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from services.projects import reading
from services.render_worker.craft.directing.pacing import estimate_ms
from services.render_worker.craft.story.storytelling import IdeaEmpty, LanguageUnsupported, languages, write
from services.render_worker.engines.base import StepFailed, Work
from services.render_worker.engines.storyteller import Storyteller

KIND = sp.ScriptElement
IDEAS = {
    "en": "A shy robot wants to learn to dance in the rain", "hi": "एक किसान को खेत में एक पुराना घड़ा मिलता है", "es": "Una niña encuentra una llave en la playa",
    "fr": "Un vieux pêcheur cherche une étoile dans la mer", "de": "Ein Mädchen findet im Wald eine Laterne", "pt": "Um menino encontra uma carta na praia",
    "it": "Una volpe cerca una lanterna nel bosco", "ar": "صياد عجوز يجد مفتاحا في البحر", "ta": "ஒரு சிறுமி காட்டில் ஒரு விளக்கைக் கண்டாள்", "te": "ఒక అమ్మాయి అడవిలో దీపం కనుగొంది",
    "bn": "একটি মেয়ে নদীতে একটি নৌকা দেখে",
}  # fmt: skip


def elements(text: str) -> list[sp.ScriptElement]:
    return reading.read(sp.SCRIPT_FORMAT_FOUNTAIN, text)


def work(idea: str, language: str = "en", seed: int = 1) -> Work:
    params = pb.StepParams(write_script=pb.WriteScriptParams(idea=idea, language=language))
    return Work(params=params, inputs={}, folder=Path(), seed=seed, progress=lambda _: None)


@pytest.mark.parametrize("language", sorted(IDEAS))
def test_a_story_has_three_scenes_two_speakers_and_a_minute(language: str) -> None:
    found = elements(write(IDEAS[language], language, "", 1))
    spoken = [each.text for each in found if each.kind == KIND.KIND_DIALOGUE]
    actions = [each for each in found if each.kind == KIND.KIND_ACTION]
    assert len([each for each in found if each.kind == KIND.KIND_HEADING]) == 3
    # A narrator besides, who opens with the idea's own words.
    assert len({each.text for each in found if each.kind == KIND.KIND_CHARACTER}) == 3
    assert IDEAS[language] in " ".join(spoken)
    # Some 2.5 s for each thing that is only seen.
    assert 35_000 <= sum(map(estimate_ms, spoken)) + 2500 * len(actions) <= 75_000


def test_a_story_says_at_its_top_that_rules_wrote_it() -> None:
    assert write(IDEAS["en"], "en", "", 1).splitlines()[2] == (
        "[[This script was written by rules from one idea, not by a person and not by a language model. Change whatever you like.]]"
    )


def test_whom_where_and_what_an_idea_names_are_in_the_story() -> None:
    text = write("Nora, an old lighthouse keeper, wants to send her brother a letter", "en", "", 4)
    assert "NORA, an old lighthouse keeper," in text
    assert "EXT. LIGHTHOUSE - DUSK" in text
    assert "letter" in text.split("[[")[1].split("\n", 1)[1].replace("send her brother a letter", "")


def test_different_ideas_are_different_stories() -> None:
    ideas = [
        "A fox and the moon",
        "A keeper in a storm",
        "Two robots on Mars",
        "A lost letter",
        "The last tree",
        "A door in the sea",
    ]
    friends = {elements(write(idea, "en", "", 1))[-1].text for idea in ideas}
    assert len(friends) >= 2
    assert len({write(idea, "en", "", 1) for idea in ideas}) == len(ideas)


def test_the_same_idea_and_seed_are_the_same_story() -> None:
    assert write(IDEAS["en"], "en", "", 5) == write(IDEAS["en"], "en", "", 5)


def test_a_title_that_is_given_is_kept() -> None:
    assert elements(write(IDEAS["en"], "en", "Rain Steps", 5))[0].text == "Rain Steps"


def test_a_language_without_plots_is_refused() -> None:
    with pytest.raises(StepFailed) as refused:
        Storyteller().run(work("Kettu ja kuu", "fi"))
    assert refused.value.code == "LANGUAGE_UNSUPPORTED"
    assert "fi" in refused.value.message


def test_an_idea_without_a_word_is_refused() -> None:
    with pytest.raises(StepFailed) as refused:
        Storyteller().run(work(" … 12 "))
    assert refused.value.code == "IDEA_EMPTY"


def test_the_engine_answers_with_the_script() -> None:
    assert Storyteller().run(work(IDEAS["en"])).result.write_script.text == write(IDEAS["en"], "en", "", 1)


def test_an_idea_in_another_writing_than_its_language_says_which_to_order() -> None:
    with pytest.raises(LanguageUnsupported, match=r"looks like 'hi'.* order it in 'hi'"):
        write(IDEAS["hi"], "en", "", 1)


@given(idea=st.text(max_size=400), language=st.sampled_from(languages()), seed=st.integers(0, 2**62))
@settings(max_examples=60, deadline=None)
def test_any_idea_becomes_a_readable_story_or_is_refused(idea: str, language: str, seed: int) -> None:
    if not any(char.isalpha() for char in idea):
        return
    try:
        text = write(idea, language, "", seed)
    except (IdeaEmpty, LanguageUnsupported):
        return
    assert len([each for each in elements(text) if each.kind == KIND.KIND_HEADING]) == 3
