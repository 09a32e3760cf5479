"""Rows of approval: updates that wait for a second pair of eyes. Not public; kept for good, so that no text is lost."""

from django.conf import settings
from django.db import models

from lightship.config.ids import new_id
from lightship.store.models.public import Incident, Update


class Approval(models.Model):
    """An update that its author (`asked_by`) wants read before it is posted, by `approver`. `fields`: the form as it was filled
    in, name -> values. Decided when `decided_at` is set: posted (`update`), approved or not; or sent back with a `reason`.
    A decided row stays."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="approvals")
    fields = models.JSONField(default=dict)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=255, blank=True, default="")
    update = models.ForeignKey(Update, models.SET_NULL, null=True, related_name="approvals")

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes = (models.Index(fields=("incident",), name="approval_open", condition=models.Q(decided_at=None)),)
