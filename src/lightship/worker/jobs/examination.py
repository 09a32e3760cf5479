"""Examine each page once a day, so that what has rotted since is told before it is needed; and at once when staff ask."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from lightship.config import Config
from lightship.doctor import Environment, Verdict
from lightship.store import reports
from lightship.store.models import Page
from lightship.worker.current import in_thread, utc_now

DAILY = 24 * 3600.0
log = logging.getLogger("lightship.doctor")


async def run(config: Config) -> None:
    await _each(config, lambda page, now: reports.due(page, now, DAILY))


async def answer(config: Config) -> None:
    await _each(config, reports.take_on)


async def _each(config: Config, wanted: Callable[[Page, datetime], bool]) -> None:
    await asyncio.gather(*(in_thread(_one, config, slug, wanted) for slug in config.pages))


def _one(config: Config, slug: str, wanted: Callable[[Page, datetime], bool]) -> None:
    row = Page.objects.filter(slug=slug).first()
    if row is None or not wanted(row, utc_now()):
        return
    examination = reports.run(config, config.pages[slug], row, Environment())
    counts = [examination.count(verdict) for verdict in (Verdict.FAIL, Verdict.WARN, Verdict.UNCHECKED)]
    log.log(logging.WARNING if counts[0] else logging.INFO, "page=%s fails=%d warnings=%d unchecked=%d", slug, *counts)
