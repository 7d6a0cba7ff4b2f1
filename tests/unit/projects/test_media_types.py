"""Which files are taken, and how they are told by their bytes."""

from __future__ import annotations

import pytest
from filmstudio.projects.v1 import projects_pb2

from services.kit.errors import Invalid
from services.projects.errors import TooLarge, UnsupportedType
from services.projects.media_types import SNIFFED_BYTES, accepted, is_of_type, safe_filename

IMAGE, AUDIO = projects_pb2.Asset.KIND_IMAGE, projects_pb2.Asset.KIND_AUDIO
SUBTITLES = projects_pb2.Asset.KIND_SUBTITLES
SHA256 = "ab" * 32
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.mark.parametrize(
    ("kind", "content_type", "size", "error"),
    [
        (IMAGE, "image/gif", 10, UnsupportedType), (IMAGE, "audio/mpeg", 10, UnsupportedType), (IMAGE, "image/png", 10_000_001, TooLarge),
        (AUDIO, "audio/flac", 50_000_001, TooLarge), (SUBTITLES, "text/vtt", 200_001, TooLarge), (IMAGE, "image/png", 0, Invalid),
        (0, "image/png", 10, Invalid), (77, "image/png", 10, Invalid),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_refused(kind: int, content_type: str, size: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        accepted(kind, content_type, size, SHA256)


@pytest.mark.parametrize("sha256", ["", "ab", "zz" * 32, "AB" * 32])
def test_a_hash_that_is_none_is_refused(sha256: str) -> None:
    with pytest.raises(Invalid):
        accepted(IMAGE, "image/png", 10, sha256)


def test_other_names_of_a_type_are_understood() -> None:
    assert accepted(AUDIO, "Audio/X-WAV; codecs=1", 10, SHA256) == "audio/wav"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\films\\my cat.png", "my cat.png"),
        ('a"b\r\nc.png', "a_b c.png"),
        ("चित्र.jpg", "चित्र.jpg"),
    ],
)
def test_a_file_name_keeps_nothing_that_can_hurt(name: str, safe: str) -> None:
    assert safe_filename(name) == safe


def test_a_long_file_name_keeps_its_ending() -> None:
    assert len(safe_filename("x" * 300 + ".png")) <= 120
    assert safe_filename("x" * 300 + ".png").endswith(".png")


@pytest.mark.parametrize("name", ["", "///", "...", '"""'])
def test_a_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        safe_filename(name)


@pytest.mark.parametrize(
    ("content_type", "head", "fits"),
    [
        ("image/png", PNG, True), ("image/jpeg", PNG, False), ("image/png", b"hello", False), ("image/png", b"", False),
        ("audio/wav", b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(20), True), ("audio/flac", b"fLaC" + bytes(20), True),
        ("audio/ogg", b"OggS" + bytes(20), True), ("audio/mpeg", b"ID3" + bytes(20), True),
        ("image/webp", b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(20), True),
        ("text/vtt", "WEBVTT\n\nनमस्ते".encode(), True), ("text/vtt", PNG, False), ("text/plain", b"a\0b", False),
        ("text/plain", ("x" + "म" * SNIFFED_BYTES).encode()[:SNIFFED_BYTES], True),
    ],
)  # fmt: skip
def test_a_type_is_told_by_the_first_bytes(content_type: str, head: bytes, fits: bool) -> None:
    assert is_of_type(content_type, head) is fits
