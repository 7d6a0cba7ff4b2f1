"""The four backing services as local processes, taken together: made, described to the supervisor, waited for."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from deploy.local import kafka, passwords, postgres, redis_server, s3
from deploy.local.backing import Source
from deploy.local.errors import ELSEWHERE, StackError
from deploy.local.layout import Layout
from deploy.local.ports import Ports
from deploy.local.program import Program

PORTS = ("postgres", "redis", "kafka", "kafka_controller", "s3")


def addresses(layout: Layout, ports: Ports) -> dict[str, str]:
    """The variables by which the services of this machine (or their containers) are found."""
    secrets = passwords.load(layout)
    return {
        "DATABASE_URL": postgres.url(ports.address("postgres"), secrets["postgres_password"]),
        "REDIS_URL": redis_server.url(ports.address("redis"), secrets["redis_password"]),
        "KAFKA_BOOTSTRAP_SERVERS": ports.address("kafka"),
        "S3_ENDPOINT_URL": f"http://{ports.address('s3')}",
        "S3_BUCKET": s3.BUCKET,
        "AWS_ACCESS_KEY_ID": secrets["s3_access_key"],
        "AWS_SECRET_ACCESS_KEY": secrets["s3_secret_key"],
        "AWS_REGION": s3.REGION,
    }


def create(layout: Layout, ports: Ports, names: Sequence[str]) -> None:
    """Makes data folders and settings, all at once: initdb and Kafka's format take a second each."""
    secrets = passwords.load(layout)
    _require_tools(names)
    work: dict[str, Callable[[], None]] = {
        "postgres": lambda: postgres.create(layout, ports["postgres"], secrets["postgres_password"]),
        "redis": lambda: redis_server.create(layout, ports["redis"], secrets["redis_password"]),
        "kafka": lambda: kafka.create(layout, ports["kafka"], ports["kafka_controller"]),
        "s3": lambda: s3.create(layout),
    }
    with ThreadPoolExecutor() as pool:
        for future in [pool.submit(work[name]) for name in names]:
            future.result()


def programs(layout: Layout, ports: Ports, origin: str) -> dict[str, Program]:
    """All four, by name. `origin` is the web page that may reach S3 from a browser."""
    secrets = passwords.load(layout)
    return {
        "postgres": postgres.program(layout, ports["postgres"]),
        "redis": redis_server.program(layout, ports["redis"]),
        "kafka": kafka.program(layout, ports["kafka"]),
        "s3": s3.program(layout, ports["s3"], secrets["s3_access_key"], secrets["s3_secret_key"], origin),
    }


def wait_until_they_answer(
    layout: Layout,
    ports: Ports,
    env: Mapping[str, str],
    sources: Mapping[str, Source],
    names: Sequence[str],
    seconds: float = 60,
) -> None:
    """Returns when all of `names` answer and hold our database and bucket, wherever they come from."""
    password = passwords.load(layout)["postgres_password"]
    database_is_ours = sources["postgres"] is Source.LOCAL
    checks: dict[str, Callable[[], bool]] = {
        "postgres": lambda: (
            postgres.ensure_database(ports.address("postgres"), password)
            if database_is_ours
            else postgres.answers(env["DATABASE_URL"])
        ),
        "redis": lambda: redis_server.answers(env["REDIS_URL"]),
        "kafka": lambda: kafka.answers(env["KAFKA_BOOTSTRAP_SERVERS"]),
        "s3": lambda: s3.answers(env["S3_ENDPOINT_URL"]),
    }
    deadline = time.monotonic() + seconds
    for name in names:
        while not checks[name]():
            if time.monotonic() > deadline:
                raise _silent(layout, name, sources[name])
            time.sleep(0.05)
    if "s3" in names and not s3.has_bucket(env):
        s3.ensure_bucket(env)


def _silent(layout: Layout, name: str, source: Source) -> StackError:
    if source is not Source.LOCAL:
        return StackError(name, f"doesn't answer ({source.value})", "check the address and that it runs")
    log = layout.log_file(name)
    output = log.read_text(errors="replace") if log.exists() else ""
    return StackError(name, "doesn't answer", f"see {log}, or {ELSEWHERE}", output)


def _require_tools(names: Sequence[str]) -> None:
    there = {"kafka": kafka.LIBS.is_dir(), "s3": s3.BINARY.exists(), "postgres": postgres.BIN.is_dir()}
    missing = [name for name in names if not there.get(name, True)]
    if missing:
        raise StackError(", ".join(missing), "not installed", "make setup")
