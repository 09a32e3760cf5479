"""Rows of the roster. None is ever changed into another: what is no longer so has an end, and who ended it."""

from django.conf import settings
from django.db import models

from lightship.config.ids import new_id
from lightship.store.models.public import Page


class Made(models.Model):
    """Who made it, and who ended it."""

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True


class Rotation(Made):
    """Who has a duty in turn, as core/duty/roster.py reads it. `windows`: a list of begins, zone, members (ids of accounts) and
    until. `days`: of the week, 0 is Monday."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="rotations")
    duty = models.CharField(max_length=16)
    every = models.CharField(max_length=16)
    start = models.DateField()
    days = models.JSONField(default=list)
    windows = models.JSONField(default=list)

    class Meta:
        ordering = ("made_at", "id")


class Override(Made):
    """One person instead of whom the roster names, for a time. `swap`: the two of one exchange have it in common."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="overrides")
    duty = models.CharField(max_length=16)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    swap = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        ordering = ("-made_at", "-id")


class Feed(Made):
    """A calendar made elsewhere. `url` empty: a file that was uploaded. `duty` empty: the words primary and secondary in it say
    which. `body`: the last good copy, of `read_at`; `error`: why the newest try, at `tried_at`, gave none. `shifts`: the
    copy expanded, a list of names, duty, starts and ends. `people`: by name the id of an account, as mapped by
    hand; empty for nobody."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="feeds")
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=2048, blank=True, default="")
    duty = models.CharField(max_length=16, blank=True, default="")
    body = models.TextField(blank=True, default="")
    read_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")
    shifts = models.JSONField(default=list)
    people = models.JSONField(default=dict)

    class Meta:
        ordering = ("made_at", "id")


class HandOver(models.Model):
    """A duty that goes from one person to another. `kind`: roster (its change at `due`, confirmed by both sides), pass (offered
    by the holder) or take ("I speak now"). It took effect at `at`; null: not yet. `shown`: what the taker then read."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="hand_overs")
    duty = models.CharField(max_length=16)
    kind = models.CharField(max_length=16)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    due = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    shown = models.JSONField(default=list)

    class Meta:
        ordering = ("-due", "-id")
        indexes = (models.Index(fields=("page", "at"), name="hand_over_effective"),)
