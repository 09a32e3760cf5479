"""Rows of the desk. What is public is only ever added, by the journal; pages, groups and components carry no state."""

from django.conf import settings
from django.db import models

from lightship.config.ids import new_id as new_id  # migrations look for it here
from lightship.core.model import ComponentStatus, Impact, Kind, Status


def _words(enum: type[ComponentStatus] | type[Impact] | type[Kind] | type[Status]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in enum]


class Page(models.Model):
    """`revision` counts the journal's entries; `epoch` names this desk among all that ever spoke for the page; `heard` says
    up to which revision the journal holds the words of others (see core/site/versions.py; JSON makes the epochs strings)."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    slug = models.SlugField(unique=True, max_length=63)
    name = models.CharField(max_length=255)
    time_zone = models.CharField(max_length=64, default="Etc/UTC")
    description = models.TextField(blank=True, default="")
    support_url = models.URLField(blank=True, default="")
    promise_minutes = models.PositiveIntegerField(default=30)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveBigIntegerField(default=0)
    epoch = models.PositiveBigIntegerField(default=1)
    heard = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="groups")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    position = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("position", "created_at", "id")

    def __str__(self) -> str:
        return self.name


class Component(models.Model):
    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="components")
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="components")
    name = models.CharField(max_length=255)
    description = models.TextField(null=True, blank=True)  # Statuspage tells null from empty, and so do we
    position = models.PositiveIntegerField(default=1)
    showcase = models.BooleanField(default=True)
    start_date = models.DateField(null=True, blank=True)
    only_show_if_degraded = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("position", "created_at", "id")

    def __str__(self) -> str:
        return self.name


class Incident(models.Model):
    """`components` holds the touched components' records as they stood at the last word (see core.model.Incident).

    `open` and `revision` are indexes that the journal keeps: without them, finding the few open among ten thousand
    would cost more with every year (docs/decisions/0005).
    """

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="incidents")
    kind = models.CharField(max_length=16, choices=_words(Kind))
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    started_at = models.DateTimeField()
    impact_override = models.CharField(max_length=16, blank=True, default="", choices=_words(Impact))
    components = models.JSONField(default=list)
    scheduled_for = models.DateTimeField(null=True)
    scheduled_until = models.DateTimeField(null=True)
    auto_start = models.BooleanField(default=False)
    auto_end = models.BooleanField(default=False)
    open = models.BooleanField(default=True)
    month = models.CharField(max_length=7)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("page", "month"), name="incident_month"),
            models.Index(fields=("page", "kind", "-created_at"), name="incident_recent"),
            models.Index(fields=("page", "-updated_at"), name="incident_spoken"),
            models.Index(fields=("page",), name="incident_open", condition=models.Q(open=True)),
        )

    def __str__(self) -> str:
        return self.name


class Update(models.Model):
    """`mentions`: it speaks of components, even if it changes none."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="updates")
    status = models.CharField(max_length=16, choices=_words(Status))
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    display_at = models.DateTimeField()
    notify = models.BooleanField(default=True)
    mentions = models.BooleanField(default=False)

    class Meta:
        ordering = ("display_at", "created_at", "id")
        indexes = (models.Index(fields=("incident", "display_at"), name="update_order"),)

    def __str__(self) -> str:
        return f"{self.status} of {self.incident_id}"


class Text(models.Model):
    """One wording of an update."""

    update_said = models.ForeignKey(Update, models.CASCADE, related_name="texts")
    at = models.DateTimeField()
    body = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("at", "id")

    def __str__(self) -> str:
        return self.body[:60]


class Turn(models.Model):
    """The level at which a component is held from then on, by an update or (`public_id`) by hand.

    `ends`, whether the update ended its incident, is an index that the journal keeps (docs/decisions/0027).
    """

    page = models.ForeignKey(Page, models.CASCADE, related_name="turns")
    component = models.ForeignKey(Component, models.CASCADE, related_name="turns")
    update_said = models.ForeignKey(Update, models.CASCADE, null=True, related_name="turns")
    public_id = models.CharField(max_length=12, blank=True, default="")
    at = models.DateTimeField()
    name = models.CharField(max_length=520)
    old = models.CharField(max_length=24, choices=_words(ComponentStatus))
    new = models.CharField(max_length=24, choices=_words(ComponentStatus))
    ends = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ("at", "id")
        indexes = (
            models.Index(fields=("component", "-at", "-id"), name="turn_latest"),
            models.Index(fields=("page", "at"), name="turn_window"),
            models.Index(fields=("page", "at"), name="turn_lone", condition=models.Q(update_said=None)),
            models.Index(fields=("component", "-at"), name="turn_by_hand", condition=models.Q(update_said=None)),
            models.Index(fields=("component", "-at"), name="turn_ends", condition=models.Q(ends=True)),
            models.Index(fields=("page",), name="turn_restated", condition=models.Q(update_said=None, old=models.F("new"))),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.old} to {self.new}"


class Entry(models.Model):
    """A line of the journal: who did what when. `month` and `incident` name the history files that it touches, and
    `update_said` the update that it added."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="entries")
    revision = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    deed = models.CharField(max_length=32)
    subject = models.CharField(max_length=12, blank=True, default="")
    name = models.CharField(max_length=255, blank=True, default="")
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True)
    update_said = models.ForeignKey(Update, models.SET_NULL, null=True, related_name="entries")
    month = models.CharField(max_length=7, blank=True, default="")

    class Meta:
        ordering = ("-revision",)
        constraints = (models.UniqueConstraint(fields=("page", "revision"), name="entry_revision"),)

    def __str__(self) -> str:
        return f"{self.revision} {self.deed} {self.name}"


class Receipt(models.Model):
    """What a host was found to serve from `at` until `seen_at`. The newest row of a host is what it does now. `held_epoch`
    and `held_revision`: what another desk said there, where that is why it was refused."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="receipts")
    host = models.CharField(max_length=64)
    at = models.DateTimeField()
    seen_at = models.DateTimeField()
    verdict = models.CharField(max_length=16)
    words = models.TextField(blank=True, default="")
    revision = models.PositiveBigIntegerField(default=0)
    epoch = models.PositiveBigIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    held_epoch = models.PositiveBigIntegerField(null=True)
    held_revision = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("page", "host", "-id"), name="receipt_newest"),)

    def __str__(self) -> str:
        return f"{self.host}: {self.verdict}"


class Report(models.Model):
    """What was found or done around a page, beside what it says: an examination, a drill, a move of the name, a copy of the
    vault, a certificate. Rows are only added."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("page", "kind", "-at"), name="report_newest"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Attempt(models.Model):
    """A failed sign-in, kept for as long as it slows the next one down."""

    who = models.CharField(max_length=320, db_index=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.who
