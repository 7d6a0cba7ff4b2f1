"""Quotes, and the orders that make jobs."""

from __future__ import annotations

from fastapi import APIRouter, Response
from filmstudio.ai_jobs.v1 import jobs_pb2

from services.gateway import convert_jobs
from services.gateway.routes.common import RequestId, SignedIn, set_etag
from services.gateway.schemas import jobs as shapes
from services.gateway.studio import Studio, TheStudio

router = APIRouter(prefix="/api/v1", tags=["films"])
# a hold, two other services and two commits are behind an order
ORDER_DEADLINE_S = 15.0


@router.post("/quotes", status_code=201)
async def create_quote(
    _person: SignedIn, body: shapes.QuoteRequest, studio: TheStudio, request_id: RequestId
) -> shapes.Quote:
    """What it would cost, and how long it would take."""
    request = jobs_pb2.CreateQuoteRequest(
        kind=convert_jobs.kind_in(body.kind),
        project_id=body.project_id,
        options=convert_jobs.options_in(body.options),
        request_id=request_id,
    )
    answer = await studio.clients.jobs.CreateQuote(request, timeout=ORDER_DEADLINE_S)
    return convert_jobs.quote(answer.quote)


@router.post("/generate/storyboard", status_code=202)
async def generate_storyboard(
    _person: SignedIn, body: shapes.StoryboardRequest, response: Response, studio: TheStudio, request_id: RequestId
) -> shapes.Job:
    """Analyse the script into scenes and shots; free."""
    request = jobs_pb2.CreateJobRequest(
        kind=jobs_pb2.JOB_KIND_STORYBOARD,
        project_id=body.project_id,
        options=convert_jobs.options_in(body.options),
        request_id=request_id,
    )
    return await _order(studio, request, response)


@router.post("/generate/video", status_code=202)
async def generate_video(
    _person: SignedIn, body: shapes.VideoRequest, response: Response, studio: TheStudio, request_id: RequestId
) -> shapes.Job:
    """Make the film: credits are held now, captured when it has succeeded, released otherwise."""
    request = jobs_pb2.CreateJobRequest(
        kind=jobs_pb2.JOB_KIND_VIDEO,
        project_id=body.project_id,
        options=convert_jobs.options_in(body.options),
        quote_id=body.quote_id or "",
        request_id=request_id,
    )
    return await _order(studio, request, response)


async def _order(studio: Studio, request: jobs_pb2.CreateJobRequest, response: Response) -> shapes.Job:
    job = (await studio.clients.jobs.CreateJob(request, timeout=ORDER_DEADLINE_S)).job
    shape = convert_jobs.job(job, studio.settings.url)
    response.headers["Location"] = shape.links.self
    set_etag(response, job.etag)
    return shape
