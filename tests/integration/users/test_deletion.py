"""A deleted account: what is gone, who hears of it, what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from services.kit.errors import EtagMismatch, NotFound
from services.users.errors import LastAdmin, Unauthenticated
from services.users.models import MailPurpose
from tests.integration.users.conftest import PASSWORD, Studio
from tests.integration.users.test_accounts import facts_of


async def test_nothing_personal_is_left(studio: Studio) -> None:
    person = (await studio.person()).user
    email = person.email
    await studio.mail_tokens.issue(str(person.id), MailPurpose.RESET_PASSWORD)
    await studio.sign_ins.create_ticket(str(person.id))
    await studio.users.delete(str(person.id), "")
    async with studio.database.work() as work:
        row = (await work.session.execute(text("SELECT * FROM users.users WHERE id = :id"), {"id": person.id})).one()
        tables = [
            await work.session.scalar(
                text(f"SELECT count(*) FROM users.{table} WHERE user_id = :id"), {"id": person.id}
            )
            for table in ("sign_ins", "live_tickets", "mail_tokens")
        ]
    assert (row.name, row.password_hash, email in str(row)) == ("", "", False)
    assert tables == [0, 0, 0]


async def test_a_deleted_account_is_as_if_it_had_never_been(studio: Studio) -> None:
    session = await studio.person()
    user_id, email = str(session.user.id), session.user.email
    await studio.users.delete(user_id, "")
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.sign_in(email, PASSWORD)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(session.refresh_token)
    with pytest.raises(NotFound):
        await studio.users.contact(user_id)
    assert (await studio.users.find(email, 10, ""))[0] == []
    # tokens in hand are refused, and the address is free
    assert session.user.id in {floored for floored, _ in await studio.users.floors()}
    assert (await studio.users.register(email, PASSWORD, "")).user.id != session.user.id


async def test_others_hear_of_it(studio: Studio) -> None:
    person = (await studio.person()).user
    await studio.users.delete(str(person.id), "")
    assert [name for name, _ in await facts_of(studio, person.id)][-1].endswith("UserDeleted")
    assert (await studio.actions(person.id))[0] == "user.deleted"


async def test_an_account_that_has_changed_since_it_was_read_stays(studio: Studio) -> None:
    person = (await studio.person()).user
    with pytest.raises(EtagMismatch):
        await studio.users.delete(str(person.id), '"99"')
    assert (await studio.users.contact(str(person.id))).id == person.id


async def test_the_only_administrator_stays(studio: Studio) -> None:
    first = await studio.admin()
    async with studio.database.work() as work:
        await work.session.execute(text("UPDATE users.users SET admin = false WHERE id::text <> :id"), {"id": first})
    with pytest.raises(LastAdmin):
        await studio.users.delete(first, "")
    await studio.admin()
    await studio.users.delete(first, "")
    with pytest.raises(NotFound):
        await studio.users.contact(first)


async def test_the_last_of_it_goes_when_no_token_can_be_tried_any_more(studio: Studio) -> None:
    person = (await studio.person()).user
    await studio.users.delete(str(person.id), "")
    await studio.users.forget_deleted()
    assert person.id in {floored for floored, _ in await studio.users.floors()}
    studio.clock.now += timedelta(hours=2)
    await studio.users.forget_deleted()
    async with studio.database.work() as work:
        rows = await work.session.scalar(text("SELECT count(*) FROM users.users WHERE id = :id"), {"id": person.id})
    assert rows == 0
