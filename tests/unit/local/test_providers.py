"""Who plays Google, Stripe, Salesforce and the mail server."""

from pathlib import Path

import pytest

from deploy.local import providers
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.ports import Ports


def told(root: Path, environ: dict[str, str]) -> dict[str, str]:
    layout = Layout(root)
    layout.make()
    ports = Ports(layout.ports)
    ports.require(providers.SANDBOX_PORTS)
    return providers.environment(layout, ports, environ)


STRIPE = {"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}


def test_without_accounts_the_sandbox_plays_everybody(tmp_path: Path) -> None:
    found = told(tmp_path, {})
    assert found["STRIPE_API_URL"] == f"{found['SANDBOX_URL']}/stripe"
    assert found["YOUTUBE_API_URL"].startswith(found["SANDBOX_URL"])
    assert found["SALESFORCE_LOGIN_URL"].startswith(found["SANDBOX_URL"])
    assert found["SANDBOX_SMTP_ADDRESS"] == f"{found['SMTP_HOST']}:{found['SMTP_PORT']}"


def test_a_stray_key_is_not_used(tmp_path: Path) -> None:
    assert told(tmp_path, STRIPE)["STRIPE_SECRET_KEY"].startswith("sk_test_")


def test_an_account_of_ones_own_takes_one_stand_in_s_place(tmp_path: Path) -> None:
    found = told(tmp_path, {**STRIPE, "FILMSTUDIO_EXTERNAL": "1"})
    assert found["STRIPE_SECRET_KEY"] == "sk_live_1"
    assert "STRIPE_API_URL" not in found
    assert "SANDBOX_URL" in found


def test_half_an_account_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="STRIPE_WEBHOOK_SECRET"):
        told(tmp_path, {"STRIPE_SECRET_KEY": "sk_live_1", "FILMSTUDIO_EXTERNAL": "1"})


def test_without_a_stand_in_there_is_no_sandbox(tmp_path: Path) -> None:
    real = {variable: f"given-{variable}" for provider in providers.PROVIDERS for variable in provider.required} | {
        "FILMSTUDIO_EXTERNAL": "1"
    }
    found = told(tmp_path, real)
    assert "SANDBOX_URL" not in found
    assert "WEBHOOKS_ALLOW_LOOPBACK" not in found
