"""The knobs of users."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from services.kit.settings import DatabaseSettings


class Settings(DatabaseSettings):
    """What users reads from its environment."""

    # host:port to listen on
    users_grpc_address: str
    # PEM private keys, one `{kid}.pem` each
    jwt_keys_dir: Path
    # How long a new key is only shown in the JWK set before it signs, so that whoever keeps a copy of the set has it by then.
    jwt_key_publish_before_s: float = Field(default=60, ge=0)
    jwt_issuer: str = "filmstudio"
    jwt_audience: str = "filmstudio"
    access_token_s: int = Field(default=900, gt=0)
    refresh_token_days: int = Field(default=30, gt=0)
    live_ticket_s: int = Field(default=30, gt=0)
    # how long what is mailed may be used
    verify_email_hours: float = Field(default=72, gt=0)
    reset_password_hours: float = Field(default=1, gt=0)
    # The account of the installation's administrator; without both there is none.
    filmstudio_admin_email: str = ""
    filmstudio_admin_password: SecretStr = SecretStr("")
