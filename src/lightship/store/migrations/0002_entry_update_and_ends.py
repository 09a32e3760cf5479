"""A journal entry names the update that it added. What was stated when an incident ended outlasts it, and so does what was set
by hand: each is found by an index of its own."""

from typing import Any

from django.db import migrations, models


def name_updates(apps: Any, editor: Any) -> None:
    """Where page, incident and time match, and only one update does."""
    entries, updates = apps.get_model("desk", "Entry").objects, apps.get_model("desk", "Update").objects
    same = updates.filter(incident=models.OuterRef("incident"), created_at=models.OuterRef("at"))
    one = same.order_by().values("incident").annotate(id=models.Min("pk"), count=models.Count("pk")).filter(count=1)
    entries.filter(action__in=("open", "schedule", "update")).update(update=models.Subquery(one.values("id")))


def mark_ends(apps: Any, editor: Any) -> None:
    status_changes = apps.get_model("desk", "StatusChange").objects
    status_changes.filter(update__status__in=("resolved", "postmortem", "completed")).update(ends=True)


class Migration(migrations.Migration):
    replaces = [
        ("desk", "0005_update_of_an_entry"),
        ("desk", "0006_levels_that_outlast"),
        ("desk", "0007_plain_names"),
    ]
    dependencies = [("desk", "0001_tables")]

    operations = [
        migrations.AddField(
            "entry",
            "update",
            models.ForeignKey("desk.update", models.SET_NULL, null=True, related_name="entries", db_column="update_said_id"),
        ),
        migrations.AddField("statuschange", "ends", models.BooleanField(default=False, db_default=False)),
        migrations.AddIndex(
            "statuschange",
            models.Index(fields=["component", "-at"], name="turn_by_hand", condition=models.Q(update=None)),
        ),
        migrations.AddIndex(
            "statuschange",
            models.Index(fields=["component", "-at"], name="turn_ends", condition=models.Q(ends=True)),
        ),
        migrations.AddIndex(
            "statuschange",
            models.Index(fields=["page"], name="turn_restated", condition=models.Q(update=None, old=models.F("new"))),
        ),
        migrations.RunPython(name_updates, migrations.RunPython.noop),
        migrations.RunPython(mark_ends, migrations.RunPython.noop),
    ]
