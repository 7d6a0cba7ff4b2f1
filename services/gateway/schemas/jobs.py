"""Quotes, jobs, their events, live tickets."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from services.gateway.schemas.common import Id, In, Json, Language, Out, Rounded, Text
from services.gateway.schemas.options import VideoOptions
from services.gateway.schemas.youtube import Publish

JobKind = Literal["script", "storyboard", "video", "probe"]
JobStatus = Literal["queued", "running", "waiting_review", "canceling", "canceled", "succeeded", "failed", "expired"]


class QuoteRequest(In):
    """What would it cost?"""

    kind: Literal["storyboard", "video"]
    project_id: Id
    options: VideoOptions = Field(default_factory=VideoOptions)


class QuoteLine(Out):
    """A line of a quote."""

    what: str = Field(examples=["film"])
    quantity: Rounded = Field(examples=[60])
    unit: str = Field(examples=["second"])
    credits: int = Field(examples=[3])


class Quote(Out):
    """A price that holds for one script version and these options until it expires."""

    quote_id: str
    credits: int = Field(examples=[3])
    breakdown: list[QuoteLine]
    eta_seconds: int = Field(examples=[48])
    expires_at: datetime


class ScriptRequest(In):
    """Write a script."""

    project_id: Id
    idea: Text = Field(min_length=3, max_length=2000, examples=["A lighthouse keeper teaches a boy to read the sea."])
    language: Language | None = Field(None, description="default: the project's, else en")


class StoryboardRequest(In):
    """Analyse the script into scenes and shots."""

    project_id: Id
    options: VideoOptions = Field(default_factory=VideoOptions)


class VideoRequest(StoryboardRequest):
    """Make the film."""

    quote_id: Id | None = None
    publish: Publish | None = Field(None, description="put the film on YouTube once it is there")


class Progress(Out):
    """How far a job is."""

    value: Rounded = Field(description="0 to 1, never falling within an attempt", examples=[0.42])
    stage: str = Field(examples=["animate_shot"])
    steps_done: int = Field(examples=[9])
    steps_total: int = Field(examples=[21])
    message: str = Field(examples=["shot 3 of 8"])


class Counts(Out):
    """Shots and steps, counted."""

    shots_total: int
    shots_ok: int
    shots_failed: int
    steps_cached: int


class JobCredits(Out):
    """`held` is what was held at the start of this attempt; at the end captured + released = held."""

    quoted: int
    held: int
    captured: int
    released: int


class Output(Out):
    """A file that a job has made. What doesn't apply to its kind is left out."""

    kind: str = Field(examples=["film"])
    content_type: str = Field(examples=["video/mp4"])
    size_bytes: int
    sha256: str
    duration_s: Rounded | None = None
    width: int | None = None
    height: int | None = None
    language: str | None = None
    format: str | None = Field(None, description="of subtitles: vtt, srt, ass")
    scene: int | None = Field(None, description="of a scene: its number, from 1")
    url: str | None = None
    url_expires_at: datetime | None = None

    @model_serializer(mode="wrap")
    def _what_applies(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in serialize(self).items() if value is not None}


class Quality(Out):
    """What was measured on the finished film before credits were captured."""

    duration_error_s: Rounded
    loudness_lufs: Rounded
    true_peak_dbtp: Rounded
    av_offset_ms: Rounded
    black_s: Rounded
    frozen_s: Rounded
    subtitles_outside: int
    lip_sync_offset_ms: Rounded = Field(description="the most, over the lines whose speakers are seen")
    speech_over_music_db: Rounded
    jitter_px: Rounded = Field(description="shake of the camera, rms in pixels of the film")
    caption_faults: int = Field(description="cues that break a rule of subtitles")
    caption_contrast: Rounded | None = Field(description="the least, of burned captions against what is behind them")
    missing_glyphs: list[str] = Field(description="characters that no typeface here has")
    not_measured: list[str] = Field(
        description="measures that couldn't be taken of this film, each with why",
        examples=[["jitter: the camera moves through too few places for a second"]],
    )
    passed: bool


class JobError(Out):
    """Why a job failed, or an attempt of it."""

    code: str = Field(examples=["SCRIPT_TOO_LONG"])
    message: str
    stage: str
    retryable: bool


class StageTime(Out):
    """How long a stage took: from its first start to its last end, and the work of its steps added up."""

    stage: str
    steps: int
    wall_s: Rounded
    work_s: Rounded


class Links(Out):
    """Where to go on from here."""

    self: str
    events: str
    cancel: str
    retry: str


class Job(Out):
    """One run for a project."""

    id: str
    project_id: str | None
    kind: JobKind
    attempt: int
    priority: int
    status: JobStatus
    progress: Progress
    queue_position: int | None
    eta_seconds: int | None
    counts: Counts
    credits: JobCredits
    outputs: list[Output]
    quality: Quality | None
    options: Json
    publish: Json | None = Field(description="what shall be said of the film on YouTube")
    error: JobError | None
    waiting_reason: str | None = Field(description="why its next step can't be handed out just now")
    stage_times: list[StageTime]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    links: Links


class OwnedJob(Job):
    """A job and whose it is, for administrators."""

    user_id: str


class JobState(Out):
    """A job in small."""

    id: str
    status: JobStatus
    progress: Progress
    queue_position: int | None
    eta_seconds: int | None
    error: JobError | None


class Event(Out):
    """A durable event of a job: `seq` counts from 1 without gaps."""

    id: str
    type: str = Field(examples=["job.progress"])
    at: datetime
    job_id: str
    seq: int = Field(examples=[17])
    data: Json


class Ticket(Out):
    """Opens one live stream, once, within `expires_in` seconds."""

    ticket: str
    expires_in: int = Field(examples=[30])
    url: str = Field(
        description="the WebSocket's address, ticket included", examples=["ws://127.0.0.1:8000/api/v1/live?ticket=…"]
    )
