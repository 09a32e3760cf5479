"""Rows from the vault into an empty database, whichever kind it is and whichever kind they came from."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from lightship.vault import Piece, VaultError

BATCH = 500


def refuse_full() -> None:
    """VaultError if anything lies in the database."""
    if connection.introspection.table_names():
        what = "the database is not empty, and nothing is written over it: move it away, or name an empty one with --database"
        raise VaultError(what)


def rows_in(migrations: Iterable[tuple[str, str]], pieces: Iterable[Piece]) -> dict[str, int]:
    """All of it or nothing; how many rows of each table. The tables are first made as they were when the rows were kept,
    and then brought up to date, as any older database is."""
    executor = MigrationExecutor(connection)
    targets = [(app, name) for app, name in migrations]
    if strange := [f"{app}.{name}" for app, name in targets if (app, name) not in executor.loader.graph.nodes]:
        raise VaultError(f"a newer Lightship wrote the vault: it knows {strange[0]}. Install that one, then restore")
    executor.migrate(targets)
    tables = MigrationExecutor(connection).loader.project_state(targets).apps
    counts: dict[str, int] = {}
    with transaction.atomic():
        for piece in pieces:
            model = tables.get_model(piece.label)
            counts[piece.label] = counts.get(piece.label, 0) + _put(model, json.loads(piece.body))
        for statement in connection.ops.sequence_reset_sql(no_style(), [tables.get_model(label) for label in counts]):
            with connection.cursor() as cursor:
                cursor.execute(statement)
    call_command("migrate", interactive=False, verbosity=0)
    return counts


def _put(model: type[models.Model], group: dict[str, Any]) -> int:
    fields = [model._meta.get_field(name) for name in group["fields"]]
    rows = [
        model(**{field.attname: field.to_python(value) for field, value in zip(fields, row, strict=True)})  # type: ignore[union-attr]
        for row in group["rows"]
    ]
    model._default_manager.bulk_create(rows, BATCH)
    return len(rows)
