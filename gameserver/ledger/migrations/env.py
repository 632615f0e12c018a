"""Run by Alembic: takes the connection that `migrate` gave it, and its transaction."""

from alembic import context

from gameserver.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can change a table only by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
