"""The process that is killed: youtube's publishing as its service runs it, without the doors that an upload doesn't use."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import ssl
from datetime import timedelta
from typing import Any

import googleapiclient.discovery  # type: ignore[import-untyped]  # noqa: F401 - read before the fork
import httpx
import structlog
from sqlalchemy.orm import configure_mappers

from services.kit.db import Database
from services.kit.rpc import Client
from services.youtube.access import Access
from services.youtube.google_oauth import GoogleOAuth, OAuthClient
from services.youtube.jobs_client import AiJobs
from services.youtube.publishing import publishing
from services.youtube.settings import Settings
from services.youtube.vault import Vault
from services.youtube.youtube_client import YouTube

# what every process reads at its start is read once, before hundreds of them are forked
ssl.create_default_context = functools.cache(ssl.create_default_context)
httpx.create_ssl_context()
configure_mappers()


def oauth_client(settings: Settings) -> OAuthClient:
    """The studio's OAuth client, by its settings."""
    return OAuthClient(
        client_id=settings.google_client_id,
        client_secret=settings.google_client_secret.get_secret_value(),
        redirect_uri=settings.redirect_uri,
        auth_url=settings.google_auth_url,
        token_url=settings.google_token_url,
        revoke_url=settings.google_revoke_url,
        jwks_url=settings.google_jwks_url,
        issuer=settings.google_issuer,
    )


def serve(told: dict[str, Any]) -> None:
    """Upload until killed. What it says is of no interest: it is killed all the time."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(_serve(Settings(**told)))


async def _serve(settings: Settings) -> None:
    assert settings.youtube_token_keys_dir is not None
    database = Database("youtube", settings.database_url.get_secret_value(), 4)
    youtube = YouTube(settings.youtube_api_url, settings.google_timeout_s)
    oauth = GoogleOAuth(oauth_client(settings), youtube.http, settings.google_timeout_s)
    access = Access(
        database.work,
        oauth,
        Vault(settings.youtube_token_keys_dir),
        refresh_before=timedelta(seconds=60),
        lease=timedelta(seconds=20),
    )
    jobs = AiJobs(Client(settings.ai_jobs_grpc_address, "ai_jobs", "-"))
    running = publishing(settings, database, access, youtube, jobs, lambda _: None)
    for part in running.parts:
        await part.start()
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - nothing tells that the harness died
        await asyncio.sleep(1)
