"""The world outside as the studio is told of it: Google, Stripe, Salesforce and mail, each real or played by the sandbox.

Accounts of one's own are used as backing services are: only where FILMSTUDIO_EXTERNAL=1 says so, and the environment names
them. A stray STRIPE_SECRET_KEY never takes anybody's money.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deploy.local import passwords
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.ports import LOOPBACK, Ports

SANDBOX = "sandbox"
SANDBOX_PORTS = ("sandbox", "sandbox_smtp")


@dataclass(frozen=True)
class Provider:
    """Somebody outside."""

    name: str
    required: tuple[str, ...]
    """Without these there is no account."""
    optional: tuple[str, ...]
    played: Callable[[str, int, Mapping[str, str]], dict[str, str]]
    """What the studio is told where the sandbox plays it: of the sandbox's address, its SMTP port, the stack's secrets."""


def _google(url: str, _smtp_port: int, secrets: Mapping[str, str]) -> dict[str, str]:
    return {
        "GOOGLE_CLIENT_ID": "filmstudio.apps.sandbox",
        "GOOGLE_CLIENT_SECRET": secrets["google_client_secret"],
        "GOOGLE_AUTH_URL": f"{url}/youtube/o/oauth2/v2/auth",
        "GOOGLE_TOKEN_URL": f"{url}/youtube/token",
        "GOOGLE_REVOKE_URL": f"{url}/youtube/revoke",
        "GOOGLE_JWKS_URL": f"{url}/youtube/oauth2/v3/certs",
        "GOOGLE_ISSUER": f"{url}/youtube",
        "YOUTUBE_API_URL": f"{url}/youtube/api/",
        "YOUTUBE_WATCH_URL": f"{url}/youtube/watch?v=",
    }


def _stripe(url: str, _smtp_port: int, secrets: Mapping[str, str]) -> dict[str, str]:
    return {
        "STRIPE_SECRET_KEY": f"sk_test_{secrets['stripe_secret_key']}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{secrets['stripe_webhook_secret']}",
        "STRIPE_API_URL": f"{url}/stripe",
    }


def _salesforce(url: str, _smtp_port: int, secrets: Mapping[str, str]) -> dict[str, str]:
    return {
        "SALESFORCE_CLIENT_ID": "filmstudio",
        "SALESFORCE_CLIENT_SECRET": secrets["salesforce_client_secret"],
        "SALESFORCE_LOGIN_URL": f"{url}/salesforce",
    }


def _smtp(_url: str, smtp_port: int, _secrets: Mapping[str, str]) -> dict[str, str]:
    return {
        "SMTP_HOST": LOOPBACK,
        "SMTP_PORT": str(smtp_port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "AI Film Studio <studio@example.com>",
    }


PROVIDERS = (
    Provider("google", ("GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"), (), _google),
    Provider("stripe", ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"), (), _stripe),
    Provider(
        "salesforce",
        ("SALESFORCE_CLIENT_ID",),
        ("SALESFORCE_LOGIN_URL", "SALESFORCE_CLIENT_SECRET", "SALESFORCE_JWT_KEY_FILE", "SALESFORCE_USERNAME"),
        _salesforce,
    ),
    Provider(
        "smtp", ("SMTP_HOST", "MAIL_FROM"), ("SMTP_PORT", "SMTP_USERNAME", "SMTP_PASSWORD", "SMTP_SECURITY"), _smtp
    ),
)


def played(environ: Mapping[str, str]) -> tuple[Provider, ...]:
    """Those whom the sandbox plays. Raises StackError for an account that is given by half."""
    return tuple(provider for provider in PROVIDERS if not _given(provider, environ))


def environment(layout: Layout, ports: Ports, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of the world outside, and SANDBOX_URL where there is a sandbox."""
    secrets, url, smtp_port = passwords.load(layout), f"http://{ports.address('sandbox')}", ports["sandbox_smtp"]
    stand_ins = played(environ)
    told: dict[str, str] = {}
    for provider in PROVIDERS:
        if provider in stand_ins:
            told |= provider.played(url, smtp_port, secrets)
        else:
            told |= {key: environ[key] for key in (*provider.required, *provider.optional) if environ.get(key)}
    if stand_ins:
        told |= {"SANDBOX_URL": url, "SANDBOX_SMTP_ADDRESS": f"{LOOPBACK}:{smtp_port}"}
        # the sandbox's webhook receiver is on loopback, where nobody's program is otherwise called
        told["WEBHOOKS_ALLOW_LOOPBACK"] = "on"
    return told


def _given(provider: Provider, environ: Mapping[str, str]) -> bool:
    if environ.get("FILMSTUDIO_EXTERNAL") != "1" or not environ.get(provider.required[0]):
        return False
    missing = [variable for variable in provider.required if not environ.get(variable)]
    if missing:
        raise StackError(
            provider.name, f"{provider.required[0]} is given, {' and '.join(missing)} not", "set these too"
        )
    return True
