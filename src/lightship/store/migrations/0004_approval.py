import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import lightship.config.ids


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0003_duty"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                (
                    "id",
                    models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False),
                ),
                ("fields", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=255)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="approvals", to="desk.incident"
                    ),
                ),
                *(
                    (
                        name,
                        models.ForeignKey(
                            null=True,
                            on_delete=django.db.models.deletion.SET_NULL,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    )
                    for name in ("asked_by", "approver", "decided_by")
                ),
                (
                    "update",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="approvals", to="desk.update"
                    ),
                ),
            ],
            options={
                "ordering": ("-asked_at", "-id"),
                "indexes": [
                    models.Index(condition=models.Q(("decided_at", None)), fields=["incident"], name="approval_open"),
                ],
            },
        ),
    ]
