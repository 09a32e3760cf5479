"""Public truth: pages, incidents with their updates, and the journal, which alone adds these rows. The status of a component
is no column: it is derived."""

from django.conf import settings
from django.db import models

from lightship.config.ids import new_id


class Page(models.Model):
    """`revision` counts the journal's entries. `epoch` names this desk among all that ever published the page. `vector`: up to
    which revision of the other desks this one has their updates (see core/site/versions.py; JSON makes the epochs strings).
    `policy`: what its owner decided on duty, as core/duty/policy.py has it; not public."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    slug = models.SlugField(unique=True, max_length=63)
    name = models.CharField(max_length=255)
    time_zone = models.CharField(max_length=64, default="Etc/UTC")
    description = models.TextField(blank=True, default="")
    support_url = models.URLField(blank=True, default="")
    promise_minutes = models.PositiveIntegerField(default=30)
    staffed = models.CharField(max_length=255, blank=True, default="", db_default="")
    kit = models.BooleanField(default=False, db_default=False)
    scorecard = models.BooleanField(default=False, db_default=False)
    policy = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveBigIntegerField(default=0)
    epoch = models.PositiveBigIntegerField(default=1)
    vector = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), db_column="heard")

    class Meta:
        ordering = ("created_at",)


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


class Incident(models.Model):
    """`components` holds the records of the touched components as of the newest update (see core.model.Incident).

    `open` is an index that the journal keeps: without it, finding the few open among ten thousand would cost more with
    every year (docs/decisions/0005). `practice`: it runs the whole chain, and reaches no public file.
    """

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    page = models.ForeignKey(Page, models.CASCADE, related_name="incidents")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    started_at = models.DateTimeField()
    impact_override = models.CharField(max_length=16, blank=True, default="")
    components = models.JSONField(default=list)
    scheduled_for = models.DateTimeField(null=True)
    scheduled_until = models.DateTimeField(null=True)
    auto_start = models.BooleanField(default=False)
    auto_end = models.BooleanField(default=False)
    withdrawn = models.BooleanField(default=False, db_default=False)
    merged_into = models.CharField(max_length=12, blank=True, default="", db_default="")
    practice = models.BooleanField(default=False, db_default=False)
    open = models.BooleanField(default=True)
    month = models.CharField(max_length=7)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=("page", "practice", "month"), name="incident_month"),
            models.Index(fields=("page", "kind", "-created_at"), name="incident_recent"),
            models.Index(fields=("page", "-updated_at"), name="incident_spoken"),
            models.Index(fields=("page",), name="incident_open", condition=models.Q(open=True)),
        )


class Update(models.Model):
    """`mentions`: it names components, even if it changes none. What was judged of it when it was posted: see Judgement."""

    id = models.CharField(primary_key=True, max_length=12, default=new_id)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="updates")
    status = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    display_at = models.DateTimeField()
    notify = models.BooleanField(default=True)
    mentions = models.BooleanField(default=False)
    speaker = models.CharField(max_length=255, blank=True, default="", db_default="")
    automatic = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ("display_at", "created_at", "id")
        indexes = (models.Index(fields=("incident", "display_at"), name="update_order"),)


class Wording(models.Model):
    """A wording of an update. A correction adds another."""

    update = models.ForeignKey(Update, models.CASCADE, related_name="wordings", db_column="update_said_id")
    at = models.DateTimeField()
    body = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        db_table = "desk_text"
        ordering = ("at", "id")


class StatusChange(models.Model):
    """The level at which a component is held from then on, by an update or (`public_id`) by hand.

    `ends`, whether the update ended its incident, is an index that the journal keeps (docs/decisions/0027).
    """

    page = models.ForeignKey(Page, models.CASCADE, related_name="status_changes")
    component = models.ForeignKey(Component, models.CASCADE, related_name="status_changes")
    update = models.ForeignKey(Update, models.CASCADE, null=True, related_name="status_changes", db_column="update_said_id")
    public_id = models.CharField(max_length=12, blank=True, default="")
    at = models.DateTimeField()
    name = models.CharField(max_length=520)
    old = models.CharField(max_length=24)
    new = models.CharField(max_length=24)
    ends = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "desk_turn"
        ordering = ("at", "id")
        indexes = (
            models.Index(fields=("component", "-at", "-id"), name="turn_latest"),
            models.Index(fields=("page", "at"), name="turn_window"),
            models.Index(fields=("page", "at"), name="turn_lone", condition=models.Q(update=None)),
            models.Index(fields=("component", "-at"), name="turn_by_hand", condition=models.Q(update=None)),
            models.Index(fields=("component", "-at"), name="turn_ends", condition=models.Q(ends=True)),
            models.Index(fields=("page",), name="turn_restated", condition=models.Q(update=None, old=models.F("new"))),
        )


class Entry(models.Model):
    """Who did what when. `month` and `incident` name the history files that it touches, and
    `update` the update that it added. `revision` None: a practice, which changes nothing public."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="entries")
    revision = models.PositiveBigIntegerField(null=True)
    at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    action = models.CharField(max_length=32, db_column="deed")
    subject = models.CharField(max_length=12, blank=True, default="")
    name = models.CharField(max_length=255, blank=True, default="")
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True)
    update = models.ForeignKey(Update, models.SET_NULL, null=True, related_name="entries", db_column="update_said_id")
    month = models.CharField(max_length=7, blank=True, default="")

    class Meta:
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("page", "revision"), name="entry_revision"),)
