"""Hear of a journal entry at once, and of nothing else: PostgreSQL tells which page spoke; SQLite is asked for its data version
fifty times a second, and for the pages' revisions whenever that is another."""

import sqlite3
import threading
from collections.abc import Callable

from django.db import DatabaseError, connection

from lightship.store.models import Page

CHANNEL = "lightship"
SQLITE_SECONDS = 0.02
Wake = Callable[[str | None], None]
"""Called with the slug of a page that spoke, or with None: any may have."""


def tell(slug: str) -> None:
    """Inside a action's transaction: whoever listens hears of it when it is committed. SQLite needs no telling."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, slug))


def listen(wake: Wake, stop: threading.Event) -> None:
    """Call `wake` for each page that anyone wrote an entry for, until `stop`. Blocks; run it in a thread of its own."""
    hear = _postgres if connection.vendor == "postgresql" else _sqlite
    while not stop.is_set():
        try:
            hear(wake, stop)
        except (DatabaseError, sqlite3.Error):
            connection.close()
            stop.wait(1)  # the database went away: ask again, and look once it is back


def _sqlite(wake: Wake, stop: threading.Event) -> None:
    own = sqlite3.connect(str(connection.settings_dict["NAME"]))
    pages = f"SELECT slug, epoch, revision FROM {Page._meta.db_table}"  # noqa: S608  a constant
    try:
        version, known = None, set(own.execute(pages))
        wake(None)
        while not stop.wait(SQLITE_SECONDS):
            (newer,) = own.execute("PRAGMA data_version").fetchone()
            if newer != version:
                version, now = newer, set(own.execute(pages))
                for slug, _, _ in now - known:
                    wake(slug)
                known = now
    finally:
        own.close()


def _postgres(wake: Wake, stop: threading.Event) -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    wake(None)
    while not stop.is_set():
        for notice in connection.connection.notifies(timeout=0.5, stop_after=1):
            wake(notice.payload)
