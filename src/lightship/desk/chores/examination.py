"""Examine each page once a day: what has rotted since is told before it is needed."""

import asyncio
import logging

from django.db import close_old_connections

from lightship.config import Config
from lightship.desk import examined
from lightship.desk.models import Page
from lightship.desk.newest import utc_now
from lightship.doctor import Verdict, World

DAILY = 24 * 3600.0
log = logging.getLogger("lightship.doctor")


async def tend(config: Config) -> None:
    for slug in config.pages:
        await asyncio.to_thread(_one, config, slug)


def _one(config: Config, slug: str) -> None:
    close_old_connections()
    row = Page.objects.filter(slug=slug).first()
    if row is None or not examined.due(row, utc_now(), DAILY):
        return
    found = examined.run(config, config.pages[slug], row, World())
    fails, warnings = found.count(Verdict.FAIL), found.count(Verdict.WARN)
    level = logging.WARNING if fails else logging.INFO
    log.log(level, "page=%s fails=%d warnings=%d unchecked=%d", slug, fails, warnings, found.count(Verdict.UNCHECKED))
