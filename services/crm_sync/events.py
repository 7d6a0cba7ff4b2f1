"""What crm_sync tells others: consent as people changed it in Salesforce; records and status as the contract has them."""

from __future__ import annotations

from datetime import datetime

from filmstudio.crm_sync.v1 import crm_sync_pb2 as pb
from filmstudio.crm_sync.v1.events_pb2 import MarketingConsentChanged

from services.crm_sync.models import CONTACT, CREDIT, Erasure, Record, RecordState, SupportGrant
from services.kit.facts import Fact

CONTACTS = "crm-sync.contacts.v1"

_STATE = {
    RecordState.PENDING: pb.CrmRecord.STATE_PENDING,
    RecordState.SYNCED: pb.CrmRecord.STATE_SYNCED,
    RecordState.FAILED: pb.CrmRecord.STATE_FAILED,
}


def consent_changed(user_id: str, *, consent: bool, changed_at: datetime) -> Fact:
    """Somebody ticked or unticked Email Opt Out there."""
    message = MarketingConsentChanged(user_id=user_id, consent=consent)
    message.change_time.FromDatetime(changed_at)
    return Fact(CONTACTS, "contact", user_id, message)


def record_proto(record: Record) -> pb.CrmRecord:
    """A record as administrators see it: never its fields."""
    message = pb.CrmRecord(
        object=record.object, external_id=record.external_id, state=_STATE[RecordState(record.state)],
        error=record.error, attempts=record.attempts,
    )  # fmt: skip
    message.update_time.FromDatetime(record.changed_at)
    if record.synced_at is not None:
        message.sync_time.FromDatetime(record.synced_at)
    return message


def grant_proto(grant: SupportGrant) -> pb.CrmRecord:
    """A grant of support's that wasn't made; its id is Salesforce's."""
    message = pb.CrmRecord(
        object=CREDIT, external_id=grant.record_id, state=pb.CrmRecord.STATE_FAILED, error=grant.error, attempts=1
    )
    message.update_time.FromDatetime(grant.decided_at)
    return message


def erasure_proto(erasure: Erasure) -> pb.CrmRecord:
    """A deleted user whom Salesforce wouldn't forget so far."""
    message = pb.CrmRecord(
        object=CONTACT, external_id=erasure.user_id, state=pb.CrmRecord.STATE_PENDING, error=erasure.error,
        attempts=erasure.attempts,
    )  # fmt: skip
    message.update_time.FromDatetime(erasure.asked_at)
    return message
