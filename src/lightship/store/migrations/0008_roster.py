"""Who is on duty, and who takes over."""

import django.db.models.deletion
import lightship.config.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0007_front_line"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("id", models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("url", models.CharField(blank=True, default="", max_length=2048)),
                ("duty", models.CharField(blank=True, default="", max_length=16)),
                ("body", models.TextField(blank=True, default="")),
                ("read_at", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=500)),
                ("shifts", models.JSONField(default=list)),
                ("people", models.JSONField(default=dict)),
            ],
            options={
                "ordering": ("made_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False)),
                ("duty", models.CharField(max_length=16)),
                ("kind", models.CharField(max_length=16)),
                ("due", models.DateTimeField()),
                ("given_at", models.DateTimeField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField(null=True)),
                ("declined_at", models.DateTimeField(null=True)),
                ("shown", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("-due", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("id", models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False)),
                ("duty", models.CharField(max_length=16)),
                ("starts", models.DateTimeField()),
                ("ends", models.DateTimeField()),
                ("swap", models.CharField(blank=True, default="", max_length=12)),
            ],
            options={
                "ordering": ("-made_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Rotation",
            fields=[
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("id", models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False)),
                ("duty", models.CharField(max_length=16)),
                ("every", models.CharField(max_length=16)),
                ("start", models.DateField()),
                ("days", models.JSONField(default=list)),
                ("windows", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("made_at", "id"),
            },
        ),
        migrations.AddField(
            model_name="feed",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="feed",
            name="made_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="feed",
            name="page",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="feeds", to="desk.page"),
        ),
        migrations.AddField(
            model_name="handover",
            name="declined_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="giver",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="page",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="hand_overs", to="desk.page"),
        ),
        migrations.AddField(
            model_name="handover",
            name="taker",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="override",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="override",
            name="made_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="override",
            name="page",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="overrides", to="desk.page"),
        ),
        migrations.AddField(
            model_name="override",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="rotation",
            name="ended_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rotation",
            name="made_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rotation",
            name="page",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="rotations", to="desk.page"),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["page", "at"], name="hand_over_effective"),
        ),
    ]
