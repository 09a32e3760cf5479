"""Rows that are no public truth: what hosts serve, reports of what was done, and attempts to sign in."""

from django.db import models

from lightship.store.models.public import Page


class Receipt(models.Model):
    """What a host was found to serve from `at` until `seen_at`. The newest row of a host is what it does now. `held_epoch`
    and `held_revision`: the other desk's state on the host, where that is why ours was refused."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="receipts")
    host = models.CharField(max_length=64)
    at = models.DateTimeField()
    seen_at = models.DateTimeField()
    verdict = models.CharField(max_length=16)
    reason = models.TextField(blank=True, default="", db_column="words")
    revision = models.PositiveBigIntegerField(default=0)
    epoch = models.PositiveBigIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    held_epoch = models.PositiveBigIntegerField(null=True)
    held_revision = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("page", "host", "-id"), name="receipt_newest"),)


class Report(models.Model):
    """An examination, a drill, a move of the name, a copy of the vault or a certificate. Rows are only added."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("page", "kind", "-at"), name="report_newest"),)


class Attempt(models.Model):
    """A failed sign-in, stored for as long as it slows down the next."""

    who = models.CharField(max_length=320, db_index=True)
    at = models.DateTimeField()
