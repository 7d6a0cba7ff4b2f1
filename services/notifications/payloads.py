"""What webhooks say: facts of others in the shapes of the public API, as far as a fact has them, without signed addresses.

Where a file is, its link says: the gateway's own address for it, to be opened with the reader's token.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2
from filmstudio.credits.v1 import events_pb2 as credit_facts
from filmstudio.youtube.v1 import youtube_pb2
from google.protobuf.timestamp_pb2 import Timestamp

Json = dict[str, Any]
# the body is one Kafka fact's content at most, written out; what customers' programs read stays small
_MAX_OUTPUTS = 200


def body(event_type: str, at: datetime, data: Json) -> str:
    """A message as it is sent (Standard Webhooks): compact JSON, every character as itself."""
    return json.dumps(
        {"type": event_type, "timestamp": _iso(at), "data": data}, ensure_ascii=False, separators=(",", ":")
    )


def job(message: jobs_pb2.Job, url: str) -> Json:
    """A job; `url` is the public base address that links begin with."""
    base = f"{url}/api/v1/jobs/{message.id}"
    return {
        "id": message.id,
        "project_id": message.project_id or None,
        "project_title": message.project_title or None,
        "kind": _word(jobs_pb2.JobKind, message.kind, "JOB_KIND_"),
        "attempt": message.attempt,
        "priority": message.priority,
        "status": _word(jobs_pb2.JobStatus, message.status, "JOB_STATUS_"),
        "progress": {
            "value": round(message.progress.value, 4),
            "stage": message.progress.stage,
            "steps_done": message.progress.steps_done,
            "steps_total": message.progress.steps_total,
            "message": message.progress.message,
        },
        "counts": {
            "shots_total": message.counts.shots_total,
            "shots_ok": message.counts.shots_ok,
            "shots_failed": message.counts.shots_failed,
            "steps_cached": message.counts.steps_cached,
        },
        "credits": {
            "quoted": message.credits.quoted,
            "held": message.credits.held,
            "captured": message.credits.captured,
            "released": message.credits.released,
        },
        "outputs": [_output(output, base) for output in message.outputs[:_MAX_OUTPUTS]],
        "error": _job_error(message.error) if message.HasField("error") else None,
        "created_at": _moment(message.create_time),
        "started_at": _moment(message.start_time) if message.HasField("start_time") else None,
        "finished_at": _moment(message.finish_time) if message.HasField("finish_time") else None,
        "links": {"self": base, "events": f"{base}/events", "cancel": f"{base}/cancel", "retry": f"{base}/retry"},
    }


def _job_error(message: jobs_pb2.JobError) -> Json:
    return {
        "code": message.code, "message": message.message, "stage": message.stage, "retryable": message.retryable,
    }  # fmt: skip


def _output(message: jobs_pb2.JobOutput, base: str) -> Json:
    which = {"language": message.language, "format": message.format}
    query = urlencode({name: value for name, value in which.items() if value})
    described: Json = {
        "kind": message.kind,
        "content_type": message.content_type,
        "size_bytes": message.size_bytes,
        "sha256": message.sha256,
        "duration_s": round(message.duration_s, 3) or None,
        "width": message.width or None,
        "height": message.height or None,
        "language": message.language or None,
        "format": message.format or None,
        "link": f"{base}/outputs/{message.kind}{'?' if query else ''}{query}",
    }
    return {name: value for name, value in described.items() if value is not None}


def credits_granted(message: credit_facts.CreditsGranted) -> Json:
    """Credits came in."""
    return {**_account(message.account), "transaction": _transaction(message.transaction)}


def credits_revoked(message: credit_facts.CreditsRevoked) -> Json:
    """Credits were taken back after a refund or a dispute; `debt` is what had been spent."""
    return {**_account(message.account), "transaction": _transaction(message.transaction), "cause": message.cause}


def subscription_changed(message: credit_facts.SubscriptionChanged) -> Json:
    """The user is on another plan."""
    subscription = message.account.subscription if message.account.HasField("subscription") else None
    return {
        **_account(message.account),
        "previous_plan": message.previous_plan_id or None,
        "subscription": _subscription(subscription) if subscription is not None else None,
    }


def payment_failed(message: credit_facts.PaymentFailed) -> Json:
    """A payment of a subscription has failed; the plan stays until `grace_ends_at`."""
    return {
        **_account(message.account),
        "invoice_id": message.invoice_id,
        "amount_cents": message.amount_cents,
        "currency": message.currency,
        "grace_ends_at": _moment(message.grace_end_time) if message.HasField("grace_end_time") else None,
    }


def _account(message: credits_pb2.Account) -> Json:
    return {
        "credits": {
            "available": message.available, "held": message.held, "plan": message.plan_id, "debt": message.debt,
        }
    }  # fmt: skip


def _transaction(message: credits_pb2.Transaction) -> Json:
    return {
        "id": message.id,
        "kind": _word(credits_pb2.Transaction.Kind, message.kind, "KIND_"),
        "amount": message.amount,
        "balance_after": message.balance_after,
        "job_id": message.job_id or None,
        "reason": message.reason,
        "created_at": _moment(message.create_time),
    }


def _subscription(message: credits_pb2.Subscription) -> Json:
    return {
        "plan": message.plan_id,
        "status": _word(credits_pb2.Subscription.State, message.state, "STATE_"),
        "period_ends_at": _moment(message.period_end_time) if message.HasField("period_end_time") else None,
        "cancel_at_period_end": message.cancel_at_period_end,
        "grace_ends_at": _moment(message.grace_end_time) if message.HasField("grace_end_time") else None,
    }


def publication(message: youtube_pb2.Publication) -> Json:
    """A film's publication on YouTube."""
    spec = message.spec
    return {
        "id": message.id,
        "job_id": message.job_id,
        "project_id": message.project_id or None,
        "connection_id": spec.connection_id,
        "channel_id": message.channel_id or None,
        "channel_title": message.channel_title or None,
        "status": _word(youtube_pb2.Publication.State, message.state, "STATE_"),
        "progress": round(message.progress, 4),
        "title": spec.title,
        "privacy": spec.privacy,
        "publish_at": _moment(spec.publish_time) if spec.HasField("publish_time") else None,
        "video_id": message.video_id or None,
        "url": message.url or None,
        "privacy_status": message.privacy_status or None,
        "locked_private": message.locked_private,
        "notice": message.notice or None,
        "warnings": list(message.warnings),
        "error": _publication_error(message.error) if message.HasField("error") else None,
        "created_at": _moment(message.create_time),
        "finished_at": _moment(message.finish_time) if message.HasField("finish_time") else None,
    }


def _publication_error(message: youtube_pb2.PublicationError) -> Json:
    return {"code": message.code, "message": message.message, "retryable": message.retryable}


def connection(message: youtube_pb2.Connection) -> Json:
    """A channel that films are published to."""
    return {
        "id": message.id,
        "status": _word(youtube_pb2.Connection.State, message.state, "STATE_"),
        "channel_id": message.channel_id,
        "channel_title": message.channel_title,
        "created_at": _moment(message.create_time),
    }


def _word(enum: Any, value: int, prefix: str) -> str:
    """An enum's value as the public API spells it: JOB_STATUS_SUCCEEDED → "succeeded"; one that is newer than we are by
    its number.
    """
    return enum.Name(value).removeprefix(prefix).lower() if value in enum.values() else str(value)


def _moment(timestamp: Timestamp) -> str:
    return _iso(timestamp.ToDatetime(tzinfo=UTC))


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
