"""Our own processes: their addresses, what each of them is told, and how it is started."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.local import envfile, passwords, providers
from deploy.local.layout import Layout
from deploy.local.ports import LOOPBACK, Ports
from deploy.local.program import Program
from deploy.local.providers import SANDBOX

GRPC_SERVICES = ("users", "projects", "credits", "ai_jobs", "youtube", "crm_sync", "notifications")
ADMIN_EMAIL = "admin@example.com"
DATABASE = ("DATABASE_URL",)
REDIS = ("REDIS_URL",)
KAFKA = ("KAFKA_BOOTSTRAP_SERVERS",)
S3 = ("S3_ENDPOINT_URL", "S3_BUCKET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
ADMIN = ("FILMSTUDIO_ADMIN_EMAIL", "FILMSTUDIO_ADMIN_PASSWORD", "JWT_KEYS_DIR")
GOOGLE = (
    "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET", "GOOGLE_AUTH_URL", "GOOGLE_TOKEN_URL", "GOOGLE_REVOKE_URL",
    "GOOGLE_JWKS_URL", "GOOGLE_ISSUER", "YOUTUBE_API_URL", "YOUTUBE_WATCH_URL", "YOUTUBE_TOKEN_KEYS_DIR",
)  # fmt: skip
STRIPE = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_URL")
SALESFORCE = (
    "SALESFORCE_LOGIN_URL", "SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET", "SALESFORCE_JWT_KEY_FILE",
    "SALESFORCE_USERNAME",
)  # fmt: skip
MAIL = ("SMTP_HOST", "SMTP_PORT", "SMTP_USERNAME", "SMTP_PASSWORD", "SMTP_SECURITY", "MAIL_FROM")
WEBHOOKS = ("WEBHOOKS_ALLOW_LOOPBACK", "NOTIFICATIONS_KEYS_DIR")
ADDRESSES = tuple(f"{name.upper()}_GRPC_ADDRESS" for name in GRPC_SERVICES)
COMMON = (
    "SERVICE_CALLERS_FILE",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "FILMSTUDIO_URL",
    *ADDRESSES,
)
# what each process is told and no more: the worker, which reads untrusted media, gets no credentials to anything
TOLD: dict[str, tuple[str, ...]] = {
    "users": (*DATABASE, *REDIS, *KAFKA, *ADMIN),
    "projects": (*DATABASE, *REDIS, *KAFKA, *S3),
    "credits": (*DATABASE, *REDIS, *KAFKA, *STRIPE),
    "ai_jobs": (*DATABASE, *REDIS, *KAFKA, *S3),
    "youtube": (*DATABASE, *REDIS, *KAFKA, *GOOGLE),
    "crm_sync": (*DATABASE, *REDIS, *KAFKA, *SALESFORCE),
    "notifications": (*DATABASE, *REDIS, *KAFKA, *MAIL, *WEBHOOKS),
    "gateway": (*REDIS, "GATEWAY_HOST", "GATEWAY_PORT", "FILMSTUDIO_RATE_LIMITS", "CORS_ORIGINS"),
    "render_worker": KAFKA,
}
# glibc keeps what a process once used; told so, it gives back some 20 MB a process
MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072", "MALLOC_MMAP_THRESHOLD_": "131072"}


@dataclass(frozen=True)
class Shape:
    """How large the studio is, and where its gateway listens."""

    gateway_port: int
    workers: int = 1

    @property
    def url(self) -> str:
        """The gateway's address."""
        return f"http://{LOOPBACK}:{self.gateway_port}"

    @property
    def worker_names(self) -> tuple[str, ...]:
        """The render workers, counted from 1."""
        return tuple(f"render_worker_{number}" for number in range(1, self.workers + 1))

    @property
    def names(self) -> tuple[str, ...]:
        """All our processes."""
        return (*GRPC_SERVICES, *self.worker_names, "gateway")


def port_names(shape: Shape) -> list[str]:
    """The names under which ports are kept: one for gRPC and one for metrics, where a process has them."""
    return [
        *(f"{name}_grpc" for name in GRPC_SERVICES),
        *(f"{name}_metrics" for name in shape.names),
        *providers.SANDBOX_PORTS,
    ]


