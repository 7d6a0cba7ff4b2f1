"""What youtube tells of publications: rows as protobuf, and facts keyed by publication id. Never an upload session's address."""

from __future__ import annotations

from typing import assert_never

from filmstudio.youtube.v1 import events_pb2 as facts
from filmstudio.youtube.v1 import youtube_pb2 as pb
from google.protobuf.message import Message

from services.kit.facts import Fact
from services.youtube.publication_models import WAITING, Caption, CaptionState, Publication, State

PUBLICATIONS = "youtube.publications.v1"


def _state(state: State) -> pb.Publication.State.ValueType:
    match state:
        case State.QUEUED:
            return pb.Publication.STATE_QUEUED
        case State.WAITING_QUOTA:
            return pb.Publication.STATE_WAITING_QUOTA
        case State.UPLOADING:
            return pb.Publication.STATE_UPLOADING
        case State.PROCESSING:
            return pb.Publication.STATE_PROCESSING
        case State.SCHEDULED:
            return pb.Publication.STATE_SCHEDULED
        case State.PUBLISHED:
            return pb.Publication.STATE_PUBLISHED
        case State.FAILED:
            return pb.Publication.STATE_FAILED
        case State.CANCELED:
            return pb.Publication.STATE_CANCELED
        case _:
            assert_never(state)


def _caption(caption: Caption) -> pb.CaptionTrack:
    match caption.state:
        case CaptionState.WAITING:
            state = pb.CaptionTrack.STATE_WAITING
        case CaptionState.UPLOADED:
            state = pb.CaptionTrack.STATE_UPLOADED
        case CaptionState.FAILED:
            state = pb.CaptionTrack.STATE_FAILED
        case _:
            assert_never(caption.state)
    return pb.CaptionTrack(language=caption.language, state=state, caption_id=caption.caption_id, error=caption.error)


def publication_proto(row: Publication) -> pb.Publication:
    """A publication as the contract has it."""
    message = pb.Publication(
        id=str(row.id),
        user_id=row.user_id,
        project_id=row.project_id,
        job_id=row.job_id,
        spec=row.said(),
        state=_state(row.state),
        progress=1.0 if row.video_id else row.uploaded_bytes / row.size_bytes if row.size_bytes else 0.0,
        video_id=row.video_id,
        url=row.url,
        privacy_status=row.privacy_status,
        locked_private=row.locked_private,
        notice=row.notice,
        captions=map(_caption, row.captions),
        playlist_id=row.playlist_id,
        film_sha256=row.film_sha256,
        size_bytes=row.size_bytes,
        uploaded_bytes=row.uploaded_bytes,
        views=row.views,
        likes=row.likes,
        etag=row.etag,
        channel_id=row.channel_id,
        channel_title=row.channel_title,
        warnings=row.warnings,
    )
    if row.error_code:
        message.error.CopyFrom(
            pb.PublicationError(code=row.error_code, message=row.error_message, retryable=row.error_retryable)
        )
    if row.eta_at is not None and row.state in WAITING:
        message.eta_time.FromDatetime(row.eta_at)
    if row.statistics_at is not None:
        message.statistics_time.FromDatetime(row.statistics_at)
    if row.finished_at is not None:
        message.finish_time.FromDatetime(row.finished_at)
    message.create_time.FromDatetime(row.created_at)
    message.update_time.FromDatetime(row.updated_at)
    return message


def _fact(row: Publication, message: Message) -> Fact:
    return Fact(PUBLICATIONS, "publication", str(row.id), message)


def publication_updated(row: Publication) -> Fact:
    """Anything but its end: a state, its captions, its statistics."""
    return _fact(row, facts.PublicationUpdated(publication=publication_proto(row)))


def publication_succeeded(row: Publication) -> Fact:
    """The video is up: published, or scheduled."""
    return _fact(row, facts.PublicationSucceeded(publication=publication_proto(row)))


def publication_failed(row: Publication) -> Fact:
    """It won't be published unless somebody does something."""
    return _fact(row, facts.PublicationFailed(publication=publication_proto(row)))


def publication_canceled(row: Publication) -> Fact:
    """Somebody wants it no more."""
    return _fact(row, facts.PublicationCanceled(publication=publication_proto(row)))
