"""Mailed tokens on a real database: addresses proven, passwords reset and changed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from filmstudio.users.v1 import events_pb2, users_pb2
from sqlalchemy import text

from services.kit.errors import Invalid, NotFound
from services.users.errors import TokenInvalid, Unauthenticated
from services.users.mail_tokens import MAILS_AN_HOUR
from services.users.models import MailPurpose
from tests.integration.users.conftest import PASSWORD, Studio

VERIFY, RESET = MailPurpose.VERIFY_EMAIL, MailPurpose.RESET_PASSWORD
NEW_PASSWORD = "green hills at noon"


async def requests_of(studio: Studio, user_id: UUID) -> list[users_pb2.MailPurpose.ValueType]:
    """What mails were asked for, as others hear it."""
    async with studio.database.work() as work:
        rows = await work.session.execute(
            text("SELECT payload, headers FROM users.outbox WHERE aggregate_id = :id ORDER BY aggregate_seq"),
            {"id": str(user_id)},
        )
        return [
            events_pb2.MailRequested.FromString(payload).purpose
            for payload, headers in rows
            if headers["ce_type"].endswith("MailRequested")
        ]


async def test_an_address_is_verified_once_by_its_token(studio: Studio) -> None:
    person = (await studio.person()).user
    issued = await studio.mail_tokens.issue(str(person.id), VERIFY)
    assert (issued.user.email, person.email_verified) == (person.email, False)
    assert (await studio.mail_tokens.verify_email(issued.token)).email_verified
    with pytest.raises(TokenInvalid):
        await studio.mail_tokens.verify_email(issued.token)
    assert "user.email_verified" in await studio.actions(person.id)


async def test_using_a_token_voids_the_others_of_its_purpose(studio: Studio) -> None:
    person = (await studio.person()).user
    first, second = [await studio.mail_tokens.issue(str(person.id), RESET) for _ in range(2)]
    verification = await studio.mail_tokens.issue(str(person.id), VERIFY)
    await studio.mail_tokens.reset_password(second.token, NEW_PASSWORD)
    with pytest.raises(TokenInvalid):
        await studio.mail_tokens.reset_password(first.token, PASSWORD)
    assert await studio.mail_tokens.verify_email(verification.token)


async def test_a_token_is_good_for_its_own_purpose_only(studio: Studio) -> None:
    person = (await studio.person()).user
    issued = await studio.mail_tokens.issue(str(person.id), VERIFY)
    with pytest.raises(TokenInvalid):
        await studio.mail_tokens.reset_password(issued.token, NEW_PASSWORD)


@pytest.mark.parametrize(("purpose", "lives"), [(VERIFY, timedelta(hours=72)), (RESET, timedelta(hours=1))])
async def test_a_token_expires(studio: Studio, purpose: MailPurpose, lives: timedelta) -> None:
    person = (await studio.person()).user
    issued = await studio.mail_tokens.issue(str(person.id), purpose)
    studio.clock.now += lives
    use = {
        VERIFY: studio.mail_tokens.verify_email,
        RESET: lambda token: studio.mail_tokens.reset_password(token, NEW_PASSWORD),
    }
    with pytest.raises(TokenInvalid):
        await use[purpose](issued.token)


async def test_a_reset_ends_every_session_and_refuses_tokens_in_hand(studio: Studio) -> None:
    session = await studio.person()
    issued = await studio.mail_tokens.issue(str(session.user.id), RESET)
    await studio.mail_tokens.reset_password(issued.token, NEW_PASSWORD)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(session.refresh_token)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.sign_in(session.user.email, PASSWORD)
    again = await studio.sign_ins.sign_in(session.user.email, NEW_PASSWORD)
    assert again.user.email_verified
    assert session.user.id in {user_id for user_id, _ in await studio.users.floors()}


async def test_a_weak_new_password_leaves_the_token_good(studio: Studio) -> None:
    person = (await studio.person()).user
    issued = await studio.mail_tokens.issue(str(person.id), RESET)
    with pytest.raises(Invalid):
        await studio.mail_tokens.reset_password(issued.token, "password1")
    await studio.mail_tokens.reset_password(issued.token, NEW_PASSWORD)
    assert (await studio.sign_ins.sign_in(person.email, NEW_PASSWORD)).user.id == person.id


async def test_of_two_resets_at_once_one_counts(studio: Studio) -> None:
    person = (await studio.person()).user
    issued = await studio.mail_tokens.issue(str(person.id), RESET)
    tries = (studio.mail_tokens.reset_password(issued.token, password) for password in (NEW_PASSWORD, PASSWORD + "!"))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "TokenInvalid"]


async def test_asking_for_a_reset_tells_who_sends_mail_and_nobody_else(studio: Studio) -> None:
    person = (await studio.person()).user
    await studio.mail_tokens.request_reset(person.email.upper())
    await studio.mail_tokens.request_reset("nobody@example.com")
    await studio.mail_tokens.request_reset("no address")
    assert await requests_of(studio, person.id) == [users_pb2.MAIL_PURPOSE_RESET_PASSWORD]


async def test_nobody_s_mailbox_is_flooded(studio: Studio) -> None:
    person = (await studio.person()).user
    for _ in range(MAILS_AN_HOUR + 3):
        await studio.mail_tokens.request_reset(person.email)
    assert len(await requests_of(studio, person.id)) == MAILS_AN_HOUR
    studio.clock.now += timedelta(hours=1, seconds=1)
    await studio.mail_tokens.request_reset(person.email)
    assert len(await requests_of(studio, person.id)) == MAILS_AN_HOUR + 1


async def test_a_verified_address_is_not_verified_again(studio: Studio) -> None:
    person = (await studio.person()).user
    await studio.mail_tokens.request_verification(str(person.id))
    await studio.mail_tokens.verify_email((await studio.mail_tokens.issue(str(person.id), VERIFY)).token)
    await studio.mail_tokens.request_verification(str(person.id))
    assert await requests_of(studio, person.id) == [users_pb2.MAIL_PURPOSE_VERIFY_EMAIL]


async def test_a_changed_password_ends_the_other_sessions(studio: Studio) -> None:
    mine = await studio.person()
    other = await studio.sign_ins.sign_in(mine.user.email, PASSWORD)
    await studio.mail_tokens.change_password(str(mine.user.id), PASSWORD, NEW_PASSWORD, mine.refresh_token)
    assert (await studio.sign_ins.refresh(mine.refresh_token)).user.id == mine.user.id
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(other.refresh_token)


async def test_a_password_is_changed_by_the_present_one_only(studio: Studio) -> None:
    person = (await studio.person()).user
    with pytest.raises(Unauthenticated):
        await studio.mail_tokens.change_password(str(person.id), "not this one", NEW_PASSWORD, "")
    assert await studio.sign_ins.sign_in(person.email, PASSWORD)


async def test_there_is_no_token_for_nobody(studio: Studio) -> None:
    with pytest.raises(NotFound):
        await studio.mail_tokens.issue(str(uuid4()), RESET)


async def test_no_token_no_address_and_no_password_is_kept_or_told(studio: Studio) -> None:
    person = (await studio.person()).user
    issued = await studio.mail_tokens.issue(str(person.id), RESET)
    await studio.mail_tokens.request_reset(person.email)
    await studio.mail_tokens.reset_password(issued.token, NEW_PASSWORD)
    async with studio.database.work() as work:
        told = b"".join((await work.session.execute(text("SELECT payload FROM users.outbox"))).scalars())
        logged = str((await work.session.execute(text("SELECT details FROM users.activities"))).scalars().all())
        kept = str((await work.session.execute(text("SELECT * FROM users.mail_tokens"))).all())
    for secret in (issued.token, person.email, NEW_PASSWORD):
        assert secret.encode() not in told
        assert secret not in logged + kept
