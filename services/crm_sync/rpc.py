"""Synchronous requests enter: proto → one call → proto. Administrators only."""

from __future__ import annotations

from typing import Any

from filmstudio.crm_sync.v1 import crm_sync_pb2 as pb
from filmstudio.crm_sync.v1 import crm_sync_pb2_grpc

from services.crm_sync.service import CrmSync
from services.kit.rpc import caller

SERVICE = "filmstudio.crm_sync.v1.CrmSyncService"
_GATEWAY = {"gateway"}
CALLERS = {"GetStatus": _GATEWAY, "Resync": _GATEWAY, "Pause": _GATEWAY, "Resume": _GATEWAY}


class CrmSyncServicer(crm_sync_pb2_grpc.CrmSyncServiceServicer):
    """The door of crm_sync."""

    def __init__(self, crm: CrmSync) -> None:
        self._crm = crm

    async def GetStatus(self, request: pb.GetStatusRequest, context: Any) -> pb.GetStatusResponse:
        caller().require_admin()
        return pb.GetStatusResponse(status=await self._crm.status())

    async def Resync(self, request: pb.ResyncRequest, context: Any) -> pb.ResyncResponse:
        caller().require_admin()
        records = await self._crm.resync(request.object, request.external_id)
        return pb.ResyncResponse(records=records, status=await self._crm.status())

    async def Pause(self, request: pb.PauseRequest, context: Any) -> pb.PauseResponse:
        caller().require_admin()
        await self._crm.pause()
        return pb.PauseResponse(status=await self._crm.status())

    async def Resume(self, request: pb.ResumeRequest, context: Any) -> pb.ResumeResponse:
        caller().require_admin()
        await self._crm.resume()
        return pb.ResumeResponse(status=await self._crm.status())
