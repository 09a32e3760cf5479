"""The desk's own look at what is posted: where no worker lives, nobody else would notice that nothing is read."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import close_old_connections, connection
from django.db.models import Q

from lightship.config import Config
from lightship.core.duty.proof import HOPELESS
from lightship.store import receipts
from lightship.store.duty import unproven
from lightship.store.duty.nudges import deliver
from lightship.store.models import Nudge, Page

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
            if look(config, lambda: datetime.now(UTC)):
                # In a thread of its own: a channel that hangs must not keep the next alarm waiting.
                threading.Thread(target=_send, args=(config,), name="send", daemon=True).start()
        except Exception:
            log.exception("the desk could not look for posts that nobody reads; it tries again")


def look(config: Config, clock: Callable[[], datetime]) -> bool:
    """Raise the alarm of each page where it is due; whether there is something to send, and no worker to do it."""
    rows = [(page, row) for page in config.pages.values() if (row := Page.objects.filter(slug=page.slug).first())]
    for page, row in rows:
        unproven.raise_alarm(config, page, row, clock())
        unproven.last_resort(config, row, clock())
    seen_at = [at for _, row in rows if (at := receipts.worker_seen(row))]
    free = Q(claimed_until=None) | Q(claimed_until__lte=clock())
    waiting = Nudge.objects.filter(free, sent_at=None, at__lte=clock())
    return (not seen_at or clock() - max(seen_at) > GONE) and waiting.exists()


def _send(config: Config) -> None:
    try:
        deliver(config, datetime.now(UTC))
    except Exception:
        log.exception("the desk could not send what is due; it tries again")
    finally:
        connection.close()
