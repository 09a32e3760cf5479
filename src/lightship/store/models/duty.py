"""Rows of duty: staff and how they are reached, what somebody said is wrong, messages to staff, and how each update was judged.
None of it is public."""

from django.conf import settings
from django.db import models

from lightship.config.ids import new_id
from lightship.store.models.public import Incident, Page, Update


class Staffer(models.Model):
    """What an account is beside its name and password. `role`: of core/roles.py. `public_name`: as readers may read it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staffer")
    role = models.CharField(max_length=16, default="writer")
    public_name = models.CharField(max_length=80, blank=True, default="")
    public_title = models.CharField(max_length=80, blank=True, default="")


class Contact(models.Model):
    """A way to reach a staffer: a channel of lightship.toml, and the address there (a mail address, or a URL as apprise writes
    it). They are tried in order. Whoever has none is reached at the account's mail address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="contacts")
    channel = models.CharField(max_length=64)
    address = models.CharField(max_length=1024)
    position = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("position", "id")


class Alert(models.Model):
    """Somebody (`by`, where that is an account) or something says that something is wrong: from `at` the clock of the first
    word runs, until an incident is opened (`incident`) or a writer closes it with a reason. `source`: person, reports, signal,
    drill."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="alerts")
    at = models.DateTimeField()
    source = models.CharField(max_length=16)
    summary = models.CharField(max_length=255)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    practice = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=255, blank=True, default="")
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True, related_name="alerts")

    class Meta:
        ordering = ("at", "id")
        indexes = (models.Index(fields=("page",), name="alert_open", condition=models.Q(closed_at=None)),)


class Nudge(models.Model):
    """A message to one staffer. `key`: page, what it is about, step and person: no two workers make it twice. `subjects`: ids
    of incidents and alerts, each with the deadline that it speaks of; `due`: the soonest; `at`: when it is to be sent. `path`:
    where its link leads; the link signs in once, to that form alone, until `link_until`. `avoid`: the channel that is tried
    last. A worker claims it until `claimed_until`, counts the attempt, sends it under one Message-ID, and then writes
    `sent_at`."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="nudges")
    key = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=16)
    step = models.CharField(max_length=16)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="nudges")
    subjects = models.JSONField(default=dict)
    due = models.DateTimeField()
    at = models.DateTimeField()
    subject = models.CharField(max_length=255)
    body = models.TextField()
    path = models.CharField(max_length=255, blank=True, default="")
    avoid = models.CharField(max_length=64, blank=True, default="")
    practice = models.BooleanField(default=False)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=64, blank=True, default="")
    error = models.TextField(blank=True, default="")
    link_digest = models.CharField(max_length=64, blank=True, default="", db_index=True)
    link_until = models.DateTimeField(null=True)
    link_used_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("at", "id")
        indexes = (models.Index(fields=("at",), name="nudge_unsent", condition=models.Q(sent_at=None)),)


class Judgement(models.Model):
    """How an update was judged when it was posted, written in its transaction: the verdict and findings of core/clarity, why a
    vague text was posted all the same, who held the clock, and who approved it or why nobody did."""

    update = models.OneToOneField(Update, models.CASCADE, related_name="judgement")
    verdict = models.CharField(max_length=16)
    findings = models.JSONField(default=list)
    overridden = models.CharField(max_length=255, blank=True, default="")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    unapproved = models.CharField(max_length=255, blank=True, default="")
