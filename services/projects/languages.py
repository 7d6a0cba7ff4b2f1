"""The languages a script may be in: those that every installation can speak (espeak-ng 1.52) and set in type (Noto Sans)."""

from __future__ import annotations

from services.projects.errors import LanguageUnsupported

DEFAULT = "en"
# BCP 47 primary language subtags
SUPPORTED = (
    "en", "hi", "ta", "te", "bn", "mr", "gu", "kn", "ml", "pa", "ur", "ne",
    "es", "fr", "de", "pt", "it", "nl", "sv", "da", "nb", "fi", "pl", "cs", "sk", "hu", "ro", "bg", "el", "ru", "uk", "tr",
    "ar", "fa", "id", "ms", "vi", "th", "sw", "sa", "zh", "ja", "ko",
)  # fmt: skip
# Other codes of the same languages: the macrolanguage of Bokmål, and a code that ISO withdrew.
_SYNONYMS = {"no": "nb", "in": "id"}


def normalized(tag: str) -> str:
    """The primary language of a BCP 47 tag ("pt-BR" → "pt"), English for none; LanguageUnsupported for one nobody speaks."""
    if not tag.strip():
        return DEFAULT
    primary = tag.strip().replace("_", "-").split("-")[0].lower()
    primary = _SYNONYMS.get(primary, primary)
    if primary not in SUPPORTED:
        supported = ",".join(SUPPORTED)
        raise LanguageUnsupported(
            f"no voice speaks {tag.strip()[:35]!r}; choose one of {supported.replace(',', ', ')}", supported=supported
        )
    return primary
