"""Settings that contradict each other are refused at the start."""

import pytest

from services.crm_sync.settings import Settings
from services.kit.settings import SettingsError

NEEDED = {
    "DATABASE_URL": "postgresql://x", "KAFKA_BOOTSTRAP_SERVERS": "x", "REDIS_URL": "x", "FILMSTUDIO_URL": "http://x",
    "CRM_SYNC_GRPC_ADDRESS": "x", "USERS_GRPC_ADDRESS": "x", "CREDITS_GRPC_ADDRESS": "x",
}  # fmt: skip


def read(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in {**NEEDED, **given}.items():
        monkeypatch.setenv(name, value)
    return Settings.read()


def test_without_an_account_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch).salesforce_client_id == ""


def test_a_client_id_alone_is_half_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="SALESFORCE_CLIENT_SECRET"):
        read(monkeypatch, SALESFORCE_CLIENT_ID="app")


@pytest.mark.parametrize(
    "given",
    [{"SALESFORCE_CLIENT_SECRET": "s"}, {"SALESFORCE_JWT_KEY_FILE": "/k", "SALESFORCE_USERNAME": "u"}],
)
def test_a_secret_or_a_key_completes_it(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    assert read(monkeypatch, SALESFORCE_CLIENT_ID="app", **given).salesforce_client_id == "app"
