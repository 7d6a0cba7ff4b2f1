"""Where a backing service comes from: an explicit address, Docker when asked for, else a local process."""

import pytest

from deploy.local.backing import Source, external_addresses, resolve
from deploy.local.errors import StackError

POSTGRES = {"DATABASE_URL": "postgresql://elsewhere/db"}
S3 = {
    "S3_ENDPOINT_URL": "http://s3",
    "S3_BUCKET": "films",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


def test_by_default_every_service_is_a_local_process() -> None:
    assert set(resolve({}).values()) == {Source.LOCAL}


def test_a_stray_address_is_never_used() -> None:
    sources = resolve({**POSTGRES, **S3, "REDIS_URL": "redis://elsewhere", "FILMSTUDIO_EXTERNAL": "0"})
    assert set(sources.values()) == {Source.LOCAL}
    assert external_addresses(sources, POSTGRES) == {}


def test_an_address_counts_where_it_is_said_to() -> None:
    environ = {**POSTGRES, "FILMSTUDIO_EXTERNAL": "1"}
    sources = resolve(environ)
    assert sources["postgres"] is Source.EXTERNAL
    assert sources["kafka"] is Source.LOCAL
    assert external_addresses(sources, environ) == POSTGRES


def test_an_address_goes_before_docker() -> None:
    sources = resolve({**S3, "FILMSTUDIO_EXTERNAL": "1", "FILMSTUDIO_BACKING": "docker"})
    assert sources == {
        "postgres": Source.DOCKER,
        "redis": Source.DOCKER,
        "kafka": Source.DOCKER,
        "s3": Source.EXTERNAL,
    }


def test_half_an_address_is_refused_naming_the_rest() -> None:
    with pytest.raises(StackError, match="S3_BUCKET and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        resolve({"S3_ENDPOINT_URL": "http://s3", "FILMSTUDIO_EXTERNAL": "1"})


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(StackError, match="podman"):
        resolve({"FILMSTUDIO_BACKING": "podman"})
