"""What the documents name is there: pages, anchors, files, commands, settings, routes, plans."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
import yaml

from services.credits.plans import Plans
from services.kit.settings import KitSettings

CHECKOUT = Path(__file__).resolve().parents[2]
DOCUMENTS = [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted((CHECKOUT / "docs").rglob("*.md"))]
SERVICES = (
    "users", "projects", "credits", "ai_jobs", "youtube", "crm_sync", "notifications", "render_worker", "gateway",
)  # fmt: skip
# where a path in running text may begin
ROOTS = ("", "services", "services/projects", "services/projects/reading", "services/render_worker", "services/ai_jobs",
         "services/gateway", "services/credits", "services/youtube", "services/crm_sync", "services/notifications", "services/users", "services/kit", "deploy", "deploy/local",
         "tests/integration/kit")  # fmt: skip
# of the worked example in docs/engines.md
EXAMPLES = {"plain.py"}
OPERATIONS = (CHECKOUT / "docs" / "operations.md").read_text()

by_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@by_document
def test_links_lead_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


@by_document
def test_files_named_in_the_text_exist(document: Path) -> None:
    named = set(re.findall(r"`([\w./]+\.(?:py|yaml|toml|proto|fountain))`", document.read_text())) - EXAMPLES
    for name in sorted(named):
        assert any((CHECKOUT / root / name).exists() for root in ROOTS) or in_every_room(name), name


@pytest.mark.parametrize("page", ["engines.md", "life-of-a-film.md"])
def test_engines_are_named_in_the_version_that_is_served(page: str) -> None:
    served = {each["engine"] for each in yaml.safe_load((CHECKOUT / "deploy" / "engines.yaml").read_text()).values()}
    named = set(re.findall(r"^\|.*`(\w+@\d+)`", (CHECKOUT / "docs" / page).read_text(), re.MULTILINE))
    assert named
    assert named <= served


def in_every_room(name: str) -> bool:
    return "/" not in name and any(CHECKOUT.glob(f"services/*/**/{name}"))


@by_document
def test_make_targets_and_modules_exist(document: Path) -> None:
    text = document.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    assert set(re.findall(r"\bmake ([a-z-]+)\b", code)) <= targets
    for module in re.findall(r"(?:python -m|exec) ((?:services|deploy|tests)[\w.]*[a-z])\b", code):
        if "NAME" not in module and module != "services":
            assert importlib.util.find_spec(module) is not None, module


def settings_of(service: str) -> type[KitSettings]:
    found: type[KitSettings] = importlib.import_module(f"services.{service}.settings").Settings
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_is_in_the_table_and_marked_where_it_is_required(service: str) -> None:
    table = OPERATIONS.split("## Settings")[1].split("\n## ")[0]
    for name, field in settings_of(service).model_fields.items():
        assert f"`{name.upper()}`" in table, f"{service} reads {name.upper()}"
        if field.is_required():
            assert f"**`{name.upper()}`**" in table, f"{name.upper()} has no default"


def test_the_table_names_no_setting_that_nobody_reads() -> None:
    table = OPERATIONS.split("## Settings")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")]
    written = {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]{3,})`", row.split("|")[2])}
    read = {name.upper() for service in SERVICES for name in settings_of(service).model_fields}
    assert written == read


def test_the_routes_named_are_served() -> None:
    described = json.loads((CHECKOUT / "deploy" / "openapi.json").read_text())["paths"]
    served = {re.sub(r"\{[^}]+\}", "{}", path.removeprefix("/api/v1")) for path in described}
    text = (CHECKOUT / "docs" / "api.md").read_text()
    named = re.findall(r"`(?:GET|POST|PUT|PATCH|DELETE) (?:/api/v1)?(/[\w/{}|-]+)", text)
    assert named
    assert {re.sub(r"\{[^}]+\}", "{}", path) for path in named} <= served


def test_the_plans_are_as_configured() -> None:
    text = (CHECKOUT / "docs" / "api.md").read_text()
    for plan in Plans.read().plans:
        row = next(line for line in text.splitlines() if line.startswith(f"| `{plan.id}`"))
        assert f"{plan.max_film_seconds} s" in row
        assert plan.max_resolution in row
        assert f"| {plan.max_live_jobs} |" in row
