"""What people change of a storyboard's shots and characters, checked and laid over what an analysis found."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from filmstudio.projects.v1 import storyboard_pb2 as sb
from google.protobuf.message import Message
from sqlalchemy import Boolean, DateTime, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from services.kit.errors import Invalid
from services.projects.alignment import shot_fingerprint
from services.projects.models import Base, require_match

SHORTEST_SHOT_MS, LONGEST_SHOT_MS = 1_000, 20_000
MAX_PROMPT_CHARS, MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS = 500, 300, 100
SPEEDS, PITCHES = (0.75, 1.5), (-1.0, 1.0)
HAIR_STYLES = ("short", "long", "bun", "bald", "curly", "braid")
BUILDS = ("slim", "average", "broad")
ACCESSORIES = ("none", "hat", "scarf", "glasses", "beard", "hood")
GARMENTS = (
    "shirt", "dress", "coat", "raincoat", "suit", "sari", "kurta", "robe", "uniform", "sweater", "apron", "armor",
)  # fmt: skip
_WORDS = {"hair_style": HAIR_STYLES, "build": BUILDS, "accessory": ACCESSORIES, "garment": GARMENTS}
_LOOK = ("skin_color", "hair_color", "hair_style", "clothes_color", "accent_color", "build", "accessory", "garment")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_Edit = TypeVar("_Edit", bound=Message)
_ACCENT = re.compile(r"(?:[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3})?")


def fold(name: str) -> str:
    """A name as two spellings of it are compared."""
    return " ".join(name.split()).casefold()


class ShotEdits(Base):
    """What a person has changed of one shot. Its version is the shot's etag; 0 where there is no row."""

    __tablename__ = "shot_edits"
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.projects.id", ondelete="CASCADE"), primary_key=True)
    shot_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    # a serialised ShotEdit message
    edit: Mapped[bytes] = mapped_column(LargeBinary)
    # the shot as it was approved (`as_approved`); empty: it is not
    approved: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @classmethod
    def begin(cls, project_id: UUID, shot_id: str) -> ShotEdits:
        """Nothing changed yet."""
        return cls(project_id=project_id, shot_id=shot_id, edit=b"", approved="", version=0)

    def require_match(self, if_match: str) -> None:
        """EtagMismatch unless the caller has seen this version, or does not care."""
        require_match(if_match, self.version, "shot")

    def change(
        self, found: sb.Shot, edit: sb.ShotEdit, cleared: Iterable[str], approved: bool | None, now: datetime
    ) -> None:
        """Take what was asked; Invalid for a value out of its bounds. A shot that is changed is approved no longer."""
        _check_shot(edit)
        before = sb.ShotEdit.FromString(self.edit)
        changed = _merged(before, edit, cleared)
        if changed != before:
            self.approved = ""
        self.edit = changed.SerializeToString(deterministic=True)
        if approved is not None:
            self.approved = self.as_approved(found) if approved else ""
        self.version += 1
        self.updated_at = now

    def as_approved(self, found: sb.Shot) -> str:
        """What an approval is of: the shot as it was found, with the changes laid over it."""
        return hashlib.sha256(shot_fingerprint(found).encode() + b"\0" + self.edit).hexdigest()

    def lay_over(self, found: sb.Shot) -> None:
        """The found shot, changed in place."""
        approved = bool(self.approved) and self.approved == self.as_approved(found)
        edit = sb.ShotEdit.FromString(self.edit)
        for field, value in edit.ListFields():
            name = "wished_ms" if field.name == "duration_ms" else field.name
            setattr(found, name, value)
            found.overridden.append("duration_s" if field.name == "duration_ms" else field.name)
        found.approved = approved


