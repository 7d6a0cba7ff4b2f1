"""The backing services by Docker: the command lines around deploy/compose.yaml. Official images, bound to loopback."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence

from deploy.local.errors import StackError
from deploy.local.layout import CHECKOUT, Layout
from deploy.local.ports import Ports

COMPOSE_FILE = CHECKOUT / "deploy" / "compose.yaml"


def project_name(layout: Layout) -> str:
    """Two checkouts, and the stacks of one checkout, don't share containers."""
    return "filmstudio-" + hashlib.sha256(os.fsencode(layout.root)).hexdigest()[:8]


def command(layout: Layout, *arguments: str) -> list[str]:
    """A docker compose command of this stack."""
    return ["docker", "compose", "--project-name", project_name(layout), "--file", str(COMPOSE_FILE), *arguments]


def up_command(layout: Layout, services: Sequence[str]) -> list[str]:
    """Starts services and waits for their health checks."""
    return command(layout, "up", "--detach", "--wait", *services)


def down_command(layout: Layout, *, wipe: bool = False) -> list[str]:
    """Ends the containers; with `wipe` their data goes too."""
    return command(layout, "down", *(["--volumes"] if wipe else []))


def environment(ports: Ports, secrets: Mapping[str, str], origin: str) -> dict[str, str]:
    """The variables that compose.yaml takes."""
    return {
        "POSTGRES_PORT": str(ports["postgres"]),
        "POSTGRES_PASSWORD": secrets["postgres_password"],
        "REDIS_PORT": str(ports["redis"]),
        "REDIS_PASSWORD": secrets["redis_password"],
        "KAFKA_PORT": str(ports["kafka"]),
        "S3_PORT": str(ports["s3"]),
        "S3_ACCESS_KEY": secrets["s3_access_key"],
        "S3_SECRET_KEY": secrets["s3_secret_key"],
        "CORS_ORIGIN": origin,
    }


def run(arguments: Sequence[str], variables: Mapping[str, str]) -> None:
    """Runs one of the commands above; an engine that is missing or fails is a StackError."""
    if not shutil.which("docker"):
        raise StackError("docker", "there is no docker command", "install Docker, or unset FILMSTUDIO_BACKING")
    done = subprocess.run(
        arguments,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(
            "docker", f"{' '.join(arguments)} failed", "start the Docker engine, or unset FILMSTUDIO_BACKING",
            done.stdout + done.stderr,
        )  # fmt: skip
