"""Changes of shots, and the cast."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from services.gateway.schemas.common import Id, In, Out, Rounded, Text

ShotSize = Literal["wide", "full", "medium", "close_up", "insert", "over_shoulder"]
Camera = Literal["static", "push_in", "pull_out", "pan_left", "pan_right", "tilt_up", "tilt_down", "follow"]
Age = Literal["child", "young_adult", "adult", "senior"]
Gender = Literal["female", "male", "neutral"]
HairStyle = Literal["short", "long", "bun", "bald", "curly", "braid"]
Build = Literal["slim", "average", "broad"]
Accessory = Literal["none", "hat", "scarf", "glasses", "beard", "hood"]
Garment = Literal[
    "shirt", "dress", "coat", "raincoat", "suit", "sari", "kurta", "robe", "uniform", "sweater", "apron", "armor"
]
_COLOR = r"^#[0-9a-fA-F]{6}$"


class ShotChange(In):
    """What is to change; the rest stays. null: as the analysis has it."""

    duration_s: float | None = Field(
        None, ge=1, le=20, description="its speech gets what it needs in any case", examples=[4.5]
    )
    size: ShotSize | None = None
    camera: Camera | None = None
    prompt: Text | None = Field(None, max_length=500, description="what is seen")
    image_asset_id: Id | None = Field(None, description="an image asset of the project, instead of a drawing")
    approved: bool | None = None


class LookChange(In):
    """What is to change of a look; null: as the script has it. Colours are `#rrggbb`."""

    skin_color: Text | None = Field(None, pattern=_COLOR, examples=["#cf9468"])
    hair_color: Text | None = Field(None, pattern=_COLOR)
    hair_style: HairStyle | None = None
    clothes_color: Text | None = Field(None, pattern=_COLOR)
    accent_color: Text | None = Field(None, pattern=_COLOR)
    build: Build | None = None
    accessory: Accessory | None = None
    garment: Garment | None = None


class VoiceChange(In):
    """What is to change of a voice; null: as the script has it."""

    age: Age | None = None
    gender: Gender | None = None
    accent: Text | None = Field(None, max_length=35, description="a tag of the language spoken", examples=["en-gb"])
    speed: float | None = Field(None, ge=0.75, le=1.5, description="1: the voice's own pace")
    pitch: float | None = Field(None, ge=-1, le=1, description="-1 (low) to 1 (high)")


class CharacterChange(In):
    """What is to change of somebody; null: as the script has it."""

    description: Text | None = Field(None, max_length=300)
    age: Age | None = None
    gender: Gender | None = None
    look: LookChange | None = None
    image_asset_id: Id | None = Field(
        None, description="a picture of them: their portrait in podcasts, and for engines that draw from pictures"
    )
    voice: VoiceChange | None = None


class NewCharacter(CharacterChange):
    """Somebody whom the script names, or will name."""

    name: Text = Field(max_length=100, examples=["Mara"])


class Look(Out):
    """What somebody looks like. Empty where nothing is known yet."""

    skin_color: str
    hair_color: str
    hair_style: str
    clothes_color: str
    accent_color: str
    build: str
    accessory: str
    garment: str


class Voice(Out):
    """What somebody sounds like."""

    age: str
    gender: str
    accent: str
    speed: Rounded
    pitch: Rounded


class Character(Out):
    """Somebody of the cast."""

    id: str
    name: str
    description: str
    in_script: bool = Field(description="the last analysis found them in the script")
    age: str
    gender: str
    species: str = Field(description="an animal that acts as people do; empty: a human being")
    look: Look
    image_asset_id: str | None
    voice: Voice
    overridden: list[str] = Field(description="what a person has set", examples=[["look.garment", "voice.pitch"]])


class Cast(Out):
    """Everybody, those of the script first."""

    items: list[Character]
