"""The services behind the gateway: one channel each, typed stubs over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from filmstudio.ai_jobs.v1 import jobs_pb2_grpc
from filmstudio.credits.v1 import credits_pb2_grpc
from filmstudio.crm_sync.v1 import crm_sync_pb2_grpc
from filmstudio.notifications.v1 import notifications_pb2_grpc
from filmstudio.ops.v1 import ops_pb2_grpc
from filmstudio.projects.v1 import projects_pb2_grpc
from filmstudio.users.v1 import users_pb2_grpc
from filmstudio.youtube.v1 import youtube_pb2_grpc

from services.gateway.settings import Settings
from services.kit import rpc

if TYPE_CHECKING:
    from filmstudio.ai_jobs.v1.jobs_pb2_grpc import JobsServiceAsyncStub
    from filmstudio.credits.v1.credits_pb2_grpc import CreditsServiceAsyncStub
    from filmstudio.crm_sync.v1.crm_sync_pb2_grpc import CrmSyncServiceAsyncStub
    from filmstudio.notifications.v1.notifications_pb2_grpc import NotificationsServiceAsyncStub
    from filmstudio.ops.v1.ops_pb2_grpc import OperationsServiceAsyncStub
    from filmstudio.projects.v1.projects_pb2_grpc import ProjectsServiceAsyncStub
    from filmstudio.users.v1.users_pb2_grpc import UsersServiceAsyncStub
    from filmstudio.youtube.v1.youtube_pb2_grpc import YouTubeServiceAsyncStub

SERVICES = ("users", "projects", "credits", "ai_jobs", "youtube", "crm_sync", "notifications")


@dataclass(frozen=True)
class Clients:
    """Typed RPCs of each service, and every service's operations by its name. Calls raise RemoteError or DependencyAway."""

    users: UsersServiceAsyncStub
    projects: ProjectsServiceAsyncStub
    credits: CreditsServiceAsyncStub
    jobs: JobsServiceAsyncStub
    youtube: YouTubeServiceAsyncStub
    crm_sync: CrmSyncServiceAsyncStub
    notifications: NotificationsServiceAsyncStub
    operations: dict[str, OperationsServiceAsyncStub]
    channels: dict[str, rpc.Client]


def connect(settings: Settings, token: str) -> Clients:
    """Clients of every service; a channel opens with its first call."""
    addresses = {
        "users": settings.users_grpc_address,
        "projects": settings.projects_grpc_address,
        "credits": settings.credits_grpc_address,
        "ai_jobs": settings.ai_jobs_grpc_address,
        "youtube": settings.youtube_grpc_address,
        "crm_sync": settings.crm_sync_grpc_address,
        "notifications": settings.notifications_grpc_address,
    }
    channels = {name: rpc.Client(address, name, token) for name, address in addresses.items()}

    def stub(name: str, stub_class: type[Any]) -> Any:
        return channels[name].stub(stub_class)

    operations = {name: stub(name, ops_pb2_grpc.OperationsServiceStub) for name in SERVICES}
    return Clients(
        users=cast("UsersServiceAsyncStub", stub("users", users_pb2_grpc.UsersServiceStub)),
        projects=cast("ProjectsServiceAsyncStub", stub("projects", projects_pb2_grpc.ProjectsServiceStub)),
        credits=cast("CreditsServiceAsyncStub", stub("credits", credits_pb2_grpc.CreditsServiceStub)),
        jobs=cast("JobsServiceAsyncStub", stub("ai_jobs", jobs_pb2_grpc.JobsServiceStub)),
        youtube=cast("YouTubeServiceAsyncStub", stub("youtube", youtube_pb2_grpc.YouTubeServiceStub)),
        crm_sync=cast("CrmSyncServiceAsyncStub", stub("crm_sync", crm_sync_pb2_grpc.CrmSyncServiceStub)),
        notifications=cast(
            "NotificationsServiceAsyncStub", stub("notifications", notifications_pb2_grpc.NotificationsServiceStub)
        ),
        operations=operations,
        channels=channels,
    )
