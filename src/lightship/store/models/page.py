"""Pages, groups and components. Their status is no column: it is derived."""

from django.db import models

from lightship.config.ids import new_id


class Page(models.Model):
    """`revision` counts the journal's entries. `epoch` names this desk among all that ever published the page. `vector`: up to
    which revision of the other desks this one has their updates (see core/site/versions.py; JSON makes the epochs strings)."""

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
