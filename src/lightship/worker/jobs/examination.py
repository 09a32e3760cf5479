"""Examine each page once a day: what has rotted since is told before it is needed."""

import asyncio
import logging

from django.db import close_old_connections

from lightship.config import Config
from lightship.doctor import Verdict, World
from lightship.store import reports
from lightship.store.models import Page
from lightship.worker.current import utc_now

DAILY = 24 * 3600.0
log = logging.getLogger("lightship.doctor")


async def tend(config: Config) -> None:
    for slug in config.pages:
        await asyncio.to_thread(_one, config, slug)


def _one(config: Config, slug: str) -> None:
    close_old_connections()
    row = Page.objects.filter(slug=slug).first()
    if row is None or not reports.due(row, utc_now(), DAILY):
        return
    found = reports.run(config, config.pages[slug], row, World())
    fails, warnings = found.count(Verdict.FAIL), found.count(Verdict.WARN)
    level = logging.WARNING if fails else logging.INFO
    log.log(level, "page=%s fails=%d warnings=%d unchecked=%d", slug, fails, warnings, found.count(Verdict.UNCHECKED))
