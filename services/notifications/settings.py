"""The knobs of notifications."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from services.kit.settings import DatabaseSettings

_HOUR, _DAY = 3600.0, 86400.0

Seconds = Annotated[float, Field(gt=0)]


class Settings(DatabaseSettings):
    """What notifications needs from its environment."""

    # host:port it listens on
    notifications_grpc_address: str
    # host:port of users, which knows addresses and makes mail tokens
    users_grpc_address: str
    # the public base address; links of messages and mails begin with it
    filmstudio_url: str
    # a folder of key files (python -m services.notifications.keys new): webhook secrets and unsubscribe links depend on them
    notifications_keys_dir: Path

    # --- webhooks
    # http and loopback too, for a studio on one machine
    webhooks_allow_loopback: bool = False
    webhooks_endpoints_per_user: int = Field(20, ge=1)
    # one attempt in all: resolving, connecting, TLS, sending, reading the answer
    webhooks_timeout_s: Seconds = 10.0
    # requests open at once to one endpoint; to one that fails it is 1
    webhooks_in_flight: int = Field(4, ge=1)
    # endpoints served at once: those in order, and those that fail or are slow
    webhooks_lanes: int = Field(64, ge=1)
    webhooks_slow_lanes: int = Field(32, ge=1)
    # a turn that takes longer than this makes room for others
    webhooks_slow_after_s: Seconds = 1.0
    # waits between the attempts of a delivery, each ± 20 %; by default ten attempts in three days
    webhooks_retry_delays_s: list[Seconds] = Field(
        [5, 300, 1800, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, _DAY], min_length=1
    )
    # how long an endpoint that fails is left alone at most between two attempts of different messages
    webhooks_hold_max_s: Seconds = 60.0
    # a Retry-After is obeyed up to this
    webhooks_retry_after_max_s: Seconds = _HOUR
    # an endpoint that has failed for so long without one success is disabled
    webhooks_disable_after_s: Seconds = 5 * _DAY
    # what a paused endpoint has collected is given up when it is older
    webhooks_paused_for_s: Seconds = 3 * _DAY
    # a rotated secret signs beside the new one for this long
    webhooks_previous_secret_s: Seconds = _DAY
    # a process that is killed has its endpoints served by another after this long
    webhooks_lease_s: Seconds = 30.0
    # how often due deliveries are looked for that nobody rang for
    webhooks_poll_s: Seconds = 1.0
    # messages and their deliveries are kept for this long
    webhooks_log_s: Seconds = 30 * _DAY

    # --- mail; without SMTP_HOST none is sent, and what waits expires
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    # "AI Film Studio <studio@example.com>"
    mail_from: str = ""
    # handing one mail over, from connecting on
    mail_timeout_s: Seconds = 30.0
    # mails handed over at once
    mail_in_flight: int = Field(4, ge=1)
    # waits between attempts; the last is repeated until the mail expires
    mail_retry_delays_s: list[Seconds] = Field([30, 120, 600, 1800, _HOUR, 2 * _HOUR], min_length=1)
    # a mail that could not be handed over for so long is dropped
    mail_expires_s: Seconds = _DAY
    # a reset mail sooner: its link is good for an hour
    mail_reset_expires_s: Seconds = _HOUR
    # no mail about facts that are older
    mail_max_fact_age_s: Seconds = _DAY
    # a mail about the same connection or endpoint at most once in this time
    mail_repeat_after_s: Seconds = _DAY
    # mails with a token, of one kind, to one user in an hour
    mail_tokens_per_hour: int = Field(5, ge=1)
    # an address that was refused for good gets nothing for this long, unless its owner asks
    mail_suppressed_for_s: Seconds = 90 * _DAY
    mail_lease_s: Seconds = 120.0
    mail_poll_s: Seconds = 2.0
    # sent and dropped mails are remembered for this long: kind and time alone
    mail_log_s: Seconds = 30 * _DAY

    # how often what has passed its time is removed
    upkeep_interval_s: Seconds = 600.0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.smtp_host and not self.mail_from:
            raise ValueError("MAIL_FROM is needed where SMTP_HOST is set")
        if self.webhooks_lease_s < self.webhooks_timeout_s * 2:
            raise ValueError("WEBHOOKS_LEASE_S has to be at least twice WEBHOOKS_TIMEOUT_S")
        if self.mail_lease_s < self.mail_timeout_s * 2:
            raise ValueError("MAIL_LEASE_S has to be at least twice MAIL_TIMEOUT_S")
        return self
