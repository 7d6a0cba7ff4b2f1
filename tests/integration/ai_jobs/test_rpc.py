"""The doors of ai_jobs over real gRPC: who may call what, and what comes back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from filmstudio.ai_jobs.v1 import jobs_pb2 as pb
from filmstudio.ai_jobs.v1 import jobs_pb2_grpc, steps_pb2, worker_pb2, worker_pb2_grpc

from services.ai_jobs import rpc, worker_rpc
from services.kit.errors import RemoteError
from services.kit.identity import Callers, acting_for
from services.kit.rpc import Client, Server
from tests.integration.ai_jobs.conftest import Studio
from tests.integration.ai_jobs.rendering import ENGINES, result_of

NAMES = ("gateway", "youtube", "render_worker", "credits")


@dataclass
class Doors:
    """Stubs by the name of the service that calls."""

    jobs: dict[str, Any]
    render: dict[str, Any]


@pytest.fixture
async def doors(studio: Studio, tmp_path: Path) -> AsyncIterator[Doors]:
    address = f"unix:{tmp_path}/ai_jobs.sock"
    server = Server(address, Callers({name: hashlib.sha256(name.encode()).hexdigest() for name in NAMES}))
    jobs = rpc.JobsServicer(studio.jobs, studio.quotes, studio.reading)
    render = worker_rpc.RenderServicer(studio.dispatch, studio.deliveries)
    server.add(jobs_pb2_grpc.add_JobsServiceServicer_to_server, jobs, rpc.SERVICE, rpc.CALLERS)
    server.add(worker_pb2_grpc.add_RenderServiceServicer_to_server, render, worker_rpc.SERVICE, worker_rpc.CALLERS)
    await server.start()
    clients = {name: Client(address, "ai_jobs", name) for name in NAMES}
    yield Doors(
        {name: client.stub(jobs_pb2_grpc.JobsServiceStub) for name, client in clients.items()},
        {name: client.stub(worker_pb2_grpc.RenderServiceStub) for name, client in clients.items()},
    )
    for client in clients.values():
        await client.stop()
    await server.stop()


async def test_only_the_named_callers_are_served(doors: Doors) -> None:
    for stubs, callers, messages in ((doors.jobs, rpc.CALLERS, pb), (doors.render, worker_rpc.CALLERS, worker_pb2)):
        for name, allowed in callers.items():
            for service in set(NAMES) - allowed:
                with pytest.raises(RemoteError) as refused:
                    await getattr(stubs[service], name)(getattr(messages, f"{name}Request")())
                assert refused.value.reason == "CALLER_NOT_ALLOWED"


def test_every_rpc_of_the_contract_names_its_callers() -> None:
    for callers, file, service in ((rpc.CALLERS, pb, "JobsService"), (worker_rpc.CALLERS, worker_pb2, "RenderService")):
        assert set(callers) == {method.name for method in file.DESCRIPTOR.services_by_name[service].methods}


async def test_from_a_quote_to_a_film_and_its_events(studio: Studio, doors: Doors) -> None:
    gateway, project_id = doors.jobs["gateway"], studio.project()
    options = pb.VideoOptions(duration_s=30)
    with acting_for(studio.user):
        asked = pb.CreateQuoteRequest(kind=pb.JOB_KIND_VIDEO, project_id=project_id, options=options)
        quote = (await gateway.CreateQuote(asked)).quote
        assert (quote.credits, quote.kind, quote.project_id) == (2, pb.JOB_KIND_VIDEO, project_id)
        request = pb.CreateJobRequest(
            kind=pb.JOB_KIND_VIDEO, project_id=project_id, options=options, quote_id=quote.id, request_id="r"
        )
        job = (await gateway.CreateJob(request)).job
        assert (job.status, job.options.duration_s, job.queue_position) == (pb.JOB_STATUS_QUEUED, 30, 0)
        assert (await gateway.CreateJob(request)).job.id == job.id
        await studio.render()
        done = (await gateway.GetJob(pb.GetJobRequest(job_id=job.id))).job
        assert done.status == pb.JOB_STATUS_SUCCEEDED
        answer = await gateway.ListJobEvents(pb.ListJobEventsRequest(job_id=job.id, page_size=500))
        assert (answer.events[0].type, answer.events[-1].final, answer.ended) == ("job.queued", True, True)
        assert json.loads(answer.events[-1].data_json)["status"] == "succeeded"
        assert answer.events[0].project_id == project_id
        listed = await gateway.ListJobs(pb.ListJobsRequest(status=pb.JOB_STATUS_SUCCEEDED))
        assert [found.id for found in listed.jobs] == [job.id]
        film = (await gateway.GetOutput(pb.GetOutputRequest(job_id=job.id, kind="film"))).output
        assert film.content_type == "video/mp4"


async def test_refusals_carry_their_reason_and_figures(studio: Studio, doors: Doors) -> None:
    gateway, project_id = doors.jobs["gateway"], studio.project()
    studio.projects.scripts[project_id].spoken_seconds = 100
    with acting_for(studio.user):
        request = pb.CreateJobRequest(
            kind=pb.JOB_KIND_VIDEO, project_id=project_id, options=pb.VideoOptions(duration_s=30)
        )
        with pytest.raises(RemoteError) as refused:
            await gateway.CreateJob(request)
        assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "SCRIPT_TOO_LONG")
        assert refused.value.metadata["needed_seconds"] == "103"
        with pytest.raises(RemoteError) as refused:
            await gateway.CreateJob(pb.CreateJobRequest(project_id=project_id))
        assert (refused.value.reason, refused.value.metadata["field"]) == ("VALIDATION_FAILED", "kind")


async def test_another_services_refusal_passes_through_with_its_figures(studio: Studio, doors: Doors) -> None:
    studio.credits.available = 1
    with acting_for(studio.user), pytest.raises(RemoteError) as refused:
        await doors.jobs["gateway"].CreateJob(
            pb.CreateJobRequest(
                kind=pb.JOB_KIND_VIDEO, project_id=studio.project(), options=pb.VideoOptions(duration_s=30)
            )
        )
    assert (refused.value.reason, refused.value.metadata) == (
        "INSUFFICIENT_CREDITS",
        {"needed": "2", "available": "1"},
    )


async def test_what_is_for_administrators_is_for_them_alone(studio: Studio, doors: Doors) -> None:
    gateway = doors.jobs["gateway"]
    with acting_for(studio.user):
        for call in (
            gateway.CreateProbe(pb.CreateProbeRequest(steps=1)),
            gateway.ListJobs(pb.ListJobsRequest(all_users=True)),
            gateway.GetJobMetrics(pb.GetJobMetricsRequest()),
        ):
            with pytest.raises(RemoteError) as refused:
                await call
            assert refused.value.reason == "FORBIDDEN"
    with acting_for(studio.user, admin=True):
        assert (await gateway.CreateProbe(pb.CreateProbeRequest(steps=1))).job.kind == pb.JOB_KIND_PROBE
        assert len((await gateway.ListJobs(pb.ListJobsRequest(all_users=True))).jobs) == 1


async def test_an_administrator_reads_everybodys_job_and_changes_only_their_own(studio: Studio, doors: Doors) -> None:
    job_id = str(await studio.probe(1))
    with acting_for("an administrator", admin=True):
        assert (await doors.jobs["gateway"].GetJob(pb.GetJobRequest(job_id=job_id))).job.user_id == studio.user
        with pytest.raises(RemoteError) as refused:
            await doors.jobs["gateway"].CancelJob(pb.CancelJobRequest(job_id=job_id))
        assert refused.value.reason == "NOT_FOUND"


async def test_a_worker_claims_beats_uploads_and_completes(studio: Studio, doors: Doors) -> None:
    worker, name = doors.render["render_worker"], "worker-1"
    job_id = await studio.probe(3)
    claim = worker_pb2.ClaimStepsRequest(worker=name, lanes=[steps_pb2.LANE_CPU], engines=ENGINES, max_steps=2)
    first, second = (await worker.ClaimSteps(claim)).steps
    lease = worker_pb2.StepLease(step_id=first.id, fence=first.fence)
    other = worker_pb2.StepLease(step_id=second.id, fence=second.fence)
    beat = worker_pb2.HeartbeatRequest.StepHeartbeat
    beats = [beat(lease=lease, progress=0.5), beat(lease=worker_pb2.StepLease(step_id=second.id, fence=9))]
    answer = await worker.Heartbeat(worker_pb2.HeartbeatRequest(worker=name, steps=beats))
    verdicts = [step.verdict for step in answer.steps]
    assert verdicts == [worker_pb2.HeartbeatResponse.VERDICT_GO_ON, worker_pb2.HeartbeatResponse.VERDICT_LOST]
    assert answer.steps[0].HasField("lease_expire_time")
    assert not (await worker.GetUploadUrls(worker_pb2.GetUploadUrlsRequest(lease=lease))).uploads
    await worker.CompleteStep(worker_pb2.CompleteStepRequest(lease=lease, worker=name, result=result_of(first.params)))
    failure = worker_pb2.FailStepRequest(lease=other, worker=name, code="ENGINE_FAILED", message="no", retryable=True)
    await worker.FailStep(failure)
    with pytest.raises(RemoteError) as refused:
        await worker.FailStep(failure)
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "LEASE_LOST")
    [again] = [step for step in (await worker.ClaimSteps(claim)).steps if step.id == second.id]
    lease = worker_pb2.StepLease(step_id=again.id, fence=again.fence)
    await worker.ReleaseSteps(worker_pb2.ReleaseStepsRequest(worker=name, leases=[lease]))
    states = sorted(step.state for step in (await studio.steps(job_id)).values())
    assert states == ["leased", "ready", "succeeded"]


async def test_what_a_worker_says_is_checked_before_it_is_kept(studio: Studio, doors: Doors) -> None:
    worker, name = doors.render["render_worker"], "worker-1"
    job_id = await studio.probe(1)
    claim = worker_pb2.ClaimStepsRequest(worker=name, lanes=[steps_pb2.LANE_CPU], engines=ENGINES, max_steps=1)
    [order] = (await worker.ClaimSteps(claim)).steps
    lease = worker_pb2.StepLease(step_id=order.id, fence=order.fence)
    for told, kept in ((float("nan"), 0.0), (7.0, 1.0), (-1.0, 0.0)):
        beats = [worker_pb2.HeartbeatRequest.StepHeartbeat(lease=lease, progress=told)]
        await worker.Heartbeat(worker_pb2.HeartbeatRequest(worker=name, steps=beats))
        assert [step.progress for step in (await studio.steps(job_id)).values()] == [kept]
    # what steps were measured to take is everybody's pace: one such number would be in all estimates
    for work_s in (float("nan"), float("inf"), -1.0, 1e9):
        with pytest.raises(RemoteError) as refused:
            await worker.CompleteStep(worker_pb2.CompleteStepRequest(lease=lease, worker=name, work_s=work_s))
        assert refused.value.metadata["field"] == "work_s"
    sha256 = hashlib.sha256(b"").hexdigest()
    for wrong in (
        steps_pb2.StepOutput(name="film", sha256=sha256, content_type="video/mp4", duration_s=float("nan")),
        steps_pb2.StepOutput(name="film", sha256=sha256, content_type="video/mp4", language="e\0n"),
        steps_pb2.StepOutput(name="film", sha256=sha256, content_type="video/mp4\0"),
    ):
        with pytest.raises(RemoteError) as refused:
            await worker.CompleteStep(worker_pb2.CompleteStepRequest(lease=lease, worker=name, outputs=[wrong]))
        assert refused.value.metadata["field"] == "outputs.film"
    quoting = worker_pb2.FailStepRequest(lease=lease, worker=name, code="BAD\0", message="a\0file", retryable=False)
    await worker.FailStep(quoting)
    error = (await studio.job(job_id)).error
    assert (error.code, error.message) == ("BAD", "a\N{REPLACEMENT CHARACTER}file")
