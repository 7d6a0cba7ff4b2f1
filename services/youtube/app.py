"""The composition root of youtube."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from filmstudio.youtube.v1 import youtube_pb2_grpc

from services.kit import dead_letters
from services.kit.bell import Bell
from services.kit.consumer import Consumer
from services.kit.db import Database
from services.kit.housekeeping import housekeeping
from services.kit.identity import Callers, own_token
from services.kit.relay import Relay
from services.kit.rpc import Client, Server
from services.kit.runtime import Part, Periodic
from services.kit.settings import SettingsError
from services.youtube import consumers, rpc
from services.youtube.access import Access
from services.youtube.connections import Connections, Google
from services.youtube.google_oauth import GoogleOAuth, OAuthClient
from services.youtube.house import House
from services.youtube.jobs_client import AiJobs
from services.youtube.playlists import Playlists
from services.youtube.publications import Publications
from services.youtube.publishing import publishing
from services.youtube.revocations import Revocations
from services.youtube.settings import Settings
from services.youtube.vault import Vault
from services.youtube.youtube_client import YouTube

# of a lease on a connection's refresh, beyond the time that Google may take for it
LEASE_BEYOND_S = 10.0


def _google(settings: Settings, youtube: YouTube) -> Google | None:
    """What connecting needs; None without an OAuth client. SettingsError where only the keys' folder is missing."""
    if not settings.configured:
        return None
    if settings.youtube_token_keys_dir is None:
        raise SettingsError("these settings are missing or wrong:\n  YOUTUBE_TOKEN_KEYS_DIR: Field required")
    client = OAuthClient(
        client_id=settings.google_client_id,
        client_secret=settings.google_client_secret.get_secret_value(),
        redirect_uri=settings.redirect_uri,
        auth_url=settings.google_auth_url,
        token_url=settings.google_token_url,
        revoke_url=settings.google_revoke_url,
        jwks_url=settings.google_jwks_url,
        issuer=settings.google_issuer,
    )
    oauth = GoogleOAuth(client, youtube.http, settings.google_timeout_s)
    return Google(oauth, Vault(settings.youtube_token_keys_dir), youtube)


def build(settings: Settings) -> Sequence[Part]:
    """The parts of the service, in starting order."""
    bootstrap = settings.kafka_bootstrap_servers
    database = Database("youtube", settings.database_url.get_secret_value(), settings.database_pool_size)
    youtube = YouTube(settings.youtube_api_url, settings.google_timeout_s)
    google = _google(settings, youtube)
    connections = Connections(database.work, google, timedelta(seconds=settings.youtube_oauth_state_s))
    access = _access(settings, database, google) if google else None
    ai_jobs = Client(settings.ai_jobs_grpc_address, "ai_jobs", own_token(settings))
    jobs, bell = AiJobs(ai_jobs), Bell(settings.redis_url)
    house = publishing(settings, database, access, youtube, jobs, bell.ring) if access else None
    publications = Publications(
        database.work,
        connections,
        jobs,
        bell.ring,
        house.wake if house else _nobody,
        timedelta(seconds=settings.youtube_revive_within_s),
        configured=settings.configured,
    )
    connections.on_establish(publications.revive)
    connections.on_disconnect(publications.end_of_channel)
    connections.on_erase(publications.erase_user)
    playlists = Playlists(
        database.work, connections, house.calls if house else None, youtube, settings.youtube_units_kept_for_uploads
    )
    loops = [Periodic("expired consents", 3600, connections.forget_expired)]
    if google is not None:
        loops.append(_revoking(settings, database, google, connections))
    consumer = Consumer("youtube", bootstrap)
    consumers.subscribe(consumer, House(connections, publications))
    server = Server(settings.youtube_grpc_address, Callers.read(settings))
    server.add(
        youtube_pb2_grpc.add_YouTubeServiceServicer_to_server,
        rpc.YouTubeServicer(connections, playlists, publications),
        rpc.SERVICE,
        rpc.CALLERS,
    )
    dead_letters.serve(server, "youtube", bootstrap, consumer)
    return [
        database,
        bell,
        youtube,
        ai_jobs,
        Relay(database, bootstrap),
        *(house.parts if house else []),
        consumer,
        server,
        housekeeping(database),
        *loops,
    ]


def _nobody() -> None:
    """Without an OAuth client nothing is published, so nobody has to be woken."""


def _access(settings: Settings, database: Database, google: Google) -> Access:
    return Access(
        database.work,
        google.oauth,
        google.vault,
        refresh_before=timedelta(seconds=settings.youtube_refresh_before_s),
        lease=timedelta(seconds=settings.google_timeout_s + LEASE_BEYOND_S),
    )


def _revoking(settings: Settings, database: Database, google: Google, connections: Connections) -> Periodic:
    revocations = Revocations(
        database.work,
        google.oauth,
        google.vault,
        every=timedelta(seconds=settings.youtube_revoke_every_s),
        tried_for=timedelta(seconds=settings.youtube_revoke_for_s),
    )
    loop = Periodic("grants to give back", settings.youtube_revoke_every_s, revocations.give_back)
    connections.on_revocation(loop.wake)
    return loop
