from pathlib import Path

import pytest

from deploy.local.sandbox import settings

GOOD = {
    "SANDBOX_ADDRESS": "127.0.0.1:8090",
    "SANDBOX_SMTP_ADDRESS": "127.0.0.1:8025",
    "SANDBOX_DIR": "/somewhere",
    "FILMSTUDIO_URL": "http://127.0.0.1:8080",
}


def test_settings_are_read():
    told = settings.load(GOOD)
    assert (told.url, told.smtp.port, told.directory) == ("http://127.0.0.1:8090", 8025, Path("/somewhere"))


def test_everything_that_is_missing_is_named_at_once():
    with pytest.raises(SystemExit) as error:
        settings.load({"SANDBOX_DIR": "/somewhere"})
    assert str(error.value) == "not set: SANDBOX_ADDRESS, SANDBOX_SMTP_ADDRESS, FILMSTUDIO_URL"


@pytest.mark.parametrize("name", ["SANDBOX_ADDRESS", "SANDBOX_SMTP_ADDRESS"])
@pytest.mark.parametrize("address", ["0.0.0.0:80", "192.168.1.5:80", "10.0.0.1:80"])
def test_nobody_else_can_reach_it(name, address):
    with pytest.raises(SystemExit, match="loopback"):
        settings.load(GOOD | {name: address})


@pytest.mark.parametrize("address", ["8090", "localhost:8090", "127.0.0.1:", "127.0.0.1"])
def test_an_address_has_a_host_and_a_port(address):
    with pytest.raises(SystemExit, match="ADDRESS:PORT"):
        settings.load(GOOD | {"SANDBOX_ADDRESS": address})
