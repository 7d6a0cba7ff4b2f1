"""The services that connect the studio to the world outside, as small as the gateway's tests need them."""

# ruff: noqa: N802 - RPCs are named by their contracts
from __future__ import annotations

from typing import Any

import grpc
from filmstudio.crm_sync.v1 import crm_sync_pb2
from filmstudio.notifications.v1 import notifications_pb2
from filmstudio.youtube.v1 import youtube_pb2

from services.kit import identity
from tests.unit.gateway.fake import NOT_FOUND, Fake, refuse


class YouTube(Fake):
    name = "youtube"

    def __init__(self) -> None:
        super().__init__()
        self.connection = youtube_pb2.Connection(
            id="c1",
            state=youtube_pb2.Connection.STATE_ACTIVE,
            channel_id="UC1",
            channel_title="Films <from> Gull Rock",
            etag="1",
        )
        self.publications: dict[str, youtube_pb2.Publication] = {}

    def put(self, publication_id: str = "y1", **members: Any) -> youtube_pb2.Publication:
        said: dict[str, Any] = {"state": youtube_pb2.Publication.STATE_UPLOADING, "etag": "1", **members}
        self.publications[publication_id] = youtube_pb2.Publication(id=publication_id, **said)
        return self.publications[publication_id]

    def StartConnection(self, _request: Any) -> youtube_pb2.StartConnectionResponse:
        return youtube_pb2.StartConnectionResponse(authorization_url="https://google.example/auth?state=s1", state="s1")

    def CompleteConnection(self, request: Any) -> youtube_pb2.CompleteConnectionResponse:
        if request.error:
            raise refuse(grpc.StatusCode.FAILED_PRECONDITION, "OAUTH_REFUSED", "you said <no>", cause=request.error)
        if request.state != "s1":
            raise refuse(grpc.StatusCode.INVALID_ARGUMENT, "OAUTH_STATE_INVALID", "connect the channel again")
        return youtube_pb2.CompleteConnectionResponse(connection=self.connection)

    def GetConnection(self, _request: Any) -> youtube_pb2.GetConnectionResponse:
        return youtube_pb2.GetConnectionResponse(connection=self.connection)

    def ListConnections(self, _request: Any) -> youtube_pb2.ListConnectionsResponse:
        return youtube_pb2.ListConnectionsResponse(connections=[self.connection])

    def DeleteConnection(self, _request: Any) -> youtube_pb2.DeleteConnectionResponse:
        return youtube_pb2.DeleteConnectionResponse()

    def ListPlaylists(self, _request: Any) -> youtube_pb2.ListPlaylistsResponse:
        playlist = youtube_pb2.Playlist(id="PL1", title="Films", item_count=2, privacy="public")
        return youtube_pb2.ListPlaylistsResponse(playlists=[playlist])

    def CheckPublication(self, _request: Any) -> youtube_pb2.CheckPublicationResponse:
        return youtube_pb2.CheckPublicationResponse()

    def CreatePublication(self, request: Any) -> youtube_pb2.CreatePublicationResponse:
        publication = self.put(state=youtube_pb2.Publication.STATE_QUEUED, job_id=request.job_id, spec=request.spec)
        return youtube_pb2.CreatePublicationResponse(publication=publication)

    def GetPublication(self, request: Any) -> youtube_pb2.GetPublicationResponse:
        if request.publication_id not in self.publications or identity.caller().user_id != "u1":
            raise NOT_FOUND
        return youtube_pb2.GetPublicationResponse(publication=self.publications[request.publication_id])

    def ListPublications(self, _request: Any) -> youtube_pb2.ListPublicationsResponse:
        return youtube_pb2.ListPublicationsResponse(publications=self.publications.values())

    def CancelPublication(self, request: Any) -> youtube_pb2.CancelPublicationResponse:
        publication = self.publications[request.publication_id]
        publication.state = youtube_pb2.Publication.STATE_CANCELED
        return youtube_pb2.CancelPublicationResponse(publication=publication)


