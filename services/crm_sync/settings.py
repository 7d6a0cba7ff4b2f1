"""The knobs of crm_sync."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from services.kit.settings import DatabaseSettings


class Settings(DatabaseSettings):
    """Environment variables of this process; durations carry their unit in the name."""

    # host:port this service listens on
    crm_sync_grpc_address: str
    users_grpc_address: str
    credits_grpc_address: str
    # the studio's public address: links in records begin with it
    filmstudio_url: str

    # client credentials need the org's own address ("https://acme.my.salesforce.com"), JWT takes login.salesforce.com too
    salesforce_login_url: str = "https://login.salesforce.com"
    # the connected app; empty: Salesforce isn't configured, events are collected until it is
    salesforce_client_id: str = ""
    # for client credentials
    salesforce_client_secret: SecretStr = SecretStr("")
    # for JWT bearer: an RSA key (PEM) whose certificate the connected app has, and the user to act as
    salesforce_jwt_key_file: Path | None = None
    salesforce_username: str = ""
    salesforce_api_version: str = Field(default="62.0", pattern=r"^\d{2,3}\.0$")
    # of every single call
    salesforce_timeout_s: float = Field(default=30.0, gt=0)
    # while Salesforce doesn't answer at all it is asked again after 1 s, 2 s, 4 s, … up to this
    salesforce_away_most_s: float = Field(default=60.0, gt=0)
    # two logins that prove no good are made within this time, not more
    salesforce_login_window_s: float = Field(default=60.0, gt=0)
    # share of the day's API calls that is ours; the rest is left to the organisation's other programs
    salesforce_calls_share: float = Field(default=0.8, gt=0, le=1)
    # how long to wait before Salesforce is asked again whether there are calls to be had
    salesforce_limit_check_s: float = Field(default=900.0, gt=0)

    # how often what differs is pushed: changes in between travel together
    crm_push_interval_s: float = Field(default=10.0, gt=0)
    # from this share of our calls on, turns are spread so that what is left lasts a day; 1: never
    crm_spread_from: float = Field(default=0.5, gt=0, le=1)
    # how often Salesforce is asked what people changed there
    crm_poll_interval_s: float = Field(default=60.0, gt=0)
    # pending records of one object from which on Bulk API 2.0 is used
    crm_bulk_from: int = Field(default=2000, ge=1)
    # records in one bulk job
    crm_bulk_size: int = Field(default=10_000, ge=1, le=100_000)
    # how long a bulk job may take before it is looked at again in another turn
    crm_bulk_wait_s: float = Field(default=600.0, gt=0)
    # a refused record that may well go through later is tried again after up to this long
    crm_retry_most_s: float = Field(default=900.0, gt=0)
    # a person who is to be erased is looked for once more after this: a call that we gave up on may have been carried out late
    crm_erasure_check_s: float = Field(default=3600.0, ge=0)
    # credits that support may grant by one record, and to one contact in a calendar month (UTC)
    crm_grant_cap: int = Field(default=100, ge=0)
    crm_grant_month_cap: int = Field(default=300, ge=0)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        has_secret = bool(self.salesforce_client_secret.get_secret_value())
        has_key = self.salesforce_jwt_key_file is not None and bool(self.salesforce_username)
        if self.salesforce_client_id and not has_secret and not has_key:
            raise ValueError(
                "SALESFORCE_CLIENT_ID is set: give SALESFORCE_CLIENT_SECRET too, or SALESFORCE_JWT_KEY_FILE with"
                " SALESFORCE_USERNAME"
            )
        return self
