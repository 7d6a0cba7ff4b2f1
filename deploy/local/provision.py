"""The second half of the set-up, inside the virtual environment: everything that isn't a wheel, side by side."""

import compileall
import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.local import backing, kafka, tools
from deploy.local.backing import Source
from deploy.local.errors import StackError
from deploy.local.layout import CHECKOUT, DEFAULT_ROOT, SITE_PACKAGES, TOOLS, Layout
from deploy.local.ports import LOOPBACK, pick_free
from deploy.local.stack import Stack
from deploy.local.tasks import ALREADY, Task, run

COMPILED = Path(sys.prefix) / ".filmstudio-compiled"


def main() -> None:
    """Does what is missing. Ends with 1 and a word on each piece that failed."""
    try:
        failed = run(_tasks(for_checks="dev" in sys.argv[1:]))
    except StackError as error:
        sys.exit(str(error))
    if failed:
        sys.exit("\n".join(["", "The set-up isn't complete:", *(f"{name}: {error}" for name, error in failed.items())]))


def _tasks(*, for_checks: bool) -> list[Task]:
    sources = backing.resolve(os.environ)
    tasks = [Task("compiled modules", compile_modules), Task("typefaces, drawings, words (npm)", tools.ensure_media)]
    if for_checks:
        tasks.append(Task("packages of the checks (npm)", tools.ensure_checkers))
    if sources["s3"] is Source.LOCAL:
        tasks.append(Task("S3 server (go)", tools.ensure_versitygw))
    if sources["kafka"] is Source.LOCAL:
        tasks.append(Task("Kafka's jars (maven)", tools.ensure_kafka))
        tasks.append(Task("Kafka's class cache", train_kafka, needs=("Kafka's jars (maven)",)))
        if sources["postgres"] is Source.LOCAL and sources["redis"] is Source.LOCAL:
            tasks.append(Task("database, topics, keys", prepare, needs=("Kafka's class cache",)))
    return tasks


def compile_modules() -> str:
    """Compiles what uv leaves uncompiled: every start would then take twice as long."""
    if COMPILED.exists() and COMPILED.read_text() == _wheels_changed_at():
        return ALREADY
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        del os.environ["PYTHONDONTWRITEBYTECODE"]
    sys.dont_write_bytecode = False
    with contextlib.redirect_stdout(io.StringIO()):
        for folder in (SITE_PACKAGES, *(CHECKOUT / name for name in ("services", "cli", "proto", "deploy"))):
            compileall.compile_dir(folder, quiet=2, workers=os.cpu_count() or 1)
    COMPILED.write_text(_wheels_changed_at())
    return "compiled"


def _wheels_changed_at() -> str:
    return str(SITE_PACKAGES.stat().st_mtime_ns)


def train_kafka() -> str:
    """Lets a throwaway broker write down the classes it loads: the real ones then start in 2 s instead of 3."""
    trained_for = f"{kafka.VERSION} {kafka.JAVA} {kafka.LIBS} {kafka.JAVA.stat().st_mtime_ns}\n"
    stamp = TOOLS / "kafka.aot.for"
    if kafka.AOT_CACHE.exists() and stamp.exists() and stamp.read_text() == trained_for:
        return ALREADY
    layout = Layout(TOOLS / "training")
    shutil.rmtree(layout.root, ignore_errors=True)
    layout.make()
    port, controller = pick_free(2)
    kafka.create(layout, port, controller)
    fresh = TOOLS / "kafka.aot.new"
    command = kafka.program(layout, port, aot_option=f"-XX:AOTCacheOutput={fresh}").command
    log = layout.log_file("kafka")
    with log.open("w") as output:
        broker = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    try:
        _exercise(broker, f"{LOOPBACK}:{port}", log)
        broker.send_signal(signal.SIGTERM)
        broker.wait(60)
    finally:
        if broker.poll() is None:
            broker.kill()
            broker.wait()
    if not fresh.exists():
        return "none (this JVM wrote no cache; Kafka starts without one)"
    fresh.replace(kafka.AOT_CACHE)
    stamp.write_text(trained_for)
    shutil.rmtree(layout.root)
    return "trained"


def _exercise(broker: subprocess.Popen[bytes], address: str, log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not kafka.answers(address):
        if broker.poll() is not None or time.monotonic() > deadline:
            raise StackError("kafka", "the first broker doesn't start", "see its output", log.read_text())
        time.sleep(0.1)
    kafka.warm_up(address)


def prepare() -> str:
    """Cluster, schemas, topics and keys, while the S3 server is still being built; stops what it started.

    Only the first time: from then on each start of the stack looks after what changed.
    """
    stack = Stack(DEFAULT_ROOT)
    if stack.layout.prepared.exists():
        return ALREADY
    was_alive = stack.daemon.alive()
    try:
        stack.prepare(("postgres", "redis", "kafka"))
    finally:
        if not was_alive:
            stack.down()
    return "up to date"


if __name__ == "__main__":
    main()
