"""Where each backing service comes from. One resolver for `make up`, the demo and the tests.

The order: an address in the environment, only where FILMSTUDIO_EXTERNAL=1 says so (a stray DATABASE_URL is never used,
let alone wiped); a Docker engine, only where FILMSTUDIO_BACKING=docker asks for it; a local process.
"""

import enum
from collections.abc import Mapping

from deploy.local.errors import StackError
from deploy.local.program import BACKING

ADDRESSES = {
    "postgres": ("DATABASE_URL",),
    "redis": ("REDIS_URL",),
    "kafka": ("KAFKA_BOOTSTRAP_SERVERS",),
    "s3": ("S3_ENDPOINT_URL", "S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
}


class Source(enum.Enum):
    """Who runs a backing service."""

    EXTERNAL = "external"
    DOCKER = "docker"
    LOCAL = "local"


def resolve(environ: Mapping[str, str]) -> dict[str, Source]:
    """The source of each backing service. Raises StackError for a half-given or unknown wish."""
    engine = environ.get("FILMSTUDIO_BACKING", "local")
    if engine not in ("local", "docker"):
        raise StackError("FILMSTUDIO_BACKING", f"{engine!r} is unknown", "say docker, or leave it out")
    otherwise = Source.DOCKER if engine == "docker" else Source.LOCAL
    if environ.get("FILMSTUDIO_EXTERNAL") != "1":
        return dict.fromkeys(BACKING, otherwise)
    return {name: Source.EXTERNAL if _given(name, environ) else otherwise for name in BACKING}


def _given(name: str, environ: Mapping[str, str]) -> bool:
    wanted = ADDRESSES[name]
    if not environ.get(wanted[0]):
        return False
    missing = [variable for variable in wanted if not environ.get(variable)]
    if missing:
        raise StackError(name, f"{wanted[0]} is given, {' and '.join(missing)} not", "set these too")
    return True


def external_addresses(sources: Mapping[str, Source], environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of those services that somebody else runs, as the environment gives them."""
    found = {
        variable: environ[variable]
        for name, source in sources.items()
        if source is Source.EXTERNAL
        for variable in ADDRESSES[name]
    }
    if sources["s3"] is Source.EXTERNAL and environ.get("AWS_REGION"):
        found["AWS_REGION"] = environ["AWS_REGION"]
    return found
