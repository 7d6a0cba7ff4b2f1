"""Which files are taken: kinds, types, sizes; and whether bytes are what they were said to be, told by their first few."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import filetype
from filmstudio.projects.v1 import projects_pb2

from services.kit.errors import Invalid
from services.projects.errors import TooLarge, UnsupportedType

# the most bytes that are looked at to tell a type
SNIFFED_BYTES = 8192
MAX_IMAGES = 20
MAX_FILENAME_CHARS = 120

_MB = 1_000_000
_TEXT_BYTES = 200_000
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Accepted:
    """What is taken for one kind of asset."""

    name: str
    types: tuple[str, ...]
    max_bytes: int


ACCEPTED = {
    projects_pb2.Asset.KIND_IMAGE: Accepted("image", ("image/jpeg", "image/png", "image/webp"), 10 * _MB),
    projects_pb2.Asset.KIND_AUDIO: Accepted("audio", ("audio/mpeg", "audio/wav", "audio/flac", "audio/ogg"), 50 * _MB),
    projects_pb2.Asset.KIND_SCRIPT: Accepted(
        "script", ("text/plain", "text/markdown", "application/xml", "text/xml"), _TEXT_BYTES
    ),
    projects_pb2.Asset.KIND_SUBTITLES: Accepted(
        "subtitles", ("text/vtt", "application/x-subrip", "text/plain", "text/x-ssa"), _TEXT_BYTES
    ),
}
_SYNONYMS = {
    "image/jpg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "application/ogg": "audio/ogg",
    "text/x-fountain": "text/plain",
    "text/fountain": "text/plain",
    "text/srt": "application/x-subrip",
}


def accepted(kind: int, content_type: str, size_bytes: int, sha256: str) -> str:
    """The content type to go on with; Invalid, UnsupportedType, TooLarge for what is not taken."""
    rule = ACCEPTED.get(projects_pb2.Asset.Kind.ValueType(kind))
    if rule is None:
        raise Invalid("kind is one of image, audio, script, subtitles", field="kind")
    if not _SHA256.fullmatch(sha256):
        raise Invalid("sha256 is 64 lower-case hexadecimal digits", field="sha256")
    if size_bytes < 1:
        raise Invalid("size_bytes is at least 1", field="size_bytes")
    plain = content_type.split(";")[0].strip().lower()
    plain = _SYNONYMS.get(plain, plain)
    if plain not in rule.types:
        supported = ", ".join(rule.types)
        raise UnsupportedType(
            f"for {rule.name} these types are taken: {supported}", supported=supported.replace(" ", "")
        )
    if size_bytes > rule.max_bytes:
        raise TooLarge(f"{rule.name}: at most {rule.max_bytes:,} bytes are taken", limit_bytes=rule.max_bytes)
    return plain


def safe_filename(name: str) -> str:
    """The name without folders and without what file systems and headers stumble over; Invalid when nothing is left."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    safe = "".join(char if _harmless(char) else "_" for char in " ".join(base.split())).strip(" .")
    if not safe.strip("_"):
        raise Invalid("filename has no letter or digit", field="filename")
    stem, dot, ending = safe.rpartition(".")
    if len(safe) <= MAX_FILENAME_CHARS:
        return safe
    return stem[: MAX_FILENAME_CHARS - 11] + dot + ending[:10] if stem else safe[:MAX_FILENAME_CHARS]


def _harmless(char: str) -> bool:
    # letters, marks and digits of any writing
    return char in "._- ()" or unicodedata.category(char)[0] in "LMN"


def is_of_type(content_type: str, head: bytes) -> bool:
    """Whether a file that begins with these bytes (up to SNIFFED_BYTES) is of that type, by its magic bytes."""
    if content_type.startswith(("text/", "application/")):
        return _is_text(head)
    found = filetype.guess(head)
    mime = found.mime if found is not None else ""
    # an animated PNG is a PNG
    mime = "image/png" if mime == "image/apng" else mime
    return bool(_SYNONYMS.get(mime, mime) == content_type)


def _is_text(head: bytes) -> bool:
    try:
        # the last character may be cut
        text = head.decode("utf-8", "strict" if len(head) < SNIFFED_BYTES else "ignore")
    except UnicodeDecodeError:
        return False
    return b"\0" not in head and len(text.encode()) >= len(head) - 3
