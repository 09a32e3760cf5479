"""Keep the vault on every host as new as the desk, a minute behind at most."""

import asyncio
import logging
from datetime import datetime, timedelta
from time import monotonic

from lightship.config import Config
from lightship.signing import SigningKey
from lightship.store import reports
from lightship.store.backup import parts
from lightship.store.models import Page, Report
from lightship.vault import Copy, CopyTarget, vault_place
from lightship.vault.keeping import keep
from lightship.worker.current import in_thread, utc_now

DAILY = timedelta(days=1)
KIND = "vault"
SHARE = 20
"""Reading a big database takes seconds: for each, so many pass until the next run."""

log = logging.getLogger("lightship.vault")


async def run(config: Config) -> None:
    """Make every copy as new as the database. Once a day each part is read back, and what is spoilt is put again."""
    if not config.vault.recovery:
        return
    started, now = monotonic(), utc_now()
    targets = await in_thread(copy_targets, config)
    pages = sorted({target.page for target in targets})
    closely = await in_thread(lambda: any(reports.due(page, KIND, now, DAILY) for page in pages))
    copies = await keep(parts(config), targets, config.vault.recovery, now, closely=closely)
    for page in pages:
        await in_thread(_report, page, [copy for copy in copies if copy.page == page], now)
    await asyncio.sleep(SHARE * (monotonic() - started))


def _report(page: str, copies: list[Copy], now: datetime) -> None:
    """In the log whenever something was sent; as a report when a copy begins to fail or to work, and once a day."""
    for copy in copies:
        if copy.put or copy.reason:
            fields = (copy.page, copy.host, copy.parts, copy.put, copy.sent, copy.reason)
            level = logging.WARNING if copy.reason else logging.INFO
            log.log(level, "page=%s host=%s parts=%d put=%d bytes=%d words=%r", *fields)
    last = reports.newest(page, KIND)
    before = {host: facts["words"] for host, facts in last.facts["hosts"].items()} if last else None
    if reports.due(page, KIND, now, DAILY) or before != {copy.host: copy.reason for copy in copies}:
        hosts = {copy.host: {"words": copy.reason, "parts": copy.parts, "sent": copy.sent} for copy in copies}
        Report.objects.create(page_id=page, kind=KIND, at=now, facts={"hosts": hosts})


def copy_targets(config: Config) -> list[CopyTarget]:
    """Where a copy of the vault belongs: on every host of every page that the database has."""
    rows = {row.slug: row for row in Page.objects.filter(slug__in=config.pages)}
    pages = [(page, rows[slug]) for slug, page in config.pages.items() if slug in rows]
    return [
        CopyTarget(host.name, vault_place(config, host), SigningKey(page.key), row.pk, row.epoch)
        for page, row in pages
        for host in page.hosts
    ]
