"""What a project, its script, its storyboard and its assets are, and what may happen to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from filmstudio.projects.v1 import projects_pb2
from sqlalchemy import ARRAY, BigInteger, DateTime, ForeignKey, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit import db
from services.kit.errors import EtagMismatch, Invalid, NotFound

READY = projects_pb2.Asset.STATE_READY
AWAITING = projects_pb2.Asset.STATE_AWAITING_UPLOAD
DELETED = projects_pb2.Asset.STATE_DELETED

MAX_TITLE_CHARS = 100
MAX_DESCRIPTION_CHARS = 5_000


def require_match(if_match: str, version: int, what: str) -> None:
    """EtagMismatch unless the caller has seen this version of `what`, or does not care.

    An If-Match value (RFC 9110) is "*", or a list of quoted tags; bare ones are taken too.
    """
    if not if_match.strip() or if_match.strip() == "*":
        return
    if str(version) not in [tag.strip().removeprefix("W/").strip('"') for tag in if_match.split(",")]:
        raise EtagMismatch(f"the {what} has changed since you read it; read it again")


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not 1 <= len(title) <= MAX_TITLE_CHARS or not title.isprintable():
        raise Invalid(f"a title has 1 to {MAX_TITLE_CHARS} printable characters", field="title")
    return title


def _description(text: str) -> str:
    if len(text) > MAX_DESCRIPTION_CHARS:
        raise Invalid(f"a description has at most {MAX_DESCRIPTION_CHARS} characters", field="description")
    if "\0" in text:
        raise Invalid("a description has no NUL characters", field="description")
    return text.strip()


class Base(DeclarativeBase):
    """The base of this service's tables."""

    metadata = db.metadata("projects")


class Project(Base):
    """A film project. Its version counts every change and is its etag."""

    __tablename__ = "projects"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(MAX_TITLE_CHARS))
    description: Mapped[str] = mapped_column(Text)
    # 0: no script yet
    script_version: Mapped[int]
    script_elements_sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    last_job_id: Mapped[UUID | None]
    # a job is live
    in_production: Mapped[bool]
    # a video job has succeeded
    has_film: Mapped[bool]
    # counts a person's changes of shots and characters
    edits_version: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @classmethod
    def begin(cls, project_id: UUID, user_id: str, title: str, description: str, now: datetime) -> Project:
        """A new, empty project; Invalid for a title or description out of bounds."""
        return cls(
            id=project_id,
            user_id=user_id,
            title=_title(title),
            description=_description(description),
            script_version=0,
            script_elements_sha256="",
            language="",
            in_production=False,
            has_film=False,
            edits_version=0,
            version=1,
            created_at=now,
            updated_at=now,
        )

    @property
    def etag(self) -> str:
        """The version, as text."""
        return str(self.version)

    def status(self) -> projects_pb2.Project.Status.ValueType:
        """What is to be said of it first."""
        if self.deleted_at is not None:
            return projects_pb2.Project.STATUS_DELETED
        if self.in_production:
            return projects_pb2.Project.STATUS_IN_PRODUCTION
        if self.has_film:
            return projects_pb2.Project.STATUS_COMPLETED
        return projects_pb2.Project.STATUS_READY if self.script_version else projects_pb2.Project.STATUS_DRAFT

    def require_match(self, if_match: str) -> None:
        """EtagMismatch unless the caller has seen this version, or does not care."""
        require_match(if_match, self.version, "project")

    def change(self, title: str | None, description: str | None, now: datetime) -> bool:
        """Take a new title or description; True when something changed."""
        new_title = self.title if title is None else _title(title)
        new_description = self.description if description is None else _description(description)
        if (new_title, new_description) == (self.title, self.description):
            return False
        self.title, self.description = new_title, new_description
        self._touch(now)
        return True

    def take_script(self, script: ScriptVersion, now: datetime) -> None:
        """Let this version be the project's script."""
        self.script_version = script.version
        self.script_elements_sha256 = script.elements_sha256
        self.language = script.language
        self._touch(now)

    def take_edit(self, now: datetime) -> None:
        """A person has changed a shot or a character: the next film is another one."""
        self.edits_version += 1
        self._touch(now)

    def delete(self, now: datetime) -> None:
        """Put it away; it can be restored for a while."""
        self.deleted_at = now
        self._touch(now)

    def erase(self, restorable: timedelta, now: datetime) -> None:
        """Put it away as though its time to be restored were over: the sweeper's next turn removes it."""
        self.deleted_at = now - restorable - timedelta(seconds=1)
        self._touch(now)

    def restore(self, restorable: timedelta, now: datetime) -> None:
        """Take it back; NotFound once its time is over."""
        if self.deleted_at is not None and self.deleted_at < now - restorable:
            raise NotFound("no such project")
        self.deleted_at = None
        self._touch(now)

    def follow_job(self, job_id: UUID, *, any_live: bool, has_film: bool, now: datetime) -> bool:
        """Note what is known of its jobs; True when something changed. Ids are in order of time: the greatest is the last."""
        last = job_id if self.last_job_id is None else max(self.last_job_id, job_id)
        after = (last, any_live, self.has_film or has_film)
        if after == (self.last_job_id, self.in_production, self.has_film):
            return False
        self.last_job_id, self.in_production, self.has_film = after
        self._touch(now)
        return True

    def _touch(self, now: datetime) -> None:
        self.version += 1
        self.updated_at = now


