"""Everything that a desk needs again, as parts for the vault: lightship.toml, the secrets that it refers to, and every row."""

import contextlib
import json
from collections.abc import Generator, Iterator
from operator import methodcaller
from typing import Any

from django.apps import apps
from django.db import close_old_connections, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from lightship import __version__
from lightship.config import Config
from lightship.core.vault import grouped
from lightship.store.models import Report
from lightship.vault import Part

HEAD = "head"
APPS = ("auth", "desk")
LEFT_OUT = {
    "auth.Permission": "made by Django itself; the desk uses none",
    "auth.Group_permissions": "refers to them",
    "auth.User_user_permissions": "refers to them",
    "desk.Attempt": "deleted within minutes anyway",
    "desk.Receipt": "what hosts serve, which is read again",
}
OLD_NAMES = {
    "desk.Text": "desk.Wording",
    "desk.Turn": "desk.StatusChange",
    "update_said": "update",
    "deed": "action",
    "heard": "vector",
}
"""Tables and columns as vaults call them that a desk with the first migrations wrote."""


def tables() -> list[type[models.Model]]:
    """Every table whose rows the vault holds. New tables come along by themselves."""
    every = (model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True))
    return [model for model in every if model._meta.managed and model._meta.label not in LEFT_OUT]


def parts(config: Config) -> Generator[Part, None, None]:
    """lightship.toml and its secrets first, and then the rows."""
    with _one_moment():
        # What a restore needs before the first row.
        head = {
            "lightship": __version__,
            "migrations": sorted(MigrationLoader(connection).graph.leaf_nodes()),
            "config": config.text,
            "secrets": sorted([kind, name, value] for (kind, name), value in config.secrets.items()),
        }
        yield Part(HEAD, _json(head))
        for model in tables():
            yield from _rows(model)


def _rows(model: type[models.Model]) -> Iterator[Part]:
    fields, label = model._meta.concrete_fields, model._meta.label
    rows = model._default_manager.order_by("pk")
    if model is Report:
        rows = rows.exclude(kind="vault")  # or each copy would be a change, and a reason for the next
    key = [field.primary_key for field in fields].index(True)
    values = rows.values_list(*(field.attname for field in fields)).iterator(chunk_size=2000)
    for group in grouped((f"{label} {row[key]}", row) for row in values):
        yield Part(label, _json({"fields": [field.name for field in fields], "rows": group}))


@contextlib.contextmanager
def _one_moment() -> Iterator[None]:
    """Read all tables as they are at one moment, while others go on writing."""
    close_old_connections()
    try:
        if connection.vendor == "postgresql":
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield
            return
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # not Django's own, which would keep writers out (see store/settings.py)
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    finally:
        connection.close()


def _json(value: Any) -> bytes:
    # Dates and times as the field's own `to_python` reads them back; nothing else needs it.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=methodcaller("isoformat")).encode()
