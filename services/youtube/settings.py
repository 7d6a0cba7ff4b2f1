"""The knobs of youtube."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from services.kit.settings import DatabaseSettings


class Settings(DatabaseSettings):
    """What youtube reads from its environment."""

    # host:port to listen on
    youtube_grpc_address: str
    # the public base address: Google sends users back to {it}/api/v1/youtube/oauth/callback
    filmstudio_url: str

    # The installation's own OAuth client; without both nothing can be connected (YOUTUBE_NOT_CONFIGURED).
    google_client_id: str = ""
    google_client_secret: SecretStr = SecretStr("")
    google_auth_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    google_revoke_url: str = "https://oauth2.googleapis.com/revoke"
    google_jwks_url: str = "https://www.googleapis.com/oauth2/v3/certs"
    google_issuer: str = "https://accounts.google.com"
    youtube_api_url: str = "https://youtube.googleapis.com/"
    # seconds that a call to Google may take, an upload's chunks apart
    google_timeout_s: float = Field(default=10, gt=0)

    # key files of the tokens' encryption; needed where the OAuth client is configured
    youtube_token_keys_dir: Path | None = None
    # how long after its start a connection may be completed
    oauth_state_s: float = Field(default=600, gt=0)
    # an access token with less than this left is refreshed first
    refresh_before_s: float = Field(default=60, ge=0)
    # how often grants that are to be given back are looked for, and for how long each is tried
    revoke_interval_s: float = Field(default=60, gt=0)
    revoke_for_s: float = Field(default=86_400, gt=0)

    @property
    def configured(self) -> bool:
        """Whether there is an OAuth client to connect channels with."""
        return bool(self.google_client_id and self.google_client_secret.get_secret_value())

    @property
    def redirect_uri(self) -> str:
        """Where Google sends users back to; registered with the OAuth client, to the letter."""
        return f"{self.filmstudio_url.rstrip('/')}/api/v1/youtube/oauth/callback"