def environment(layout: Layout, ports: Ports, shape: Shape, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of our processes apart from the addresses of the backing services."""
    return {
        "FILMSTUDIO_URL": shape.url,
        "FILMSTUDIO_ADMIN_EMAIL": ADMIN_EMAIL,
        "FILMSTUDIO_ADMIN_PASSWORD": passwords.load(layout)["admin_password"],
        **{f"{name.upper()}_GRPC_ADDRESS": ports.address(f"{name}_grpc") for name in GRPC_SERVICES},
        **{f"{name.upper()}_METRICS_ADDRESS": ports.address(f"{name}_metrics") for name in shape.names},
        "SERVICE_CALLERS_FILE": str(passwords.callers_file(layout)),
        "JWT_KEYS_DIR": str(layout.keys / "jwt"),
        "GATEWAY_HOST": LOOPBACK,
        "GATEWAY_PORT": str(shape.gateway_port),
        "FILMSTUDIO_RATE_LIMITS": environ.get("FILMSTUDIO_RATE_LIMITS", "off"),
        "CORS_ORIGINS": environ.get("CORS_ORIGINS", shape.url),
        "LOG_LEVEL": environ.get("LOG_LEVEL", "INFO"),
        "LOG_FORMAT": environ.get("LOG_FORMAT", "json"),
        "YOUTUBE_TOKEN_KEYS_DIR": str(layout.keys / "youtube"),
        "NOTIFICATIONS_KEYS_DIR": str(layout.keys / "notifications"),
        **providers.environment(layout, ports, environ),
    }


def programs(layout: Layout, shape: Shape, env: Mapping[str, str]) -> list[Program]:
    """Our processes. `env` is the whole environment of the stack, of which each gets its part."""
    return [
        *(_program(layout, name, name, env, env[f"{name.upper()}_GRPC_ADDRESS"]) for name in GRPC_SERVICES),
        *(_worker(layout, name, env) for name in shape.worker_names),
        _program(layout, "gateway", "gateway", env, f"{LOOPBACK}:{shape.gateway_port}"),
        *([_sandbox(layout, env)] if "SANDBOX_URL" in env else []),
    ]


def _worker(layout: Layout, name: str, env: Mapping[str, str]) -> Program:
    scratch = layout.data("work") / name
    scratch.mkdir(parents=True, exist_ok=True)
    own = {"WORKER_NAME": name, "WORKER_LANES": "cpu", "WORKER_DIR": str(scratch)}
    return _program(layout, name, "render_worker", env, env[f"{name.upper()}_METRICS_ADDRESS"], own, stop_seconds=25)


def _sandbox(layout: Layout, env: Mapping[str, str]) -> Program:
    """The stand-ins for the world outside: told the credentials they accept, and nothing of our own servers."""
    address = env["SANDBOX_URL"].removeprefix("http://")
    told = MALLOC | {
        key: env[key] for key in (*GOOGLE, *STRIPE, *SALESFORCE, "FILMSTUDIO_URL", "LOG_LEVEL") if key in env
    }
    told |= {
        "SANDBOX_ADDRESS": address,
        "SANDBOX_SMTP_ADDRESS": env["SANDBOX_SMTP_ADDRESS"],
        "SANDBOX_DIR": str(layout.data("sandbox")),
        "PYTHONUNBUFFERED": "1",
        **envfile.read(layout.settings),
    }
    return Program(SANDBOX, (sys.executable, "-m", "deploy.local.sandbox"), address, environment=told, priority=20)


def _program(
    layout: Layout, name: str, service: str, env: Mapping[str, str], address: str,
    own: Mapping[str, str] | None = None, stop_seconds: int = 15,
) -> Program:  # fmt: skip
    told = MALLOC | {key: env[key] for key in (*COMMON, *TOLD[service]) if key in env}
    told |= {
        "METRICS_ADDRESS": env[f"{name.upper()}_METRICS_ADDRESS"],
        "SERVICE_TOKEN_FILE": str(passwords.token_file(layout, service)),
        "PYTHONUNBUFFERED": "1",
        **envfile.read(layout.settings),
        **(own or {}),
    }
    command = (sys.executable, "-m", f"services.{service}")
    return Program(name, command, address, environment=told, stop_seconds=stop_seconds, priority=20)
