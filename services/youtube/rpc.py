"""Synchronous requests enter: proto → one call → proto. Every call but Google's redirect is made on behalf of a user."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from filmstudio.youtube.v1 import youtube_pb2 as pb
from filmstudio.youtube.v1 import youtube_pb2_grpc

from services.kit.rpc import caller
from services.youtube import events, publication_events
from services.youtube.connections import Connections
from services.youtube.playlists import Playlists
from services.youtube.publications import Publications

SERVICE = "filmstudio.youtube.v1.YouTubeService"
_GATEWAY = frozenset({"gateway"})
CALLERS: Mapping[str, Set[str]] = {
    "StartConnection": _GATEWAY,
    "CompleteConnection": _GATEWAY,
    "GetConnection": _GATEWAY,
    "ListConnections": _GATEWAY,
    "DeleteConnection": _GATEWAY,
    "ListPlaylists": _GATEWAY,
    "CreatePublication": _GATEWAY,
    "CheckPublication": _GATEWAY,
    "GetPublication": _GATEWAY,
    "ListPublications": _GATEWAY,
    "CancelPublication": _GATEWAY,
}


class YouTubeServicer(youtube_pb2_grpc.YouTubeServiceServicer):
    """The door of youtube."""

    def __init__(self, connections: Connections, playlists: Playlists, publications: Publications) -> None:
        self._connections = connections
        self._playlists = playlists
        self._publications = publications

    async def StartConnection(self, request: pb.StartConnectionRequest, context: Any) -> pb.StartConnectionResponse:
        url, state = await self._connections.start(caller().user())
        return pb.StartConnectionResponse(authorization_url=url, state=state)

    async def CompleteConnection(
        self, request: pb.CompleteConnectionRequest, context: Any
    ) -> pb.CompleteConnectionResponse:
        # a browser that Google sends back shows no token: who it is, the state says
        connection = await self._connections.complete(request.state, request.code, request.error, caller().user_id)
        return pb.CompleteConnectionResponse(connection=events.connection_proto(connection))

    async def GetConnection(self, request: pb.GetConnectionRequest, context: Any) -> pb.GetConnectionResponse:
        connection = await self._connections.get(caller().user(), request.connection_id)
        return pb.GetConnectionResponse(connection=events.connection_proto(connection))

    async def ListConnections(self, request: pb.ListConnectionsRequest, context: Any) -> pb.ListConnectionsResponse:
        rows, next_page_token = await self._connections.page(caller().user(), request.page_size, request.page_token)
        return pb.ListConnectionsResponse(
            connections=map(events.connection_proto, rows), next_page_token=next_page_token
        )

    async def DeleteConnection(self, request: pb.DeleteConnectionRequest, context: Any) -> pb.DeleteConnectionResponse:
        await self._connections.disconnect(caller().user(), request.connection_id, request.if_match)
        return pb.DeleteConnectionResponse()

    async def ListPlaylists(self, request: pb.ListPlaylistsRequest, context: Any) -> pb.ListPlaylistsResponse:
        rows, next_page_token = await self._playlists.page(
            caller().user(), request.connection_id, request.page_size, request.page_token
        )
        return pb.ListPlaylistsResponse(playlists=map(events.playlist_proto, rows), next_page_token=next_page_token)

    async def CreatePublication(
        self, request: pb.CreatePublicationRequest, context: Any
    ) -> pb.CreatePublicationResponse:
        row = await self._publications.create(caller().user(), request)
        return pb.CreatePublicationResponse(publication=publication_events.publication_proto(row))

    async def CheckPublication(self, request: pb.CheckPublicationRequest, context: Any) -> pb.CheckPublicationResponse:
        await self._publications.check(caller().user(), request.spec)
        return pb.CheckPublicationResponse()

    async def GetPublication(self, request: pb.GetPublicationRequest, context: Any) -> pb.GetPublicationResponse:
        row = await self._publications.get(caller().user(), request.publication_id)
        return pb.GetPublicationResponse(publication=publication_events.publication_proto(row))

    async def ListPublications(self, request: pb.ListPublicationsRequest, context: Any) -> pb.ListPublicationsResponse:
        rows, next_page_token = await self._publications.page(
            caller().user(), request.job_id, request.project_id, request.page_size, request.page_token
        )
        return pb.ListPublicationsResponse(
            publications=map(publication_events.publication_proto, rows), next_page_token=next_page_token
        )

    async def CancelPublication(
        self, request: pb.CancelPublicationRequest, context: Any
    ) -> pb.CancelPublicationResponse:
        row = await self._publications.cancel(caller().user(), request.publication_id)
        return pb.CancelPublicationResponse(publication=publication_events.publication_proto(row))
