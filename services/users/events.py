"""What users tells others: facts keyed by user id, without an e-mail address."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from filmstudio.users.v1 import events_pb2, users_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from services.kit.facts import Fact
from services.users.models import MailPurpose, Role, User

TOPIC = "users.users.v1"

_ROLES: dict[Role, users_pb2.Role.ValueType] = {
    Role.FREE_USER: users_pb2.ROLE_FREE_USER,
    Role.PRO_USER: users_pb2.ROLE_PRO_USER,
    Role.ADMIN: users_pb2.ROLE_ADMIN,
}


_PURPOSES: dict[MailPurpose, users_pb2.MailPurpose.ValueType] = {
    MailPurpose.VERIFY_EMAIL: users_pb2.MAIL_PURPOSE_VERIFY_EMAIL,
    MailPurpose.RESET_PASSWORD: users_pb2.MAIL_PURPOSE_RESET_PASSWORD,
}


def role_proto(role: Role) -> users_pb2.Role.ValueType:
    """The role as the contract spells it."""
    return _ROLES[role]


def timestamp(moment: datetime) -> Timestamp:
    """A moment as protobuf."""
    result = Timestamp()
    result.FromDatetime(moment)
    return result


def _account(user: User) -> events_pb2.Account:
    return events_pb2.Account(
        user_id=str(user.id),
        role=role_proto(user.role),
        subscription_tier=user.subscription_tier,
        admin=user.admin,
        suspended=user.suspended,
        create_time=timestamp(user.created_at),
        email_verified=user.email_verified,
        language=user.language,
    )


def user_registered(user: User) -> Fact:
    """There is a new account."""
    return Fact(TOPIC, "user", str(user.id), events_pb2.UserRegistered(account=_account(user)))


def user_updated(user: User) -> Fact:
    """An account has changed."""
    return Fact(TOPIC, "user", str(user.id), events_pb2.UserUpdated(account=_account(user)))


def user_deleted(user_id: UUID, now: datetime) -> Fact:
    """An account is gone, and its personal data with it."""
    return Fact(TOPIC, "user", str(user_id), events_pb2.UserDeleted(user_id=str(user_id), delete_time=timestamp(now)))


def mail_requested(user: User, purpose: MailPurpose, now: datetime) -> Fact:
    """Somebody waits for a mail that needs a token."""
    message = events_pb2.MailRequested(user_id=str(user.id), purpose=_PURPOSES[purpose], request_time=timestamp(now))
    return Fact(TOPIC, "user", str(user.id), message)


def purpose_of(value: users_pb2.MailPurpose.ValueType) -> MailPurpose | None:
    """The purpose that the contract spells so; None for an unknown one."""
    return next((purpose for purpose, spelled in _PURPOSES.items() if spelled == value), None)
