"""Pinned downloads: a jar that isn't the one we know is refused."""

import hashlib
from pathlib import Path

import pytest

from deploy.local import kafka, tools
from deploy.local.errors import StackError

JAR = b"a jar"
LOCK = {"known.jar": hashlib.sha256(JAR).hexdigest()}


def test_the_committed_lock_pins_the_broker_and_its_logger() -> None:
    lock = tools.read_lock()
    assert f"kafka_2.13-{kafka.VERSION}.jar" in lock
    assert f"log4j-slf4j-impl-{tools.LOG4J_VERSION}.jar" in lock
    assert all(len(digest) == 64 for digest in lock.values())


def test_the_right_jar_passes(tmp_path: Path) -> None:
    (tmp_path / "known.jar").write_bytes(JAR)
    assert tools.differences(tmp_path, LOCK) == []


def test_a_changed_jar_is_named(tmp_path: Path) -> None:
    (tmp_path / "known.jar").write_bytes(JAR + b"!")
    assert tools.differences(tmp_path, LOCK) == ["known.jar has another checksum"]


def test_missing_and_unknown_jars_are_named(tmp_path: Path) -> None:
    (tmp_path / "stranger.jar").write_bytes(JAR)
    assert tools.differences(tmp_path, LOCK) == ["known.jar is missing", "stranger.jar is not in the lock"]


def test_a_download_that_is_not_in_the_lock_is_refused_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download() -> Path:
        folder = tmp_path / "new"
        folder.mkdir()
        (folder / "known.jar").write_bytes(b"something else")
        return folder

    monkeypatch.setattr(kafka, "LIBS", tmp_path / "libs")
    monkeypatch.setattr(tools, "read_lock", lambda: LOCK)
    monkeypatch.setattr(tools, "_download_jars", download)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(StackError, match=r"known\.jar has another checksum"):
        tools.ensure_kafka()
    assert not (tmp_path / "libs").exists()
    assert not (tmp_path / "cache").exists()


def test_a_cached_jar_that_was_changed_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download() -> Path:
        folder = tmp_path / "new"
        folder.mkdir()
        (folder / "known.jar").write_bytes(JAR)
        return folder

    monkeypatch.setattr(kafka, "LIBS", tmp_path / "libs" / "kafka")
    monkeypatch.setattr(tools, "read_lock", lambda: LOCK)
    monkeypatch.setattr(tools, "_download_jars", download)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    cached = tools.cache_folder() / "kafka"
    cached.mkdir(parents=True)
    (cached / "known.jar").write_bytes(b"changed meanwhile")
    assert tools.ensure_kafka() == "downloaded"
    assert (kafka.LIBS / "known.jar").read_bytes() == JAR
    assert tools.ensure_kafka() == "already here"


def test_a_failed_step_says_which_piece_failed_and_what_to_do() -> None:
    with pytest.raises(StackError) as caught:
        tools.run("the S3 server", ["/bin/sh", "-c", "echo no route to host; exit 3"], {})
    said = str(caught.value)
    assert "the S3 server" in said
    assert "no route to host" in said
    assert "FILMSTUDIO_BACKING=docker" in said
    assert "FILMSTUDIO_EXTERNAL=1" in said
