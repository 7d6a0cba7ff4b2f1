"""`python3 deploy/local/setup.py [run|dev]`: from a fresh clone to a studio that can start.

Begins with any Python from 3.11 on and its standard library alone: makes the virtual environment, installs the locked
wheels with their hashes checked, and goes on inside it (deploy/local/provision.py). What is there already is left alone.
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bootstrap" / "bin" / "uv"
INSTALLED = VENV / ".filmstudio-installed"
MACHINES = ("x86_64", "aarch64")


def main() -> None:
    """Installs what is missing; ends with 1 and a remedy if it can't."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "run"
    if wanted not in ("run", "dev"):
        sys.exit(f"unknown: {wanted}; say run or dev")
    _check_machine()
    started = time.monotonic()
    lock = _lock_to_install(wanted)
    if lock is not None:
        print("Setting up the studio", flush=True)
        _make_venv()
        _install(lock)
    done = subprocess.run([PYTHON, "-m", "deploy.local.provision", wanted], cwd=CHECKOUT, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)
    if lock is not None:
        print(f"Set up in {time.monotonic() - started:.0f} s", flush=True)


def _check_machine() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  # this file alone is read by whatever Python there is
        sys.exit(
            f"This is Python {platform.python_version()}; the studio needs 3.11 or newer: make PYTHON=python3.11 …"
        )
    system, machine, libc = platform.system(), platform.machine(), platform.libc_ver()[0]
    if system != "Linux" or machine not in MACHINES or libc != "glibc":
        sys.exit(
            f"This machine is {system} on {machine} ({libc or 'no glibc'}); the local processes need Linux with glibc on "
            f"{' or '.join(MACHINES)}.\n  What to do: run it in a Linux virtual machine or container."
        )


def _lock_to_install(wanted: str) -> str | None:
    """`run`, `dev`, or None where the wheels of the wanted lock are installed. dev holds all of run."""
    if not PYTHON.exists() or not INSTALLED.exists():
        return wanted
    installed = json.loads(INSTALLED.read_text())
    if installed["state"] != _state(installed["lock"]):
        return "dev" if installed["lock"] == "dev" else wanted
    return None if wanted == "run" or installed["lock"] == "dev" else wanted


def _state(lock: str) -> str:
    digest = hashlib.sha256()
    for path in (CHECKOUT / "requirements" / f"{lock}.lock", CHECKOUT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _make_venv() -> None:
    if PYTHON.exists() and _runs(PYTHON):
        return
    try:
        import ensurepip  # noqa: F401  # Debian and Ubuntu ship it in a package of its own
        import venv
    except ImportError as error:
        sys.exit(f"Python's {error.name} is missing.\n  What to do: sudo apt-get install python3-venv")
    with _Step("virtual environment"):
        if VENV.exists():
            shutil.rmtree(VENV)
        venv.create(VENV, with_pip=True)


def _runs(python: Path) -> bool:
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _install(lock: str) -> None:
    requirements = CHECKOUT / "requirements"
    if not UV.exists():
        with _Step("uv"):
            target = str(VENV / "bootstrap")
            bootstrap = str(requirements / "bootstrap.lock")
            _run(
                [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", target,
                 "--require-hashes", "--requirement", bootstrap],
            )  # fmt: skip
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    for variable in ("UV_PROJECT_ENVIRONMENT", "UV_SYSTEM_PYTHON", "PYTHONPATH"):
        environment.pop(variable, None)
    with _Step(f"wheels ({lock}.lock)"):
        _run([str(UV), "pip", "sync", "--quiet", "--require-hashes", str(requirements / f"{lock}.lock")], environment)
    with _Step("the studio itself"):
        _run(
            [str(UV), "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(CHECKOUT)],
            environment,
        )
    INSTALLED.write_text(json.dumps({"lock": lock, "state": _state(lock)}))


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode != 0:
        output = "\n".join(f"    | {line}" for line in done.stdout.strip().splitlines()[-15:])
        sys.exit(
            f"{Path(command[0]).name} {' '.join(command[1:4])} … failed:\n{output}\n"
            "  What to do: check the network (or the package index that pip is set to use) and run it again."
        )


class _Step:
    """Prints how long the block took."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._started = time.monotonic()

    def __enter__(self) -> None:
        pass

    def __exit__(self, failed: object, *_: object) -> None:
        if not failed:
            print(f"  {self._name:<28}{time.monotonic() - self._started:6.1f} s", flush=True)


if __name__ == "__main__":
    sys.path.pop(0)  # this folder's modules are deploy.local's, not everybody's
    main()
