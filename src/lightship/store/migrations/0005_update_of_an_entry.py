"""A journal entry names the update that it added: until now its author was found by equal times."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def fill(apps: Any, editor: Any) -> None:
    """Where page, incident and time match, and only one update does."""
    entries, updates = apps.get_model("desk", "Entry").objects, apps.get_model("desk", "Update").objects
    same = updates.filter(incident=models.OuterRef("incident"), created_at=models.OuterRef("at"))
    one = same.order_by().values("incident").annotate(id=models.Min("pk"), count=models.Count("pk")).filter(count=1)
    entries.filter(deed__in=("open", "schedule", "update")).update(update_said=models.Subquery(one.values("id")))


class Migration(migrations.Migration):
    dependencies = [("desk", "0004_wordings_by_time")]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="update_said",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="entries", to="desk.update"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
