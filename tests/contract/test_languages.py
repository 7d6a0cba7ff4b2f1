"""A language that projects accepts can be spoken and set in type by the worker."""

import pytest

from services.projects.languages import SUPPORTED
from services.render_worker.craft.lettering.fonts import font_file
from services.render_worker.craft.voices.voices import SUPPORTED_LANGUAGES


@pytest.mark.parametrize("language", SUPPORTED)
def test_a_language_that_is_offered_has_a_voice(language: str) -> None:
    assert language in SUPPORTED_LANGUAGES


@pytest.mark.parametrize("language", SUPPORTED)
def test_a_language_that_is_offered_has_a_typeface(language: str) -> None:
    assert font_file("", language).is_file()
