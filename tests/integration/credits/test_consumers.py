"""What credits hears: registrations open accounts, ends of jobs end holds; hearing it again changes nothing."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from filmstudio.ai_jobs.v1 import events_pb2 as jobs
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.users.v1 import events_pb2 as users

from services.credits.consumers import JOBS, USERS, subscribe
from services.credits.models import HoldState
from services.kit.errors import Invalid, NotFound
from services.kit.facts import Event


class Heard:
    """A consumer whose events the test hands in."""

    def __init__(self, credits):
        self.handlers = {}
        self.topics = {}
        subscribe(self, credits)

    def on(self, message_class, *, topic):
        def register(handler):
            self.handlers[message_class] = handler
            self.topics[message_class] = topic
            return handler

        return register

    async def hear(self, message, *, sequence=1, event_id=None):
        event = Event(
            id=event_id or uuid4(),
            type=message.DESCRIPTOR.full_name,
            source="/test",
            subject="",
            sequence=sequence,
            time=datetime.now(UTC),
            message=message,
        )
        await self.handlers[type(message)](event)


@pytest.fixture
def heard(ledger):
    return Heard(ledger.credits)


def registered(user, *, admin=False):
    return users.UserRegistered(account=users.Account(user_id=str(user), admin=admin))


def job(hold, captured=0):
    return jobs_pb2.Job(
        id=hold.job_id,
        attempt=1,
        hold_id=str(hold.id),
        credits=jobs_pb2.JobCredits(held=hold.amount, captured=captured),
    )


async def balances(ledger, user):
    account = await ledger.credits.account(user)
    return account.available, account.held


def test_it_listens_to_registrations_and_the_ends_of_jobs(heard):
    assert heard.topics == {
        users.UserRegistered: USERS,
        users.UserDeleted: USERS,
        jobs.JobSucceeded: JOBS,
        jobs.JobFailed: JOBS,
        jobs.JobCanceled: JOBS,
        jobs.JobExpired: JOBS,
    }


async def test_a_registration_opens_the_account(ledger, heard, user):
    await heard.hear(registered(user))
    [row] = await ledger.as_owner("SELECT available, plan_id FROM credits.accounts WHERE user_id = $1", user)
    assert (row["available"], row["plan_id"]) == (3, "free")


async def test_a_registration_after_the_first_call_grants_nothing_more(ledger, heard, user):
    await ledger.credits.account(user)
    await heard.hear(registered(user))
    assert await balances(ledger, user) == (3, 0)


async def test_an_administrators_registration_puts_them_on_enterprise_without_its_credits(ledger, heard, user):
    await ledger.credits.account(user)
    await heard.hear(registered(user, admin=True))
    account = await ledger.credits.account(user)
    assert (account.plan_id, account.available) == ("enterprise", 3)


async def test_a_registration_that_comes_late_leaves_the_plan_that_was_set(ledger, heard, user):
    await ledger.credits.set_plan(user, "pro", "an-admin")
    await heard.hear(registered(user, admin=True))
    assert (await ledger.credits.account(user)).plan_id == "pro"


async def test_a_registration_heard_twice_puts_nobody_back_on_enterprise(ledger, heard, user):
    event_id = uuid4()
    await heard.hear(registered(user, admin=True), event_id=event_id)
    await ledger.credits.set_plan(user, "free", "an-admin")
    await heard.hear(registered(user, admin=True), event_id=event_id)
    await heard.hear(registered(user, admin=True), sequence=1)
    assert (await ledger.credits.account(user)).plan_id == "free"


async def test_a_succeeded_job_captures_what_it_says_and_releases_the_rest(ledger, heard, user):
    hold = await ledger.credits.hold(user, 3, str(uuid4()), 1, "r")
    await heard.hear(jobs.JobSucceeded(job=job(hold, captured=2)))
    assert await balances(ledger, user) == (1, 0)


@pytest.mark.parametrize("end", [jobs.JobFailed, jobs.JobCanceled, jobs.JobExpired])
async def test_any_other_end_releases_even_if_the_job_says_captured(ledger, heard, user, end):
    hold = await ledger.credits.hold(user, 3, str(uuid4()), 1, "r")
    await heard.hear(end(job=job(hold, captured=2)))
    assert await balances(ledger, user) == (3, 0)


async def test_a_job_without_a_hold_ends_nothing(heard):
    await heard.hear(jobs.JobSucceeded(job=jobs_pb2.Job(id=str(uuid4()))))
    await heard.hear(jobs.JobFailed(job=jobs_pb2.Job(id=str(uuid4()))))


async def test_an_end_heard_twice_or_after_end_hold_changes_nothing(ledger, heard, user):
    hold = await ledger.credits.hold(user, 3, str(uuid4()), 1, "r")
    event_id = uuid4()
    await heard.hear(jobs.JobSucceeded(job=job(hold, captured=2)), event_id=event_id)
    told = await ledger.facts(user)
    await heard.hear(jobs.JobSucceeded(job=job(hold, captured=2)), event_id=event_id)
    await heard.hear(jobs.JobSucceeded(job=job(hold, captured=2)))
    assert (await ledger.credits.end_hold(hold.id, 2)).state is HoldState.CAPTURED
    assert await ledger.facts(user) == told


async def test_an_end_that_differs_from_the_first_is_taken_quietly_and_changes_nothing(ledger, heard, user):
    hold = await ledger.credits.hold(user, 3, str(uuid4()), 1, "r")
    await ledger.credits.end_hold(hold.id, 0)
    await heard.hear(jobs.JobSucceeded(job=job(hold, captured=2)))
    assert await balances(ledger, user) == (3, 0)


async def test_an_older_attempts_end_ends_its_own_hold_alone(ledger, heard, user):
    job_id = str(uuid4())
    first = await ledger.credits.hold(user, 1, job_id, 1, "r1")
    second = await ledger.credits.hold(user, 2, job_id, 2, "r2")
    await heard.hear(jobs.JobSucceeded(job=job(second, captured=2)), sequence=9)
    await heard.hear(jobs.JobFailed(job=job(first)), sequence=4)
    assert await balances(ledger, user) == (1, 0)


async def test_what_cannot_be_is_refused_and_may_be_heard_again(ledger, heard, user):
    hold = await ledger.credits.hold(user, 1, str(uuid4()), 1, "r")
    event_id = uuid4()
    for _ in range(2):
        with pytest.raises(Invalid):
            await heard.hear(jobs.JobSucceeded(job=job(hold, captured=2)), event_id=event_id)
    hold.id = uuid4()
    with pytest.raises(NotFound):
        await heard.hear(jobs.JobFailed(job=job(hold)))
    assert await balances(ledger, user) == (2, 1)


async def test_a_deleted_users_account_is_closed_and_its_ledger_stays(ledger, heard, user):
    await ledger.credits.account(user)
    await heard.hear(users.UserDeleted(user_id=str(user)), sequence=9)
    account = await ledger.credits.account(user)
    assert account.closed_at == ledger.clock()
    assert account.available == 3


async def test_a_deleted_user_nobody_knew_is_given_no_account(ledger, heard, user):
    await heard.hear(users.UserDeleted(user_id=str(user)), sequence=9)
    assert await ledger.as_owner("SELECT 1 FROM credits.accounts WHERE user_id = $1", user) == []
