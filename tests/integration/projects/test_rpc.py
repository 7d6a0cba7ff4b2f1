"""The gRPC door of projects."""

from __future__ import annotations

from uuid import uuid4

import grpc
import pytest
from filmstudio.projects.v1 import projects_pb2 as pb
from filmstudio.projects.v1 import script_pb2
from filmstudio.projects.v1 import storyboard_pb2 as sb

from services.kit.errors import RemoteError
from services.kit.identity import acting_for
from services.projects import languages
from services.projects.rpc import CALLERS
from tests.integration.projects.conftest import Studio


async def test_only_the_named_callers_are_served(studio: Studio) -> None:
    for name, callers in CALLERS.items():
        for service in {"gateway", "ai_jobs", "render_worker"} - callers:
            with pytest.raises(RemoteError) as refused:
                await getattr(studio.client(service), name)(getattr(pb, f"{name}Request")())
            assert refused.value.reason == "CALLER_NOT_ALLOWED"


async def test_every_rpc_of_the_contract_names_its_callers() -> None:
    assert set(CALLERS) == {method.name for method in pb.DESCRIPTOR.services_by_name["ProjectsService"].methods}


async def test_a_call_for_nobody_is_refused(studio: Studio) -> None:
    with pytest.raises(RemoteError) as refused:
        await studio.client("gateway").CreateProject(pb.CreateProjectRequest(title="x"))
    assert refused.value.code is grpc.StatusCode.PERMISSION_DENIED


async def test_from_a_project_to_its_script_and_storyboard(studio: Studio) -> None:
    gateway, ai_jobs = studio.client("gateway"), studio.client("ai_jobs")
    with acting_for(studio.user):
        project = (await gateway.CreateProject(pb.CreateProjectRequest(title="Lamp"))).project
        put = pb.PutScriptRequest(project_id=project.id, format=script_pb2.SCRIPT_FORMAT_PLAIN, text="A lamp wakes.")
        script = (await gateway.PutScript(put)).script
        assert (script.version, script.scenes, script.elements[0].text) == (1, 1, "A lamp wakes.")
        summaries = (await gateway.ListScriptVersions(pb.ListScriptVersionsRequest(project_id=project.id))).scripts
        assert [(summary.version, summary.text) for summary in summaries] == [(1, "")]
        empty = await gateway.GetStoryboard(pb.GetStoryboardRequest(project_id=project.id))
        assert empty.storyboard == sb.Storyboard()
        found = sb.Storyboard(scenes=[sb.Scene(heading="A", shots=[sb.Shot(prompt="a lamp")])])
        request = pb.PutStoryboardRequest(project_id=project.id, storyboard=found, job_id=str(uuid4()))
        first = (await ai_jobs.PutStoryboard(request)).storyboard
        assert (await ai_jobs.PutStoryboard(request)).storyboard == first
        kept = (await gateway.GetStoryboard(pb.GetStoryboardRequest(project_id=project.id))).storyboard
        assert kept == first
        assert kept.scenes[0].shots[0].id
        listed = (await gateway.ListProjects(pb.ListProjectsRequest())).projects
        assert [(p.id, p.status) for p in listed] == [(project.id, pb.Project.STATUS_READY)]


async def test_refusals_carry_their_reason_and_metadata(studio: Studio) -> None:
    gateway = studio.client("gateway")
    with acting_for(studio.user):
        project = (await gateway.CreateProject(pb.CreateProjectRequest(title="Lamp"))).project

        async def reason(**fields: object) -> RemoteError:
            request = pb.PutScriptRequest(**{"project_id": project.id, "format": 4, "text": "Hello."} | fields)  # type: ignore[arg-type]
            with pytest.raises(RemoteError) as refused:
                await gateway.PutScript(request)
            return refused.value

        assert (await reason(language="xx")).metadata["supported"] == ",".join(languages.SUPPORTED)
        assert (await reason(language="xx")).reason == "LANGUAGE_UNSUPPORTED"
        assert (await reason(text=" ")).reason == "SCRIPT_UNREADABLE"
        assert (await reason(text="a" * 200_001)).reason == "TOO_LARGE"
        assert (await reason(format=0)).metadata["field"] == "format"
        assert (await reason(project_id=str(uuid4()))).code is grpc.StatusCode.NOT_FOUND
        with pytest.raises(RemoteError) as missing:
            await gateway.GetScript(pb.GetScriptRequest(project_id=project.id))
        assert (missing.value.code, missing.value.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "SCRIPT_MISSING")
    studio.plan.allowed = 1
    with acting_for(studio.user), pytest.raises(RemoteError) as full:
        await gateway.CreateProject(pb.CreateProjectRequest(title="Second"))
    assert (full.value.code, full.value.metadata["allowed"]) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "1")
