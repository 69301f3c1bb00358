"""Alembic's entry: run the migrations on the connection that `jakdb.migrate` lends."""

from alembic import context

from jakdb.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
    transaction_per_migration=False,
)
context.run_migrations()
