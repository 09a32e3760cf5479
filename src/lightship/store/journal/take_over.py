"""Take over from a desk that is gone: go on where it ended, under a number of our own, so that hosts refuse it from then on."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from lightship.core.site.versions import Heard, Rank, joined, raised
from lightship.store.journal.entry import enter
from lightship.store.models import Page
from lightship.store.read import rows


def succeed(page: Page, states: Sequence[tuple[Rank, Heard]], draw: int, now: datetime) -> None:
    """`states`: the ranks of all that this page's rows were made from. `draw`: see lineage.raised."""
    with transaction.atomic():
        enter(page, "restore", now, None, name=page.name)
        heard = joined([*states, *((rank, rows.heard(page)) for rank, _ in states)])
        page.heard = {str(epoch): revision for epoch, revision in heard.items()}
        page.epoch = raised(heard, draw)
        page.save(update_fields=["heard", "epoch"])
