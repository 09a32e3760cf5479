"""Import what hosts hold of a page, and raise the epoch above that of every desk before.

Imported once Django is set up.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lightship.config import PageConfig
from lightship.core.site.versions import STEP, Version, VersionVector, includes
from lightship.publishing.contents import contents
from lightship.publishing.survey import HostState
from lightship.store.history.load import load, take_in, take_over
from lightship.store.models import Page
from lightship.store.read.rows import vector


@dataclass(frozen=True)
class PageRestored:
    page: str
    revision: int
    epoch: int
    incidents: int


def after_the_vault(
    page: PageConfig, claims: Sequence[HostState], why: Sequence[str], now: datetime
) -> tuple[PageRestored, list[str]]:
    """The page that came out of the vault, with the updates that hosts got after the vault was written; and notes on them."""
    row = Page.objects.get(slug=page.slug)
    states: list[tuple[Version, VersionVector]] = [((row.epoch, row.revision), vector(row))]
    notes = []
    if not claims:
        notes.append(f"page {page.slug}: no host answered with its state, so the vault's stands alone ({'; '.join(why)})")
    elif not includes(*states[0], claims[0].manifest.version):
        newest = claims[0]
        loaded = load(row, contents(newest), None, now)
        states.append((newest.manifest.version, newest.manifest.vector))
        notes.append(
            f"page {page.slug}: {newest.url} held newer words than the vault; {loaded.updates} updates of "
            f"{loaded.incidents + loaded.maintenances + loaded.grown} incidents were taken in. "
            "Names or texts changed in that last minute may be the older ones: look"
        )
    return _taken_over(row, states, now), notes


def without_a_vault(page: PageConfig, newest: HostState, now: datetime) -> PageRestored:
    """The page as the newest host shows it."""
    take_in(Page.objects.get(slug=page.slug), contents(newest), now)
    row = Page.objects.get(slug=page.slug)
    return _taken_over(row, [(newest.manifest.version, newest.manifest.vector)], now)


def _taken_over(row: Page, states: list[tuple[Version, VersionVector]], now: datetime) -> PageRestored:
    take_over(row, states, secrets.randbelow(STEP), now)
    return PageRestored(row.slug, row.revision, row.epoch, row.incidents.count())
