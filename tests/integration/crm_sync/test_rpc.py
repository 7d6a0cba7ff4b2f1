"""The administrators' door."""

import pytest
from filmstudio.crm_sync.v1 import crm_sync_pb2 as pb

from services.crm_sync.rpc import CrmSyncServicer
from services.crm_sync.service import CrmSync
from services.kit import identity
from services.kit.errors import Forbidden
from services.kit.identity import Caller
from tests.integration.crm_sync.conftest import Crm

ADMIN = Caller(service="gateway", user_id="a", admin=True)


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("GetStatus", pb.GetStatusRequest()),
        ("Resync", pb.ResyncRequest()),
        ("Pause", pb.PauseRequest()),
        ("Resume", pb.ResumeRequest()),
    ],
)
async def test_only_administrators_may(crm: Crm, name: str, request_: object) -> None:
    door = CrmSyncServicer(crm.admin)
    with identity.acting(Caller(service="gateway", user_id="u")), pytest.raises(Forbidden):
        await getattr(door, name)(request_, None)
    with identity.acting(ADMIN):
        assert (await getattr(door, name)(request_, None)).HasField("status")


async def test_status_tells_lag_and_times(crm: Crm) -> None:
    await crm.user()
    crm.clock.advance(30)
    assert (await crm.status()).lag_seconds == pytest.approx(30, abs=5)
    await crm.turn()
    status = await crm.status()
    assert (status.pending, status.lag_seconds) == (0, 0)
    assert status.HasField("last_push_time")
    assert status.HasField("last_poll_time")
    assert (status.calls_used > 0, status.calls_limit > 0) == (True, True)


async def test_without_an_account_it_collects_and_says_so(crm: Crm) -> None:
    unconfigured = CrmSync(crm.database.work, lambda: None, configured=False)
    await crm.user()
    status = await unconfigured.status()
    assert (status.state, status.pending) == (pb.CrmStatus.STATE_NOT_CONFIGURED, 1)
    assert "SALESFORCE_CLIENT_ID" in status.reason
