"""`make demo PUBLISH=1`: the finished film goes to YouTube, and what the customer file says of it is looked up.

Where the sandbox plays YouTube and Salesforce, consent is given on its page and its pages are shown; with accounts of one's
own, a person is asked to open Google's page.
"""

import time
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlencode

import httpx

from cli.client import Client, Json
from cli.errors import JOB_FAILED, StudioError

T = TypeVar("T")
DONE, OVER = {"published", "scheduled"}, {"failed", "canceled"}
SANDBOX_CONSENT_S, PERSON_CONSENT_S = 10.0, 300.0
UPLOAD_S = 600.0
CRM_S = 60.0


def publish(client: Client, job: Json, title: str, sandbox_url: str) -> list[str]:
    """Connect a channel, publish the film of the job, wait until it is up; lines that say where it is to be seen.

    StudioError where it fails. `sandbox_url` is empty where there is no sandbox.
    """
    connection = _connect(client, sandbox_url)
    print(f"Publishing on the channel {connection['channel_title']} …", flush=True)
    order = {"job_id": job["id"], "connection_id": connection["id"], "title": title, "privacy": "public"}
    made = client.post("/api/v1/youtube/publications", order)
    publication = _until(lambda: _ended(client, made["id"]), UPLOAD_S, "the upload's end")
    if publication["status"] not in DONE:
        raise StudioError(f"the film could not be published: {publication['error']}", exit_code=JOB_FAILED)
    lines = [f"  watch it at    {_watch_url(publication, sandbox_url)}  ({publication['privacy_status']})"]
    if publication["notice"]:
        lines.append(f"  YouTube says   {publication['notice']}")
    return lines + _customer_file(client, job, sandbox_url)


def _connect(client: Client, sandbox_url: str) -> Json:
    page = client.post("/api/v1/youtube/connections")["authorization_url"]
    if page.startswith(f"{sandbox_url}/") and sandbox_url:
        consent = {"service": "youtube", "action": "consent", "id": page}
        httpx.post(f"{sandbox_url}/_act", json=consent, timeout=30).raise_for_status()
        seconds = SANDBOX_CONSENT_S
    else:
        print(f"Open this page and let the studio publish to your channel:\n  {page}", flush=True)
        seconds = PERSON_CONSENT_S
    return _until(
        lambda: next((one for one in client.items("/api/v1/youtube/connections") if one["status"] == "active"), None),
        seconds,
        "a connected channel",
    )


def _ended(client: Client, publication_id: str) -> Json | None:
    publication = client.get(f"/api/v1/youtube/publications/{publication_id}")
    return publication if publication["status"] in DONE | OVER else None


def _watch_url(publication: Json, sandbox_url: str) -> str:
    if not sandbox_url:
        return str(publication["url"])
    return f"{sandbox_url}/youtube/watch?{urlencode({'v': publication['video_id']})}"


def _customer_file(client: Client, job: Json, sandbox_url: str) -> list[str]:
    """The contact and the film as Salesforce has them, where the sandbox plays it."""
    if not sandbox_url:
        return ["  Salesforce     follows within a minute"]
    user_id = client.get("/api/v1/me")["id"]

    def found() -> list[Json] | None:
        records = httpx.get(f"{sandbox_url}/_state/salesforce", timeout=10).json()["records"]
        contacts = [one for one in records.get("Contact", []) if one.get("AI_Film_User_ID__c") == user_id]
        films = [
            one for one in records.get("AI_Project__c", []) if one.get("AI_Film_Project_ID__c") == job["project_id"]
        ]
        return [*contacts[:1], *films[:1]] if contacts and films and films[0].get("Video_URL__c") else None

    contact, film = _until(found, CRM_S, "the customer file")
    pages = f"{sandbox_url}/salesforce/o"
    return [
        f"  the customer   {pages}/Contact/{contact['Id']}  ({contact['Credit_Balance__c']:.0f} credits)",
        f"  their film     {pages}/AI_Project__c/{film['Id']}  ({film['Status__c']})",
    ]


def _until(look: Callable[[], T | None], seconds: float, what: str) -> T:
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise StudioError(f"waited {seconds:.0f} s for {what}", "see make logs", JOB_FAILED)
        time.sleep(0.3)
    return found
