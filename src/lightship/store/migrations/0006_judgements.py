"""How each update was judged, and what waits for a second pair of eyes."""

import django.db.models.deletion
import lightship.config.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0005_nudges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False)),
                ("fields", models.JSONField(default=dict)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, default="", max_length=255)),
            ],
            options={
                "ordering": ("-asked_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verdict", models.CharField(max_length=16)),
                ("findings", models.JSONField(default=list)),
                ("overridden", models.CharField(blank=True, default="", max_length=255)),
                ("unapproved", models.CharField(blank=True, default="", max_length=255)),
            ],
        ),
        migrations.AddField(
            model_name="approval",
            name="approver",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="asked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="approval",
            name="incident",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="approvals", to="desk.incident"),
        ),
        migrations.AddField(
            model_name="approval",
            name="update",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="approvals", to="desk.update"
            ),
        ),
        migrations.AddField(
            model_name="judgement",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="judgement",
            name="holder",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="judgement",
            name="update",
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="judgement", to="desk.update"),
        ),
        migrations.AddIndex(
            model_name="approval",
            index=models.Index(condition=models.Q(("decided_at", None)), fields=["incident"], name="approval_open"),
        ),
    ]
