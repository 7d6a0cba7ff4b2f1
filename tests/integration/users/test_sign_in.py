"""Sign-in, sessions and tickets on a real database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.kit.errors import Invalid
from services.users.errors import EmailTaken, Suspended, Unauthenticated
from tests.integration.users.conftest import PASSWORD, Studio


async def test_one_account_per_mailbox_however_it_is_spelled(studio: Studio) -> None:
    email = f"{uuid4().hex}@example.com"
    await studio.users.register(email, PASSWORD, "A")
    with pytest.raises(EmailTaken):
        await studio.users.register(email.upper(), PASSWORD, "B")


async def test_of_many_at_once_one_gets_the_address(studio: Studio) -> None:
    email = f"{uuid4().hex}@example.com"
    tries = (studio.users.register(email, PASSWORD, "") for _ in range(6))
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, EmailTaken) for result in results) == 5


async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(studio: Studio) -> None:
    person = (await studio.person()).user
    with pytest.raises(Unauthenticated) as wrong:
        await studio.sign_ins.sign_in(person.email, "not this one")
    with pytest.raises(Unauthenticated) as unknown:
        await studio.sign_ins.sign_in("nobody@example.com", PASSWORD)
    with pytest.raises(Unauthenticated) as no_address:
        await studio.sign_ins.sign_in("not an address", PASSWORD)
    assert wrong.value.message == unknown.value.message == no_address.value.message
    assert (await studio.actions(person.id))[0] == "user.sign_in_failed"


async def test_a_refresh_token_is_good_once(studio: Studio) -> None:
    first = await studio.person()
    second = await studio.sign_ins.refresh(first.refresh_token)
    assert second.refresh_token != first.refresh_token
    third = await studio.sign_ins.refresh(second.refresh_token)
    assert third.user.id == first.user.id


async def test_a_reused_refresh_token_ends_its_family_and_no_other(studio: Studio) -> None:
    first = await studio.person()
    other = await studio.sign_ins.sign_in(first.user.email, PASSWORD)
    second = await studio.sign_ins.refresh(first.refresh_token)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(first.refresh_token)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(second.refresh_token)
    assert (await studio.sign_ins.refresh(other.refresh_token)).user.id == first.user.id
    assert "user.refresh_reused" in await studio.actions(first.user.id)


async def test_of_two_refreshes_at_once_one_is_reuse(studio: Studio) -> None:
    first = await studio.person()
    results = await asyncio.gather(
        *(studio.sign_ins.refresh(first.refresh_token) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Session", "Unauthenticated"]


async def test_a_refresh_token_expires(studio: Studio) -> None:
    first = await studio.person()
    studio.clock.now += timedelta(days=31)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(first.refresh_token)


async def test_no_token_is_kept_as_it_is(studio: Studio) -> None:
    first = await studio.person()
    ticket, _ = await studio.sign_ins.create_ticket(str(first.user.id))
    async with studio.database.work() as work:
        for table in ("refresh_tokens", "live_tickets"):
            rows = (await work.session.execute(text(f"SELECT encode(token_hash, 'escape') FROM {table}"))).scalars()
            kept = "".join(rows)
            assert first.refresh_token not in kept
            assert ticket not in kept


async def test_signing_out_ends_this_session_or_all(studio: Studio) -> None:
    first = await studio.person()
    second = await studio.sign_ins.sign_in(first.user.email, PASSWORD)
    third = await studio.sign_ins.sign_in(first.user.email, PASSWORD)
    await studio.sign_ins.sign_out(first.refresh_token, "", everywhere=False)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(first.refresh_token)
    second = await studio.sign_ins.refresh(second.refresh_token)
    await studio.sign_ins.sign_out(second.refresh_token, "", everywhere=True)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(third.refresh_token)
    await studio.sign_ins.sign_out("unknown", "", everywhere=True)


async def test_a_suspended_account_is_told_so_and_only_with_its_password(studio: Studio) -> None:
    person, admin = await studio.person(), await studio.admin()
    await studio.users.set_access(admin, str(person.user.id), admin=None, suspended=True)
    with pytest.raises(Suspended):
        await studio.sign_ins.sign_in(person.user.email, PASSWORD)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.sign_in(person.user.email, "not this one")
    with pytest.raises(Suspended):
        await studio.sign_ins.refresh(person.refresh_token)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.create_ticket(str(person.user.id))


async def test_reinstated_a_user_signs_in_again_but_the_old_session_has_ended(studio: Studio) -> None:
    person, admin = await studio.person(), await studio.admin()
    await studio.users.set_access(admin, str(person.user.id), admin=None, suspended=True)
    await studio.users.set_access(admin, str(person.user.id), admin=None, suspended=False)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(person.refresh_token)
    session = await studio.sign_ins.sign_in(person.user.email, PASSWORD)
    floors = dict(await studio.users.floors())
    await studio.sign_ins.access_token(session.user)
    assert studio.clock.now.replace(microsecond=0) >= floors[person.user.id]


async def test_a_ticket_opens_one_connection(studio: Studio) -> None:
    person = (await studio.person()).user
    ticket, _ = await studio.sign_ins.create_ticket(str(person.id))
    results = await asyncio.gather(*(studio.sign_ins.redeem_ticket(ticket) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, Unauthenticated) for result in results) == 4


async def test_a_ticket_lasts_30_seconds(studio: Studio) -> None:
    person = (await studio.person()).user
    ticket, expires_at = await studio.sign_ins.create_ticket(str(person.id))
    assert expires_at - studio.clock.now == timedelta(seconds=30)
    studio.clock.now += timedelta(seconds=31)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.redeem_ticket(ticket)


async def test_what_has_expired_is_forgotten_and_what_has_not_is_kept(studio: Studio) -> None:
    old = await studio.person()
    await studio.sign_ins.create_ticket(str(old.user.id))
    studio.clock.now += timedelta(days=31)
    fresh = await studio.person()
    await studio.sign_ins.forget_expired()
    async with studio.database.work() as work:
        count = await work.session.execute(
            text("SELECT count(*) FROM sign_ins WHERE user_id = :id"), {"id": old.user.id}
        )
        assert count.scalar_one() == 0
    assert (await studio.sign_ins.refresh(fresh.refresh_token)).user.id == fresh.user.id


async def test_a_weak_password_makes_no_account(studio: Studio) -> None:
    email = f"{uuid4().hex}@example.com"
    with pytest.raises(Invalid):
        await studio.users.register(email, "password1", "A")
    await studio.users.register(email, PASSWORD, "A")
