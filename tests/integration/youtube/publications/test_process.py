"""Publishing in the service as a process: a film's fact in, RPCs, facts out."""

from __future__ import annotations

from uuid import uuid4

import grpc
import pytest
from filmstudio.ai_jobs.v1.events_pb2 import JobSucceeded
from filmstudio.ai_jobs.v1.jobs_pb2 import JOB_STATUS_SUCCEEDED
from filmstudio.youtube.v1 import youtube_pb2 as pb

from services.kit.errors import RemoteError
from services.kit.identity import acting_for
from services.kit.rpc import Away
from tests.integration.youtube.test_process import Running
from tests.integration.youtube.test_process import running as running
from tests.support.eventually import eventually_async
from tests.support.kafka import Broker, headers_of


def succeeded(user: str, connection_id: str) -> JobSucceeded:
    """A film whose options say where to publish it."""
    message = JobSucceeded()
    job = message.job
    job.id, job.user_id, job.project_id, job.status = str(uuid4()), user, str(uuid4()), JOB_STATUS_SUCCEEDED
    job.project_title, job.language = "Sailor", "en"
    job.outputs.add(kind="film", content_type="video/mp4", size_bytes=1_000, sha256="0" * 64, duration_s=60)
    job.publish.connection_id = connection_id
    return message


async def test_a_film_that_is_told_of_is_published_seen_and_canceled(running: Running, broker: Broker) -> None:
    user = str(uuid4())
    connection = await running.connect(user)
    fact = succeeded(user, connection.id)
    broker.send("ai-jobs.jobs.v1", fact.job.id, fact.SerializeToString(), headers_of(fact, fact.job.id))
    found: list[pb.Publication] = []

    async def there() -> bool:
        with acting_for(user):
            answer = await running.gateway.ListPublications(pb.ListPublicationsRequest(job_id=fact.job.id))
        found[:] = answer.publications
        return bool(found)

    await eventually_async(there, 30, "the publication")
    with acting_for(user):
        canceled = await running.gateway.CancelPublication(pb.CancelPublicationRequest(publication_id=found[0].id))
        again = await running.gateway.GetPublication(pb.GetPublicationRequest(publication_id=found[0].id))

    assert (found[0].spec.title, found[0].channel_id) == ("Sailor", connection.channel_id)
    assert again.publication == canceled.publication
    assert canceled.publication.state == pb.Publication.STATE_CANCELED

    async def published() -> bool:
        rows = await running.sql(
            "SELECT topic FROM youtube.outbox WHERE aggregate_id = $1 AND published_at IS NOT NULL", found[0].id
        )
        return len(rows) >= 2 and {row["topic"] for row in rows} == {"youtube.publications.v1"}

    await eventually_async(published, what="the facts")


async def test_each_refusal_of_a_publication_has_its_code_and_reason(running: Running) -> None:
    user = str(uuid4())
    connection = await running.connect(user)
    good = pb.PublicationSpec(connection_id=connection.id)
    bad = pb.PublicationSpec(connection_id=connection.id, title="<")
    with acting_for(user):
        await running.gateway.CheckPublication(pb.CheckPublicationRequest(spec=good))
        with pytest.raises(RemoteError) as invalid:
            await running.gateway.CheckPublication(pb.CheckPublicationRequest(spec=bad))
        with pytest.raises(RemoteError) as missing:
            await running.gateway.GetPublication(pb.GetPublicationRequest(publication_id=str(uuid4())))
        with pytest.raises(Away) as away:
            await running.gateway.CreatePublication(pb.CreatePublicationRequest(job_id=str(uuid4()), spec=good))

    assert (invalid.value.code, invalid.value.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED")
    assert invalid.value.metadata["field"] == "title"
    assert missing.value.code is grpc.StatusCode.NOT_FOUND
    assert away.value.dependency == "ai_jobs"
