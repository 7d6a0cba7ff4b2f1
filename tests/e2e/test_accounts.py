"""Whoever deletes their account is gone: here, at Google, in Salesforce, at Stripe, and out of every table."""

from __future__ import annotations

import asyncio
import base64
import secrets
from dataclasses import dataclass

import asyncpg
import botocore.session
import pytest
from botocore.config import Config

from services.credits.audit import audit
from tests.support.outside import Outside
from tests.support.studio import Json, Person, Studio, until

WITHIN_S = 20.0
MARA = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_TABLES = """
SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


def tables_that_hold(studio: Studio, *texts: str) -> list[str]:
    """The tables of the whole database with a row in which one of these is to be read."""

    async def look() -> list[str]:
        wanted = [f"%{text}%" for text in texts]
        connection = await asyncpg.connect(studio.env["DATABASE_URL"])
        try:
            tables = [row[0] for row in await connection.fetch(_TABLES)]
            query = "SELECT EXISTS (SELECT FROM {} AS t WHERE t::text LIKE ANY ($1))"
            return [table for table in tables if await connection.fetchval(query.format(table), wanted)]
        finally:
            await connection.close()

    return asyncio.run(look())


def objects_of(studio: Studio, user_id: str) -> list[str]:
    """The keys of a user's files in storage: films, pictures, what they uploaded."""
    env = studio.env
    storage = botocore.session.get_session().create_client(
        "s3", endpoint_url=env["S3_ENDPOINT_URL"], region_name=env["AWS_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"], aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        config=Config(s3={"addressing_style": "path"}),
    )  # fmt: skip
    page = storage.list_objects_v2(Bucket=env["S3_BUCKET"], Prefix=f"users/{user_id}/")
    return [found["Key"] for found in page.get("Contents", [])]


@dataclass(frozen=True)
class Departed:
    """Somebody who had everything, and has deleted their account."""

    person: Person
    session: Json
    name: str
    title: str
    path: str
    contact_id: str
    customer_id: str


@pytest.fixture(scope="module")
def departed(studio: Studio, outside: Outside) -> Departed:
    """A subscriber with a channel, a project and a program, gone now."""
    person = studio.register()
    person.http.headers["X-Client"] = "cli"
    session = person.ok("POST", "/auth/login", {"email": person.email, "password": person.password})
    name = f"Asha {secrets.token_hex(6)}"
    person.ok("PATCH", "/me", {"name": name})
    title = f"The Kettle {secrets.token_hex(6)}"
    project_id = person.project_with_script(title=title)
    announced = person.upload(project_id, "image", "mara.png", "image/png", MARA)
    person.ok("POST", f"/assets/{announced}/complete")
    drawn = person.ok("POST", "/generate/storyboard", {"project_id": project_id})
    person.wait_for_end(drawn["id"])
    outside.consent(person)
    path = f"gone-{secrets.token_hex(6)}"
    person.ok("POST", "/webhooks", {"url": outside.receiver(path), "events": ["*"]})
    page = person.ok("POST", "/subscriptions/checkout", {"plan": "pro"})["url"]
    outside.act("stripe", "pay", outside.checkout_of(page))
    until(lambda: person.credits()["plan"] == "pro", WITHIN_S, "plan pro")
    contact: Json = until(lambda: outside.contact(person), WITHIN_S, "a contact")
    whose = {"Contact__c": contact["Id"]}
    until(lambda: outside.records("AI_Project__c", **whose), WITHIN_S, "the project in Salesforce")
    until(lambda: len(outside.records("AI_Credit__c", **whose)) == 2, WITHIN_S, "the ledger's lines in Salesforce")
    # what is looked for below is there to be found
    holding = {"users.users", "projects.projects", "notifications.endpoints"}
    assert holding <= set(tables_that_hold(studio, person.email, title, path))
    assert {key.split("/")[2] for key in objects_of(studio, person.id)} == {"projects"}
    with outside.called("youtube", "POST /revoke"):
        person.ok("DELETE", "/me")
    return Departed(person, session, name, title, path, contact["Id"], outside.session(page)["customer"])


def test_nobody_gets_in_with_what_they_knew(departed: Departed) -> None:
    person = departed.person
    person.refused(401, "UNAUTHENTICATED", "GET", "/me")
    person.refused(401, "UNAUTHENTICATED", "GET", "/projects")
    person.refused(
        401, "UNAUTHENTICATED", "POST", "/auth/refresh", {"refresh_token": departed.session["refresh_token"]}
    )
    sign_in = {"email": person.email, "password": person.password}
    person.refused(401, "UNAUTHENTICATED", "POST", "/auth/login", sign_in)


def test_salesforce_and_stripe_have_forgotten_them(departed: Departed, outside: Outside) -> None:
    until(lambda: outside.contact(departed.person) is None, WITHIN_S, "no contact")
    for object in ("AI_Project__c", "AI_Credit__c"):
        assert outside.records(object, Contact__c=departed.contact_id) == []
    subscriptions = lambda: outside.stripe("subscription", customer=departed.customer_id)  # noqa: E731
    until(lambda: [row["status"] for row in subscriptions()] == ["canceled"], WITHIN_S, "the subscription's end")
    until(lambda: not outside.stripe("customer", email=departed.person.email), WITHIN_S, "no customer")


def test_no_table_holds_their_address_name_film_or_webhook(departed: Departed, studio: Studio) -> None:
    private = (departed.person.email, departed.name)
    # rows are searched as text, where bytes are written in hex: facts that are kept to be told never held them either
    hidden = [text.encode().hex() for text in private]
    made = (departed.title, departed.path)
    until(lambda: not tables_that_hold(studio, *private, *hidden, *made), WITHIN_S, "nothing left of them")


def test_no_file_of_theirs_is_kept(departed: Departed, studio: Studio) -> None:
    until(lambda: not objects_of(studio, departed.person.id), WITHIN_S, "no file")


def test_the_ledger_still_adds_up(departed: Departed, studio: Studio) -> None:
    findings = asyncio.run(audit(studio.env["DATABASE_URL"]))
    assert [finding for finding in findings if finding.violations] == []


def test_the_address_is_free_for_somebody_new(departed: Departed, studio: Studio) -> None:
    heir = studio.anonymous()
    heir.email, heir.password = departed.person.email, secrets.token_urlsafe(18)
    heir.sign_in("register")
    assert heir.id != departed.person.id
    assert heir.ok("GET", "/projects")["items"] == []
    assert heir.ok("GET", "/webhooks")["items"] == []
    heir.ok("DELETE", "/me")
