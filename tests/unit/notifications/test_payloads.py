"""What webhooks say: the public shapes, and nothing that is for services only."""

import json
from datetime import UTC, datetime

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2
from filmstudio.credits.v1 import events_pb2 as credits
from filmstudio.youtube.v1 import youtube_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from services.gateway import convert_jobs
from services.notifications import payloads

URL = "https://studio.example.com"
AT = Timestamp(seconds=1_790_000_000)


def job() -> jobs_pb2.Job:
    return jobs_pb2.Job(
        id="j", user_id="u", project_id="p", kind=jobs_pb2.JOB_KIND_VIDEO, attempt=1, priority=5,
        status=jobs_pb2.JOB_STATUS_SUCCEEDED, progress=jobs_pb2.JobProgress(value=1, stage="assemble_film"),
        credits=jobs_pb2.JobCredits(quoted=3, held=3, captured=3), hold_id="hold", create_time=AT, finish_time=AT,
        outputs=[
            jobs_pb2.JobOutput(
                kind="film", content_type="video/mp4", size_bytes=7, sha256="ab", duration_s=60, object_key="secret/key",
                url="https://s3.example.com/signed",
            ),
            jobs_pb2.JobOutput(kind="subtitles", language="pt-BR", format="vtt"),
        ],
    )  # fmt: skip


def test_a_job_has_the_members_of_the_public_api_as_far_as_a_fact_has_them() -> None:
    told = payloads.job(job(), URL)
    shown = json.loads(convert_jobs.job(job(), URL).model_dump_json())
    for name in set(told) - {"outputs", "project_title", "created_at", "started_at", "finished_at", "progress"}:
        assert told[name] == shown[name], name
    assert told["progress"].keys() == shown["progress"].keys()
    assert told["created_at"] == "2026-09-21T14:13:20.000Z"
    assert told["started_at"] is None


def test_outputs_are_linked_by_the_gateway_and_never_signed() -> None:
    film, subtitles = payloads.job(job(), URL)["outputs"]
    assert film["link"] == f"{URL}/api/v1/jobs/j/outputs/film"
    assert subtitles["link"] == f"{URL}/api/v1/jobs/j/outputs/subtitles?language=pt-BR&format=vtt"
    text = json.dumps(payloads.job(job(), URL))
    assert "signed" not in text
    assert "secret/key" not in text
    assert "hold" not in json.loads(text)


def test_a_body_is_type_time_and_data_in_utf_8() -> None:
    body = payloads.body("job.queued", datetime(2026, 11, 21, 12, 0, 0, 5000, tzinfo=UTC), {"title": "Möwe 🎬"})
    assert body == '{"type":"job.queued","timestamp":"2026-11-21T12:00:00.005Z","data":{"title":"Möwe 🎬"}}'


def test_credits_and_plans_are_told_with_the_account() -> None:
    account = credits_pb2.Account(available=5, held=1, plan_id="pro", debt=2)
    transaction = credits_pb2.Transaction(
        id="t", kind=credits_pb2.Transaction.KIND_PURCHASE, amount=10, balance_after=15, create_time=AT
    )
    granted = payloads.credits_granted(
        credits.CreditsGranted(account=account, transaction=transaction, actor_id="admin")
    )
    assert granted["credits"] == {"available": 5, "held": 1, "plan": "pro", "debt": 2}
    assert (granted["transaction"]["kind"], granted["transaction"]["amount"]) == ("purchase", 10)
    assert "admin" not in json.dumps(granted)
    revoked = payloads.credits_revoked(credits.CreditsRevoked(account=account, transaction=transaction, cause="refund"))
    assert revoked["cause"] == "refund"

    account.subscription.CopyFrom(
        credits_pb2.Subscription(plan_id="pro", state=credits_pb2.Subscription.STATE_PAST_DUE, grace_end_time=AT)
    )
    changed = payloads.subscription_changed(credits.SubscriptionChanged(account=account, previous_plan_id="free"))
    assert (changed["previous_plan"], changed["subscription"]["status"]) == ("free", "past_due")
    failed = payloads.payment_failed(
        credits.PaymentFailed(account=account, invoice_id="in", amount_cents=1500, currency="usd", grace_end_time=AT)
    )
    assert (failed["amount_cents"], failed["grace_ends_at"]) == (1500, "2026-09-21T14:13:20.000Z")


def test_publications_and_connections_are_told_in_words() -> None:
    told = payloads.publication(
        youtube_pb2.Publication(
            id="p", state=youtube_pb2.Publication.STATE_FAILED,
            error=youtube_pb2.PublicationError(code="REJECTED", message="no", retryable=False),
        )
    )  # fmt: skip
    assert (told["status"], told["error"]) == ("failed", {"code": "REJECTED", "message": "no", "retryable": False})
    told = payloads.connection(youtube_pb2.Connection(id="c", state=youtube_pb2.Connection.STATE_RECONNECT_NEEDED))
    assert told["status"] == "reconnect_needed"


def test_a_status_newer_than_we_are_is_told_by_its_number() -> None:
    assert payloads.job(jobs_pb2.Job(status=99), URL)["status"] == "99"  # type: ignore[arg-type]
