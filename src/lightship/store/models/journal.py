"""The journal's entries."""

from django.conf import settings
from django.db import models

from lightship.store.models.incident import Incident, Update
from lightship.store.models.page import Page


class Entry(models.Model):
    """Who did what when. `month` and `incident` name the history files that it touches, and
    `update` the update that it added."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="entries")
    revision = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    action = models.CharField(max_length=32, db_column="deed")
    subject = models.CharField(max_length=12, blank=True, default="")
    name = models.CharField(max_length=255, blank=True, default="")
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True)
    update = models.ForeignKey(Update, models.SET_NULL, null=True, related_name="entries", db_column="update_said_id")
    month = models.CharField(max_length=7, blank=True, default="")

    class Meta:
        ordering = ("-revision",)
        constraints = (models.UniqueConstraint(fields=("page", "revision"), name="entry_revision"),)
