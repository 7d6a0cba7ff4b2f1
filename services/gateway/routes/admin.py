"""For administrators: accounts, credits, everybody's jobs, dead letters, the activity log, figures, probes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2
from filmstudio.users.v1 import users_pb2

from services.gateway import convert, convert_jobs
from services.gateway.routes.common import Admin, IfMatch, Pages, RequestId, query_text, set_etag
from services.gateway.routes.generate import ORDER_DEADLINE_S
from services.gateway.schemas import admin as shapes
from services.gateway.schemas import jobs as job_shapes
from services.gateway.schemas.common import Page
from services.gateway.studio import TheStudio

router = APIRouter(prefix="/api/v1/admin", tags=["administration"])


@router.get("/users")
async def list_users(
    _admin: Admin,
    studio: TheStudio,
    pages: Pages,
    query: Annotated[str, Query(max_length=200, description="part of an e-mail address or a name")] = "",
) -> Page[shapes.Account]:
    """Accounts, newest first."""
    request = users_pb2.ListUsersRequest(query=query_text("query", query), page_size=pages.size, page_token=pages.token)
    answer = await studio.clients.users.ListUsers(request)
    return Page[shapes.Account](items=[_account(user) for user in answer.users], next_page_token=answer.next_page_token)


@router.get("/users/{user_id}")
async def get_user(_admin: Admin, user_id: str, response: Response, studio: TheStudio) -> shapes.Account:
    """An account."""
    answer = await studio.clients.users.GetUser(users_pb2.GetUserRequest(user_id=user_id))
    set_etag(response, answer.user.etag)
    return _account(answer.user)


@router.patch("/users/{user_id}")
async def change_user(
    _admin: Admin,
    user_id: str,
    body: shapes.AccountChange,
    response: Response,
    studio: TheStudio,
    if_match: IfMatch,
) -> shapes.Account:
    """Change the tier (at once, granting no credits), make or unmake an administrator, suspend or readmit.

    Suspension and losing `admin` refuse the tokens that were issued before.
    """
    rights = body.admin is not None or body.suspended is not None
    if rights or if_match:
        access = users_pb2.SetAccessRequest(
            user_id=user_id, admin=body.admin, suspended=body.suspended, if_match=if_match
        )
        user = (await studio.clients.users.SetAccess(access)).user
    else:
        user = (await studio.clients.users.GetUser(users_pb2.GetUserRequest(user_id=user_id))).user
    if rights:
        await studio.gatekeeper.read_floors()
    tier = body.subscription_tier or ("enterprise" if body.admin else None)
    if tier is not None:
        await studio.clients.credits.SetPlan(credits_pb2.SetPlanRequest(user_id=user_id, plan_id=tier))
    set_etag(response, user.etag)
    return _account(user, tier)


@router.post("/users/{user_id}/credits", status_code=201)
async def grant_credits(
    admin: Admin, user_id: str, body: shapes.NewGrant, studio: TheStudio, request_id: RequestId
) -> shapes.Grant:
    """Give credits."""
    await studio.clients.users.GetUser(users_pb2.GetUserRequest(user_id=user_id))
    request = credits_pb2.GrantCreditsRequest(
        user_id=user_id,
        amount=body.amount,
        reason=body.reason,
        business_key=f"admin:{admin.user_id}:{request_id}",
    )
    answer = await studio.clients.credits.GrantCredits(request)
    return shapes.Grant(**convert.account_members(answer.account), transaction=convert.transaction(answer.transaction))


@router.get("/jobs")
async def list_all_jobs(
    _admin: Admin,
    studio: TheStudio,
    pages: Pages,
    project_id: Annotated[str, Query(max_length=64)] = "",
    status: job_shapes.JobStatus | None = None,
) -> Page[job_shapes.OwnedJob]:
    """Everybody's jobs, newest first."""
    request = jobs_pb2.ListJobsRequest(
        project_id=query_text("project_id", project_id),
        status=convert_jobs.status_in(status),
        page_size=pages.size,
        page_token=pages.token,
        all_users=True,
    )
    answer = await studio.clients.jobs.ListJobs(request)
    items = [convert_jobs.owned_job(job, studio.settings.url) for job in answer.jobs]
    return Page[job_shapes.OwnedJob](items=items, next_page_token=answer.next_page_token)


@router.get("/audit")
async def list_activities(
    _admin: Admin, studio: TheStudio, pages: Pages, user_id: Annotated[str, Query(max_length=64)] = ""
) -> Page[shapes.Activity]:
    """The activity log, newest first."""
    request = users_pb2.ListActivitiesRequest(
        user_id=query_text("user_id", user_id), page_size=pages.size, page_token=pages.token
    )
    answer = await studio.clients.users.ListActivities(request)
    items = [_activity(activity) for activity in answer.activities]
    return Page[shapes.Activity](items=items, next_page_token=answer.next_page_token)


@router.get("/metrics")
async def job_metrics(_admin: Admin, studio: TheStudio) -> shapes.Metrics:
    """Figures over all jobs."""
    answer = await studio.clients.jobs.GetJobMetrics(jobs_pb2.GetJobMetricsRequest())
    return shapes.Metrics(
        jobs_by_status=dict(answer.jobs_by_status),
        steps_ready_by_lane=dict(answer.steps_ready_by_lane),
        steps_leased=answer.steps_leased,
        workers_live=answer.workers_live,
    )


@router.post("/probes", status_code=202)
async def create_probe(
    _admin: Admin, body: shapes.NewProbe, response: Response, studio: TheStudio, request_id: RequestId
) -> job_shapes.Job:
    """A synthetic job of steps that only wait."""
    request = jobs_pb2.CreateProbeRequest(
        steps=body.steps,
        seconds_per_step=body.seconds_per_step,
        width=body.width or 0,
        fail_rate=body.fail_rate or 0,
        credits=body.credits or 0,
        request_id=request_id,
    )
    job = (await studio.clients.jobs.CreateProbe(request, timeout=ORDER_DEADLINE_S)).job
    shape = convert_jobs.job(job, studio.settings.url)
    response.headers["Location"] = shape.links.self
    set_etag(response, job.etag)
    return shape


def _account(user: users_pb2.User, tier: str | None = None) -> shapes.Account:
    """`tier`: what was set just now; users hears of it by its event a moment later."""
    members: dict[str, Any] = {**convert.user_members(user), "admin": user.admin, "suspended": user.suspended}
    if tier is not None:
        role: Literal["free_user", "pro_user"] = "free_user" if tier == "free" else "pro_user"
        members |= {"subscription_tier": tier, "role": "admin" if user.admin else role}
    return shapes.Account(**members)


def _activity(message: users_pb2.Activity) -> shapes.Activity:
    return shapes.Activity(
        id=message.id,
        actor_id=message.actor_id or None,
        subject_id=message.subject_id or None,
        action=message.action,
        details=dict(message.details),
        created_at=convert.moment(message.create_time),
    )
