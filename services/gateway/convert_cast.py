"""Protobuf ↔ the public shapes, for changes of shots and for the cast."""

from __future__ import annotations

from typing import Any

from filmstudio.projects.v1 import projects_pb2
from filmstudio.projects.v1 import storyboard_pb2 as sb
from pydantic import BaseModel

from services.gateway.convert import number, word
from services.gateway.schemas import cast as shapes

_AGE, _GENDER = (sb.AgeGroup, "AGE_GROUP_"), (sb.Gender, "GENDER_")
# fields of an edit that are words outside and numbers inside
_ENUMS: dict[str, tuple[Any, str]] = {
    "size": (sb.ShotSize, "SHOT_SIZE_"),
    "camera": (sb.CameraMove, "CAMERA_MOVE_"),
    "age": _AGE,
    "gender": _GENDER,
    "voice_age": _AGE,
    "voice_gender": _GENDER,
}
_LOOK = tuple(shapes.LookChange.model_fields)


def shot_edit(body: shapes.ShotChange) -> tuple[sb.ShotEdit, list[str]]:
    """What is to be set of a shot, and what is to be cleared."""
    said = {name: getattr(body, name) for name in body.model_fields_set - {"approved"}}
    if "duration_s" in said:
        seconds = said.pop("duration_s")
        said["duration_ms"] = None if seconds is None else round(seconds * 1000)
    return sb.ShotEdit(**_set(said)), _cleared(said)


def character_edit(body: shapes.CharacterChange) -> tuple[sb.CharacterEdit, list[str]]:
    """What is to be set of somebody, and what is to be cleared. A whole look or voice of null clears all of it."""
    said: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set - {"name", "look", "voice"}}
    said |= _part(body, "look", shapes.LookChange, "")
    said |= _part(body, "voice", shapes.VoiceChange, "voice_")
    return sb.CharacterEdit(**_set(said)), _cleared(said)


def _part(body: shapes.CharacterChange, name: str, kind: type[BaseModel], prefix: str) -> dict[str, Any]:
    if name not in body.model_fields_set:
        return {}
    part = getattr(body, name)
    if part is None:
        return {f"{prefix}{field}": None for field in kind.model_fields}
    return {f"{prefix}{field}": getattr(part, field) for field in part.model_fields_set}


def _set(said: dict[str, Any]) -> dict[str, Any]:
    return {
        name: number(_ENUMS[name][0], value, _ENUMS[name][1]) if name in _ENUMS else value
        for name, value in said.items()
        if value is not None
    }


def _cleared(said: dict[str, Any]) -> list[str]:
    return sorted(name for name, value in said.items() if value is None)


def member(message: projects_pb2.CastMember) -> shapes.Character:
    """Somebody of the cast."""
    character = message.character
    voice = character.voice
    return shapes.Character(
        id=character.id,
        name=character.name,
        description=character.description,
        in_script=message.in_script,
        age=word(sb.AgeGroup, character.age, "AGE_GROUP_"),
        gender=word(sb.Gender, character.gender, "GENDER_"),
        species=character.species,
        look=shapes.Look(**{name: getattr(character.look, name) for name in _LOOK}),
        image_asset_id=character.image_asset_id or None,
        voice=shapes.Voice(
            age=word(sb.AgeGroup, voice.age, "AGE_GROUP_"),
            gender=word(sb.Gender, voice.gender, "GENDER_"),
            accent=voice.accent,
            # not analysed yet: the voice's own pace
            speed=voice.speed or 1.0,
            pitch=voice.pitch,
        ),
        overridden=[_place(name) for name in message.overridden],
    )


def _place(name: str) -> str:
    if name.startswith("voice_"):
        return f"voice.{name.removeprefix('voice_')}"
    return f"look.{name}" if name in _LOOK else name
