"""Synchronous requests enter: proto → one call → proto."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any
from uuid import UUID

from filmstudio.notifications.v1 import notifications_pb2 as pb
from filmstudio.notifications.v1 import notifications_pb2_grpc

from services.kit.errors import Invalid
from services.kit.ids import parse_id
from services.kit.rpc import caller
from services.notifications import events
from services.notifications.endpoints import Endpoints
from services.notifications.mail_models import PREFERENCES
from services.notifications.preferences import MailPreferences

SERVICE = "filmstudio.notifications.v1.NotificationsService"
_GATEWAY = frozenset({"gateway"})
CALLERS: Mapping[str, Set[str]] = {
    method.name: _GATEWAY for method in pb.DESCRIPTOR.services_by_name["NotificationsService"].methods
}


def _user_id() -> UUID:
    user_id = parse_id(caller().user())
    if user_id is None:
        raise Invalid("user_id is not a UUID", field="user_id")
    return user_id


class NotificationsServicer(notifications_pb2_grpc.NotificationsServiceServicer):
    """The door of notifications."""

    def __init__(self, endpoints: Endpoints, preferences: MailPreferences) -> None:
        self._endpoints = endpoints
        self._preferences = preferences

    async def CreateEndpoint(self, request: pb.CreateEndpointRequest, context: Any) -> pb.CreateEndpointResponse:
        endpoint, secret = await self._endpoints.create(_user_id(), request)
        return pb.CreateEndpointResponse(endpoint=events.endpoint_proto(endpoint), secret=secret)

    async def GetEndpoint(self, request: pb.GetEndpointRequest, context: Any) -> pb.GetEndpointResponse:
        endpoint = await self._endpoints.get(_user_id(), request.endpoint_id)
        return pb.GetEndpointResponse(endpoint=events.endpoint_proto(endpoint))

    async def ListEndpoints(self, request: pb.ListEndpointsRequest, context: Any) -> pb.ListEndpointsResponse:
        rows, next_page_token = await self._endpoints.page(_user_id(), request.page_size, request.page_token)
        return pb.ListEndpointsResponse(
            endpoints=[events.endpoint_proto(row) for row in rows], next_page_token=next_page_token
        )

    async def UpdateEndpoint(self, request: pb.UpdateEndpointRequest, context: Any) -> pb.UpdateEndpointResponse:
        endpoint = await self._endpoints.update(_user_id(), request)
        return pb.UpdateEndpointResponse(endpoint=events.endpoint_proto(endpoint))

    async def DeleteEndpoint(self, request: pb.DeleteEndpointRequest, context: Any) -> pb.DeleteEndpointResponse:
        await self._endpoints.delete(_user_id(), request.endpoint_id, request.if_match)
        return pb.DeleteEndpointResponse()

    async def RotateSecret(self, request: pb.RotateSecretRequest, context: Any) -> pb.RotateSecretResponse:
        endpoint, secret, until = await self._endpoints.rotate(_user_id(), request.endpoint_id)
        return pb.RotateSecretResponse(
            endpoint=events.endpoint_proto(endpoint), secret=secret, previous_expire_time=events.timestamp(until)
        )

    async def ListDeliveries(self, request: pb.ListDeliveriesRequest, context: Any) -> pb.ListDeliveriesResponse:
        rows, next_page_token = await self._endpoints.deliveries(
            _user_id(), request.endpoint_id, request.page_size, request.page_token
        )
        return pb.ListDeliveriesResponse(
            deliveries=[events.delivery_proto(row) for row in rows], next_page_token=next_page_token
        )

    async def Redeliver(self, request: pb.RedeliverRequest, context: Any) -> pb.RedeliverResponse:
        delivery = await self._endpoints.redeliver(_user_id(), request.endpoint_id, request.delivery_id)
        return pb.RedeliverResponse(delivery=events.delivery_proto(delivery))

    async def GetPreferences(self, request: pb.GetPreferencesRequest, context: Any) -> pb.GetPreferencesResponse:
        preferences = await self._preferences.get(_user_id())
        return pb.GetPreferencesResponse(preferences=events.preferences_proto(preferences))

    async def UpdatePreferences(
        self, request: pb.UpdatePreferencesRequest, context: Any
    ) -> pb.UpdatePreferencesResponse:
        choices = {name: getattr(request, name) for name in PREFERENCES if request.HasField(name)}  # type: ignore[arg-type]
        preferences = await self._preferences.update(_user_id(), choices, request.if_match)
        return pb.UpdatePreferencesResponse(preferences=events.preferences_proto(preferences))

    async def Unsubscribe(self, request: pb.UnsubscribeRequest, context: Any) -> pb.UnsubscribeResponse:
        return pb.UnsubscribeResponse(preference=await self._preferences.unsubscribe(request.token))