class ProjectJob(Base):
    """What the last event of a job said; an earlier one changes nothing any more."""

    __tablename__ = "project_jobs"
    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.projects.id", ondelete="CASCADE"))
    last_seq: Mapped[int] = mapped_column(BigInteger)
    live: Mapped[bool]


class ScriptVersion(Base):
    """A script as it was once put, with what was read from it. Never changed."""

    __tablename__ = "scripts"
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.projects.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(16))
    # from the title page
    title: Mapped[str] = mapped_column(Text)
    # a serialised Script message with nothing but elements
    elements: Mapped[bytes] = mapped_column(LargeBinary)
    elements_sha256: Mapped[str] = mapped_column(String(64))
    spoken_seconds: Mapped[float]
    scenes: Mapped[int]
    characters: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def says(self, script_format: int, text: str, language: str) -> bool:
        """Whether it is this very text."""
        return (self.format, self.text, self.language) == (script_format, text, language)


class StoredStoryboard(Base):
    """The storyboard of the last analysis."""

    __tablename__ = "storyboards"
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.projects.id", ondelete="CASCADE"), primary_key=True)
    # the job that found it
    job_id: Mapped[str] = mapped_column(String(64))
    # a serialised Storyboard message
    storyboard: Mapped[bytes] = mapped_column(LargeBinary)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Asset(Base):
    """A file of the filmmaker's: announced, uploaded, verified, perhaps deleted."""

    __tablename__ = "assets"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.projects.id", ondelete="CASCADE"))
    kind: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[int] = mapped_column(SmallInteger)
    filename: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    # hex
    sha256: Mapped[str] = mapped_column(String(64))
    # where the verified bytes are; empty before, and after they were removed
    object_key: Mapped[str] = mapped_column(String(255))
    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def upload_key(self) -> str:
        """Where the upload goes before it is verified."""
        return f"uploads/{self.project_id}/{self.id}"

    @property
    def verified_key(self) -> str:
        """Where verified bytes live: by their content, within the project."""
        return f"projects/{self.project_id}/assets/{self.sha256}"

    @property
    def ready(self) -> bool:
        """Verified, and still there."""
        return self.state == READY

    def complete(self) -> None:
        """It has been verified and copied."""
        self.state = READY
        self.object_key = self.verified_key
        self.version += 1

    def delete(self, now: datetime) -> None:
        """Put it away."""
        self.state = DELETED
        self.deleted_at = now
        self.version += 1


class Departed(Base):
    """A user who is gone."""

    __tablename__ = "departed"
    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    departed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
