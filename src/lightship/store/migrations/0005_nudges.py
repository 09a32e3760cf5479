"""Messages to staff."""

import django.db.models.deletion
import lightship.config.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0004_staff"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Nudge",
            fields=[
                ("id", models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=255, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("step", models.CharField(max_length=16)),
                ("subjects", models.JSONField(default=dict)),
                ("due", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("subject", models.CharField(max_length=255)),
                ("body", models.TextField()),
                ("path", models.CharField(blank=True, default="", max_length=255)),
                ("avoid", models.CharField(blank=True, default="", max_length=64)),
                ("practice", models.BooleanField(default=False)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("channel", models.CharField(blank=True, default="", max_length=64)),
                ("error", models.TextField(blank=True, default="")),
                ("link_digest", models.CharField(blank=True, db_index=True, default="", max_length=64)),
                ("link_until", models.DateTimeField(null=True)),
                ("link_used_at", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("at", "id"),
            },
        ),
        migrations.AddField(
            model_name="nudge",
            name="acknowledged_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="nudge",
            name="page",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="nudges", to="desk.page"),
        ),
        migrations.AddField(
            model_name="nudge",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="nudges", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="nudge",
            index=models.Index(condition=models.Q(("sent_at", None)), fields=["at"], name="nudge_unsent"),
        ),
    ]
