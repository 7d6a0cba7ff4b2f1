"""What each of our processes is told."""

from pathlib import Path

from deploy.local import passwords, services
from deploy.local.layout import Layout
from deploy.local.ports import Ports
from deploy.local.program import Program

BACKING = {
    "DATABASE_URL": "postgresql://app:secret@127.0.0.1/filmstudio",
    "REDIS_URL": "redis://127.0.0.1",
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9",
    "S3_ENDPOINT_URL": "http://127.0.0.1:7",
    "S3_BUCKET": "filmstudio",
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_REGION": "us-east-1",
}


def programs(root: Path, workers: int = 1) -> dict[str, Program]:
    layout = Layout(root)
    layout.make()
    shape = services.Shape(8123, workers)
    ports = Ports(layout.ports)
    ports.require(services.port_names(shape))
    env = {**BACKING, **services.environment(layout, ports, shape, {})}
    return {program.name: program for program in services.programs(layout, shape, env)}


def test_there_is_one_process_for_each_service_and_as_many_workers_as_asked(tmp_path: Path) -> None:
    assert set(programs(tmp_path, workers=3)) == {
        "users", "projects", "credits", "ai_jobs", "youtube", "crm_sync", "notifications", "render_worker_1",
        "render_worker_2", "render_worker_3", "gateway", "sandbox",
    }  # fmt: skip


def test_a_worker_gets_no_credentials(tmp_path: Path) -> None:
    told = programs(tmp_path)["render_worker_1"].environment
    assert not {"DATABASE_URL", "REDIS_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "JWT_KEYS_DIR"} & set(told)
    assert told["WORKER_NAME"] == "render_worker_1"


def test_the_gateway_gets_no_database_and_no_signing_keys(tmp_path: Path) -> None:
    told = programs(tmp_path)["gateway"].environment
    assert not {"DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "JWT_KEYS_DIR", "FILMSTUDIO_ADMIN_PASSWORD"} & set(told)


def test_a_provider_s_secret_goes_to_the_one_service_that_uses_it(tmp_path: Path) -> None:
    secrets = {
        "GOOGLE_CLIENT_SECRET": "youtube",
        "STRIPE_SECRET_KEY": "credits",
        "SALESFORCE_CLIENT_SECRET": "crm_sync",
    }
    found = programs(tmp_path)
    for secret, service in secrets.items():
        assert {name for name, program in found.items() if secret in program.environment} == {service, "sandbox"}


def test_settings_of_one_s_own_reach_every_process(tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("# for a test\nBILLING_GRACE_S=5\n")
    found = programs(tmp_path)
    assert {program.environment.get("BILLING_GRACE_S") for program in found.values()} == {"5"}


def test_the_sandbox_gets_nothing_of_our_own_servers(tmp_path: Path) -> None:
    told = programs(tmp_path)["sandbox"].environment
    assert not {"DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS", "SERVICE_TOKEN_FILE"} & set(told)


def test_each_process_has_its_own_metrics_address_and_its_service_s_token(tmp_path: Path) -> None:
    found = programs(tmp_path, workers=2)
    addresses = [program.environment["METRICS_ADDRESS"] for name, program in found.items() if name != "sandbox"]
    assert len(set(addresses)) == len(addresses)
    assert found["render_worker_2"].environment["SERVICE_TOKEN_FILE"].endswith("/tokens/render_worker")


def test_passwords_differ_between_stacks_and_stay_within_one(tmp_path: Path) -> None:
    stacks = [Layout(tmp_path / name) for name in ("a", "b")]
    for layout in stacks:
        layout.make()
    first, other = (passwords.load(layout) for layout in stacks)
    assert not set(first.values()) & set(other.values())
    assert passwords.load(stacks[0]) == first


def test_the_callers_file_holds_hashes_and_no_token(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.make()
    passwords.make_service_tokens(layout)
    token = passwords.token_file(layout, "gateway").read_text()
    passwords.make_service_tokens(layout)
    assert passwords.token_file(layout, "gateway").read_text() == token
    assert token not in passwords.callers_file(layout).read_text()
