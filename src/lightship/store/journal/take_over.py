"""Take over from a desk that is gone: go on where it ended, under a number of our own, so that hosts refuse it from then on."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lightship.core.site.versions import Version, VersionVector, merged, next_epoch
from lightship.store.journal.entry import append
from lightship.store.models import Page
from lightship.store.read import rows


def take_over(page: Page, states: Sequence[tuple[Version, VersionVector]], draw: int, now: datetime) -> None:
    """`states`: the ranks of all that this page's rows were made from. `draw`: see lineage.raised."""
    with transaction.atomic():
        append(page, "restore", now, None, name=page.name)
        vector = merged([*states, *((version, rows.vector(page)) for version, _ in states)])
        page.vector = {str(epoch): revision for epoch, revision in vector.items()}
        page.epoch = next_epoch(vector, draw)
        page.save(update_fields=["vector", "epoch"])
