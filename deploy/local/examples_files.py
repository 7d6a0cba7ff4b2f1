"""The examples: a script each, and beside it NAME.yaml that says how it shall be filmed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.client import Json, script_format
from cli.errors import USAGE, StudioError
from deploy.local.layout import CHECKOUT

FOLDER = CHECKOUT / "examples"
_KEYS = {"script", "language", "options"}
# What a file beside an example is uploaded as: (kind of asset, content type) by its ending.
_TYPES = {
    ".srt": ("subtitles", "application/x-subrip"),
    ".vtt": ("subtitles", "text/vtt"),
    ".png": ("image", "image/png"),
    ".jpg": ("image", "image/jpeg"),
    ".jpeg": ("image", "image/jpeg"),
    ".webp": ("image", "image/webp"),
    ".mp3": ("audio", "audio/mpeg"),
    ".wav": ("audio", "audio/wav"),
    ".flac": ("audio", "audio/flac"),
    ".ogg": ("audio", "audio/ogg"),
}


@dataclass(frozen=True)
class Attached:
    """A file that an example's options name, and what it is uploaded as."""

    path: Path
    kind: str
    content_type: str


@dataclass(frozen=True)
class Example:
    """A film to make. `options` are the API's, but for files: where it has an asset's id, they have an `Attached`."""

    name: str
    script: Path
    language: str
    options: Json

    def files(self) -> list[Attached]:
        """The files to be uploaded before the film is ordered, each once."""
        found: dict[Path, Attached] = {}

        def collect(value: Any) -> Any:
            if isinstance(value, Attached):
                found[value.path] = value
            return value

        _mapped(self.options, collect)
        return list(found.values())

    def order(self, asset_ids: dict[Path, str]) -> Json:
        """The options as the API takes them."""
        ordered: Json = _mapped(
            self.options, lambda value: asset_ids[value.path] if isinstance(value, Attached) else value
        )
        return ordered


def names(folder: Path = FOLDER) -> list[str]:
    """All examples, by the alphabet."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read(name: str, folder: Path = FOLDER) -> Example:
    """An example; StudioError where there is none of that name, or its file can't be used."""
    path = folder / f"{name}.yaml"
    if not path.exists():
        raise StudioError(f"there is no example {name!r}", f"one of: {', '.join(names(folder))}", USAGE)
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StudioError(f"{path.name} is not YAML in UTF-8: {error}", "mend the file", USAGE) from error
    if not isinstance(told, dict) or set(told) != _KEYS or not isinstance(told["options"], dict):
        raise StudioError(f"{path.name} must have {', '.join(sorted(_KEYS))} and nothing else", "mend the file", USAGE)
    script = folder / str(told["script"])
    script_format(script)
    return Example(name, script, str(told["language"]), _with_files(told["options"], folder))


def _with_files(options: Json, folder: Path) -> Json:
    """The options with `Attached` in the places of files: pictures, portraits, music, translations."""
    found = dict(options)
    if "images" in found:
        found["images"] = [_attached(folder, name) for name in found["images"]]
    if "asset_id" in found.get("music", {}):
        found["music"] = {**found["music"], "asset_id": _attached(folder, found["music"]["asset_id"])}
    if "files" in found.get("subtitles", {}):
        files = {language: _attached(folder, name) for language, name in found["subtitles"]["files"].items()}
        found["subtitles"] = {**found["subtitles"], "files": files}
    if "podcast" in found:
        speakers = [
            {**speaker, "portrait_asset_id": _attached(folder, speaker["portrait_asset_id"])}
            if "portrait_asset_id" in speaker
            else speaker
            for speaker in found["podcast"]["speakers"]
        ]
        found["podcast"] = {**found["podcast"], "speakers": speakers}
    return found


def _attached(folder: Path, name: str) -> Attached:
    path = folder / name
    if path.suffix.lower() not in _TYPES:
        raise StudioError(f"{name}: what is it?", f"give it one of these endings: {', '.join(_TYPES)}", USAGE)
    if not path.is_file():
        raise StudioError(f"{path} isn't there", "put the file beside the example", USAGE)
    return Attached(path, *_TYPES[path.suffix.lower()])


def _mapped(value: Any, change: Any) -> Any:
    """The same lists and dicts with every leaf changed."""
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return change(value)
