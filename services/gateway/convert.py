"""Protobuf → the public shapes, for accounts, projects, scripts, scenes, assets and credits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from filmstudio.credits.v1 import credits_pb2
from filmstudio.projects.v1 import projects_pb2, script_pb2, storyboard_pb2
from filmstudio.users.v1 import users_pb2
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.gateway.schemas import credits as credit_shapes
from services.gateway.schemas import projects as project_shapes
from services.gateway.schemas import users as user_shapes


def moment(timestamp: Timestamp) -> datetime:
    """A time, in UTC."""
    return timestamp.ToDatetime(tzinfo=UTC)


def moment_or_none(message: Message, field: str) -> datetime | None:
    """The time of a field, in UTC; None where it is not set."""
    return moment(getattr(message, field)) if message.HasField(field) else None


def word(enum: Any, value: int, prefix: str) -> Any:
    """An enum's value as the public contract spells it: ROLE_FREE_USER → "free_user", unspecified → ""."""
    name: str = enum.Name(value).removeprefix(prefix).lower()
    return "" if name == "unspecified" else name


def number(enum: Any, text: str, prefix: str) -> Any:
    """The enum's value that a word of the public contract stands for."""
    return enum.Value(f"{prefix}{text.upper()}")


def user(message: users_pb2.User) -> user_shapes.User:
    """An account as its owner sees it."""
    return user_shapes.User(**user_members(message))


def user_members(message: users_pb2.User) -> Mapping[str, Any]:
    """The members that all views of an account share."""
    return {
        "id": message.id,
        "email": message.email,
        "name": message.name,
        "role": word(users_pb2.Role, message.role, "ROLE_"),
        "subscription_tier": message.subscription_tier,
        "email_verified": message.email_verified,
        "language": message.language or "en",
        "created_at": moment(message.create_time),
    }


def project(message: projects_pb2.Project) -> project_shapes.Project:
    """A project."""
    return project_shapes.Project(
        id=message.id,
        title=message.title,
        description=message.description,
        status=word(projects_pb2.Project.Status, message.status, "STATUS_"),
        last_job_id=message.last_job_id or None,
        created_at=moment(message.create_time),
        updated_at=moment(message.update_time),
    )


def script_version(message: script_pb2.Script) -> project_shapes.ScriptVersion:
    """A version of a script without its text."""
    return project_shapes.ScriptVersion(**_script_members(message))


def script(message: script_pb2.Script) -> project_shapes.Script:
    """A version of a script."""
    return project_shapes.Script(**_script_members(message), text=message.text)


def _script_members(message: script_pb2.Script) -> dict[str, Any]:
    return {
        "project_id": message.project_id,
        "version": message.version,
        "format": word(script_pb2.ScriptFormat, message.format, "SCRIPT_FORMAT_"),
        "language": message.language,
        "title": message.title,
        "spoken_seconds": message.spoken_seconds,
        "scenes": message.scenes,
        "characters": list(message.characters),
        "created_at": moment(message.create_time),
    }


def scene(message: storyboard_pb2.Scene) -> project_shapes.Scene:
    """A scene and its shots."""
    setting = message.setting
    return project_shapes.Scene(
        id=message.id,
        number=message.number,
        heading=message.heading,
        setting=project_shapes.Setting(
            place=word(storyboard_pb2.Place, setting.place, "PLACE_"),
            description=setting.description,
            interior=setting.interior,
            time_of_day=word(storyboard_pb2.TimeOfDay, setting.time_of_day, "TIME_OF_DAY_"),
            weather=word(storyboard_pb2.Weather, setting.weather, "WEATHER_"),
        ),
        mood=word(storyboard_pb2.Mood, message.mood, "MOOD_"),
        shots=[shot(one) for one in message.shots],
    )


def shot(message: storyboard_pb2.Shot) -> project_shapes.Shot:
    """A shot as it is to be filmed."""
    return project_shapes.Shot(
        id=message.id,
        number=message.number,
        duration_s=(message.wished_ms or message.duration_ms) / 1000 or None,
        size=word(storyboard_pb2.ShotSize, message.size, "SHOT_SIZE_"),
        camera=word(storyboard_pb2.CameraMove, message.camera, "CAMERA_MOVE_"),
        prompt=message.prompt,
        image_asset_id=message.image_asset_id or None,
        approved=message.approved,
        transition=word(storyboard_pb2.Transition, message.transition, "TRANSITION_") or "cut",
        lines=[line.text for line in message.lines],
        sounds=[sound.name for sound in message.sounds],
        reason=message.reason,
        overridden=list(message.overridden),
    )


def asset(message: projects_pb2.Asset, url: str = "") -> project_shapes.Asset:
    """A file of a project; `url` where it may be downloaded."""
    return project_shapes.Asset(
        id=message.id,
        project_id=message.project_id,
        kind=word(projects_pb2.Asset.Kind, message.kind, "KIND_"),
        state=word(projects_pb2.Asset.State, message.state, "STATE_"),
        filename=message.filename,
        content_type=message.content_type,
        size_bytes=message.size_bytes,
        sha256=message.sha256,
        url=url or None,
        created_at=moment(message.create_time),
    )


def account(message: credits_pb2.Account) -> credit_shapes.Credits:
    """A balance."""
    return credit_shapes.Credits(**account_members(message))


def account_members(message: credits_pb2.Account) -> Mapping[str, Any]:
    """The members that all views of a balance share."""
    return {
        "available": message.available,
        "held": message.held,
        "plan": message.plan_id,
        "debt": message.debt,
        "subscription": _subscription(message.subscription) if message.HasField("subscription") else None,
    }


def _subscription(message: credits_pb2.Subscription) -> credit_shapes.Subscription:
    return credit_shapes.Subscription(
        plan=message.plan_id,
        status=word(credits_pb2.Subscription.State, message.state, "STATE_"),
        period_ends_at=moment_or_none(message, "period_end_time"),
        cancel_at_period_end=message.cancel_at_period_end,
        grace_ends_at=moment_or_none(message, "grace_end_time"),
    )


def transaction(message: credits_pb2.Transaction) -> credit_shapes.Transaction:
    """A line of the ledger."""
    return credit_shapes.Transaction(
        id=message.id,
        kind=word(credits_pb2.Transaction.Kind, message.kind, "KIND_"),
        amount=message.amount,
        balance_after=message.balance_after,
        job_id=message.job_id or None,
        payment_id=message.payment_id or None,
        reason=message.reason,
        created_at=moment(message.create_time),
    )
