"""Quotes, and the orders that make jobs."""

from __future__ import annotations

from fastapi import APIRouter, Response
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.youtube.v1 import youtube_pb2

from services.gateway import convert_jobs, convert_youtube
from services.gateway.problems import fields, of
from services.gateway.routes.common import RequestId, SignedIn, set_etag
from services.gateway.schemas import jobs as shapes
from services.gateway.schemas.youtube import Publish
from services.gateway.studio import Studio, TheStudio
from services.kit import telemetry
from services.kit.errors import DependencyAway, RemoteError
from services.kit.ids import new_id

router = APIRouter(prefix="/api/v1", tags=["films"])
# a hold, two other services and two commits are behind an order
ORDER_DEADLINE_S = 15.0
# a film doesn't wait for whoever publishes it
CHECK_DEADLINE_S = 2.0
_ORDER = (404, 422, 403, 409, 402)


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


@router.post("/generate/script", status_code=202)
async def generate_script(
    _person: SignedIn, body: shapes.ScriptRequest, response: Response, studio: TheStudio, request_id: RequestId
) -> shapes.Job:
    """Write a small script of an idea, by rules; free. It becomes a new version of the project's script."""
    request = jobs_pb2.CreateJobRequest(
        kind=jobs_pb2.JOB_KIND_SCRIPT,
        project_id=body.project_id,
        idea=body.idea,
        language=body.language or "",
        request_id=request_id,
    )
    return await _order(studio, request, response)


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
    """Make the film: credits are held now, captured when it has succeeded, released otherwise.

    With `publish` it goes to YouTube once it is there. What can't be published is refused before anything is made; where
    YouTube's part of the studio is away just now, the film is made all the same.
    """
    request = jobs_pb2.CreateJobRequest(
        kind=jobs_pb2.JOB_KIND_VIDEO,
        project_id=body.project_id,
        options=convert_jobs.options_in(body.options),
        quote_id=body.quote_id or "",
        publish=None if body.publish is None else convert_youtube.publish_in(body.publish),
        request_id=request_id,
    )
    if body.publish is not None and (refusal := await _unpublishable(studio, body.publish)) is not None:
        raise await _first(studio, request, refusal)
    return await _order(studio, request, response)


async def _unpublishable(studio: Studio, publish: Publish) -> RemoteError | None:
    """What youtube refuses of it; None while it is away."""
    request = youtube_pb2.CheckPublicationRequest(spec=convert_youtube.spec_in(publish))
    try:
        with fields(within="publish"):
            await studio.clients.youtube.CheckPublication(request, timeout=CHECK_DEADLINE_S)
    except RemoteError as refusal:
        return refusal
    except DependencyAway as error:
        telemetry.log().warning("an order's publication is not checked", dependency=error.dependency)
    return None


async def _first(studio: Studio, order: jobs_pb2.CreateJobRequest, refusal: RemoteError) -> Exception:
    """Of youtube's refusal and the film's own, the one that refusals' order (404, 422, 403, 409, 402) puts first."""
    asked = jobs_pb2.CreateQuoteRequest(
        kind=order.kind, project_id=order.project_id, options=order.options, request_id=str(new_id())
    )
    try:
        await studio.clients.jobs.CreateQuote(asked, timeout=ORDER_DEADLINE_S)
    except RemoteError as other:
        return min(refusal, other, key=_place)
    return refusal


def _place(error: RemoteError) -> int:
    status = of(error).status_code
    return _ORDER.index(status) if status in _ORDER else len(_ORDER)


async def _order(studio: Studio, request: jobs_pb2.CreateJobRequest, response: Response) -> shapes.Job:
    job = (await studio.clients.jobs.CreateJob(request, timeout=ORDER_DEADLINE_S)).job
    shape = convert_jobs.job(job, studio.settings.url)
    response.headers["Location"] = shape.links.self
    set_etag(response, job.etag)
    return shape
