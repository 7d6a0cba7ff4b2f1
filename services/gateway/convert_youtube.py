"""Protobuf ↔ the public shapes, for channels and publications."""

from __future__ import annotations

from typing import Any

from filmstudio.ai_jobs.v1 import jobs_pb2
from filmstudio.youtube.v1 import youtube_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from services.gateway.convert import moment, moment_or_none, word
from services.gateway.schemas import youtube as shapes


def spec_in(body: shapes.Publish) -> youtube_pb2.PublicationSpec:
    """What shall be said of a film on YouTube."""
    return youtube_pb2.PublicationSpec(**_members(body))


def publish_in(body: shapes.Publish) -> jobs_pb2.PublishOptions:
    """The same, as an order of a film carries it."""
    return jobs_pb2.PublishOptions(**_members(body))


def _members(body: shapes.Publish) -> dict[str, Any]:
    members = body.model_dump(include=set(shapes.Publish.model_fields) - {"publish_at"})
    if body.publish_at is not None:
        members["publish_time"] = Timestamp()
        members["publish_time"].FromDatetime(body.publish_at)
    return members


def publish_out(message: jobs_pb2.PublishOptions) -> dict[str, Any]:
    """What an order says of publishing, without what was not said."""
    said: dict[str, Any] = {}
    for field, value in message.ListFields():
        if isinstance(value, Timestamp):
            said["publish_at"] = moment(value)
        else:
            said[field.name] = list(value) if field.is_repeated else value
    return said


def connection(message: youtube_pb2.Connection) -> shapes.Connection:
    """A channel."""
    return shapes.Connection(
        id=message.id,
        status=word(youtube_pb2.Connection.State, message.state, "STATE_"),
        channel_id=message.channel_id,
        channel_title=message.channel_title,
        thumbnail_url=message.thumbnail_url or None,
        created_at=moment(message.create_time),
        updated_at=moment(message.update_time),
    )


def playlist(message: youtube_pb2.Playlist) -> shapes.Playlist:
    """A playlist."""
    return shapes.Playlist(id=message.id, title=message.title, item_count=message.item_count, privacy=message.privacy)


def publication(message: youtube_pb2.Publication) -> shapes.Publication:
    """A film on its way to YouTube, or there."""
    spec = message.spec
    counted = message.HasField("statistics_time")
    return shapes.Publication(
        id=message.id,
        status=word(youtube_pb2.Publication.State, message.state, "STATE_"),
        progress=message.progress,
        video_id=message.video_id or None,
        url=message.url or None,
        privacy_status=message.privacy_status or None,
        error=_error(message.error) if message.HasField("error") else None,
        notice=message.notice or None,
        locked_private=message.locked_private,
        warnings=list(message.warnings),
        eta=moment_or_none(message, "eta_time"),
        job_id=message.job_id,
        project_id=message.project_id,
        connection_id=spec.connection_id,
        channel_id=message.channel_id,
        channel_title=message.channel_title,
        title=spec.title,
        description=spec.description,
        tags=list(spec.tags),
        category=spec.category,
        privacy=spec.privacy or "private",
        publish_at=moment_or_none(spec, "publish_time"),
        made_for_kids=spec.made_for_kids,
        contains_synthetic_media=spec.contains_synthetic_media if spec.HasField("contains_synthetic_media") else True,
        playlist=spec.playlist,
        playlist_id=message.playlist_id or None,
        captions=[_caption(track) for track in message.captions],
        default_language=spec.default_language,
        size_bytes=message.size_bytes,
        uploaded_bytes=message.uploaded_bytes,
        views=message.views if counted else None,
        likes=message.likes if counted else None,
        statistics_at=moment_or_none(message, "statistics_time"),
        created_at=moment(message.create_time),
        updated_at=moment(message.update_time),
        finished_at=moment_or_none(message, "finish_time"),
    )


def _caption(message: youtube_pb2.CaptionTrack) -> shapes.Caption:
    return shapes.Caption(
        language=message.language,
        status=word(youtube_pb2.CaptionTrack.State, message.state, "STATE_"),
        error=message.error or None,
    )


def _error(message: youtube_pb2.PublicationError) -> shapes.PublicationError:
    return shapes.PublicationError(code=message.code, message=message.message, retryable=message.retryable)
