"""Alembic's environment: runs a service's versions on the connection that `kit.migrate` hands over, in its schema."""

from alembic import context

config = context.config
context.configure(
    connection=config.attributes["connection"],
    version_table_schema=config.attributes["schema"],
    transaction_per_migration=False,
)
context.run_migrations()
