"""What hosts were found to serve, as rows for the desk to show. Not public truth: old rows are deleted."""

from datetime import datetime, timedelta

from lightship.core.site.receipt import Receipt
from lightship.store import columns, models

ROWS_PER_HOST = 200
QUIET = timedelta(seconds=45)
"""A worker checks every host each few seconds: after this long it is dead or cut off."""


def record(page: models.Page, receipt: Receipt) -> None:
    """The newest row of a host is what it does now; a new row begins when that changes. A row's revision is the one that was
    read, and 0 where none of ours was."""
    epoch, revision = (receipt.read.epoch, receipt.read.revision) if receipt.read else (0, 0)
    held_epoch, held_revision = receipt.existing or (None, None)
    rows = models.Receipt.objects.filter(page=page, host=receipt.host)
    last = rows.first()
    if last and (last.verdict, last.reason, last.revision) == (receipt.verdict, receipt.reason, revision):
        models.Receipt.objects.filter(pk=last.pk).update(seen_at=receipt.at)
        return
    models.Receipt.objects.create(
        **columns.values(receipt, ("host", "at", "verdict", "reason", "milliseconds")),
        page=page,
        seen_at=receipt.at,
        revision=revision,
        epoch=epoch,
        held_epoch=held_epoch,
        held_revision=held_revision,
    )
    old = rows.values_list("pk", flat=True)[ROWS_PER_HOST : ROWS_PER_HOST + 1].first()
    if old:
        rows.filter(pk__lte=old).delete()


def newest(page: models.Page, host: str) -> models.Receipt | None:
    return models.Receipt.objects.filter(page=page, host=host).first()


def worker_seen(page: models.Page) -> datetime | None:
    """When a worker last checked any of the page's hosts (UTC); None if none ever did."""
    return models.Receipt.objects.filter(page=page).order_by("-seen_at").values_list("seen_at", flat=True).first()


def is_working(page: models.Page, now: datetime) -> bool:
    """Whether a worker checked any of the page's hosts just now."""
    at = worker_seen(page)
    return at is not None and now - at <= QUIET
