"""Publications: what a film's way to YouTube may do next. Rules are plain methods; nothing is asked and no time is taken here."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from filmstudio.youtube.v1.youtube_pb2 import PublicationSpec
from google.protobuf.json_format import MessageToDict, ParseDict
from sqlalchemy import BigInteger, DateTime, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.youtube.connection_models import Base, text_enum
from services.youtube.errors import PublicationState
from services.youtube.jobs_client import Film

_TIME = DateTime(timezone=True)


class State(StrEnum):
    """As in the contract."""

    QUEUED = "queued"
    WAITING_QUOTA = "waiting_quota"
    UPLOADING = "uploading"
    PROCESSING = "processing"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    FAILED = "failed"
    CANCELED = "canceled"


WAITING = (State.QUEUED, State.WAITING_QUOTA)
BEFORE_VIDEO = (*WAITING, State.UPLOADING)
LIVE = (*BEFORE_VIDEO, State.PROCESSING)


class Source(StrEnum):
    """Who wished for it: somebody's call, or the film's own options. The latter happens once a job and channel."""

    ASKED = "asked"
    JOB = "job"


class Extra(StrEnum):
    """A thing that is set beside the video: not asked for, to be done, done, given up."""

    NONE = "none"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class CaptionState(StrEnum):
    """As in the contract."""

    WAITING = "waiting"
    UPLOADED = "uploaded"
    FAILED = "failed"


class Caption(Base):
    """A caption track of a publication."""

    __tablename__ = "captions"
    publication_id: Mapped[UUID] = mapped_column(ForeignKey("youtube.publications.id"), primary_key=True)
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int]
    state: Mapped[CaptionState] = mapped_column(text_enum(CaptionState))
    caption_id: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    # captions.insert has been called, or may have been: it is looked for before it is called again
    begun: Mapped[bool]


class Publication(Base):
    """A film on its way to a channel. Its version counts what others can see, and is its etag."""

    __tablename__ = "publications"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(Text)
    project_id: Mapped[str] = mapped_column(Text)
    job_id: Mapped[str] = mapped_column(Text)
    # None: the options named one that doesn't exist
    connection_id: Mapped[UUID | None]
    channel_id: Mapped[str] = mapped_column(Text)
    channel_title: Mapped[str] = mapped_column(Text)
    source: Mapped[Source] = mapped_column(text_enum(Source))
    # PublicationSpec in protobuf's JSON
    spec: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # of the film: [{title, start_ms}]
    chapters: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[State] = mapped_column(text_enum(State))
    film_sha256: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    film_language: Mapped[str] = mapped_column(Text)
    # when its upload is expected to begin, while it waits
    eta_at: Mapped[datetime | None] = mapped_column(_TIME)
    # the last time an upload session was begun: the user's last turn
    begun_at: Mapped[datetime | None] = mapped_column(_TIME)
    # calls of videos.insert that may have reached YouTube
    sessions: Mapped[int]
    # whoever has it can send bytes: never in a log or a fact
    session_url: Mapped[str] = mapped_column(Text)
    uploaded_bytes: Mapped[int] = mapped_column(BigInteger)
    # SHA-256 (hex) of the first uploaded_bytes of the film as they were sent
    uploaded_sha256: Mapped[str] = mapped_column(Text)
    # the film's last bytes may be with YouTube: from here on there may be a video
    last_bytes: Mapped[bool]
    # how often a video was looked for since its session was lost
    looks: Mapped[int]
    video_id: Mapped[str] = mapped_column(Text)
    # where the video is watched
    url: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime | None] = mapped_column(_TIME)
    privacy_status: Mapped[str] = mapped_column(Text)
    locked_private: Mapped[bool]
    notice: Mapped[str] = mapped_column(Text)
    error_code: Mapped[str] = mapped_column(Text)
    error_message: Mapped[str] = mapped_column(Text)
    error_retryable: Mapped[bool]
    thumbnail: Mapped[Extra] = mapped_column(text_enum(Extra))
    playlist: Mapped[Extra] = mapped_column(text_enum(Extra))
    playlist_id: Mapped[str] = mapped_column(Text)
    warnings: Mapped[list[str]] = mapped_column(JSONB)
    polls: Mapped[int]
    # in a row, of what may pass
    failures: Mapped[int]
    failing_since: Mapped[datetime | None] = mapped_column(_TIME)
    # when somebody has to see to it; None: nobody. Once there is a video, the earlier of the two below
    next_at: Mapped[datetime | None] = mapped_column(_TIME)
    # when to ask what YouTube has made of the video
    poll_at: Mapped[datetime | None] = mapped_column(_TIME)
    # when to go on with thumbnail, playlist and captions
    extras_at: Mapped[datetime | None] = mapped_column(_TIME)
    fence: Mapped[int] = mapped_column(BigInteger)
    leased_until: Mapped[datetime | None] = mapped_column(_TIME)
    views: Mapped[int] = mapped_column(BigInteger)
    likes: Mapped[int] = mapped_column(BigInteger)
    statistics_at: Mapped[datetime | None] = mapped_column(_TIME)
    statistics_due_at: Mapped[datetime | None] = mapped_column(_TIME)
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(_TIME)
    updated_at: Mapped[datetime] = mapped_column(_TIME)
    finished_at: Mapped[datetime | None] = mapped_column(_TIME)
    captions: Mapped[list[Caption]] = relationship(order_by=Caption.position, lazy="selectin", cascade="all")

    @classmethod
    def begin(
        cls,
        publication_id: UUID,
        film: Film,
        spec: PublicationSpec,
        connection_id: UUID | None,
        channel: tuple[str, str],
        source: Source,
        now: datetime,
    ) -> Publication:
        """A new one that waits for its turn, of a checked spec. `channel`: its id and title."""
        has_thumbnail = any(file.kind == "thumbnail" for file in film.files)
        return cls(
            id=publication_id,
            user_id=film.user_id,
            project_id=film.project_id,
            job_id=film.job_id,
            connection_id=connection_id,
            channel_id=channel[0],
            channel_title=channel[1],
            source=source,
            spec=MessageToDict(spec, preserving_proto_field_name=True),
            chapters=[{"title": chapter.title, "start_ms": chapter.start_ms} for chapter in film.chapters],
            state=State.QUEUED,
            film_sha256=film.film.sha256,
            size_bytes=film.film.size_bytes,
            duration_ms=film.duration_ms,
            film_language=film.language,
            sessions=0,
            session_url="",
            uploaded_bytes=0,
            uploaded_sha256="",
            last_bytes=False,
            looks=0,
            video_id="",
            url="",
            privacy_status="",
            locked_private=False,
            notice="",
            error_code="",
            error_message="",
            error_retryable=False,
            thumbnail=Extra.WAITING if has_thumbnail else Extra.NONE,
            playlist=Extra.WAITING if spec.playlist else Extra.NONE,
            playlist_id="",
            warnings=[],
            polls=0,
            failures=0,
            next_at=now,
            fence=0,
            views=0,
            likes=0,
            version=1,
            created_at=now,
            updated_at=now,
            captions=[
                Caption(
                    language=language, position=index, state=CaptionState.WAITING, caption_id="", error="", begun=False
                )
                for index, language in enumerate(spec.captions)
            ],
        )

    @property
    def etag(self) -> str:
        """The version, as text."""
        return str(self.version)

    def said(self) -> PublicationSpec:
        """The spec as a message."""
        return ParseDict(self.spec, PublicationSpec())

    def publish_at(self) -> datetime | None:
        """When it shall be public, or None."""
        said = self.said()
        return said.publish_time.ToDatetime(tzinfo=UTC) if said.HasField("publish_time") else None

    # before the upload

    def expect(self, at: datetime, *, today: bool, now: datetime) -> bool:
        """Say when its upload will begin; True when its state changed by that."""
        self.eta_at = at
        state = State.QUEUED if today else State.WAITING_QUOTA
        if state is self.state:
            return False
        self.state = state
        self.touch(now)
        return True

    def wait_for_quota(self, until: datetime, now: datetime) -> bool:
        """It waits for an allowance; True when its state changed by that."""
        self.next_at = until
        if self.state not in WAITING:
            # the upload itself has begun: what waits is a look for its video
            return False
        changed = self.state is not State.WAITING_QUOTA
        self.state, self.eta_at = State.WAITING_QUOTA, until
        if changed:
            self.touch(now)
        return changed

    def begin_session(self, now: datetime) -> None:
        """videos.insert is about to be called: from here on it may have been. The user has had their turn."""
        self.sessions += 1
        self.begun_at = now
        self._forget_session()

    def no_session(self) -> None:
        """YouTube gave no session, so that call counts for nothing."""
        self.sessions -= 1

    def open_session(self, url: str, now: datetime) -> bool:
        """YouTube takes the film's bytes here; True when its state changed by that."""
        self.session_url, self.eta_at = url, None
        self.progressed()
        changed = self.state is not State.UPLOADING
        self.state = State.UPLOADING
        if changed:
            self.touch(now)
        return changed

    # the upload

    def keep(self, offset: int, sha256: str) -> None:
        """So many bytes are with YouTube. What failed before counts no more."""
        self.uploaded_bytes, self.uploaded_sha256 = offset, sha256
        self.progressed()

    def lose_session(self) -> None:
        """Its session is gone and there is no video of it: everything from the start."""
        self._forget_session()

    def _forget_session(self) -> None:
        self.session_url, self.uploaded_bytes, self.uploaded_sha256 = "", 0, ""
        self.last_bytes, self.looks = False, 0

    def take_video(self, video_id: str, url: str, now: datetime) -> None:
        """YouTube has the whole film: this is its video, watched at this address."""
        self.video_id, self.url = video_id, url
        self._forget_session()
        self.uploaded_bytes, self.uploaded_sha256 = self.size_bytes, self.film_sha256
        self.state, self.uploaded_at, self.eta_at = State.PROCESSING, now, None
        self.progressed()
        self.poll_at = now
        self.extras_at = now if self.unfinished() else None
        self.plan_next()
        self.touch(now)

    # afterwards

    def plan_next(self) -> None:
        """Somebody has to see to it when the earlier of the two is due."""
        times = [time for time in (self.poll_at, self.extras_at) if time is not None]
        self.next_at = min(times, default=None)

    def publish(self, *, scheduled: bool, privacy: str, now: datetime) -> bool:
        """It is up, or will be public at its time; True when its state changed by that."""
        state = State.SCHEDULED if scheduled else State.PUBLISHED
        changed = state is not self.state
        self.state, self.privacy_status = state, privacy
        if changed:
            self.finished_at = self.finished_at or now
            self.touch(now)
        return changed

    def lock_private(self, notice: str) -> None:
        """YouTube keeps it private whatever was asked."""
        self.locked_private, self.notice = True, notice

    def warn(self, warning: str, now: datetime) -> None:
        """Something beside the video could not be set."""
        if warning not in self.warnings:
            self.warnings = [*self.warnings, warning]
            self.touch(now)

    def unfinished(self) -> bool:
        """Whether anything beside the video is still to be set."""
        waiting = any(caption.state is CaptionState.WAITING for caption in self.captions)
        return waiting or Extra.WAITING in (self.thumbnail, self.playlist)

    def take_statistics(self, views: int, likes: int, due_at: datetime, now: datetime) -> bool:
        """What viewers did, and when to ask again; True when it changed."""
        self.statistics_at, self.statistics_due_at = now, due_at
        if (views, likes) == (self.views, self.likes):
            return False
        self.views, self.likes = views, likes
        self.touch(now)
        return True

    # ends

    def require_cancelable(self) -> None:
        """PublicationState unless its upload can still be stopped for certain."""
        if self.state not in BEFORE_VIDEO or self.last_bytes:
            said = "the last of it is on its way" if self.state is State.UPLOADING else f"it is {self.state}"
            raise PublicationState(
                f"YouTube has the whole film ({said}): delete the video in YouTube Studio", state=self.state
            )

    def cancel(self, now: datetime) -> None:
        """It ends here. A session at YouTube without the last bytes makes no video and ends by itself."""
        self._forget_session()
        self._end(State.CANCELED, now)

    def fail(self, code: str, message: str, now: datetime, *, retryable: bool) -> None:
        """It ends with an error that says what to do. What YouTube has of it is kept: it may be revived."""
        self.error_code, self.error_message, self.error_retryable = code, message, retryable
        self._end(State.FAILED, now)

    def revive(self, now: datetime) -> None:
        """What it failed for is mended: it goes on where it stood."""
        self.error_code, self.error_message, self.error_retryable = "", "", False
        self.finished_at, self.next_at = None, now
        self.progressed()
        if self.video_id:
            self.state, self.poll_at = State.PROCESSING, now
            self.extras_at = now if self.unfinished() else None
        else:
            self.state = State.UPLOADING if self.session_url else State.QUEUED
        self.touch(now)

    def let_go(self, reason: str, now: datetime) -> None:
        """We can do no more for its video: what was still to be set beside it is given up."""
        for caption in self.captions:
            if caption.state is CaptionState.WAITING:
                caption.state, caption.error = CaptionState.FAILED, reason
        if self.thumbnail is Extra.WAITING:
            self.thumbnail = Extra.FAILED
        if self.playlist is Extra.WAITING:
            self.playlist = Extra.FAILED
        self.poll_at = self.extras_at = self.next_at = self.statistics_due_at = None
        self.warn(reason, now)

    def _end(self, state: State, now: datetime) -> None:
        self.state, self.finished_at, self.eta_at = state, now, None
        self.next_at = self.poll_at = self.extras_at = self.statistics_due_at = self.leased_until = None
        # whoever has it in hand finds that it isn't theirs any more
        self.fence += 1
        self.touch(now)

    # failures that pass

    def stumble(self, now: datetime, again_at: datetime) -> None:
        """Something failed that may pass."""
        self.failures += 1
        self.failing_since = self.failing_since or now
        self.next_at = again_at

    def progressed(self) -> None:
        """It goes on: failures before this count no more."""
        self.failures, self.failing_since = 0, None

    def touch(self, now: datetime) -> None:
        """Something that others can see has changed."""
        self.version += 1
        self.updated_at = now
