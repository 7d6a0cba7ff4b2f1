"""What can't work together is refused at the start."""

from typing import Any

import pytest

from services.kit.settings import SettingsError
from services.notifications.settings import Settings

NEEDED = {
    "DATABASE_URL": "postgresql://x", "KAFKA_BOOTSTRAP_SERVERS": "k", "REDIS_URL": "redis://r",
    "NOTIFICATIONS_GRPC_ADDRESS": "a", "USERS_GRPC_ADDRESS": "u", "FILMSTUDIO_URL": "http://f",
    "NOTIFICATIONS_KEYS_DIR": "/keys",
}  # fmt: skip


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("SMTP_HOST", "MAIL_FROM", "SMTP_SECURITY", "WEBHOOKS_ALLOW_LOOPBACK"):
        monkeypatch.delenv(name, raising=False)

    def with_these(**more: str) -> Settings:
        for name, value in {**NEEDED, **more}.items():
            monkeypatch.setenv(name, value)
        return Settings.read()

    return with_these


def test_retries_go_on_for_three_days_by_default(read) -> None:
    settings = read()
    assert len(settings.webhooks_retry_delays_s) == 9
    assert 3 <= sum(settings.webhooks_retry_delays_s) / 86400 < 3.5
    assert not settings.webhooks_allow_loopback


def test_the_local_studios_words_are_understood(read) -> None:
    assert read(WEBHOOKS_ALLOW_LOOPBACK="on").webhooks_allow_loopback
    assert read(WEBHOOKS_RETRY_DELAYS_S="[1, 2.5]").webhooks_retry_delays_s == [1, 2.5]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"SMTP_HOST": "mail.example.com"}, "MAIL_FROM"),
        ({"WEBHOOKS_TIMEOUT_S": "20"}, "WEBHOOKS_LEASE_S"),
        ({"MAIL_TIMEOUT_S": "100"}, "MAIL_LEASE_S"),
        ({"SMTP_SECURITY": "perhaps"}, "SMTP_SECURITY"),
        ({"WEBHOOKS_RETRY_DELAYS_S": "[]"}, "WEBHOOKS_RETRY_DELAYS_S"),
    ],
)
def test_what_can_not_work_is_named(read, wrong: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read(**wrong)
