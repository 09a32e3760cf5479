"""Renew the certificate of each page's name in time; tell staff what stands in the way."""

import logging
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lightship.certificates import CertFolder, Outcome, keep
from lightship.channels import tell_staff
from lightship.config import Config, PageConfig
from lightship.store.models import Page, Report
from lightship.worker.current import in_thread, utc_now
from lightship.zones import open_zone

REMIND = timedelta(days=1)
"""How often staff are told of the same fault."""

log = logging.getLogger("lightship.certificates")


async def run(config: Config) -> None:
    for page in config.pages.values():
        if page.certificate:
            await in_thread(look_after, config, page, utc_now())


def look_after(config: Config, page: PageConfig, now: datetime) -> Outcome | None:
    """Do what is due now, if anything. Blocks: run it in a thread."""
    assert page.certificate and page.zone
    row = Page.objects.filter(slug=page.slug).first()
    newest = Report.objects.filter(page=row, kind="certificate").first() if row else None
    folder = config.base / "certificates" / page.slug
    if newest and not CertFolder(folder).certificate() and _another_does(newest.facts, page.certificate.names, now):
        return None
    outcome = keep(page.certificate, open_zone(page.zone), folder, now)
    if outcome and row:
        _report(config, page, row, outcome, newest, now)
    return outcome


def _another_does(facts: Mapping[str, Any], names: tuple[str, ...], now: datetime) -> bool:
    """Whether the worker of another machine keeps one with time left: this machine then needs none of its own."""
    if facts.get("by") == socket.gethostname() or set(facts.get("names", ())) != set(names):
        return False
    since, until = (datetime.fromisoformat(facts[key]) for key in ("since", "until"))
    return now < until - (until - since) / 3


def _report(config: Config, page: PageConfig, row: Page, outcome: Outcome, newest: Report | None, now: datetime) -> None:
    """Write a report when something has changed; tell staff of a new fault, and daily of one that stays."""
    facts = {**outcome.facts, "by": socket.gethostname()}
    before = {key: value for key, value in newest.facts.items() if key != "told"} if newest else {}
    reminder = Report.objects.filter(page=row, kind="certificate", facts__told=True, at__gt=now - REMIND).first()
    tell = bool(outcome.wrong) and (reminder is None or _wrong(reminder.facts) != _wrong(facts))
    if facts == before and not tell:
        return
    level = logging.WARNING if outcome.wrong else logging.INFO
    log.log(level, "page=%s until=%s renewed=%s wrong=%r", page.slug, facts.get("until"), outcome.renewed, outcome.wrong)
    Report.objects.create(page=row, kind="certificate", at=now, facts={**facts, "told": tell})
    if tell:
        for failure in tell_staff(config.channels, f"Certificate for {page.url}", _letter(outcome, config, now)):
            log.warning("staff were not told: %s", failure)


def _wrong(facts: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Which parts failed. Not the messages, which may hold another time or number each time."""
    return facts["words"] and "order", sorted(place for place, message in facts["places"].items() if message)


def _letter(outcome: Outcome, config: Config, now: datetime) -> str:
    left, certificate = "There is none.", outcome.certificate
    if certificate:
        days = (certificate.until - now).days
        left = f"The one there is lasts until {certificate.until:%Y-%m-%d} ({days} days)."
    lines = [*outcome.wrong, "", left, "Lightship goes on trying. To try at once, where the worker runs:"]
    return "\n".join((*lines, f"lightship --config {config.path} certificate renew"))
