"""What customers report, and the links by which support says so."""

import django.db.models.deletion
import lightship.config.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0006_judgements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerReport",
            fields=[
                ("id", models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("text", models.CharField(blank=True, default="", max_length=255)),
                ("customer", models.CharField(blank=True, default="", max_length=80)),
                ("components", models.JSONField(default=list)),
            ],
            options={
                "ordering": ("-at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="FrontLineLink",
            fields=[
                ("id", models.CharField(default=lightship.config.ids.new_id, max_length=12, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-created_at", "-id"),
            },
        ),
        migrations.AddField(
            model_name="customerreport",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="customerreport",
            name="page",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="customer_reports", to="desk.page"
            ),
        ),
        migrations.AddField(
            model_name="frontlinelink",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="frontlinelink",
            name="page",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="front_line_links", to="desk.page"
            ),
        ),
        migrations.AddField(
            model_name="customerreport",
            name="link",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="reports", to="desk.frontlinelink"
            ),
        ),
        migrations.AddIndex(
            model_name="customerreport",
            index=models.Index(fields=["page", "-at"], name="customer_report_newest"),
        ),
    ]
