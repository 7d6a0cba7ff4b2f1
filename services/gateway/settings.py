"""The knobs of the gateway."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from services.kit.settings import KitSettings


class Settings(KitSettings):
    """What the gateway reads from its environment."""

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=8000, ge=1, le=65535)
    # the public base address, of which links are made
    filmstudio_url: str
    filmstudio_rate_limits: Literal["on", "off"] = "on"
    # comma separated origins that a browser may call from, besides the public address itself
    cors_origins: str = ""
    redis_url: SecretStr
    users_grpc_address: str
    projects_grpc_address: str
    credits_grpc_address: str
    ai_jobs_grpc_address: str
    youtube_grpc_address: str
    crm_sync_grpc_address: str
    notifications_grpc_address: str
    jwt_issuer: str = "filmstudio"
    jwt_audience: str = "filmstudio"
    # bytes of a request's body
    max_body_bytes: int = 1024 * 1024
    # WebSockets one user may hold open, and subscriptions one of them may have
    max_sockets_per_user: int = 10
    max_subscriptions: int = 50
    # seconds a client may take to accept one message before it counts as too slow
    slow_client_s: float = 10.0

    @property
    def url(self) -> str:
        """The public base address without a slash at its end."""
        return self.filmstudio_url.rstrip("/")

    @property
    def secure(self) -> bool:
        """Reached by https, so that cookies may be kept to it."""
        return self.url.startswith("https://")

    @property
    def origins(self) -> list[str]:
        """Origins that a browser may call from."""
        parts = urlsplit(self.url)
        listed = [origin.strip().rstrip("/") for origin in self.cors_origins.split(",")]
        return sorted({f"{parts.scheme}://{parts.netloc}", *filter(None, listed)})
