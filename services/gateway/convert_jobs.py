"""Protobuf ↔ the public shapes, for quotes, options, jobs and their events."""

from __future__ import annotations

import json
from typing import Any

from filmstudio.ai_jobs.v1 import jobs_pb2, steps_pb2

from services.gateway import convert_youtube
from services.gateway.convert import moment, number, word
from services.gateway.schemas import jobs as shapes
from services.gateway.schemas.options import VideoOptions

# a job whose status is one of these has ended, until somebody retries it
ENDED = {
    jobs_pb2.JOB_STATUS_CANCELED,
    jobs_pb2.JOB_STATUS_SUCCEEDED,
    jobs_pb2.JOB_STATUS_FAILED,
    jobs_pb2.JOB_STATUS_EXPIRED,
}


def options_in(options: VideoOptions) -> jobs_pb2.VideoOptions:
    """What was asked of a film; what wasn't said stays unset."""
    message = jobs_pb2.VideoOptions(
        duration_s=options.duration_s or 0,
        aspect=options.aspect or "",
        resolution=options.resolution or "",
        fps=options.fps or 0,
        style=options.style or "",
        image_asset_ids=options.images or [],
        engines=dict[str, str]((options.engines or {}).items()),
        review=bool(options.review),
        seed=options.seed,
        preview=bool(options.preview),
        formats=options.formats or [],
    )
    if options.narrator is not None:
        message.narrator.voice = options.narrator.voice or ""
    if (podcast := options.podcast) is not None:
        message.podcast.layout = podcast.layout or ""
        for speaker in podcast.speakers:
            message.podcast.speakers.add(name=speaker.name, portrait_asset_id=speaker.portrait_asset_id or "")
    if (music := options.music) is not None:
        message.music.CopyFrom(
            jobs_pb2.MusicOptions(
                mood=music.mood or "", raga=music.raga or "", asset_id=music.asset_id or "", volume=music.volume
            )
        )
    if (subtitles := options.subtitles) is not None:
        message.subtitles.CopyFrom(
            jobs_pb2.SubtitleOptions(
                burn=subtitles.burn,
                languages=subtitles.languages or [],
                files=dict[str, str]((subtitles.files or {}).items()),
            )
        )
    if (overlay := options.overlay) is not None:
        message.overlay.CopyFrom(
            jobs_pb2.OverlayOptions(watermark=overlay.watermark or "", intro=overlay.intro, outro=overlay.outro)
        )
    return message


def options_out(message: jobs_pb2.VideoOptions) -> dict[str, Any]:
    """The options as they were asked, without what was not said."""
    said: dict[str, Any] = {}
    for name in ("duration_s", "aspect", "resolution", "fps", "style", "review", "preview"):
        if value := getattr(message, name):
            said[name] = value
    if message.HasField("seed"):
        said["seed"] = message.seed
    if message.narrator.voice:
        said["narrator"] = {"voice": message.narrator.voice}
    if message.image_asset_ids:
        said["images"] = list(message.image_asset_ids)
    if message.formats:
        said["formats"] = list(message.formats)
    if message.HasField("podcast"):
        said["podcast"] = {
            "speakers": [_said(speaker) for speaker in message.podcast.speakers],
            **({"layout": message.podcast.layout} if message.podcast.layout else {}),
        }
    if message.engines:
        said["engines"] = dict(message.engines)
    for name in ("music", "subtitles", "overlay"):
        if members := _said(getattr(message, name)):
            said[name] = members
    return said


def _said(message: Any) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for field, value in message.ListFields():
        entries = field.message_type is not None and field.message_type.GetOptions().map_entry
        members[field.name] = dict(value) if entries else list(value) if field.is_repeated else value
    return members


def kind_in(kind: str) -> jobs_pb2.JobKind.ValueType:
    """A job's kind."""
    return number(jobs_pb2.JobKind, kind, "JOB_KIND_")  # type: ignore[no-any-return]


def status_in(status: str | None) -> jobs_pb2.JobStatus.ValueType:
    """A job's status; None: any."""
    if status is None:
        return jobs_pb2.JOB_STATUS_UNSPECIFIED
    return number(jobs_pb2.JobStatus, status, "JOB_STATUS_")  # type: ignore[no-any-return]


def quote(message: jobs_pb2.Quote) -> shapes.Quote:
    """A price."""
    return shapes.Quote(
        quote_id=message.id,
        credits=message.credits,
        breakdown=[
            shapes.QuoteLine(what=line.what, quantity=line.quantity, unit=line.unit, credits=line.credits)
            for line in message.breakdown
        ],
        eta_seconds=message.eta_seconds,
        expires_at=moment(message.expire_time),
    )


def job(message: jobs_pb2.Job, url: str) -> shapes.Job:
    """A job; `url` is the public base address its links begin with."""
    return shapes.Job(**_job_members(message, url))


def owned_job(message: jobs_pb2.Job, url: str) -> shapes.OwnedJob:
    """A job and whose it is."""
    return shapes.OwnedJob(**_job_members(message, url), user_id=message.user_id)


