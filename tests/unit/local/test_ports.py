"""Ports of a stack: free, different, and the same again next time."""

import socket
from pathlib import Path

import pytest

from deploy.local.ports import LOOPBACK, Ports, is_free, pick_free


def test_picked_ports_are_free_and_all_different() -> None:
    picked = pick_free(12)
    assert len(set(picked)) == 12
    assert all(is_free(port) for port in picked)


def test_a_port_to_avoid_is_not_picked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("random.shuffle", lambda candidates: None)
    first = pick_free(1)
    assert pick_free(1, avoid=first) != first


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        assert not is_free(server.getsockname()[1])


def test_ports_are_the_same_the_next_time(tmp_path: Path) -> None:
    first = Ports(tmp_path / "ports.json")
    first.require(["postgres", "redis"])
    again = Ports(tmp_path / "ports.json")
    again.require(["redis", "postgres", "kafka"])
    assert again["postgres"] == first["postgres"]
    assert again["redis"] == first["redis"]
    assert again["kafka"] not in (first["postgres"], first["redis"])


def test_only_a_port_that_somebody_took_is_replaced(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    ports.require(["postgres", "redis"])
    before = {name: ports[name] for name in ("postgres", "redis")}
    with socket.socket() as intruder:
        intruder.bind((LOOPBACK, before["redis"]))
        intruder.listen()
        assert ports.replace_taken(["postgres", "redis"]) == ["redis"]
    assert ports["postgres"] == before["postgres"]
    assert Ports(tmp_path / "ports.json")["redis"] == ports["redis"] != before["redis"]
