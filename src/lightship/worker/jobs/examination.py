"""Examine each page once a day, so that staff know of a fault before it matters; and at once when staff ask."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from lightship.config import Config, PageConfig
from lightship.doctor import Environment, Verdict
from lightship.store import reports
from lightship.store.models import Page
from lightship.worker.current import for_each_page, utc_now

DAILY = timedelta(days=1)
log = logging.getLogger("lightship.doctor")


async def run(config: Config) -> None:
    await _examine(config, lambda page, now: reports.due(page, reports.DOCTOR, now, DAILY))


async def answer(config: Config) -> None:
    await _examine(config, reports.take_on)


async def _examine(config: Config, wanted: Callable[[Page, datetime], bool]) -> None:
    def examine(page: PageConfig, row: Page) -> None:
        if not wanted(row, utc_now()):
            return
        examination = reports.run(config, page, row, Environment())
        counts = [examination.count(verdict) for verdict in (Verdict.FAIL, Verdict.WARN, Verdict.UNCHECKED)]
        level = logging.WARNING if counts[0] else logging.INFO
        log.log(level, "page=%s fails=%d warnings=%d unchecked=%d", page.slug, *counts)

    await for_each_page(config, examine)
