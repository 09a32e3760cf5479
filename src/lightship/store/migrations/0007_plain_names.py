"""Tables and columns keep their names; what the code calls them changes. Nothing happens to the database."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

RENAMED: "dict[tuple[str, str, str], models.Field[Any, Any]]" = {
    ("wording", "update_said", "update"): models.ForeignKey(
        "desk.update", django.db.models.deletion.CASCADE, related_name="wordings", db_column="update_said_id"
    ),
    ("statuschange", "update_said", "update"): models.ForeignKey(
        "desk.update",
        django.db.models.deletion.CASCADE,
        null=True,
        related_name="status_changes",
        db_column="update_said_id",
    ),
    ("entry", "update_said", "update"): models.ForeignKey(
        "desk.update",
        django.db.models.deletion.SET_NULL,
        null=True,
        related_name="entries",
        db_column="update_said_id",
    ),
    ("entry", "deed", "action"): models.CharField(max_length=32, db_column="deed"),
    ("receipt", "words", "reason"): models.TextField(blank=True, default="", db_column="words"),
    ("page", "heard", "vector"): models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), db_column="heard"
    ),
}
BY_HAND = {
    "turn_lone": models.Index(fields=["page", "at"], name="turn_lone", condition=models.Q(update=None)),
    "turn_by_hand": models.Index(fields=["component", "-at"], name="turn_by_hand", condition=models.Q(update=None)),
    "turn_restated": models.Index(fields=["page"], name="turn_restated", condition=models.Q(update=None, old=models.F("new"))),
}


class Migration(migrations.Migration):
    dependencies = [("desk", "0006_levels_that_outlast")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Text", "Wording"),
                migrations.AlterModelTable("wording", "desk_text"),
                migrations.RenameModel("Turn", "StatusChange"),
                migrations.AlterModelTable("statuschange", "desk_turn"),
                *(migrations.RemoveIndex("statuschange", name) for name in BY_HAND),
                *(migrations.RenameField(model, old, new) for model, old, new in RENAMED),
                *(migrations.AlterField(model, new, field) for (model, _, new), field in RENAMED.items()),
                *(
                    migrations.AlterField(
                        "statuschange",
                        name,
                        models.ForeignKey(f"desk.{name}", django.db.models.deletion.CASCADE, related_name="status_changes"),
                    )
                    for name in ("page", "component")
                ),
                *(migrations.AddIndex("statuschange", index) for index in BY_HAND.values()),
            ]
        )
    ]
