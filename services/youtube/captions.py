"""Caption tracks: which file of a film serves a language, and what its track is called."""

from __future__ import annotations

from collections.abc import Sequence

from services.youtube.jobs_client import FilmFile

# what YouTube takes, best first: both carry times to the millisecond, SRT is the one it documents without conditions
FORMATS = ("srt", "vtt")
# the languages that films are made in, in their own words: a viewer looks for these
NAMES = {
    "en": "English", "hi": "हिन्दी", "ta": "தமிழ்", "te": "తెలుగు", "bn": "বাংলা", "mr": "मराठी", "gu": "ગુજરાતી", "kn": "ಕನ್ನಡ",
    "ml": "മലയാളം", "pa": "ਪੰਜਾਬੀ", "ur": "اردو", "ne": "नेपाली", "es": "Español", "fr": "Français", "de": "Deutsch",
    "pt": "Português", "it": "Italiano", "nl": "Nederlands", "sv": "Svenska", "da": "Dansk", "nb": "Norsk bokmål",
    "fi": "Suomi", "pl": "Polski", "cs": "Čeština", "sk": "Slovenčina", "hu": "Magyar", "ro": "Română",
    "bg": "Български", "el": "Ελληνικά", "ru": "Русский", "uk": "Українська", "tr": "Türkçe", "ar": "العربية",
    "fa": "فارسی", "id": "Bahasa Indonesia", "ms": "Bahasa Melayu", "vi": "Tiếng Việt", "th": "ไทย", "sw": "Kiswahili",
    "sa": "संस्कृतम्", "zh": "中文", "ja": "日本語", "ko": "한국어",
}  # fmt: skip


def name_of(language: str) -> str:
    """The track's name: the language's own, or its tag."""
    return NAMES.get(language) or NAMES.get(language.split("-")[0].lower()) or language


def languages(files: Sequence[FilmFile]) -> list[str]:
    """The languages of a film's subtitles that YouTube can take, in the film's order."""
    found = [file.language for file in files if file.kind == "subtitles" and file.format in FORMATS]
    return list(dict.fromkeys(found))


def best_of(files: Sequence[FilmFile], language: str) -> FilmFile | None:
    """The file of a language in the format that serves best, or None."""
    fitting = [file for file in files if file.kind == "subtitles" and file.language == language]
    by_format = {file.format: file for file in fitting}
    return next((by_format[name] for name in FORMATS if name in by_format), None)
