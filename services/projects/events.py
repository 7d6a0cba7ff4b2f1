"""What projects tells others: facts keyed by project id, each with the whole project; a script only as version and hash."""

from __future__ import annotations

from uuid import UUID

from filmstudio.projects.v1 import events_pb2
from google.protobuf.message import Message

from services.kit.facts import Fact
from services.projects.messages import project_message
from services.projects.models import Project

TOPIC = "projects.projects.v1"


def _fact(project: Project, message: Message) -> Fact:
    return Fact(TOPIC, "project", str(project.id), message)


def project_created(project: Project) -> Fact:
    """There is a new project."""
    return _fact(project, events_pb2.ProjectCreated(project=project_message(project)))


def project_updated(project: Project) -> Fact:
    """A project, its script or what became of its jobs has changed."""
    return _fact(project, events_pb2.ProjectUpdated(project=project_message(project)))


def project_deleted(project: Project) -> Fact:
    """A project was put away; its live jobs are to be canceled."""
    return _fact(project, events_pb2.ProjectDeleted(project=project_message(project)))


def project_purged(project_id: UUID, user_id: str) -> Fact:
    """A project is gone for good."""
    message = events_pb2.ProjectPurged(project_id=str(project_id), user_id=user_id)
    return Fact(TOPIC, "project", str(project_id), message)


def project_restored(project: Project) -> Fact:
    """A project was taken back."""
    return _fact(project, events_pb2.ProjectRestored(project=project_message(project)))
