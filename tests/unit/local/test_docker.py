"""The command lines around compose.yaml, and that the file binds to loopback alone."""

from pathlib import Path

import pytest
import yaml

from deploy.local import docker
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.ports import Ports
from deploy.local.servers import PORTS

SECRETS = {"postgres_password": "p", "redis_password": "r", "s3_access_key": "a", "s3_secret_key": "s"}


def test_only_the_services_asked_for_are_started_and_waited_for(tmp_path: Path) -> None:
    words = docker.up_command(Layout(tmp_path), ["postgres", "kafka"])
    assert words[:2] == ["docker", "compose"]
    assert words[-5:] == ["up", "--detach", "--wait", "postgres", "kafka"]
    assert str(docker.COMPOSE_FILE) in words


def test_data_is_wiped_only_when_asked(tmp_path: Path) -> None:
    assert "--volumes" not in docker.down_command(Layout(tmp_path))
    assert docker.down_command(Layout(tmp_path), wipe=True)[-1] == "--volumes"


def test_two_stacks_are_two_projects(tmp_path: Path) -> None:
    assert docker.project_name(Layout(tmp_path / "a")) != docker.project_name(Layout(tmp_path / "b"))


def test_every_variable_of_the_compose_file_is_given_and_every_port_is_bound_to_loopback(tmp_path: Path) -> None:
    ports = Ports(tmp_path / "ports.json")
    ports.require(PORTS)
    given = docker.environment(ports, SECRETS, "http://127.0.0.1:8000")
    text = docker.COMPOSE_FILE.read_text()
    named = {part.split(":-", 1)[0] for part in text.split("${")[1:]}
    assert named == set(given)
    for service in yaml.safe_load(text)["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service["ports"])


def test_a_missing_engine_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match="no docker command") as caught:
        docker.run(docker.up_command(Layout(tmp_path), ["redis"]), {})
    assert "unset FILMSTUDIO_BACKING" in str(caught.value)
