"""Accounts, rights, what follows from credits, on a real database."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from filmstudio.users.v1 import events_pb2
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.kit.errors import EtagMismatch, Invalid, NotFound
from services.users.errors import Unauthenticated
from services.users.models import Role
from tests.integration.users.conftest import PASSWORD, Studio


async def facts_of(studio: Studio, user_id: UUID) -> list[tuple[str, bytes]]:
    async with studio.database.work() as work:
        rows = await work.session.execute(
            text("SELECT headers->>'ce_type', payload FROM outbox WHERE aggregate_id = :id ORDER BY aggregate_seq"),
            {"id": str(user_id)},
        )
        return [(row[0].rsplit(".", 1)[1], row[1]) for row in rows]


async def test_registering_tells_others_in_the_same_transaction(studio: Studio) -> None:
    user = (await studio.person()).user
    ((name, payload),) = await facts_of(studio, user.id)
    account = events_pb2.UserRegistered.FromString(payload).account
    assert (name, account.user_id, account.admin, account.subscription_tier) == (
        "UserRegistered", str(user.id), False, "free",
    )  # fmt: skip


async def test_the_plan_sets_the_tier_and_the_role_in_the_order_of_the_account(studio: Studio) -> None:
    user = (await studio.person()).user
    await studio.users.follow_subscription(uuid4(), 7, str(user.id), "pro", "free", "")
    await studio.users.follow_subscription(uuid4(), 6, str(user.id), "free", "pro", "")
    now = await studio.users.get(str(user.id), str(user.id), admin=False)
    assert (now.subscription_tier, now.role) == ("pro", Role.PRO_USER)
    assert [name for name, _ in await facts_of(studio, user.id)] == ["UserRegistered", "UserUpdated"]


async def test_a_subscription_that_changes_on_the_same_plan_is_no_change_of_plan(studio: Studio) -> None:
    user = (await studio.person()).user
    await studio.users.follow_subscription(uuid4(), 1, str(user.id), "pro", "free", "")
    await studio.users.follow_subscription(uuid4(), 2, str(user.id), "pro", "pro", "")
    assert (await studio.actions(user.id)).count("plan.changed") == 1


async def test_an_event_seen_before_changes_nothing(studio: Studio) -> None:
    user, actor, event_id = (await studio.person()).user, uuid4(), uuid4()
    for _ in range(3):
        await studio.users.note_grant(event_id, str(user.id), 30, "welcome", str(actor))
    assert (await studio.actions(user.id)).count("credits.granted") == 1
    await studio.users.follow_subscription(event_id, 9, str(user.id), "pro", "free", "")
    assert (await studio.users.get(str(user.id), str(user.id), admin=False)).subscription_tier == "free"


async def test_an_account_is_its_owners_and_an_administrators(studio: Studio) -> None:
    one, two = (await studio.person()).user, (await studio.person()).user
    with pytest.raises(NotFound):
        await studio.users.get(str(one.id), str(two.id), admin=False)
    assert (await studio.users.get(str(one.id), str(two.id), admin=True)).id == one.id
    assert (await studio.users.get("", str(two.id), admin=False)).id == two.id
    with pytest.raises(NotFound):
        await studio.users.get("not-an-id", str(two.id), admin=True)


async def test_a_name_changes_under_its_etag(studio: Studio) -> None:
    user = (await studio.person()).user
    renamed = await studio.users.change(str(user.id), "  Asha  ", None, user.etag)
    assert (renamed.name, renamed.etag) == ("Asha", '"2"')
    with pytest.raises(EtagMismatch):
        await studio.users.change(str(user.id), "Other", None, user.etag)
    assert (await studio.users.change(str(user.id), "Other", None, "")).name == "Other"


async def test_administrators_cannot_lock_themselves_out(studio: Studio) -> None:
    admin = await studio.admin()
    with pytest.raises(Invalid):
        await studio.users.set_access(admin, admin, admin=False, suspended=None)
    with pytest.raises(Invalid):
        await studio.users.set_access(admin, admin, admin=None, suspended=True)


async def test_losing_admin_ends_sessions_and_sets_the_floor(studio: Studio) -> None:
    admin, person = await studio.admin(), await studio.person()
    await studio.users.set_access(admin, str(person.user.id), admin=True, suspended=None)
    session = await studio.sign_ins.sign_in(person.user.email, PASSWORD)
    assert session.user.role is Role.ADMIN
    await studio.users.set_access(admin, str(person.user.id), admin=False, suspended=None)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(session.refresh_token)
    assert person.user.id in dict(await studio.users.floors())
    assert (await studio.actions(person.user.id))[:1] == ["user.admin_revoked"]


async def test_the_bootstrap_administrator_opens_with_every_right(studio: Studio) -> None:
    email = f"{uuid4().hex}@example.com"
    await studio.users.ensure_admin(email, PASSWORD)
    user = (await studio.sign_ins.sign_in(email, PASSWORD)).user
    assert (user.role, user.subscription_tier) == (Role.ADMIN, "enterprise")
    ((_, payload),) = await facts_of(studio, user.id)
    assert events_pb2.UserRegistered.FromString(payload).account.admin


async def test_ensuring_the_administrator_again_changes_only_a_changed_password(studio: Studio) -> None:
    email = f"{uuid4().hex}@example.com"
    await studio.users.ensure_admin(email, PASSWORD)
    before = await studio.sign_ins.sign_in(email, PASSWORD)
    await studio.users.ensure_admin(email, PASSWORD)
    kept = await studio.sign_ins.refresh(before.refresh_token)
    await studio.users.ensure_admin(email, "green boats at dawn")
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.sign_in(email, PASSWORD)
    with pytest.raises(Unauthenticated):
        await studio.sign_ins.refresh(kept.refresh_token)
    assert (await studio.sign_ins.sign_in(email, "green boats at dawn")).user.admin


async def test_users_are_found_by_part_of_address_or_name_in_pages(studio: Studio) -> None:
    mark = uuid4().hex
    for number in range(3):
        await studio.users.register(f"{mark}_{number}@example.com", PASSWORD, f"N{number}")
    first, token = await studio.users.find(mark.upper()[:20], 2, "")
    rest, end = await studio.users.find(mark.upper()[:20], 2, token)
    assert [user.name for user in (*first, *rest)] == ["N2", "N1", "N0"]
    assert (end, await studio.users.find(mark[:8] + "%", 20, "")) == ("", ([], ""))


async def test_the_activity_log_can_not_be_rewritten(studio: Studio) -> None:
    for statement in ("UPDATE activities SET action = 'nothing'", "DELETE FROM activities"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with studio.database.work() as work:
                await work.session.execute(text(statement))


async def test_rights_of_an_account_that_has_changed_since_it_was_read_stay(studio: Studio) -> None:
    admin, person = str(uuid4()), (await studio.person()).user
    user_id, read = str(person.id), person.etag
    await studio.users.change(user_id, "Another Name", None, read)
    with pytest.raises(EtagMismatch):
        await studio.users.set_access(admin, user_id, admin=True, suspended=None, if_match=read)
    now = await studio.users.get(user_id, user_id, admin=False)
    assert not now.admin
    changed = await studio.users.set_access(admin, user_id, admin=None, suspended=True, if_match=f'"x", {now.etag}')
    assert changed.suspended
