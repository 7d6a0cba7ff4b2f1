"""The project that an administrator deploys to Salesforce: its Apex parses, its parts fit one another and what the studio writes."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml import ElementTree

from deploy.local import tools
from deploy.local.sandbox.salesforce_schema import AUTO_NUMBERS, OBJECTS, Field

CHECKOUT = Path(__file__).resolve().parents[2]
PROJECT = CHECKOUT / "deploy" / "salesforce"
CHECK = CHECKOUT / "tests" / "node" / "check_apex.mjs"
APP = PROJECT / "force-app" / "main" / "default"
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"
TYPES = {
    "string": "Text", "textarea": "LongTextArea", "url": "Url", "double": "Number", "boolean": "Checkbox",
    "picklist": "Picklist", "reference": "Lookup",
}  # fmt: skip
CUSTOM = [
    (name, field) for name, known in OBJECTS.items() for field in known.fields.values() if field.name.endswith("__c")
]
METADATA = sorted(APP.rglob("*-meta.xml"))
# standard fields and what pages call them
STANDARD = {"Name", "NAME", "CUST_NAME", "CUST_CREATED_DATE", "Contact.Email", "Contact.HasOptedOutOfEmail"}


def read(path: Path) -> Element:
    found: Element = ElementTree.parse(path).getroot()
    return found


def text(element: Element, path: str) -> str:
    return element.findtext("/".join(f"{NAMESPACE}{part}" for part in path.split("/")), "")


def every(element: Element, tag: str) -> Iterator[str]:
    return (found.text or "" for found in element.iter(f"{NAMESPACE}{tag}"))


@pytest.mark.parametrize("path", METADATA, ids=lambda path: path.name)
def test_each_file_is_well_formed_metadata(path: Path) -> None:
    assert read(path).tag.startswith(NAMESPACE)


def test_apex_parses() -> None:
    done = subprocess.run([str(tools.NODE), str(CHECK), str(APP)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_check_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "Broken.cls").write_text("public class Broken { void m( { } }")
    done = subprocess.run([str(tools.NODE), str(CHECK), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Broken.cls:1:" in done.stdout


@pytest.mark.parametrize(("owner", "field"), CUSTOM, ids=lambda value: getattr(value, "name", value))
def test_fields_are_as_the_studio_writes_them(owner: str, field: Field) -> None:
    found = read(APP / "objects" / owner / "fields" / f"{field.name}.field-meta.xml")
    assert text(found, "fullName") == field.name
    assert text(found, "type") == TYPES[field.type]
    assert (text(found, "externalId") == "true", text(found, "unique") == "true") == (field.external_id, field.unique)
    assert text(found, "description")
    if field.length and field.type in ("string", "textarea"):
        assert int(text(found, "length")) == field.length
    if field.refers_to:
        assert text(found, "referenceTo") == field.refers_to
    if field.values:
        assert set(every(found, "label")) - {text(found, "label")} == set(field.values)


def test_there_are_no_fields_besides() -> None:
    there = {
        (path.parents[1].name, path.name.removesuffix(".field-meta.xml")) for path in APP.rglob("*.field-meta.xml")
    }
    assert there == {(owner, field.name) for owner, field in CUSTOM}


@pytest.mark.parametrize("owner", AUTO_NUMBERS)
def test_numbered_objects_are_numbered(owner: str) -> None:
    found = read(APP / "objects" / owner / f"{owner}.object-meta.xml")
    assert text(found, "nameField/type") == "AutoNumber"


def fields_named(path: Path) -> set[str]:
    """Object and field, or the field alone, as this kind of metadata spells them."""
    found = read(path)
    owner = next((name for name in OBJECTS if name in path.parts or path.name.startswith(f"{name}-")), "")
    match path.name.split(".")[-2].removesuffix("-meta"):
        case "layout" | "listView" | "permissionset":
            named = {*every(found, "field"), *every(found, "columns")}
        case "report":
            named = {*every(found, "field"), *every(found, "dateColumn")}
        case "flow":
            owner = text(found, "start/object")
            named = {name for name in every(found, "field") if name.endswith("__c")}
            named |= set(re.findall(r"\$Record\.(\w+__c)", path.read_text()))
        case "validationRule":
            named = set(re.findall(r"\b(\w+__c)\b", text(found, "errorConditionFormula")))
            named.add(text(found, "errorDisplayField"))
        case _:
            named = set()
    return {name if "." in name or name in STANDARD else f"{owner}.{name}" for name in named}


@pytest.mark.parametrize("path", METADATA, ids=lambda path: path.name)
def test_what_it_names_is_there(path: Path) -> None:
    known = {f"{owner}.{field.name}" for owner, field in CUSTOM} | STANDARD
    # of a layout's related lists: fields of the other object
    related = {f"{owner}.{name}" for owner in OBJECTS for name in ("NAME", "TASK.SUBJECT", "TASK.STATUS")}
    assert fields_named(path) - related <= known


def test_dashboard_components_show_reports_that_are_there() -> None:
    [dashboard] = APP.rglob("*.dashboard-meta.xml")
    reports = set(every(read(dashboard), "report"))
    assert len(reports) == 3
    for report in reports:
        assert (APP / "reports" / f"{report}.report-meta.xml").exists()


def test_one_api_version_everywhere() -> None:
    versions = {version for path in METADATA for version in every(read(path), "apiVersion")}
    versions.add(re.findall(r'"sourceApiVersion": "([\d.]+)"', (PROJECT / "sfdx-project.json").read_text())[0])
    assert len(versions) == 1


def test_the_integration_user_may_write_every_field_and_a_viewer_none() -> None:
    def editable(name: str) -> set[str]:
        rows = read(APP / "permissionsets" / f"{name}.permissionset-meta.xml").iter(f"{NAMESPACE}fieldPermissions")
        return {text(row, "field") for row in rows if text(row, "editable") == "true"}

    assert editable("AI_Film_Studio_Integration") >= {f"{owner}.{field.name}" for owner, field in CUSTOM}
    assert editable("AI_Film_Studio_Viewer") == set()
    assert "AI_Credit__c.Balance_After__c" not in editable("AI_Film_Studio_Support")
