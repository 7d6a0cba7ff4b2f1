"""The worker's cache of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from services.render_worker.cache import Cache


def keep(cache: Cache, folder: Path, content: bytes) -> str:
    path = folder / "written"
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    cache.keep(path, sha256)
    path.unlink()
    return sha256


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache", 10)


def test_what_was_kept_is_given(cache: Cache, tmp_path: Path) -> None:
    sha256 = keep(cache, tmp_path, b"film")
    assert cache.give(sha256, tmp_path / "given")
    assert (tmp_path / "given").read_bytes() == b"film"


def test_what_was_never_kept_is_not_given(cache: Cache, tmp_path: Path) -> None:
    assert not cache.give("0" * 64, tmp_path / "given")
    assert not (tmp_path / "given").exists()


def test_the_least_recently_used_goes_first(cache: Cache, tmp_path: Path) -> None:
    first, second = keep(cache, tmp_path, b"aaaa"), keep(cache, tmp_path, b"bbbb")
    assert cache.give(first, tmp_path / "one")
    third = keep(cache, tmp_path, b"cccc")
    assert [cache.give(sha256, tmp_path / sha256) for sha256 in (first, second, third)] == [True, False, True]
    assert cache.size_bytes == 8


def test_a_dropped_file_stays_with_whom_it_was_given_to(cache: Cache, tmp_path: Path) -> None:
    first = keep(cache, tmp_path, b"aaaaaa")
    cache.give(first, tmp_path / "given")
    keep(cache, tmp_path, b"bbbbbb")
    assert not cache.give(first, tmp_path / "again")
    assert (tmp_path / "given").read_bytes() == b"aaaaaa"


def test_a_file_that_was_tampered_with_is_not_given(cache: Cache, tmp_path: Path) -> None:
    sha256 = keep(cache, tmp_path, b"film")
    (tmp_path / "cache" / f"{sha256}.file").write_bytes(b"evil")
    assert not cache.give(sha256, tmp_path / "given")
    assert not (tmp_path / "given").exists()


def test_a_file_above_the_limit_is_not_kept(cache: Cache, tmp_path: Path) -> None:
    keep(cache, tmp_path, b"more than ten bytes")
    assert cache.size_bytes == 0


def test_a_restarted_worker_finds_what_it_kept(cache: Cache, tmp_path: Path) -> None:
    sha256 = keep(cache, tmp_path, b"film")
    assert Cache(tmp_path / "cache", 10).give(sha256, tmp_path / "given")
    assert Cache(tmp_path / "cache", 3).size_bytes == 0
