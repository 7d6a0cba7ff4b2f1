"""Settings: read once from the environment, checked together, every missing variable named at once."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(SystemExit):
    """The process can't start with this environment; the message names each variable that is missing or wrong."""


class KitSettings(BaseSettings):
    """The knobs every process has. Services derive from it and add theirs."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    log_level: str = "INFO"
    # "json" for machines, "console" for people
    log_format: str = "json"
    # host:port for Prometheus over HTTP; empty: not served
    metrics_address: str = ""
    otel_exporter_otlp_endpoint: str = ""
    # this process's own token for calls to other services
    service_token_file: Path | None = None
    # JSON, service name → SHA-256 (hex) of the token it calls with
    service_callers_file: Path | None = None

    @classmethod
    def read(cls) -> Self:
        """The settings of this environment; SettingsError names everything that is missing or wrong."""
        try:
            return cls()
        except ValidationError as error:
            lines = [f"  {'.'.join(map(str, item['loc'])).upper()}: {item['msg']}" for item in error.errors()]
            raise SettingsError("these settings are missing or wrong:\n" + "\n".join(lines)) from None


class DatabaseSettings(KitSettings):
    """For services that own a schema."""

    # postgresql://user:password@host:port/database
    database_url: SecretStr
    # connections kept per process
    database_pool_size: int = 8
    kafka_bootstrap_servers: str
    redis_url: str


class StorageSettings(KitSettings):
    """For services that sign or look at objects."""

    s3_endpoint_url: str
    s3_bucket: str
    aws_access_key_id: SecretStr
    aws_secret_access_key: SecretStr
    aws_region: str = "us-east-1"
