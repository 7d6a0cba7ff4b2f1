"""The topics' file is read strictly."""

from pathlib import Path

import pytest

from services.kit import topics

TOPIC = """
  - name: a.b.v1
    partitions: 6
    retention_ms: 1000
    cleanup: delete
    producers: [a]
    consumers: [b]
    messages: [filmstudio.a.v1.Happened]
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "topics.yaml"
    path.write_text(f"topics:{text}")
    return path


def test_a_topic_is_read_as_declared(tmp_path: Path) -> None:
    (topic,) = topics.load(written(tmp_path, TOPIC))
    assert topic == topics.Topic(
        "a.b.v1", 6, 1000, "delete", frozenset({"a"}), frozenset({"b"}), frozenset({"filmstudio.a.v1.Happened"})
    )
    assert topic.config == {"retention.ms": "1000", "cleanup.policy": "delete"}


def test_a_topic_declared_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(topics.TopicsError, match=r"declared twice: a\.b\.v1"):
        topics.load(written(tmp_path, TOPIC * 2))


@pytest.mark.parametrize("line", ["    consumers: [b]\n", "    partitions: 6\n"])
def test_a_topic_that_leaves_something_out_is_refused_by_name(tmp_path: Path, line: str) -> None:
    with pytest.raises(topics.TopicsError, match=r"topic a\.b\.v1"):
        topics.load(written(tmp_path, TOPIC.replace(line, "")))
