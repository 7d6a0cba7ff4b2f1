"""Projects, scripts with their versions, storyboards, assets, and what is known of each project's jobs."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0001"
down_revision = None


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _project_id(*, primary_key: bool = False) -> sa.Column[Any]:
    reference = sa.ForeignKey("projects.projects.id", ondelete="CASCADE")
    return sa.Column("project_id", UUID, reference, primary_key=primary_key, nullable=False)


def upgrade() -> None:
    op.create_table(
        "projects",
        sa.Column("id", UUID, primary_key=True),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("script_version", sa.Integer, nullable=False),
        sa.Column("script_elements_sha256", sa.String(64), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("last_job_id", UUID),
        sa.Column("in_production", sa.Boolean, nullable=False),
        sa.Column("has_film", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _time("created_at"),
        _time("updated_at"),
        _time("deleted_at", nullable=True),
        schema="projects",
    )
    op.create_index("ix_projects_user_id", "projects", ["user_id", "id"], schema="projects")
    op.create_index(
        "ix_projects_deleted_at",
        "projects",
        ["deleted_at"],
        schema="projects",
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.create_table(
        "project_jobs",
        sa.Column("job_id", UUID, primary_key=True),
        _project_id(),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        schema="projects",
    )
    op.create_index("ix_project_jobs_project_id", "project_jobs", ["project_id"], schema="projects")
    op.create_table(
        "scripts",
        _project_id(primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("format", sa.SmallInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("elements", sa.LargeBinary, nullable=False),
        sa.Column("elements_sha256", sa.String(64), nullable=False),
        sa.Column("spoken_seconds", sa.Float(53), nullable=False),
        sa.Column("scenes", sa.Integer, nullable=False),
        sa.Column("characters", sa.ARRAY(sa.Text), nullable=False),
        _time("created_at"),
        schema="projects",
    )
    op.create_table(
        "storyboards",
        _project_id(primary_key=True),
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("storyboard", sa.LargeBinary, nullable=False),
        _time("updated_at"),
        schema="projects",
    )
    op.create_table(
        "assets",
        sa.Column("id", UUID, primary_key=True),
        _project_id(),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("content_type", sa.String(100), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("object_key", sa.String(255), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _time("created_at"),
        _time("deleted_at", nullable=True),
        schema="projects",
    )
    op.create_index("ix_assets_project_id", "assets", ["project_id", "id"], schema="projects")
