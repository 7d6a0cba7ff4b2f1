"""What a connection, a consent under way and a revocation are, and what may happen to them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, Enum, LargeBinary, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit import db
from services.kit.errors import EtagMismatch
from services.youtube.vault import Sealed


class Base(DeclarativeBase):
    """The base of this service's tables."""

    metadata = db.metadata("youtube")


def text_enum(values: type[StrEnum]) -> Enum:
    """A column type that stores an enum's values as text; the CHECK is the migration's."""
    return Enum(values, native_enum=False, values_callable=lambda kind: [member.value for member in kind])


class ConnectionState(StrEnum):
    """Where a connection stands."""

    ACTIVE = "active"
    RECONNECT_NEEDED = "reconnect_needed"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True)
class Channel:
    """A YouTube channel as YouTube shows it."""

    # "UC…"
    id: str
    title: str
    thumbnail_url: str


@dataclass(frozen=True)
class Tokens:
    """What Google gave for a connection. Its `repr` shows none of it."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    # of the access token
    expires_at: datetime

    @classmethod
    def of(cls, secret: Mapping[str, str]) -> Tokens:
        """As the vault kept them."""
        return cls(secret["access_token"], secret["refresh_token"], datetime.fromisoformat(secret["expires_at"]))

    def secret(self) -> dict[str, str]:
        """As the vault keeps them."""
        return {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_at": self.expires_at.isoformat(),
        }


class Connection(Base):
    """A user's channel. There is one row for both, whatever becomes of it; its version counts what others are told of."""

    __tablename__ = "connections"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)
    state: Mapped[ConnectionState] = mapped_column(text_enum(ConnectionState))
    channel_id: Mapped[str] = mapped_column(Text)
    channel_title: Mapped[str] = mapped_column(Text)
    thumbnail_url: Mapped[str] = mapped_column(Text)
    # Google's id of the account that consented: revoking one of its grants at Google ends all of them
    google_subject: Mapped[str] = mapped_column(Text)
    # both None unless active
    key_id: Mapped[str | None] = mapped_column(Text)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    # counts every change of the tokens: who has refreshed older ones saves nothing
    tokens_version: Mapped[int]
    # somebody is at Google for new tokens, until then at most (the database's clock)
    refreshing_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @classmethod
    def begin(cls, connection_id: UUID, user_id: str, channel_id: str, now: datetime) -> Connection:
        """A connection that `establish` has yet to make active."""
        return cls(
            id=connection_id,
            user_id=user_id,
            channel_id=channel_id,
            tokens_version=0,
            version=0,
            created_at=now,
        )

    @property
    def owner(self) -> str:
        """Whose tokens these are, as it is written into the sealed text: in another row it opens nothing."""
        return f"connection/{self.user_id}/{self.id}"

    @property
    def etag(self) -> str:
        """The version, as text."""
        return str(self.version)

    @property
    def active(self) -> bool:
        """Whether there are tokens to publish with."""
        return self.state is ConnectionState.ACTIVE

    def require_match(self, if_match: str) -> None:
        """EtagMismatch unless the caller has seen this version, or does not care."""
        tags = [tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")]
        if if_match.strip() not in ("", "*") and self.etag not in tags:
            raise EtagMismatch("the connection has changed since you read it; read it again")

    def sealed_tokens(self) -> Sealed | None:
        """The tokens as they are kept; None where there are none any more."""
        return Sealed(self.key_id, self.sealed) if self.key_id and self.sealed else None

    def establish(self, channel: Channel, google_subject: str, tokens: Sealed, now: datetime) -> None:
        """The user has consented, for the first time or again."""
        self.channel_title, self.thumbnail_url = channel.title, channel.thumbnail_url
        self.google_subject = google_subject
        self.keep(tokens)
        self._become(ConnectionState.ACTIVE, now)

    def keep(self, tokens: Sealed) -> None:
        """Other tokens from now on; nobody is refreshing any more."""
        self.key_id, self.sealed = tokens.key_id, tokens.data
        self.tokens_version += 1
        self.refreshing_until = None

    def begin_refresh(self, clock: datetime, lasts: timedelta) -> bool:
        """Whether the caller may go to Google; False while somebody else is there. `clock` is the database's."""
        if self.refreshing_until is not None and self.refreshing_until > clock:
            return False
        self.refreshing_until = clock + lasts
        return True

    def need_reconnect(self, now: datetime) -> None:
        """The tokens are good for nothing; only the user can give others."""
        self._wipe()
        self._become(ConnectionState.RECONNECT_NEEDED, now)

    def disconnect(self, now: datetime) -> None:
        """The user wants no more of it."""
        self._wipe()
        self._become(ConnectionState.DISCONNECTED, now)

    def _wipe(self) -> None:
        self.key_id = self.sealed = None
        self.tokens_version += 1
        self.refreshing_until = None

    def _become(self, state: ConnectionState, now: datetime) -> None:
        self.state = state
        self.version += 1
        self.updated_at = now


class Consent(Base):
    """A user is at Google's page. Of the state that comes back only the hash is kept; nonce and PKCE verifier are sealed."""

    __tablename__ = "consents"
    state_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)
    key_id: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    # the state has come back: a second time it is refused
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @staticmethod
    def hash_of(state: str) -> bytes:
        """What is kept of a state. It is random, so a plain hash can't be reversed by guessing."""
        return hashlib.sha256(state.encode(errors="replace")).digest()

    @staticmethod
    def owner_of(user_id: str, state_hash: bytes) -> str:
        """Whose secrets these are."""
        return f"consent/{user_id}/{state_hash.hex()}"


class Revocation(Base):
    """A grant to be given back at Google: its tokens, moved here as they were sealed. It outlives its connection."""

    __tablename__ = "revocations"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    # as in the sealed text
    owner: Mapped[str] = mapped_column(Text)
    google_subject: Mapped[str] = mapped_column(Text)
    key_id: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int]
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @classmethod
    def of(cls, revocation_id: UUID, owner: str, google_subject: str, tokens: Sealed, now: datetime) -> Revocation:
        """Due at once."""
        return cls(
            id=revocation_id,
            owner=owner,
            google_subject=google_subject,
            key_id=tokens.key_id,
            sealed=tokens.data,
            attempts=0,
            next_at=now,
            created_at=now,
        )
