"""What people change of shots and characters."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE projects.projects ADD COLUMN edits_version integer NOT NULL DEFAULT 0")
    op.execute("""
        CREATE TABLE projects.shot_edits (
            project_id uuid NOT NULL CONSTRAINT fk_shot_edits_project_id_projects
                REFERENCES projects.projects (id) ON DELETE CASCADE,
            shot_id varchar(64) NOT NULL,
            edit bytea NOT NULL,
            approved varchar(64) NOT NULL,
            version integer NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_shot_edits PRIMARY KEY (project_id, shot_id)
        )""")
    op.execute("""
        CREATE TABLE projects.character_edits (
            project_id uuid NOT NULL CONSTRAINT fk_character_edits_project_id_projects
                REFERENCES projects.projects (id) ON DELETE CASCADE,
            character_id varchar(64) NOT NULL,
            name varchar(100) NOT NULL,
            added boolean NOT NULL,
            edit bytea NOT NULL,
            version integer NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_character_edits PRIMARY KEY (project_id, character_id)
        )""")


def downgrade() -> None:
    op.execute("DROP TABLE projects.character_edits")
    op.execute("DROP TABLE projects.shot_edits")
    op.execute("ALTER TABLE projects.projects DROP COLUMN edits_version")
