"""The customer file, for administrators: how far Salesforce follows, what failed, and control of it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from filmstudio.crm_sync.v1 import crm_sync_pb2

from services.gateway.convert import moment, moment_or_none, word
from services.gateway.routes.common import Admin
from services.gateway.schemas import crm as shapes
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1/admin/crm", tags=["administration"])
# everything is marked in one statement
RESYNC_DEADLINE_S = 30.0


@router.get("")
async def get_crm(_admin: Admin, studio: TheStudio) -> shapes.Crm:
    """Lag, counts, the latest failures."""
    answer = await studio.clients.crm_sync.GetStatus(crm_sync_pb2.GetStatusRequest())
    return shapes.Crm(**_members(answer.status))


@router.post("/resync", status_code=202)
async def resync_crm(_admin: Admin, studio: TheStudio, body: shapes.Resync | None = None) -> shapes.Resynced:
    """Send one record again, or all. 404 for a record that was never wanted."""
    request = crm_sync_pb2.ResyncRequest()
    if body is not None:
        request = crm_sync_pb2.ResyncRequest(object=body.object or "", external_id=body.external_id or "")
    answer = await studio.clients.crm_sync.Resync(request, timeout=RESYNC_DEADLINE_S)
    return shapes.Resynced(**_members(answer.status), records=answer.records)


@router.post("/pause")
async def pause_crm(_admin: Admin, studio: TheStudio) -> shapes.Crm:
    """Send nothing more until it is resumed; what is to be sent is still collected."""
    answer = await studio.clients.crm_sync.Pause(crm_sync_pb2.PauseRequest())
    return shapes.Crm(**_members(answer.status))


@router.post("/resume")
async def resume_crm(_admin: Admin, studio: TheStudio) -> shapes.Crm:
    """Go on."""
    answer = await studio.clients.crm_sync.Resume(crm_sync_pb2.ResumeRequest())
    return shapes.Crm(**_members(answer.status))


def _members(message: crm_sync_pb2.CrmStatus) -> dict[str, Any]:
    known = message.calls_limit > 0
    return {
        "status": word(crm_sync_pb2.CrmStatus.State, message.state, "STATE_"),
        "reason": message.reason or None,
        "pending": message.pending,
        "failed": message.failed,
        "synced": message.synced,
        "lag_seconds": message.lag_seconds,
        "calls_used": message.calls_used if known else None,
        "calls_limit": message.calls_limit if known else None,
        "last_push_at": moment_or_none(message, "last_push_time"),
        "last_poll_at": moment_or_none(message, "last_poll_time"),
        "resumes_at": moment_or_none(message, "resume_time"),
        "failures": [_record(record) for record in message.failures],
    }


def _record(message: crm_sync_pb2.CrmRecord) -> shapes.CrmRecord:
    return shapes.CrmRecord(
        object=message.object,
        external_id=message.external_id,
        status=word(crm_sync_pb2.CrmRecord.State, message.state, "STATE_"),
        error=message.error or None,
        attempts=message.attempts,
        updated_at=moment(message.update_time),
        synced_at=moment_or_none(message, "sync_time"),
    )
