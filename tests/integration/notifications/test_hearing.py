"""What is heard: events for webhooks, reasons for mails, users who go."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from filmstudio.ai_jobs.v1 import events_pb2 as jobs
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2
from filmstudio.credits.v1 import events_pb2 as credits
from filmstudio.crm_sync.v1 import events_pb2 as crm
from filmstudio.notifications.v1 import events_pb2 as own_facts
from filmstudio.users.v1 import events_pb2 as users
from filmstudio.users.v1 import users_pb2
from filmstudio.youtube.v1 import events_pb2 as youtube
from filmstudio.youtube.v1 import youtube_pb2
from google.protobuf.message import Message

from services.kit.errors import NotFound
from services.notifications import departed, mail_repository
from services.notifications.event_types import EVENTS
from tests.integration.notifications.house import House
from tests.integration.notifications.receiver import Receiver
from tests.support.eventually import eventually_async


def job(user: UUID, kind: jobs_pb2.JobKind.ValueType = jobs_pb2.JOB_KIND_VIDEO) -> jobs_pb2.Job:
    return jobs_pb2.Job(
        id=str(uuid4()), user_id=str(user), kind=kind, project_title="Gull Rock",
        credits=jobs_pb2.JobCredits(captured=3, released=3),
        outputs=[jobs_pb2.JobOutput(kind="film", duration_s=61.4)],
        error=jobs_pb2.JobError(code="X", message="no light"),
    )  # fmt: skip


def account(user: UUID) -> credits_pb2.Account:
    return credits_pb2.Account(user_id=str(user), available=5, plan_id="pro")


def publication(user: UUID) -> youtube_pb2.Publication:
    return youtube_pb2.Publication(id=str(uuid4()), user_id=str(user))


def payment_failed(user: UUID) -> credits.PaymentFailed:
    fact = credits.PaymentFailed(account=account(user), invoice_id="in_1", amount_cents=1500, currency="usd")
    fact.grace_end_time.FromJsonString("2026-12-01T10:00:00Z")
    return fact


def reconnect(user: UUID, connection: str = "c-1") -> youtube.ConnectionReconnectNeeded:
    return youtube.ConnectionReconnectNeeded(
        connection=youtube_pb2.Connection(id=connection, user_id=str(user), channel_title="My channel")
    )


async def kinds(house: House, user: UUID) -> list[str]:
    return [mail.kind for mail in await house.mails(user)]


async def test_every_event_that_is_offered_is_told(house: House, receiver: Receiver, user: UUID) -> None:
    await house.endpoint(user, receiver.url, "*")
    for fact in (
        jobs.JobQueued(job=job(user)), jobs.JobStarted(job=job(user)), jobs.JobSucceeded(job=job(user)),
        jobs.JobFailed(job=job(user)), jobs.JobCanceled(job=job(user)), jobs.JobExpired(job=job(user)),
        credits.CreditsGranted(account=account(user)), credits.CreditsRevoked(account=account(user), cause="refund"),
        credits.SubscriptionChanged(account=account(user), previous_plan_id="free"), payment_failed(user),
        youtube.PublicationSucceeded(publication=publication(user)),
        youtube.PublicationFailed(publication=publication(user)),
        youtube.PublicationCanceled(publication=publication(user)), reconnect(user),
    ):  # fmt: skip
        await house.tell(fact)
    await house.send()
    assert sorted(heard.json["type"] for heard in receiver.heard) == sorted(EVENTS)


@pytest.mark.parametrize(
    ("fact", "kind", "params"),
    [
        (jobs.JobSucceeded, "film_ready", {"title": "Gull Rock", "duration_s": "61", "credits": "3"}),
        (jobs.JobFailed, "film_failed", {"title": "Gull Rock", "reason": "no light", "credits": "3"}),
        (jobs.JobExpired, "film_failed", {"title": "Gull Rock", "reason": "no light", "credits": "3"}),
    ],
)
async def test_the_end_of_a_film_is_a_reason_for_a_mail(
    house: House, user: UUID, fact: type, kind: str, params: dict[str, str]
) -> None:
    film = job(user)
    await house.tell(fact(job=film))
    [mail] = await house.mails(user)
    assert (mail.kind, mail.params, mail.subject_id) == (kind, params, film.id)
    assert house.rings == ["postman"]


@pytest.mark.parametrize("fact", [jobs.JobQueued, jobs.JobStarted, jobs.JobCanceled])
async def test_what_somebody_sees_or_did_themselves_is_none(house: House, user: UUID, fact: type) -> None:
    await house.tell(fact(job=job(user)))
    assert await kinds(house, user) == []


@pytest.mark.parametrize("kind", [jobs_pb2.JOB_KIND_PROBE, jobs_pb2.JOB_KIND_STORYBOARD])
async def test_jobs_that_are_no_films_are_none(house: House, user: UUID, kind: jobs_pb2.JobKind.ValueType) -> None:
    await house.tell(jobs.JobSucceeded(job=job(user, kind)))
    await house.tell(jobs.JobFailed(job=job(user, kind)))
    assert await kinds(house, user) == []


async def test_a_failed_payment_is_a_reason(house: House, user: UUID) -> None:
    await house.tell(payment_failed(user))
    [mail] = await house.mails(user)
    assert mail.params == {"amount": "15.00 USD", "plan": "pro", "until": "2026-12-01"}


async def test_a_channel_to_be_connected_again_is_one_once_a_day_for_each(house: House, user: UUID) -> None:
    await house.tell(reconnect(user))
    await house.tell(reconnect(user))
    await house.tell(reconnect(user, "c-2"))
    assert [mail.subject_id for mail in await house.mails(user)] == ["c-1", "c-2"]
    house.clock.advance(days=1, seconds=1)
    await house.tell(reconnect(user))
    assert len(await house.mails(user)) == 3


async def test_facts_older_than_a_day_are_no_reason_for_a_mail_but_are_told(
    house: House, receiver: Receiver, user: UUID
) -> None:
    await house.endpoint(user, receiver.url)
    old = house.clock() - timedelta(days=1, seconds=1)
    for fact in (
        jobs.JobSucceeded(job=job(user)), jobs.JobFailed(job=job(user)), payment_failed(user), reconnect(user),
        users.UserRegistered(account=users.Account(user_id=str(user))),
        users.MailRequested(user_id=str(user), purpose=users_pb2.MAIL_PURPOSE_RESET_PASSWORD),
    ):  # fmt: skip
        await house.tell(fact, at=old)
    assert await kinds(house, user) == []
    await house.send()
    assert len(receiver.heard) == 4


async def test_a_registration_asks_for_proof_of_the_address_unless_there_is_one(house: House, user: UUID) -> None:
    verified = uuid4()
    await house.tell(users.UserRegistered(account=users.Account(user_id=str(user))))
    await house.tell(users.UserRegistered(account=users.Account(user_id=str(verified), email_verified=True)))
    assert await kinds(house, user) == ["verify_email"]
    assert await kinds(house, verified) == []


async def test_who_asks_for_a_mail_with_a_token_gets_one_and_not_many_at_once(house: House, user: UUID) -> None:
    reset = users.MailRequested(user_id=str(user), purpose=users_pb2.MAIL_PURPOSE_RESET_PASSWORD)
    verify = users.MailRequested(user_id=str(user), purpose=users_pb2.MAIL_PURPOSE_VERIFY_EMAIL)
    for _ in range(3):
        await house.tell(reset)
        await house.tell(verify)
    assert sorted(await kinds(house, user)) == ["reset_password", "verify_email"]


async def test_somebody_who_asks_again_and_again_gets_five_an_hour(house: House) -> None:
    user = house.person()
    for _ in range(8):
        await house.tell(users.MailRequested(user_id=str(user), purpose=users_pb2.MAIL_PURPOSE_RESET_PASSWORD))
        await house.postman.deliver()
    assert len(house.mail_server.taken) == 5


async def test_a_mail_that_is_not_wanted_is_not_put_there(house: House, user: UUID) -> None:
    await house.preferences.update(user, {"film_ready": False}, "")
    await house.tell(jobs.JobSucceeded(job=job(user)))
    await house.tell(jobs.JobFailed(job=job(user)))
    assert await kinds(house, user) == ["film_failed"]


async def test_a_fact_heard_twice_is_a_reason_once(house: House, user: UUID) -> None:
    event_id = await house.tell(jobs.JobSucceeded(job=job(user)))
    await house.tell(jobs.JobSucceeded(job=job(user)), event_id=event_id)
    assert await kinds(house, user) == ["film_ready"]


async def test_a_title_is_one_line_of_bounded_length_in_the_queue(house: House, user: UUID) -> None:
    film = job(user)
    film.project_title = "Gull\r\nBcc: all@example.com\x00 " + "x" * 400
    await house.tell(jobs.JobSucceeded(job=film))
    [mail] = await house.mails(user)
    assert mail.params["title"].startswith("Gull Bcc: all@example.com x")
    assert len(mail.params["title"]) == 300


async def test_nothing_is_left_of_a_user_who_is_gone_and_nothing_comes_back(
    house: House, receiver: Receiver, user: UUID
) -> None:
    await house.endpoint(user, receiver.url)
    await house.preferences.update(user, {"marketing": True}, "")
    await house.tell(jobs.JobSucceeded(job=job(user)))
    token = house.keyring.unsubscribe_token(user, "film_ready")
    await house.tell(users.UserDeleted(user_id=str(user)))

    # what was on its way on other topics
    await house.tell(jobs.JobFailed(job=job(user)))
    consent = crm.MarketingConsentChanged(user_id=str(user), consent=True)
    consent.change_time.FromDatetime(house.clock())
    await house.tell(consent)
    assert await house.preferences.unsubscribe(token) == "film_ready"
    for call in (house.endpoint(user, receiver.url), house.preferences.update(user, {"marketing": True}, "")):
        with pytest.raises(NotFound):
            await call
    for table in ("endpoints", "messages", "mails", "preferences", "suppressions"):
        assert await house.rows(f"SELECT 1 FROM {table} WHERE user_id = :user", user=user) == [], table
    assert await house.send() == 0


async def test_what_a_user_makes_in_the_moment_they_go_goes_with_them(house: House, user: UUID) -> None:
    waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with house.database.work() as work:
        await departed.require_present(work, user)
        leaving = asyncio.create_task(house.tell(users.UserDeleted(user_id=str(user))))

        async def waits_or_is_gone() -> bool:
            return leaving.done() or bool(await house.rows(waits))

        await eventually_async(waits_or_is_gone)
        await mail_repository.locked_preferences(work.session, user)
    await leaving
    assert await house.rows("SELECT 1 FROM preferences WHERE user_id = :user", user=user) == []


@pytest.mark.parametrize(
    "fact",
    [
        lambda user: jobs.JobSucceeded(job=job(user)),
        payment_failed,
        reconnect,
        lambda user: users.MailRequested(user_id=str(user), purpose=users_pb2.MAIL_PURPOSE_RESET_PASSWORD),
        lambda user: crm.MarketingConsentChanged(user_id=str(user), consent=True),
    ],
    ids=["job", "payment", "connection", "mail", "consent"],
)
async def test_what_is_heard_of_a_user_in_the_moment_they_go_leaves_nothing(
    house: House, user: UUID, fact: Callable[[UUID], Message]
) -> None:
    waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with house.database.work() as work:
        await departed.note(work, user, house.clock())
        await mail_repository.forget_user(work.session, user)
        heard = asyncio.create_task(house.tell(fact(user)))

        async def waits_or_is_done() -> bool:
            return heard.done() or bool(await house.rows(waits))

        await eventually_async(waits_or_is_done)
    await heard
    for table in ("mails", "preferences"):
        assert await house.rows(f"SELECT 1 FROM {table} WHERE user_id = :user", user=user) == [], table


async def facts(house: House, user: UUID) -> list[own_facts.PreferencesChanged]:
    rows = await house.rows(
        "SELECT payload FROM outbox WHERE aggregate_id = :user ORDER BY aggregate_seq", user=str(user)
    )
    return [own_facts.PreferencesChanged.FromString(row.payload) for row in rows]


async def test_consent_given_in_the_crm_is_taken_and_told_unless_ours_is_newer(house: House, user: UUID) -> None:
    def consent(value: bool, **ago: float) -> crm.MarketingConsentChanged:
        fact = crm.MarketingConsentChanged(user_id=str(user), consent=value)
        fact.change_time.FromDatetime(house.clock() - timedelta(**ago))
        return fact

    await house.tell(consent(True, hours=2))
    assert (await house.preferences.get(user)).marketing
    [told] = await facts(house, user)
    assert (told.user_id, told.preferences.marketing, told.preferences.film_ready) == (str(user), True, True)
    assert told.marketing_change_time.ToDatetime() == (house.clock() - timedelta(hours=2)).replace(tzinfo=None)

    await house.preferences.update(user, {"marketing": False}, "")
    await house.tell(consent(True, hours=1))
    assert not (await house.preferences.get(user)).marketing
    house.clock.advance(minutes=1)
    await house.tell(consent(True))
    assert (await house.preferences.get(user)).marketing
    assert len(await facts(house, user)) == 3


async def test_a_crm_whose_clock_is_ahead_does_not_keep_later_choices_out(house: House, user: UUID) -> None:
    fact = crm.MarketingConsentChanged(user_id=str(user), consent=True)
    fact.change_time.FromDatetime(house.clock() + timedelta(days=30))
    await house.tell(fact)
    house.clock.advance(seconds=1)
    await house.preferences.update(user, {"marketing": False}, "")
    fact.change_time.FromDatetime(house.clock() - timedelta(seconds=0.5))
    await house.tell(fact)
    assert not (await house.preferences.get(user)).marketing
