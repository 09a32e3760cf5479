"""Hear of a commit at once: PostgreSQL tells (LISTEN), SQLite is asked for its data version fifty times a second."""

import sqlite3
import threading
from collections.abc import Callable

from django.db import DatabaseError, connection

CHANNEL = "lightship"
SQLITE_SECONDS = 0.02


def tell() -> None:
    """Inside a deed's transaction: whoever listens hears of it when it is committed. SQLite needs no telling."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")


def listen(wake: Callable[[], None], stop: threading.Event) -> None:
    """Call `wake` after every commit by anyone, until `stop`. Blocks; run it in a thread of its own."""
    hear = _postgres if connection.vendor == "postgresql" else _sqlite
    while not stop.is_set():
        try:
            hear(wake, stop)
        except (DatabaseError, sqlite3.Error):
            stop.wait(1)  # the database went away: ask again, and look once it is back
            wake()


def _sqlite(wake: Callable[[], None], stop: threading.Event) -> None:
    own = sqlite3.connect(str(connection.settings_dict["NAME"]))
    try:
        seen = None
        while not stop.wait(SQLITE_SECONDS):
            (version,) = own.execute("PRAGMA data_version").fetchone()
            if version != seen:
                seen = version
                wake()
    finally:
        own.close()


def _postgres(wake: Callable[[], None], stop: threading.Event) -> None:
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    while not stop.is_set():
        for _ in connection.connection.notifies(timeout=0.5, stop_after=1):
            wake()