def job_state(message: jobs_pb2.Job) -> shapes.JobState:
    """A job in small."""
    return shapes.JobState(**_state_members(message))


def _state_members(message: jobs_pb2.Job) -> dict[str, Any]:
    return {
        "id": message.id,
        "status": status(message),
        "progress": _progress(message.progress),
        "queue_position": message.queue_position if message.HasField("queue_position") else None,
        "eta_seconds": message.eta_seconds if message.HasField("eta_seconds") else None,
        "error": _error(message.error) if message.HasField("error") else None,
    }


def _job_members(message: jobs_pb2.Job, url: str) -> dict[str, Any]:
    return {
        **_state_members(message),
        "project_id": message.project_id or None,
        "kind": word(jobs_pb2.JobKind, message.kind, "JOB_KIND_"),
        "attempt": message.attempt,
        "priority": message.priority,
        "counts": _counts(message.counts),
        "credits": _credits(message.credits),
        "outputs": [output(item) for item in message.outputs],
        "quality": _quality(message.quality) if message.HasField("quality") else None,
        "options": options_out(message.options),
        "publish": convert_youtube.publish_out(message.publish) if message.HasField("publish") else None,
        "waiting_reason": message.waiting_reason or None,
        "stage_times": [_stage_time(item) for item in message.stage_times],
        "created_at": moment(message.create_time),
        "started_at": moment(message.start_time) if message.HasField("start_time") else None,
        "finished_at": moment(message.finish_time) if message.HasField("finish_time") else None,
        "links": links(message.id, url),
    }


def status(message: jobs_pb2.Job) -> Any:
    """A job's status as the public contract spells it. A job that is being reserved shows as queued: nobody sees it sooner."""
    if message.status == jobs_pb2.JOB_STATUS_RESERVING:
        return "queued"
    return word(jobs_pb2.JobStatus, message.status, "JOB_STATUS_")


def links(job_id: str, url: str) -> shapes.Links:
    """Where to go on from a job."""
    base = f"{url}/api/v1/jobs/{job_id}"
    return shapes.Links(self=base, events=f"{base}/events", cancel=f"{base}/cancel", retry=f"{base}/retry")


def _progress(message: jobs_pb2.JobProgress) -> shapes.Progress:
    return shapes.Progress(
        value=message.value,
        stage=message.stage,
        steps_done=message.steps_done,
        steps_total=message.steps_total,
        message=message.message,
    )


def _counts(message: jobs_pb2.JobCounts) -> shapes.Counts:
    return shapes.Counts(
        shots_total=message.shots_total,
        shots_ok=message.shots_ok,
        shots_failed=message.shots_failed,
        steps_cached=message.steps_cached,
    )


def _credits(message: jobs_pb2.JobCredits) -> shapes.JobCredits:
    return shapes.JobCredits(
        quoted=message.quoted, held=message.held, captured=message.captured, released=message.released
    )


def output(message: jobs_pb2.JobOutput) -> shapes.Output:
    """A file that a job has made."""
    return shapes.Output(
        kind=message.kind,
        content_type=message.content_type,
        size_bytes=message.size_bytes,
        sha256=message.sha256,
        duration_s=message.duration_s or None,
        width=message.width or None,
        height=message.height or None,
        language=message.language or None,
        format=message.format or None,
        scene=message.scene or None,
        url=message.url or None,
        url_expires_at=moment(message.url_expire_time) if message.HasField("url_expire_time") else None,
    )


def _quality(message: steps_pb2.CheckQualityResult) -> shapes.Quality:
    return shapes.Quality(
        duration_error_s=message.duration_error_s,
        loudness_lufs=message.loudness_lufs,
        true_peak_dbtp=message.true_peak_dbtp,
        av_offset_ms=message.av_offset_ms,
        black_s=message.black_s,
        frozen_s=message.frozen_s,
        subtitles_outside=message.subtitles_outside,
        lip_sync_offset_ms=message.lip_sync_offset_ms,
        speech_over_music_db=message.speech_over_music_db,
        jitter_px=message.jitter_px,
        caption_faults=message.caption_faults,
        caption_contrast=message.caption_contrast or None,
        missing_glyphs=list(message.missing_glyphs),
        not_measured=list(message.not_measured),
        passed=message.passed,
    )


def _error(message: jobs_pb2.JobError) -> shapes.JobError:
    return shapes.JobError(code=message.code, message=message.message, stage=message.stage, retryable=message.retryable)


def _stage_time(message: jobs_pb2.StageTime) -> shapes.StageTime:
    return shapes.StageTime(
        stage=word(steps_pb2.StepKind, message.stage, "STEP_KIND_"),
        steps=message.steps,
        wall_s=message.wall_s,
        work_s=message.work_s,
    )


def event(message: jobs_pb2.JobEvent) -> shapes.Event:
    """A durable event of a job."""
    return shapes.Event(
        id=message.id,
        type=message.type,
        at=moment(message.create_time),
        job_id=message.job_id,
        seq=message.seq,
        data=json.loads(message.data_json or "{}"),
    )
