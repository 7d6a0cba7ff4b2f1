"""What is ordered, settled: every default resolved, so that the same specification and script give the same film."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class FilmSpec:
    """A film's settled specification: options with every default resolved against plan, script and project."""

    width: int
    height: int
    fps: int
    # the whole film, cards included
    duration_ms: int
    aspect: str
    resolution: str
    style: str
    language: str
    seed: int
    burn_captions: bool
    watermark: str
    intro: bool
    outro: bool
    # "auto", "none" or a mood
    music_mood: str
    music_raga: str
    music_volume: float
    # {"object_key", "sha256", "size_bytes", "content_type"} of the filmmaker's own music
    music_asset: dict[str, Any] | None
    # in the order given; each the same with its "asset_id"
    images: list[dict[str, Any]]
    # step kind → "name@version"
    engines: dict[str, str]
    # a voice of planning.narrator_voice
    narrator: str = ""
    # the language of the captions in the picture: the film's, or one of subtitle_files
    burn_language: str = ""
    # translations by hand: language → object
    subtitle_files: dict[str, dict[str, Any]] = field(default_factory=dict)
    # beside MP4
    formats: list[str] = field(default_factory=list)
    # {"layout", "speakers": [{"name", "portrait": object or None}]}
    podcast: dict[str, Any] | None = None

    @property
    def frames(self) -> int:
        """The film's exact length in frames."""
        return round(self.duration_ms * self.fps / 1000)

    def to_json(self) -> dict[str, Any]:
        """As kept in the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FilmSpec:
        """From the database."""
        return cls(**data)


@dataclass(frozen=True)
class IdeaSpec:
    """What a script job is to write."""

    idea: str
    language: str
    title: str
    seed: int

    def to_json(self) -> dict[str, Any]:
        """As kept in the database."""
        return asdict(self)
