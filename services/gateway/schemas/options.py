"""What can be asked of a film. All optional; what this studio can't honour is refused, never ignored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from services.gateway.schemas.common import Id, In, Language, Text

Aspect = Literal["16:9", "9:16", "1:1"]
Resolution = Literal["480p", "720p", "1080p"]
Style = Literal["flat", "paper", "watercolor", "noir"]
NarratorVoice = Literal["female", "male", "young_female", "young_male", "old_female", "old_male", "child"]
MusicMood = Literal["auto", "none", "calm", "happy", "sad", "tense", "tender", "mysterious", "triumphant"]
Raga = Literal["yaman", "bhairav", "bhupali", "darbari", "kafi"]
StepKind = Literal[
    "analyze_script",
    "draw_frame",
    "animate_shot",
    "speak_line",
    "compose_music",
    "mix_audio",
    "write_subtitles",
    "assemble_film",
    "make_thumbnail",
    "check_quality",
    "sync_lips",
    "cut_scenes",
    "draw_storyboard",
    "encode_webm",
    "write_script",
]


class Music(In):
    """At most one of a mood, a raga and a file of one's own."""

    mood: MusicMood | None = Field(None, description="auto: by the scenes' moods; none: no music", examples=["tender"])
    raga: Raga | None = None
    asset_id: Id | None = Field(None, description="an audio asset of the project")
    volume: float | None = Field(None, ge=0, le=1, description="0 to 1", examples=[0.6])

    @model_validator(mode="after")
    def _one_source(self) -> Music:
        if sum(value is not None for value in (self.mood, self.raga, self.asset_id)) > 1:
            raise ValueError("give one of mood, raga and asset_id")
        return self


class Subtitles(In):
    """Burned into the picture or not, and as files."""

    burn: bool | None = Field(None, description="into the picture; default true")
    languages: list[Language] | None = Field(
        None,
        max_length=20,
        description="the first is the one burned; each other than the film's own needs a file",
        examples=[["hi"]],
    )
    files: dict[Language, Id] | None = Field(
        None, max_length=20, description="translations by hand: language → subtitles asset (SRT or VTT)"
    )


class Narrator(In):
    """Whoever tells what nobody in the film says."""

    voice: NarratorVoice | None = None


class PodcastSpeaker(In):
    """Somebody who takes part."""

    name: Text = Field(max_length=100, description="as the script names them")
    portrait_asset_id: Id | None = Field(None, description="an image asset; without it they are drawn")


class Podcast(In):
    """Portraits with live waveforms of those who speak."""

    speakers: list[PodcastSpeaker] = Field(min_length=2, max_length=4)
    layout: Literal["corner", "full"] | None = Field(None, description="default corner; full: the whole picture")


class Overlay(In):
    """What is laid over or around the film."""

    watermark: Text | None = Field(None, max_length=60)
    intro: bool | None = Field(None, description="the title card; default true")
    outro: bool | None = Field(None, description="the end card; default true")


class VideoOptions(In):
    """How the film shall be."""

    duration_s: float | None = Field(
        None, ge=15, le=300, description="seconds; without it the film is as long as it needs", examples=[60]
    )
    aspect: Aspect | None = Field(None, description="default 16:9")
    resolution: Resolution | None = Field(None, description="default: the best your plan allows")
    fps: Literal[24, 25, 30] | None = Field(None, description="default 24")
    style: Style | None = Field(None, description="default flat")
    narrator: Narrator | None = None
    music: Music | None = None
    subtitles: Subtitles | None = None
    images: list[Id] | None = Field(None, max_length=20, description="image assets, given to shots in order")
    overlay: Overlay | None = None
    podcast: Podcast | None = None
    formats: list[Literal["mp4", "webm"]] | None = Field(
        None, min_length=1, max_length=2, description="mp4 is always made"
    )
    engines: dict[StepKind, Annotated[Text, Field(max_length=64)]] | None = Field(
        None, description="step kind → engine", examples=[{"draw_frame": "illustrator"}]
    )
    review: bool | None = Field(None, description="wait for approval of the storyboard before anything is rendered")
    seed: int | None = Field(
        None, ge=0, lt=2**31, description="default: from the project's id, so that a second run is the same film"
    )
    preview: bool | None = Field(None, description="720p, watermarked, at most 60 s, at the same price")
