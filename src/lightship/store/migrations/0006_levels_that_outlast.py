"""What was stated when an incident ended outlasts it, and so does what was set by hand: each is found by an index of its own."""

from typing import Any

from django.db import migrations, models


def fill(apps: Any, editor: Any) -> None:
    turns = apps.get_model("desk", "Turn").objects
    turns.filter(update_said__status__in=("resolved", "postmortem", "completed")).update(ends=True)


class Migration(migrations.Migration):
    dependencies = [("desk", "0005_update_of_an_entry")]

    operations = [
        migrations.AddField(model_name="turn", name="ends", field=models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(fields=["component", "-at"], name="turn_by_hand", condition=models.Q(update_said=None)),
        ),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(fields=["component", "-at"], name="turn_ends", condition=models.Q(ends=True)),
        ),
        migrations.AddIndex(
            model_name="turn",
            index=models.Index(
                fields=["page"], name="turn_restated", condition=models.Q(update_said=None, old=models.F("new"))
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
