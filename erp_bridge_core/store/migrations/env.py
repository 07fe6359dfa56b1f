"""Runs the migrations on the connection that `store.schema` hands over; Alembic loads this file by its path."""

from alembic import context

from erp_bridge_core.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