class CharacterEdits(Base):
    """What a person has said of a character; of one they have added, the character itself."""

    __tablename__ = "character_edits"
    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.projects.id", ondelete="CASCADE"), primary_key=True)
    character_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    added: Mapped[bool] = mapped_column(Boolean)
    # a serialised CharacterEdit message
    edit: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @classmethod
    def begin(cls, project_id: UUID, character_id: str, name: str, *, added: bool) -> CharacterEdits:
        """Nothing said yet; Invalid for a name that nobody can have."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
            raise Invalid(f"a name has 1 to {MAX_NAME_CHARS} printable characters", field="name")
        return cls(project_id=project_id, character_id=character_id, name=name, added=added, edit=b"", version=0)

    def require_match(self, if_match: str) -> None:
        """EtagMismatch unless the caller has seen this version, or does not care."""
        require_match(if_match, self.version, "character")

    def change(self, edit: sb.CharacterEdit, cleared: Iterable[str], now: datetime) -> None:
        """Take what was said; Invalid for a value out of its bounds."""
        _check_character(edit)
        changed = _merged(sb.CharacterEdit.FromString(self.edit), edit, cleared)
        self.edit = changed.SerializeToString(deterministic=True)
        self.version += 1
        self.updated_at = now

    @property
    def overridden(self) -> list[str]:
        """The fields that were set."""
        return [field.name for field, _ in sb.CharacterEdit.FromString(self.edit).ListFields()]

    def lay_over(self, found: sb.Character) -> None:
        """The found character, changed in place."""
        for field, value in sb.CharacterEdit.FromString(self.edit).ListFields():
            if field.name.startswith("voice_"):
                setattr(found.voice, field.name.removeprefix("voice_"), value)
            else:
                setattr(found.look if field.name in _LOOK else found, field.name, value)
        # an age or a gender is a voice's too, unless that was set by itself
        edit = sb.CharacterEdit.FromString(self.edit)
        for name in ("age", "gender"):
            if edit.HasField(name) and not edit.HasField(f"voice_{name}"):  # type: ignore[arg-type]
                setattr(found.voice, name, getattr(edit, name))

    def character(self) -> sb.Character:
        """The character as far as a person has described it."""
        character = sb.Character(id=self.character_id, name=self.name)
        self.lay_over(character)
        return character


def laid_over(board: sb.Storyboard, shots: Sequence[ShotEdits], characters: Sequence[CharacterEdits]) -> sb.Storyboard:
    """The storyboard as found, with what people changed laid over it; what it was found in stays as it is."""
    changed = sb.Storyboard()
    changed.CopyFrom(board)
    by_shot = {edits.shot_id: edits for edits in shots}
    by_character = {edits.character_id: edits for edits in characters}
    for scene in changed.scenes:
        for shot in scene.shots:
            if shot.id in by_shot:
                by_shot[shot.id].lay_over(shot)
    for character in changed.characters:
        if character.id in by_character:
            by_character[character.id].lay_over(character)
    return changed


def _merged(before: _Edit, edit: _Edit, cleared: Iterable[str]) -> _Edit:
    known = {field.name for field in before.DESCRIPTOR.fields}
    merged = type(before)()
    merged.CopyFrom(before)
    for name in cleared:
        if name not in known:
            raise Invalid(f"there is no field {name!r} to clear", field=name)
        merged.ClearField(name)
    merged.MergeFrom(edit)
    return merged


def _check_shot(edit: sb.ShotEdit) -> None:
    if edit.HasField("duration_ms") and not SHORTEST_SHOT_MS <= edit.duration_ms <= LONGEST_SHOT_MS:
        raise Invalid(
            f"a shot lasts {SHORTEST_SHOT_MS // 1000} to {LONGEST_SHOT_MS // 1000} seconds", field="duration_s"
        )
    if edit.HasField("size") and edit.size not in sb.ShotSize.values()[1:]:
        raise Invalid("no such size", field="size")
    if edit.HasField("camera") and edit.camera not in sb.CameraMove.values()[1:]:
        raise Invalid("no such move of the camera", field="camera")
    if edit.HasField("prompt"):
        _check_text(edit.prompt, "prompt", MAX_PROMPT_CHARS)


def _check_character(edit: sb.CharacterEdit) -> None:
    if edit.HasField("description"):
        _check_text(edit.description, "description", MAX_DESCRIPTION_CHARS)
    for field, value in edit.ListFields():
        place = field.name.replace("voice_", "voice.") if field.name.startswith("voice_") else f"look.{field.name}"
        if field.name in _WORDS and value not in _WORDS[field.name]:
            raise Invalid(f"{value!r} is not one of {', '.join(_WORDS[field.name])}", field=place)
        if field.name.endswith("_color") and not _COLOR.fullmatch(value):
            raise Invalid(f"{value!r} is not a colour such as #3f6c8f", field=place)
    if edit.HasField("voice_speed") and not SPEEDS[0] <= edit.voice_speed <= SPEEDS[1]:
        raise Invalid(f"a voice's speed is {SPEEDS[0]} to {SPEEDS[1]}", field="voice.speed")
    if edit.HasField("voice_pitch") and not PITCHES[0] <= edit.voice_pitch <= PITCHES[1]:
        raise Invalid(f"a voice's pitch is {PITCHES[0]} to {PITCHES[1]}", field="voice.pitch")
    if edit.HasField("voice_accent") and not _ACCENT.fullmatch(edit.voice_accent):
        raise Invalid("an accent is a language tag such as en-gb", field="voice.accent")


def _check_text(text: str, field: str, longest: int) -> None:
    if not text.strip() or len(text) > longest or "\0" in text:
        raise Invalid(f"it has 1 to {longest} characters", field=field)
