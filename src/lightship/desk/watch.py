"""The desk's own look at what is posted: where no worker lives, nobody else would notice that nothing is read."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import close_old_connections

from lightship.config import Config
from lightship.core.duty.proof import HOPELESS
from lightship.store import receipts
from lightship.store.duty import unproven
from lightship.store.duty.nudges import deliver
from lightship.store.models import Page

PAUSE = 2.0
GONE = timedelta(seconds=15)
"""A living worker checks each host every five seconds, and sends messages itself."""
log = logging.getLogger("lightship.desk")


def start(config: Config) -> None:
    """In a thread of the server's own process, for as long as that lives."""
    threading.Thread(target=_watch, args=(config, threading.Event()), name="watch", daemon=True).start()


def _watch(config: Config, stop: threading.Event) -> None:
    # Not at once: after a start of the whole machine the worker publishes what is left within seconds.
    stop.wait(HOPELESS.total_seconds())
    while not stop.wait(PAUSE):
        close_old_connections()
        try:
            look(config, lambda: datetime.now(UTC))
        except Exception:
            log.exception("the desk could not look for posts that nobody reads; it tries again")


def look(config: Config, clock: Callable[[], datetime]) -> None:
    """Raise the alarm of each page where it is due, and send it where no worker is there to do so."""
    rows = [(page, row) for page in config.pages.values() if (row := Page.objects.filter(slug=page.slug).first())]
    for page, row in rows:
        unproven.raise_alarm(config, page, row, clock())
        unproven.last_resort(config, row, clock())
    seen_at = [at for _, row in rows if (at := receipts.worker_seen(row))]
    if not seen_at or clock() - max(seen_at) > GONE:
        deliver(config, clock())
