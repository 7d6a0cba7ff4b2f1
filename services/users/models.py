"""Accounts, sessions and their refresh tokens, live tickets, mail tokens, the activity log, with the rules of each alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, ForeignKey, LargeBinary, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit import db
from services.kit.errors import EtagMismatch, Invalid

FREE_TIER = "free"
TOP_TIER = "enterprise"
MAX_NAME_CHARS = 100
DEFAULT_LANGUAGE = "en"
# RFC 5646 in outline: a language of two or three letters, then script, region and the like
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_MAX_LANGUAGE_CHARS = 35


class Base(DeclarativeBase):
    """The base of this service's tables."""

    metadata = db.metadata("users")
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 - SQLAlchemy's own spelling


class Role(StrEnum):
    """What a user may do; derived, never set."""

    FREE_USER = "free_user"
    PRO_USER = "pro_user"
    ADMIN = "admin"


def clean_name(name: str) -> str:
    """The name trimmed; Invalid when it is longer than 100 characters or holds control characters."""
    name = name.strip()
    if len(name) > MAX_NAME_CHARS:
        raise Invalid(f"a name has at most {MAX_NAME_CHARS} characters", field="name")
    if any(ord(character) < 32 or ord(character) == 127 for character in name):
        raise Invalid("a name has no control characters", field="name")
    return name


def clean_language(language: str) -> str:
    """The language tag; Invalid unless it looks like one ("en", "pt-BR")."""
    if len(language) > _MAX_LANGUAGE_CHARS or not _LANGUAGE.match(language):
        raise Invalid("a language is a tag such as en or pt-BR", field="language")
    return language


class MailPurpose(StrEnum):
    """What a mailed token is good for."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose


class User(Base):
    """An account."""

    __tablename__ = "users"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    # lower case, normalised: one account per address
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    # argon2id in PHC form
    password_hash: Mapped[str] = mapped_column(String(255))
    subscription_tier: Mapped[str] = mapped_column(String(32))
    # the sequence of the last event of the credits account applied here (E4)
    account_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    admin: Mapped[bool] = mapped_column(default=False)
    suspended: Mapped[bool] = mapped_column(default=False)
    # access tokens issued before it are refused
    not_before: Mapped[datetime | None]
    email_verified: Mapped[bool] = mapped_column(default=False)
    # BCP 47, of mail and pages
    language: Mapped[str] = mapped_column(String(_MAX_LANGUAGE_CHARS), default=DEFAULT_LANGUAGE)
    # A deleted account stays for as long as its tokens could still be tried, without anything personal.
    deleted_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def role(self) -> Role:
        """Administrator, else by the plan."""
        if self.admin:
            return Role.ADMIN
        return Role.FREE_USER if self.subscription_tier == FREE_TIER else Role.PRO_USER

    @property
    def etag(self) -> str:
        """Changes with every change."""
        return f'"{self.version}"'

    def require_etag(self, if_match: str) -> None:
        """EtagMismatch unless the caller has read this very version; empty: the last write wins."""
        tags = [tag.strip().removeprefix("W/") for tag in if_match.split(",")]
        if if_match not in ("", "*") and self.etag not in tags:
            raise EtagMismatch("the account has changed since it was read; read it again")

    def touch(self, now: datetime) -> None:
        """Note that something visible has changed."""
        self.version += 1
        self.updated_at = now

    def change(self, name: str | None, language: str | None, now: datetime) -> bool:
        """A new name or language; True when something changed. Invalid."""
        wanted = (
            self.name if name is None else clean_name(name),
            self.language if language is None else clean_language(language),
        )
        if wanted == (self.name, self.language):
            return False
        self.name, self.language = wanted
        self.touch(now)
        return True

    def verify_email(self, now: datetime) -> bool:
        """The address is proven to be its owner's; True when that is new."""
        if self.email_verified:
            return False
        self.email_verified = True
        self.touch(now)
        return True

    def delete(self, now: datetime) -> None:
        """Nothing personal is left, the address is free again, and every token is refused."""
        self.email = f"{self.id}@deleted.invalid"
        self.name = self.password_hash = ""
        self.email_verified = self.admin = False
        self.deleted_at = now
        self.refuse_tokens_until(now)
        self.touch(now)

    def set_access(self, *, admin: bool | None, suspended: bool | None, now: datetime) -> list[str]:
        """Change rights; what changed, as actions for the activity log. Losing any refuses the tokens issued so far."""
        actions = []
        if admin is not None and admin != self.admin:
            actions.append("user.admin_granted" if admin else "user.admin_revoked")
            self.admin = admin
        if suspended is not None and suspended != self.suspended:
            actions.append("user.suspended" if suspended else "user.reinstated")
            self.suspended = suspended
        if "user.admin_revoked" in actions or "user.suspended" in actions:
            self.refuse_tokens_until(now)
        if actions:
            self.touch(now)
        return actions

    def refuse_tokens_until(self, now: datetime) -> None:
        """Refuse every access token issued so far. Tokens carry whole seconds, so the floor is the next whole one."""
        self.not_before = now.replace(microsecond=0) + timedelta(seconds=1)

    def follow_account(self, sequence: int, tier: str, now: datetime) -> bool:
        """Take over what the credits account says, unless something newer was seen; True when the tier changed."""
        if sequence <= self.account_seq:
            return False
        self.account_seq = sequence
        if tier == self.subscription_tier:
            return False
        self.subscription_tier = tier
        self.touch(now)
        return True


class SignIn(Base):
    """A signed-in session: the family of refresh tokens that one sign-in began."""

    __tablename__ = "sign_ins"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.users.id"), index=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def end(self, now: datetime) -> None:
        """No token of the family counts any more."""
        self.ended_at = self.ended_at or now


class RefreshToken(Base):
    """One link of a family. The token itself is kept nowhere, only its SHA-256."""

    __tablename__ = "refresh_tokens"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    sign_in_id: Mapped[UUID] = mapped_column(ForeignKey("users.sign_ins.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    # set once it was exchanged for the next: coming again, it has been copied
    rotated_at: Mapped[datetime | None]


class LiveTicket(Base):
    """Lets a browser open one WebSocket without a header."""

    __tablename__ = "live_tickets"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.users.id"))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class MailToken(Base):
    """A token that travels by mail. The token itself is kept nowhere, only its SHA-256."""

    __tablename__ = "mail_tokens"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[MailPurpose] = mapped_column(
        Enum(MailPurpose, native_enum=False, values_callable=lambda kind: [member.value for member in kind])
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Activity(Base):
    """Something a person should be able to look up later. Never changed, never deleted."""

    __tablename__ = "activities"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    # None: the system
    actor_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    created_at: Mapped[datetime]
