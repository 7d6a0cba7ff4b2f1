"""Rows as the contract's messages."""

from __future__ import annotations

from datetime import datetime

from filmstudio.projects.v1 import projects_pb2, script_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from services.projects.models import Asset, Project, ScriptVersion


def timestamp(moment: datetime) -> Timestamp:
    """A moment as protobuf."""
    result = Timestamp()
    result.FromDatetime(moment)
    return result


def project_message(project: Project) -> projects_pb2.Project:
    """The whole project."""
    return projects_pb2.Project(
        id=str(project.id),
        user_id=project.user_id,
        title=project.title,
        description=project.description,
        status=project.status(),
        last_job_id=str(project.last_job_id or ""),
        script_version=project.script_version,
        script_elements_sha256=project.script_elements_sha256,
        language=project.language,
        create_time=timestamp(project.created_at),
        update_time=timestamp(project.updated_at),
        delete_time=timestamp(project.deleted_at) if project.deleted_at else None,
        edits_version=project.edits_version,
        etag=project.etag,
    )


def script_summary(script: ScriptVersion) -> script_pb2.Script:
    """A version without its text and elements."""
    return script_pb2.Script(
        project_id=str(script.project_id),
        version=script.version,
        format=script_pb2.ScriptFormat.ValueType(script.format),
        language=script.language,
        elements_sha256=script.elements_sha256,
        spoken_seconds=script.spoken_seconds,
        scenes=script.scenes,
        characters=script.characters,
        title=script.title,
        create_time=timestamp(script.created_at),
    )


def script_message(script: ScriptVersion) -> script_pb2.Script:
    """A version, whole."""
    message = script_summary(script)
    message.text = script.text
    message.MergeFromString(script.elements)
    return message


def asset_message(asset: Asset) -> projects_pb2.Asset:
    """The asset."""
    return projects_pb2.Asset(
        id=str(asset.id),
        project_id=str(asset.project_id),
        kind=projects_pb2.Asset.Kind.ValueType(asset.kind),
        state=projects_pb2.Asset.State.ValueType(asset.state),
        filename=asset.filename,
        content_type=asset.content_type,
        size_bytes=asset.size_bytes,
        sha256=asset.sha256,
        object_key=asset.object_key,
        create_time=timestamp(asset.created_at),
        etag=str(asset.version),
    )
