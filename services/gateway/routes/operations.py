"""For those who run the studio: alive, ready, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from filmstudio.users.v1 import users_pb2
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.gateway.clients import SERVICES
from services.gateway.schemas.admin import Health, Readiness
from services.gateway.studio import Studio, TheStudio
from services.kit.errors import DependencyAway, RemoteError

router = APIRouter(tags=["operations"])
# what the studio can't do without; the rest is told for information
REQUIRED = ("postgres", "users", "ai_jobs")
PROBE_LIMIT_S = 1.0


@router.get("/health")
async def health() -> Health:
    """200 while the process lives."""
    return Health()


@router.get("/ready", responses={503: {"model": Readiness, "description": "something it can't do without is away"}})
async def ready(studio: TheStudio) -> JSONResponse:
    """200 while PostgreSQL, users and ai_jobs answer, else 503; says who does."""
    channels = studio.clients.channels
    answers = await asyncio.gather(*(_answers(channels[name].ping()) for name in SERVICES), _postgres(studio))
    up = dict(zip((*SERVICES, "postgres"), answers, strict=True)) | {"redis": studio.hub.up}
    good = all(up[name] for name in REQUIRED)
    body = Readiness(
        status="ready" if good else "not_ready",
        dependencies={name: "up" if up[name] else "down" for name in sorted(up)},
    )
    return JSONResponse(body.model_dump(), 200 if good else 503)


@router.get("/metrics")
def metrics() -> Response:
    """Figures of the gateway itself, for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _answers(call: Awaitable[object]) -> bool:
    try:
        await call
    except (DependencyAway, RemoteError):
        return False
    return True


async def _postgres(studio: Studio) -> bool:
    """PostgreSQL as users sees it: the gateway has no way to it."""
    request = users_pb2.ListTokenFloorsRequest()
    return await _answers(studio.clients.users.ListTokenFloors(request, timeout=PROBE_LIMIT_S))
