"""Which wheels the set-up installs, and on which machines it refuses."""

import builtins
import json
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from deploy.local import setup


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "CHECKOUT", tmp_path)
    monkeypatch.setattr(setup, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(setup, "INSTALLED", tmp_path / "installed")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "python").touch()
    (tmp_path / "pyproject.toml").write_text("[project]")
    for lock in ("run", "dev"):
        (tmp_path / "requirements" / f"{lock}.lock").write_text(lock)
    return tmp_path


def install(checkout: Path, lock: str) -> None:
    (checkout / "installed").write_text(json.dumps({"lock": lock, "state": setup._state(lock)}))


def test_a_fresh_clone_gets_what_was_asked_for(checkout: Path) -> None:
    assert setup._lock_to_install("run") == "run"
    assert setup._lock_to_install("dev") == "dev"


def test_nothing_is_installed_twice(checkout: Path) -> None:
    install(checkout, "run")
    assert setup._lock_to_install("run") is None
    assert setup._lock_to_install("dev") == "dev"


def test_what_the_checks_need_is_not_taken_away_by_a_run(checkout: Path) -> None:
    install(checkout, "dev")
    assert setup._lock_to_install("run") is None
    (checkout / "requirements" / "dev.lock").write_text("newer")
    assert setup._lock_to_install("run") == "dev"


def test_a_changed_lock_is_installed_anew(checkout: Path) -> None:
    install(checkout, "run")
    (checkout / "requirements" / "run.lock").write_text("newer")
    assert setup._lock_to_install("run") == "run"


@pytest.mark.parametrize(
    ("system", "machine", "libc"),
    [("Darwin", "arm64", ""), ("Linux", "riscv64", "glibc"), ("Linux", "x86_64", "")],
)
def test_a_machine_without_binaries_is_refused_by_its_name(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, libc: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "libc_ver", lambda: (libc, ""))
    with pytest.raises(SystemExit, match=machine):
        setup._check_machine()


def test_an_old_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    with pytest.raises(SystemExit, match=r"3\.11 or newer"):
        setup._check_machine()


def test_a_debian_without_ensurepip_is_told_the_package(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (checkout / "python").unlink()
    original: Callable[..., object] = builtins.__import__

    def without_ensurepip(
        name: str, spaces: Mapping[str, object] | None = None, local: Mapping[str, object] | None = None,
        names: Sequence[str] = (), level: int = 0,
    ) -> object:  # fmt: skip
        if name == "ensurepip":
            raise ImportError("No module named 'ensurepip'", name="ensurepip")
        return original(name, spaces, local, names, level)

    monkeypatch.setattr(builtins, "__import__", without_ensurepip)
    with pytest.raises(SystemExit, match="python3-venv"):
        setup._make_venv()
