"""What hosts were found to serve, as rows for the desk to show. Not public truth: old ones go."""

from datetime import datetime

from lightship.core.site.receipt import Receipt
from lightship.store import models

KEPT = 200


def record(page: models.Page, receipt: Receipt) -> None:
    """The newest row of a host is what it does now; a new row begins when that changes. A row's revision is the one that was
    read, and 0 where nothing of ours was."""
    epoch, revision = (receipt.read.epoch, receipt.read.revision) if receipt.read else (0, 0)
    rows = models.Receipt.objects.filter(page=page, host=receipt.host)
    newest = rows.first()
    if newest and (newest.verdict, newest.reason, newest.revision) == (receipt.verdict, receipt.reason, revision):
        models.Receipt.objects.filter(pk=newest.pk).update(seen_at=receipt.at)
        return
    models.Receipt.objects.create(
        page=page,
        host=receipt.host,
        at=receipt.at,
        seen_at=receipt.at,
        verdict=receipt.verdict,
        reason=receipt.reason,
        revision=revision,
        epoch=epoch,
        milliseconds=receipt.milliseconds,
        held_epoch=receipt.held[0] if receipt.held else None,
        held_revision=receipt.held[1] if receipt.held else None,
    )
    old = rows.values_list("pk", flat=True)[KEPT : KEPT + 1].first()
    if old:
        rows.filter(pk__lte=old).delete()


def newest(page: models.Page, host: str) -> models.Receipt | None:
    return models.Receipt.objects.filter(page=page, host=host).first()


def worker_seen(page: models.Page) -> datetime | None:
    """When a worker last looked at any of the page's hosts (UTC); None if none ever did."""
    return models.Receipt.objects.filter(page=page).order_by("-seen_at").values_list("seen_at", flat=True).first()
