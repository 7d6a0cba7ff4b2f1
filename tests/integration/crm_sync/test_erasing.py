"""A deleted user is forgotten in Salesforce, with all that hangs on their contact, and nothing heard late brings them back."""

from uuid import uuid4

from filmstudio.projects.v1.projects_pb2 import Project
from filmstudio.users.v1.events_pb2 import Account as UserAccount
from filmstudio.youtube.v1.youtube_pb2 import Publication

from services.kit.ids import new_id
from tests.integration.crm_sync.conftest import Crm, Opened


async def customer(crm: Crm) -> tuple[str, str]:
    """A user with a line, a film and a video, all there; and their project."""
    user_id, project_id = await crm.user(), str(new_id())
    await crm.line(user_id, 3, 3)
    await crm.hear(crm.collecting.follow_project, Project(id=project_id, user_id=user_id, title="The Kettle"))
    video = Publication(id=str(new_id()), user_id=user_id, project_id=project_id, state=Publication.STATE_QUEUED)
    await crm.hear(crm.collecting.follow_publication, video)
    await crm.turn()
    return user_id, project_id


async def what_is_left(crm: Crm, contact_id: str) -> list[str]:
    """Objects of which something of this contact stands there."""
    return [
        name
        for name in ("Contact", "AI_Project__c", "AI_Credit__c", "YouTube_Integration__c")
        for row in await crm.there(name)
        if contact_id in (row["Id"], row.get("Contact__c"))
    ]


async def test_contact_and_children_are_gone_and_so_are_our_own_records(crm: Crm) -> None:
    user_id, _ = await customer(crm)
    other, _ = await customer(crm)
    contact_id = (await crm.contact(user_id))["Id"]
    assert len(await what_is_left(crm, contact_id)) == 4
    await crm.collecting.erase(user_id, uuid4())
    await crm.turn()
    assert await what_is_left(crm, contact_id) == []
    assert len(await what_is_left(crm, (await crm.contact(other))["Id"])) == 4
    status = await crm.status()
    assert (status.pending, status.synced) == (0, 4)


async def test_what_support_wrote_down_about_them_is_gone_too(crm: Crm) -> None:
    user_id, _ = await customer(crm)
    contact_id = (await crm.contact(user_id))["Id"]
    grant = {"Contact__c": contact_id, "Transaction_Type__c": "Grant", "Amount__c": 1, "Reason__c": "sorry"}
    await crm.person("POST", "/sobjects/AI_Credit__c", grant)
    await crm.collecting.erase(user_id, uuid4())
    await crm.turn()
    assert await what_is_left(crm, contact_id) == []


async def test_what_is_heard_late_does_not_bring_them_back(crm: Crm) -> None:
    user_id, project_id = await customer(crm)
    await crm.collecting.erase(user_id, uuid4())
    await crm.hear(crm.collecting.follow_project, Project(id=project_id, user_id=user_id, title="Again"))
    await crm.hear(crm.collecting.follow_user, UserAccount(user_id=user_id))
    await crm.line(user_id, 3, 6)
    await crm.turn()
    assert (await crm.status()).synced == 0


async def test_an_account_that_users_no_longer_knows_is_erased_without_its_event(crm: Crm) -> None:
    user_id, _ = await customer(crm)
    contact_id = (await crm.contact(user_id))["Id"]
    del crm.people.known[user_id]
    await crm.balance(user_id, 9)
    await crm.turn()
    await crm.turn()
    assert await what_is_left(crm, contact_id) == []


async def test_what_cannot_be_deleted_is_told_and_tried_again(crm: Crm) -> None:
    user_id, _ = await customer(crm)
    contact_id = (await crm.contact(user_id))["Id"]
    await crm.box.fault("salesforce", "AI_Credit__c/", "error:UNABLE_TO_LOCK_ROW")
    await crm.collecting.erase(user_id, uuid4())
    await crm.turn()
    status = await crm.status()
    assert (status.pending, status.failures[0].external_id) == (1, user_id)
    # the contact stays until nothing hangs on it
    assert await what_is_left(crm, contact_id) == ["Contact", "AI_Credit__c"]
    crm.clock.advance(10)
    await crm.turn()
    assert await what_is_left(crm, contact_id) == []


async def test_they_are_looked_for_once_more_in_case_a_call_was_carried_out_late(open_crm: Opened) -> None:
    async with open_crm(check_s=3600) as crm:
        user_id, _ = await customer(crm)
        await crm.collecting.erase(user_id, uuid4())
        await crm.turn()
        late = {"LastName": "Late", "AI_Film_User_ID__c": user_id}
        await crm.person("POST", "/sobjects/Contact", late)
        await crm.turn()
        assert await crm.contact(user_id)
        crm.clock.advance(3601)
        await crm.turn()
        assert not [row for row in await crm.there("Contact") if row["AI_Film_User_ID__c"] == user_id]
