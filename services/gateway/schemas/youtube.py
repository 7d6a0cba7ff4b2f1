"""Channels, and films published there."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.gateway.schemas.common import Id, In, Instant, Language, Out, Rounded, Text

ConnectionStatus = Literal["active", "reconnect_needed", "disconnected"]
PublicationStatus = Literal[
    "queued", "waiting_quota", "uploading", "processing", "scheduled", "published", "failed", "canceled"
]
CaptionStatus = Literal["waiting", "uploaded", "failed"]
Privacy = Literal["private", "unlisted", "public"]


class NewConnection(Out):
    """Where the channel's owner says yes, within ten minutes."""

    authorization_url: str = Field(examples=["https://accounts.google.com/o/oauth2/v2/auth?…"])
    state: str = Field(description="comes back with the answer", examples=["mS4v…"])


class Connection(Out):
    """A channel that a user has let us publish to."""

    id: str
    status: ConnectionStatus = Field(description="reconnect_needed: Google refuses our grant; connect it again")
    channel_id: str = Field(examples=["UC_x5XG1OV2P6uZZ5FSM9Ttw"])
    channel_title: str = Field(examples=["Films from Gull Rock"])
    thumbnail_url: str | None
    created_at: datetime
    updated_at: datetime


class Playlist(Out):
    """A playlist of a channel."""

    id: str = Field(examples=["PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf"])
    title: str
    item_count: int
    privacy: str


class Publish(In):
    """What shall be said of the film on YouTube."""

    connection_id: Id
    title: Text = Field("", max_length=100, description="without < and >; empty: the project's title")
    description: Text = Field(
        "", description="at most 5,000 bytes, without < and >; the film's chapters are added where they fit"
    )
    tags: list[Text] = Field(
        default_factory=list, max_length=500, description="at most 500 characters in all", examples=[["short film"]]
    )
    category: Text = Field("", max_length=8, description="YouTube's id of a category; empty: 1, film and animation")
    privacy: Privacy = "private"
    publish_at: Instant | None = Field(None, description="in the future; private until then, so privacy stays private")
    made_for_kids: bool = False
    contains_synthetic_media: bool | None = Field(None, description="default true: our films are made by machines")
    playlist: Text = Field(
        "", max_length=150, description="a title or an id; made if it is missing", examples=["Films from Gull Rock"]
    )
    captions: list[Language] = Field(
        default_factory=list, max_length=50, description="languages of the film's subtitles; empty: all it has"
    )
    default_language: Annotated[Text, Field(max_length=35)] = Field("", description="BCP 47; empty: the film's")


class NewPublication(Publish):
    """A finished film to publish."""

    job_id: Id


class Caption(Out):
    """A caption track."""

    language: str = Field(examples=["en"])
    status: CaptionStatus
    error: str | None


class PublicationError(Out):
    """Why a film could not be published."""

    code: str = Field(examples=["RECONNECT_NEEDED"])
    message: str
    retryable: bool


class Publication(Out):
    """A film on its way to YouTube, or there."""

    id: str
    status: PublicationStatus
    progress: Rounded = Field(description="0 to 1 of the bytes", examples=[0.42])
    video_id: str | None = Field(examples=["dQw4w9WgXcQ"])
    url: str | None = Field(examples=["https://www.youtube.com/watch?v=dQw4w9WgXcQ"])
    privacy_status: str | None = Field(description="as YouTube says, which may differ from privacy")
    error: PublicationError | None
    notice: str | None = Field(description="what its owner should know, such as that YouTube keeps it private")
    locked_private: bool
    warnings: list[str] = Field(description="thumbnail, captions or playlist that could not be set")
    eta: datetime | None = Field(description="when the upload is expected to begin, while it waits")
    job_id: str
    project_id: str
    connection_id: str
    channel_id: str
    channel_title: str
    title: str
    description: str
    tags: list[str]
    category: str
    privacy: str
    publish_at: datetime | None
    made_for_kids: bool
    contains_synthetic_media: bool
    playlist: str
    playlist_id: str | None
    captions: list[Caption]
    default_language: str
    size_bytes: int
    uploaded_bytes: int
    views: int | None = Field(description="null until YouTube was asked")
    likes: int | None
    statistics_at: datetime | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