class Notifications(Fake):
    name = "notifications"

    def __init__(self) -> None:
        super().__init__()
        self.endpoint = notifications_pb2.Endpoint(
            id="w1",
            url="https://example.com/hook",
            events=["job.*"],
            state=notifications_pb2.Endpoint.STATE_ACTIVE,
            etag="5",
        )
        self.preferences = notifications_pb2.Preferences(film_ready=True, marketing=False, etag="2")
        self.secret = "whsec_c2VjcmV0"

    def CreateEndpoint(self, request: Any) -> notifications_pb2.CreateEndpointResponse:
        self.endpoint.url = request.url
        # a repeated request is not told the secret again
        secret, self.secret = self.secret, ""
        return notifications_pb2.CreateEndpointResponse(endpoint=self.endpoint, secret=secret)

    def GetEndpoint(self, request: Any) -> notifications_pb2.GetEndpointResponse:
        if request.endpoint_id != "w1":
            raise NOT_FOUND
        return notifications_pb2.GetEndpointResponse(endpoint=self.endpoint)

    def ListEndpoints(self, _request: Any) -> notifications_pb2.ListEndpointsResponse:
        return notifications_pb2.ListEndpointsResponse(endpoints=[self.endpoint])

    def UpdateEndpoint(self, _request: Any) -> notifications_pb2.UpdateEndpointResponse:
        return notifications_pb2.UpdateEndpointResponse(endpoint=self.endpoint)

    def DeleteEndpoint(self, _request: Any) -> notifications_pb2.DeleteEndpointResponse:
        return notifications_pb2.DeleteEndpointResponse()

    def RotateSecret(self, _request: Any) -> notifications_pb2.RotateSecretResponse:
        answer = notifications_pb2.RotateSecretResponse(endpoint=self.endpoint, secret="whsec_bmV3")
        answer.previous_expire_time.FromSeconds(1_900_000_000)
        return answer

    def ListDeliveries(self, _request: Any) -> notifications_pb2.ListDeliveriesResponse:
        return notifications_pb2.ListDeliveriesResponse(deliveries=[self._delivery()])

    def Redeliver(self, _request: Any) -> notifications_pb2.RedeliverResponse:
        return notifications_pb2.RedeliverResponse(delivery=self._delivery())

    def _delivery(self) -> notifications_pb2.Delivery:
        return notifications_pb2.Delivery(
            id="d1",
            endpoint_id="w1",
            message_id="msg_1",
            event_type="job.succeeded",
            state=notifications_pb2.Delivery.STATE_FAILED,
            attempts=10,
        )

    def GetPreferences(self, _request: Any) -> notifications_pb2.GetPreferencesResponse:
        return notifications_pb2.GetPreferencesResponse(preferences=self.preferences)

    def UpdatePreferences(self, request: Any) -> notifications_pb2.UpdatePreferencesResponse:
        for field, value in request.ListFields():
            if field.name != "if_match":
                setattr(self.preferences, field.name, value)
        return notifications_pb2.UpdatePreferencesResponse(preferences=self.preferences)

    def Unsubscribe(self, request: Any) -> notifications_pb2.UnsubscribeResponse:
        if request.token != "good":
            raise refuse(grpc.StatusCode.INVALID_ARGUMENT, "TOKEN_INVALID", "this link is not one of ours")
        return notifications_pb2.UnsubscribeResponse(preference="film_ready")


class CrmSync(Fake):
    name = "crm_sync"

    def __init__(self) -> None:
        super().__init__()
        self.status = crm_sync_pb2.CrmStatus(
            state=crm_sync_pb2.CrmStatus.STATE_RUNNING, pending=2, failed=1, synced=40, lag_seconds=1.5
        )
        self.status.failures.add(
            object="Contact",
            external_id="u9",
            state=crm_sync_pb2.CrmRecord.STATE_FAILED,
            error="REQUIRED_FIELD_MISSING",
        )

    def GetStatus(self, _request: Any) -> crm_sync_pb2.GetStatusResponse:
        return crm_sync_pb2.GetStatusResponse(status=self.status)

    def Resync(self, request: Any) -> crm_sync_pb2.ResyncResponse:
        if request.external_id == "nobody":
            raise NOT_FOUND
        return crm_sync_pb2.ResyncResponse(records=1 if request.object else 43, status=self.status)

    def Pause(self, _request: Any) -> crm_sync_pb2.PauseResponse:
        self.status.state = crm_sync_pb2.CrmStatus.STATE_PAUSED
        return crm_sync_pb2.PauseResponse(status=self.status)

    def Resume(self, _request: Any) -> crm_sync_pb2.ResumeResponse:
        self.status.state = crm_sync_pb2.CrmStatus.STATE_RUNNING
        return crm_sync_pb2.ResumeResponse(status=self.status)
