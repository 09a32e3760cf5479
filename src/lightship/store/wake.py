"""Wake on journal entries, and on nothing else: PostgreSQL notifies with the page's slug; SQLite's data version is read fifty
times a second, and the pages' revisions whenever it changed."""

import sqlite3
import threading
from collections.abc import Callable

from django.db import DatabaseError, connection

from lightship.store.models import Page

CHANNEL = "lightship"
SQLITE_SECONDS = 0.02
Wake = Callable[[str | None], None]
"""Called with the slug of a page that has a new entry, or with None: any page may have one."""


def tell(slug: str) -> None:
    """Notify the listeners when the action's transaction, in which this is called, is committed. SQLite needs no notice."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, slug))


def listen(wake: Wake, stop: threading.Event) -> None:
    """Call `wake` for each page that has a new entry, until `stop`. Blocks; run it in a thread of its own."""
    wait = _postgres if connection.vendor == "postgresql" else _sqlite
    while not stop.is_set():
        try:
            wait(wake, stop)
        except (DatabaseError, sqlite3.Error):
            connection.close()
            stop.wait(1)  # the database went away: try again; once it is back, any page may have an entry


def _sqlite(wake: Wake, stop: threading.Event) -> None:
    own = sqlite3.connect(str(connection.settings_dict["NAME"]))
    pages = f"SELECT slug, epoch, revision FROM {Page._meta.db_table}"  # noqa: S608  a constant
    try:
        version, known = None, set(own.execute(pages))
        wake(None)
        while not stop.wait(SQLITE_SECONDS):
            (newest,) = own.execute("PRAGMA data_version").fetchone()
            if newest != version:
                version, now = newest, set(own.execute(pages))
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
