"""What our facts look like in Salesforce: contracts → fields by their API names (docs/salesforce.md). No I/O, no personal data."""

from __future__ import annotations

from urllib.parse import urlencode

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.credits.v1 import credits_pb2, events_pb2
from filmstudio.projects.v1 import projects_pb2
from filmstudio.youtube.v1 import youtube_pb2

from services.crm_sync.models import Fields

# Salesforce's lengths of these fields, characters
NAME_CHARS, TEXT_CHARS, LONG_CHARS = 80, 255, 32_768

_Job = jobs_pb2.Job
_JOB_STATUS = {
    jobs_pb2.JOB_STATUS_RESERVING: "Queued",
    jobs_pb2.JOB_STATUS_QUEUED: "Queued",
    jobs_pb2.JOB_STATUS_RUNNING: "Processing",
    jobs_pb2.JOB_STATUS_WAITING_REVIEW: "Processing",
    jobs_pb2.JOB_STATUS_CANCELING: "Processing",
    jobs_pb2.JOB_STATUS_CANCELED: "Canceled",
    jobs_pb2.JOB_STATUS_SUCCEEDED: "Completed",
    jobs_pb2.JOB_STATUS_FAILED: "Failed",
    jobs_pb2.JOB_STATUS_EXPIRED: "Failed",
}
_Publication = youtube_pb2.Publication
_UPLOAD_STATUS = {
    _Publication.STATE_QUEUED: "queued",
    _Publication.STATE_WAITING_QUOTA: "waiting_quota",
    _Publication.STATE_UPLOADING: "uploading",
    _Publication.STATE_PROCESSING: "processing",
    _Publication.STATE_SCHEDULED: "scheduled",
    _Publication.STATE_PUBLISHED: "published",
    _Publication.STATE_FAILED: "failed",
    _Publication.STATE_CANCELED: "canceled",
}
_Kind = credits_pb2.Transaction
# the cause of CreditsRevoked → what became of the payment
_REVOKED = {"refund": "Refunded", "dispute": "Disputed"}


def contact_of_account(account: credits_pb2.Account) -> Fields:
    """Balance and plan, as the ledger has them."""
    return {"Subscription_Tier__c": account.plan_id, "Credit_Balance__c": account.available}


def project(found: projects_pb2.Project) -> Fields:
    """A project before anything is said of its films. The script's text isn't in any event and doesn't leave the studio."""
    script = f"{found.title} (version {found.script_version}, {found.language})" if found.script_version else ""
    return {"Name": _name(found.title), "Script__c": script or None, "Status__c": "Draft"}


def job(found: _Job) -> Fields:
    """What the last film job says of its project."""
    error = f"{found.error.code}: {found.error.message}" if found.HasField("error") and found.error.code else None
    return {
        "Status__c": _JOB_STATUS[found.status],
        "Error_Message__c": error and error[:LONG_CHARS],
        "Voice_Selection__c": (found.options.narrator.voice or "auto")[:TEXT_CHARS],
        "Music_Type__c": _music(found.options.music),
    }


def film(found: _Job, filmstudio_url: str) -> Fields:
    """What the last film that succeeded says of its project: permanent addresses, which ask whoever opens them to sign in."""
    outputs = {output.kind: output for output in found.outputs}
    base = f"{filmstudio_url.rstrip('/')}/api/v1/jobs/{found.id}/outputs"
    subtitles = outputs.get("subtitles")
    asked = urlencode({"language": subtitles.language if subtitles else "", "format": "vtt"})
    return {
        "Duration__c": round(outputs["film"].duration_s, 2) if "film" in outputs else None,
        "Video_URL__c": f"{base}/film" if "film" in outputs else None,
        "Thumbnail_URL__c": f"{base}/thumbnail" if "thumbnail" in outputs else None,
        "Subtitle_URL__c": f"{base}/subtitles?{asked}" if subtitles else None,
        "Credits_Used__c": found.credits.captured,
    }


def transaction(found: _Kind, cause: str = "") -> Fields | None:
    """A line of the ledger; None for one that leaves the balance as it is.

    Amounts are what happens to the balance that the customer sees, with their sign, so a contact's lines add up to it: credits
    go when a film is begun (a hold) and what isn't used comes back (a release). The capture between them moves nothing.
    """
    if found.amount == 0:
        return None
    kind, payment = _kind_of(found, cause)
    return {
        "Transaction_Type__c": kind,
        "Amount__c": found.amount,
        "Balance_After__c": found.balance_after,
        "Stripe_Transaction_ID__c": found.payment_id[:TEXT_CHARS] or None,
        "Payment_Status__c": payment,
        "Reason__c": _reason(found),
        "Created_By_Studio__c": True,
    }


def failed_payment(told: events_pb2.PaymentFailed) -> Fields:
    """A payment that didn't come: no credits, but somebody may want to call."""
    return {
        "Transaction_Type__c": "Purchase",
        "Amount__c": 0,
        "Balance_After__c": told.account.available,
        "Stripe_Transaction_ID__c": told.invoice_id[:TEXT_CHARS] or None,
        "Payment_Status__c": "Failed",
        "Reason__c": f"A payment of {told.amount_cents / 100:.2f} {told.currency.upper()} failed",
        "Created_By_Studio__c": True,
    }


def publication(found: _Publication) -> Fields:
    """A film on its way to YouTube, or there."""
    return {
        "YouTube_Video_ID__c": found.video_id or None,
        "Channel__c": (found.channel_title or found.channel_id)[:TEXT_CHARS] or None,
        "Playlist__c": (found.spec.playlist or found.playlist_id)[:TEXT_CHARS] or None,
        "Upload_Status__c": _UPLOAD_STATUS[found.state],
        "Views__c": found.views,
        "Likes__c": found.likes,
    }


def _name(title: str) -> str:
    return title[:NAME_CHARS] or "Untitled"


def _music(music: jobs_pb2.MusicOptions) -> str:
    if music.asset_id:
        return "own music"
    return (f"raga {music.raga}" if music.raga else music.mood or "auto")[:TEXT_CHARS]


def _kind_of(found: _Kind, cause: str) -> tuple[str, str | None]:
    """Transaction_Type__c and Payment_Status__c."""
    kind = found.kind
    match kind:
        case _Kind.KIND_GRANT:
            return "Grant", None
        case _Kind.KIND_PURCHASE:
            return "Purchase", "Paid"
        case _Kind.KIND_HOLD | _Kind.KIND_CAPTURE | _Kind.KIND_EXPIRY:
            return "Deduction", None
        case _Kind.KIND_RELEASE:
            return "Refund", None
        case _Kind.KIND_REFUND:
            return "Refund", _REVOKED.get(cause, "Refunded")
        case _:
            raise ValueError(f"transaction {found.id} is of kind {kind}, which has no type in Salesforce")


def _reason(found: _Kind) -> str:
    said = {
        _Kind.KIND_HOLD: "A film was begun",
        _Kind.KIND_RELEASE: "Credits that a film did not use",
        _Kind.KIND_EXPIRY: "Credits have expired",
    }.get(found.kind, "")
    told = found.reason or said
    return (f"{told} (job {found.job_id})" if found.job_id else told)[:LONG_CHARS]
