"""The customers of the CRM's chaos run: what becomes of each, told as facts, and what must stand in Salesforce in the end."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import confluent_kafka
from filmstudio.ai_jobs.v1 import events_pb2 as job_facts
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2, credits_pb2_grpc
from filmstudio.credits.v1 import events_pb2 as credit_facts
from filmstudio.notifications.v1 import events_pb2 as preference_facts
from filmstudio.notifications.v1 import notifications_pb2
from filmstudio.projects.v1 import events_pb2 as project_facts
from filmstudio.projects.v1 import projects_pb2
from filmstudio.users.v1 import events_pb2 as user_facts
from filmstudio.users.v1 import users_pb2, users_pb2_grpc
from filmstudio.youtube.v1 import events_pb2 as video_facts
from filmstudio.youtube.v1 import youtube_pb2
from google.protobuf.message import Message

from services.crm_sync.models import CONTACT, CREDIT, EXTERNAL_ID, OBJECTS, PROJECT, VIDEO
from services.kit.errors import NotFound
from services.kit.ids import new_id
from services.kit.rpc import Server
from tests.support.kafka import QUIET, headers_of

# one fact: topic, the aggregate's id, its sequence, the message
Told = tuple[str, str, int, Message]
STARTING, FILM = 10, 3
DUPLICATES = 0.02
Json = dict[str, Any]


@dataclass
class Customer:
    """One user and what happens to them."""

    user_id: str
    project_id: str
    job_id: str
    fails: bool
    publishes: bool
    consents: bool
    deleted: bool

    @classmethod
    def of(cls, rng: random.Random) -> Customer:
        """Somebody; a few fail, publish, consent, leave."""

        def id() -> str:
            return str(UUID(int=rng.getrandbits(128), version=4))

        # job ids are in the order of their making
        return cls(
            id(), id(), str(new_id()), rng.random() < 0.1, rng.random() < 0.3, rng.random() < 0.3, rng.random() < 0.02
        )

    @property
    def balance(self) -> int:
        """Credits in the end."""
        return STARTING if self.fails else STARTING - FILM

    def facts(self) -> Iterator[Told]:
        """Everything in the order in which it happens; topics may overtake one another."""
        user = user_facts.Account(user_id=self.user_id, subscription_tier="free")
        yield "users.users.v1", self.user_id, 1, user_facts.UserRegistered(account=user)
        yield self._money(1, STARTING, credits_pb2.Transaction.KIND_GRANT, STARTING)
        project = projects_pb2.Project(id=self.project_id, user_id=self.user_id, title=f"Film {self.project_id[:6]}")
        yield "projects.projects.v1", self.project_id, 1, project_facts.ProjectCreated(project=project)
        yield self._money(2, -FILM, credits_pb2.Transaction.KIND_HOLD, STARTING - FILM)
        yield self._job(1, job_facts.JobQueued, jobs_pb2.JOB_STATUS_QUEUED)
        yield self._job(2, job_facts.JobStarted, jobs_pb2.JOB_STATUS_RUNNING)
        if self.fails:
            yield self._job(3, job_facts.JobFailed, jobs_pb2.JOB_STATUS_FAILED)
            yield self._money(3, FILM, credits_pb2.Transaction.KIND_RELEASE, STARTING)
        else:
            yield self._job(3, job_facts.JobSucceeded, jobs_pb2.JOB_STATUS_SUCCEEDED)
            yield self._money(3, 0, credits_pb2.Transaction.KIND_CAPTURE, STARTING - FILM)
        if self.publishes:
            yield self._video(1, video_facts.PublicationUpdated, youtube_pb2.Publication.STATE_QUEUED, "")
            yield self._video(2, video_facts.PublicationSucceeded, youtube_pb2.Publication.STATE_PUBLISHED, "yt-")
        if self.consents:
            told = preference_facts.PreferencesChanged(
                user_id=self.user_id, preferences=notifications_pb2.Preferences(marketing=True)
            )
            told.marketing_change_time.GetCurrentTime()
            yield "notifications.preferences.v1", self.user_id, 1, told
        if self.deleted:
            yield "users.users.v1", self.user_id, 2, user_facts.UserDeleted(user_id=self.user_id)

    def _money(self, sequence: int, amount: int, kind: int, balance: int) -> Told:
        account = credits_pb2.Account(user_id=self.user_id, available=balance, plan_id="free")
        line = credits_pb2.Transaction(
            id=f"{self.user_id}-{sequence}",
            kind=kind,
            amount=amount,
            balance_after=balance,  # type: ignore[arg-type]
        )
        fact: Message = credit_facts.CreditsGranted(account=account, transaction=line)
        if kind == credits_pb2.Transaction.KIND_HOLD:
            fact = credit_facts.CreditsHeld(account=account, transaction=line)
        elif kind in (credits_pb2.Transaction.KIND_RELEASE, credits_pb2.Transaction.KIND_CAPTURE):
            fact = credit_facts.HoldEnded(account=account, transactions=[line])
        return "credits.accounts.v1", self.user_id, sequence, fact

    def _job(self, sequence: int, fact: Any, status: int) -> Told:
        job = jobs_pb2.Job(
            id=self.job_id, user_id=self.user_id, project_id=self.project_id, kind=jobs_pb2.JOB_KIND_VIDEO,
            status=status,  # type: ignore[arg-type]
        )  # fmt: skip
        if status == jobs_pb2.JOB_STATUS_SUCCEEDED:
            job.outputs.add(kind="film", duration_s=15)
            job.credits.captured = FILM
        return "ai-jobs.jobs.v1", self.job_id, sequence, fact(job=job)

    def _video(self, sequence: int, fact: Any, state: int, video_id: str) -> Told:
        video = youtube_pb2.Publication(
            id=f"pub-{self.project_id}", user_id=self.user_id, project_id=self.project_id,
            state=state,  # type: ignore[arg-type]
            video_id=f"{video_id}{self.project_id}" if video_id else "",
        )  # fmt: skip
        return "youtube.publications.v1", video.id, sequence, fact(publication=video)


@dataclass
class World:
    """All customers."""

    customers: Sequence[Customer]
    objects: Sequence[str] = OBJECTS
    facts: int = 0
    wrong: list[str] = field(default_factory=list)

    def tell(self, servers: str, rng: random.Random) -> None:
        """Write every fact to Kafka, customers side by side, some facts twice. Blocking."""
        producer = confluent_kafka.Producer({"bootstrap.servers": servers, "linger.ms": 5, "acks": "all", **QUIET})
        waiting = [customer.facts() for customer in self.customers]
        self.facts = sum(1 for customer in self.customers for _ in customer.facts())
        while waiting:
            index = rng.randrange(min(len(waiting), 100))
            told = next(waiting[index], None)
            if told is None:
                waiting.pop(index)
                continue
            topic, key, sequence, message = told
            headers = headers_of(message, key, sequence)
            for _ in range(2 if rng.random() < DUPLICATES else 1):
                producer.produce(topic, message.SerializeToString(), key, headers=headers)
            producer.poll(0)
        assert producer.flush(60) == 0

    def differences(self, there: Mapping[str, Sequence[Json]], ours: Sequence[Json]) -> list[str]:
        """How what stands there differs from our records, and how it differs from what was told."""
        wrong: list[str] = []
        by_key = {
            (name, row[EXTERNAL_ID[name]]): row for name in OBJECTS for row in there[name] if row[EXTERNAL_ID[name]]
        }
        wanted = {(row["object"], row["external_id"]) for row in ours}
        total = sum(len(there[name]) for name in OBJECTS)
        if total != len(by_key):
            wrong.append(f"{total} records there with {len(by_key)} ids")
        wrong += [f"{key} is missing there" for key in wanted - set(by_key)]
        wrong += [f"{key} is nobody's wish" for key in set(by_key) - wanted]
        told = self._everything()
        for key in wanted & set(by_key):
            expected = told.get(key, {"Id": "nothing: nobody like that was told of, or is left"})
            found = by_key[key]
            wrong += [
                f"{key} {name}: {found[name]!r} there, {value!r} told" for name, value in expected.items()
                if not _same(found[name], value)
            ]  # fmt: skip
            wrong += _parents(key, found, by_key)
        wrong += [f"{key} was told of and isn't wanted" for key in set(told) - wanted]
        return wrong

    def _everything(self) -> dict[tuple[str, str], Json]:
        return {key: fields for each in self.customers if not each.deleted for key, fields in _stands(each)}


def _stands(customer: Customer) -> Iterator[tuple[tuple[str, str], Json]]:
    """What must stand there of one customer."""
    made = not customer.fails
    yield (CONTACT, customer.user_id), {
        "Credit_Balance__c": customer.balance, "Total_Films_Generated__c": int(made), "Subscription_Tier__c": "free",
        "HasOptedOutOfEmail": not customer.consents, **person_of(customer.user_id),
    }  # fmt: skip
    yield (PROJECT, customer.project_id), {
        "Name": f"Film {customer.project_id[:6]}", "Status__c": "Completed" if made else "Failed",
        "Video_URL__c": f"https://studio.example/api/v1/jobs/{customer.job_id}/outputs/film" if made else None,
        "Credits_Used__c": FILM if made else None,
    }  # fmt: skip
    lines = [("Grant", STARTING, 1), ("Deduction", -FILM, 2)] + ([] if made else [("Refund", FILM, 3)])
    for kind, amount, number in lines:
        yield (CREDIT, f"{customer.user_id}-{number}"), {"Transaction_Type__c": kind, "Amount__c": amount}
    if customer.publishes:
        yield (VIDEO, f"pub-{customer.project_id}"), {
            "Upload_Status__c": "published", "YouTube_Video_ID__c": f"yt-{customer.project_id}",
        }  # fmt: skip


def person_of(user_id: str) -> Json:
    """Who they are."""
    return {"FirstName": "Cast", "LastName": f"Member-{user_id[:8]}", "Email": f"{user_id[:13]}@example.com"}


def _same(found: Any, told: Any) -> bool:
    if found in (None, "") and told in (None, ""):
        return True
    return bool(found == told)


def _parents(key: tuple[str, str], found: Json, by_key: Mapping[tuple[str, str], Json]) -> list[str]:
    """Whether it hangs on its own customer and film."""
    name, external_id = key
    if name == CONTACT:
        return []
    if not found["Contact__c"]:
        return [f"{key} has no contact"]
    if name == CREDIT:
        contact = by_key.get((CONTACT, external_id.rpartition("-")[0]))
        return [] if contact and contact["Id"] == found["Contact__c"] else [f"{key} hangs on another contact"]
    if name == VIDEO:
        project = by_key.get((PROJECT, external_id.removeprefix("pub-")))
        return [] if project and project["Id"] == found["AI_Project__c"] else [f"{key} hangs on another film"]
    return []


class Users(users_pb2_grpc.UsersServiceServicer):
    """The accounts, as users would tell of them."""

    def __init__(self, world: World) -> None:
        self._known = {customer.user_id for customer in world.customers if not customer.deleted}

    async def GetContact(  # noqa: N802 - the contract's name
        self, request: users_pb2.GetContactRequest, context: Any
    ) -> users_pb2.GetContactResponse:
        if request.user_id not in self._known:
            raise NotFound("no such user")
        person = person_of(request.user_id)
        return users_pb2.GetContactResponse(
            email=person["Email"], name=f"{person['FirstName']} {person['LastName']}", language="en"
        )


def serve_users(server: Server, users: Users) -> None:
    """Have the server answer for users, and for credits, which nobody asks here."""
    server.add(
        users_pb2_grpc.add_UsersServiceServicer_to_server, users, "filmstudio.users.v1.UsersService",
        {"GetContact": {"crm_sync"}},
    )  # fmt: skip
    server.add(
        credits_pb2_grpc.add_CreditsServiceServicer_to_server, credits_pb2_grpc.CreditsServiceServicer(),
        "filmstudio.credits.v1.CreditsService", {},
    )  # fmt: skip
