"""The contracts' own tool: `python -m deploy.proto generate` writes proto/gen and the committed image, `… check` fails on any difference.

`check` runs buf's STANDARD rules, compares proto/gen with what the sources give, and looks for breaking changes against
the image that the main branch last committed (proto/image.binpb there).
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
IMAGE = PROTO / "image.binpb"
BASE_BRANCHES = ("origin/main", "main")


def _run(*command: str, cwd: Path = PROTO) -> None:
    """Run a tool of the virtual environment; its failure is ours."""
    bin_dir = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{bin_dir}{os.pathsep}{os.environ.get('PATH', '')}"}
    finished = subprocess.run(command, cwd=cwd, env=environment, check=False)
    if finished.returncode != 0:
        raise SystemExit(f"{' '.join(command[:2])} failed: see above")


def _generate(target: Path, image: Path) -> None:
    sources = sorted(str(path.relative_to(PROTO)) for path in (PROTO / "filmstudio").rglob("*.proto"))
    plugins = [f"--{name}_out={target}" for name in ("python", "grpc_python", "mypy", "mypy_grpc")]
    _run(sys.executable, "-m", "grpc_tools.protoc", "-I.", *plugins, *sources)
    packages = {path.parent for path in target.rglob("*_pb2.py")}
    for package in sorted(
        {parent for path in packages for parent in (path, *path.parents) if parent > target or parent == path}
    ):
        if package != target and target in package.parents:
            (package / "__init__.py").write_text("")
    _run("buf", "build", "-o", str(image))


def generate() -> None:
    """Write proto/gen and proto/image.binpb anew."""
    generated = PROTO / "gen"
    shutil.rmtree(generated, ignore_errors=True)
    generated.mkdir(parents=True)
    _generate(generated, IMAGE)


def _differences(left: Path, right: Path) -> list[str]:
    names = {
        str(path.relative_to(root))
        for root in (left, right)
        for path in root.rglob("*")
        if path.is_file() and path.suffix in {".py", ".pyi"}
    }
    return sorted(name for name in names if not _same(left / name, right / name))


def _same(left: Path, right: Path) -> bool:
    return left.is_file() and right.is_file() and filecmp.cmp(left, right, shallow=False)


def _base_image(folder: Path) -> Path | None:
    """The image the main branch last committed before this change, or None where there is none yet."""
    for branch in BASE_BRANCHES:
        shown = subprocess.run(
            ["git", "show", f"{branch}:proto/image.binpb"], cwd=ROOT, capture_output=True, check=False
        )
        if shown.returncode == 0:
            image = folder / "base.binpb"
            image.write_bytes(shown.stdout)
            return image
    return None


def check() -> None:
    """Fail where the contracts break a rule, the generated code is stale, or a change would break a client."""
    _run("buf", "lint")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        fresh = folder / "gen"
        fresh.mkdir()
        _generate(fresh, folder / "image.binpb")
        if stale := _differences(fresh, PROTO / "gen"):
            raise SystemExit(f"proto/gen is stale ({', '.join(stale[:5])}): run `make proto` and commit the result")
        if not _same(folder / "image.binpb", IMAGE):
            raise SystemExit("proto/image.binpb is stale: run `make proto` and commit the result")
        if base := _base_image(folder):
            _run("buf", "breaking", "--against", str(base))
    print("contracts: lint, generated code and compatibility are fine")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["generate"]:
            generate()
        case ["check"]:
            check()
        case _:
            raise SystemExit("usage: python -m deploy.proto generate|check")
