"""Go on with the updates of other desks, under a number of this desk's own that is above theirs."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lightship.core.site.versions import Version, VersionVector, merged, next_epoch
from lightship.store.journal.entry import append
from lightship.store.models import Page
from lightship.store.read import rows


def take_over(page: Page, states: Sequence[tuple[Version, VersionVector]], draw: int, now: datetime) -> None:
    """Take over from a desk that is gone: hosts refuse it from then on. `states`: of all that this page's rows were made from.
    `draw`: see core.site.versions.next_epoch."""
    with transaction.atomic():
        append(page, "restore", now, None, name=page.name)
        outrank(page, [*states, *((version, rows.vector(page)) for version, _ in states)], draw)
        page.save(update_fields=["vector", "epoch"])


def outrank(page: Page, states: Sequence[tuple[Version, VersionVector]], draw: int) -> None:
    """The version vector of all `states`, and an epoch above. The caller saves the page."""
    vector = merged(states)
    page.vector = {str(epoch): revision for epoch, revision in vector.items()}
    page.epoch = next_epoch(vector, draw)
