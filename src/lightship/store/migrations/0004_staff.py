"""What an account is, how its owner is reached, and what somebody says is wrong."""

import django.db.models.deletion
import lightship.config.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0003_practice_and_who_spoke"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("source", models.CharField(max_length=16)),
                ("summary", models.CharField(max_length=255)),
                ("practice", models.BooleanField(default=False)),
                ("closed_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=255)),
            ],
            options={
                "ordering": ("at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(max_length=64)),
                ("address", models.CharField(max_length=1024)),
                ("position", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ("position", "id"),
            },
        ),
        migrations.CreateModel(
            name="Staffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(default="writer", max_length=16)),
                ("public_name", models.CharField(blank=True, default="", max_length=80)),
                ("public_title", models.CharField(blank=True, default="", max_length=80)),
            ],
        ),
        migrations.AddField(
            model_name="alert",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="closed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="incident",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="alerts", to="desk.incident"
            ),
        ),
        migrations.AddField(
            model_name="alert",
            name="page",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="alerts", to="desk.page"),
        ),
        migrations.AddField(
            model_name="contact",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="contacts", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="staffer",
            name="user",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="staffer", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="alert",
            index=models.Index(condition=models.Q(("closed_at", None)), fields=["page"], name="alert_open"),
        ),
    ]
