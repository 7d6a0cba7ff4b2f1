"""Projects, scripts, scenes and assets."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.gateway.schemas.common import Id, In, Language, Out, Rounded, Text, Unicode

# "deleted" is seen only by whoever repeats the request that once created it
ProjectStatus = Literal["draft", "ready", "in_production", "completed", "deleted"]
ScriptFormat = Literal["fountain", "fdx", "markdown", "plain"]
AssetKind = Literal["image", "audio", "script", "subtitles"]
AssetState = Literal["awaiting_upload", "ready", "deleted"]


class NewProject(In):
    """A project to be."""

    title: Text = Field(examples=["The Light on Gull Rock"], description="1 to 100 characters")
    description: Text = Field("", examples=["A keeper, a boy and a lamp that will not burn."])


class ProjectChange(In):
    """What is to change; the rest stays."""

    title: Text | None = Field(None, examples=["The Light"])
    description: Text | None = None


class Project(Out):
    """A film project."""

    id: str
    title: str = Field(examples=["The Light on Gull Rock"])
    description: str
    status: ProjectStatus
    last_job_id: str | None
    created_at: datetime
    updated_at: datetime


class NewScript(In):
    """A script's text and what it is written in."""

    format: ScriptFormat
    text: Unicode = Field(
        examples=["INT. LIGHTHOUSE - NIGHT\n\nMARA\nThe lamp is dark."], description="at most 200 kB of UTF-8"
    )
    language: Language = "en"


class ScriptVersion(Out):
    """A version of a script, without its text."""

    project_id: str
    version: int = Field(examples=[1])
    format: ScriptFormat
    language: str
    title: str = Field(description="from the title page, when there is one")
    spoken_seconds: Rounded = Field(description="an estimate of how long the speech lasts", examples=[34.5])
    scenes: int = Field(examples=[3])
    characters: list[str] = Field(examples=[["MARA", "TOM"]], description="speaking, in order of appearance")
    created_at: datetime


class Script(ScriptVersion):
    """A version of a script."""

    text: str


class Setting(Out):
    """Where and when a scene plays."""

    place: str = Field(examples=["lighthouse"])
    description: str
    interior: bool
    time_of_day: str = Field(examples=["dusk"])
    weather: str = Field(examples=["fog"])


class Shot(Out):
    """A shot as the last analysis found it, with your changes."""

    id: str
    number: int
    duration_s: Rounded | None
    size: str = Field(examples=["close_up"])
    camera: str = Field(examples=["push_in"])
    prompt: str
    image_asset_id: str | None
    approved: bool
    transition: str = Field(description="how it begins: cut, dissolve, fade", examples=["cut"])
    lines: list[str] = Field(description="what is said in it")
    sounds: list[str] = Field(description="what is heard besides speech and music", examples=[["footsteps", "door"]])
    reason: str = Field(description="why it was staged like this", examples=["new place"])
    overridden: list[str] = Field(description="what a person has set", examples=[["size"]])


class Scene(Out):
    """A scene and its shots."""

    id: str
    number: int
    heading: str
    setting: Setting
    mood: str = Field(description="what its music follows", examples=["tender"])
    shots: list[Shot]


class Scenes(Out):
    """All scenes of a project; none before the first analysis."""

    items: list[Scene]


class NewUpload(In):
    """A file that is about to be uploaded."""

    project_id: Id
    kind: AssetKind
    filename: Text = Field(max_length=255, examples=["lighthouse.png"])
    content_type: Text = Field(max_length=100, examples=["image/png"])
    size_bytes: int = Field(gt=0, examples=[482133])
    sha256: str = Field(
        pattern=r"^[0-9a-fA-F]{64}$", description="hex", examples=["9f86d081884c7d659a2feaa0c55ad015" * 2]
    )


class Upload(Out):
    """Where to send the file: one request with this method and exactly these headers, within 15 minutes."""

    asset_id: str
    method: str = Field(examples=["PUT"])
    url: str
    headers: dict[str, str]
    expires_at: datetime


class Asset(Out):
    """A file of a project."""

    id: str
    project_id: str
    kind: AssetKind
    state: AssetState
    filename: str
    content_type: str
    size_bytes: int
    sha256: str
    url: str | None = Field(None, description="signed for an hour, once it is ready and asked for by its id")
    created_at: datetime
