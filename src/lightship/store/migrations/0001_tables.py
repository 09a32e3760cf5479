"""The tables as the first desks had them, under the names that the code has for them now."""

from django.conf import settings
from django.db import migrations, models

from lightship.config.ids import new_id


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("desk", "0001_initial"),
        ("desk", "0002_report"),
        ("desk", "0003_heard"),
        ("desk", "0004_wordings_by_time"),
    ]
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            "Attempt",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.CharField(max_length=320, db_index=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            "Page",
            [
                ("id", models.CharField(default=new_id, max_length=12, primary_key=True, serialize=False)),
                ("slug", models.SlugField(unique=True, max_length=63)),
                ("name", models.CharField(max_length=255)),
                ("time_zone", models.CharField(max_length=64, default="Etc/UTC")),
                ("description", models.TextField(blank=True, default="")),
                ("support_url", models.URLField(blank=True, default="")),
                ("promise_minutes", models.PositiveIntegerField(default=30)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("revision", models.PositiveBigIntegerField(default=0)),
                ("epoch", models.PositiveBigIntegerField(default=1)),
                (
                    "vector",
                    models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), db_column="heard"),
                ),
            ],
            {"ordering": ("created_at",)},
        ),
        migrations.CreateModel(
            "Group",
            [
                ("id", models.CharField(default=new_id, max_length=12, primary_key=True, serialize=False)),
                ("page", models.ForeignKey("desk.page", models.CASCADE, related_name="groups")),
                ("name", models.CharField(max_length=255)),
                ("description", models.TextField(blank=True, default="")),
                ("position", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            {"ordering": ("position", "created_at", "id")},
        ),
        migrations.CreateModel(
            "Component",
            [
                ("id", models.CharField(default=new_id, max_length=12, primary_key=True, serialize=False)),
                ("page", models.ForeignKey("desk.page", models.CASCADE, related_name="components")),
                ("group", models.ForeignKey("desk.group", models.SET_NULL, null=True, blank=True, related_name="components")),
                ("name", models.CharField(max_length=255)),
                ("description", models.TextField(null=True, blank=True)),
                ("position", models.PositiveIntegerField(default=1)),
                ("showcase", models.BooleanField(default=True)),
                ("start_date", models.DateField(null=True, blank=True)),
                ("only_show_if_degraded", models.BooleanField(default=False)),
                ("retired", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            {"ordering": ("position", "created_at", "id")},
        ),
        migrations.CreateModel(
            "Incident",
            [
                ("id", models.CharField(default=new_id, max_length=12, primary_key=True, serialize=False)),
                ("page", models.ForeignKey("desk.page", models.CASCADE, related_name="incidents")),
                ("kind", models.CharField(max_length=16)),
                ("name", models.CharField(max_length=255)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("impact_override", models.CharField(max_length=16, blank=True, default="")),
                ("components", models.JSONField(default=list)),
                ("scheduled_for", models.DateTimeField(null=True)),
                ("scheduled_until", models.DateTimeField(null=True)),
                ("auto_start", models.BooleanField(default=False)),
                ("auto_end", models.BooleanField(default=False)),
                ("open", models.BooleanField(default=True)),
                ("month", models.CharField(max_length=7)),
            ],
            {
                "ordering": ("-created_at", "-id"),
                "indexes": [
                    models.Index(fields=["page", "month"], name="incident_month"),
                    models.Index(fields=["page", "kind", "-created_at"], name="incident_recent"),
                    models.Index(fields=["page", "-updated_at"], name="incident_spoken"),
                    models.Index(fields=["page"], name="incident_open", condition=models.Q(open=True)),
                ],
            },
        ),
        migrations.CreateModel(
            "Update",
            [
                ("id", models.CharField(default=new_id, max_length=12, primary_key=True, serialize=False)),
                ("incident", models.ForeignKey("desk.incident", models.CASCADE, related_name="updates")),
                ("status", models.CharField(max_length=16)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("display_at", models.DateTimeField()),
                ("notify", models.BooleanField(default=True)),
                ("mentions", models.BooleanField(default=False)),
            ],
            {
                "ordering": ("display_at", "created_at", "id"),
                "indexes": [models.Index(fields=["incident", "display_at"], name="update_order")],
            },
        ),
        migrations.CreateModel(
            "Wording",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "update",
                    models.ForeignKey("desk.update", models.CASCADE, related_name="wordings", db_column="update_said_id"),
                ),
                ("at", models.DateTimeField()),
                ("body", models.TextField(blank=True)),
                ("facts", models.JSONField(default=dict)),
            ],
            {"db_table": "desk_text", "ordering": ("at", "id")},
        ),
        migrations.CreateModel(
            "StatusChange",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.ForeignKey("desk.page", models.CASCADE, related_name="status_changes")),
                ("component", models.ForeignKey("desk.component", models.CASCADE, related_name="status_changes")),
                (
                    "update",
                    models.ForeignKey(
                        "desk.update", models.CASCADE, null=True, related_name="status_changes", db_column="update_said_id"
                    ),
                ),
                ("public_id", models.CharField(max_length=12, blank=True, default="")),
                ("at", models.DateTimeField()),
                ("name", models.CharField(max_length=520)),
                ("old", models.CharField(max_length=24)),
                ("new", models.CharField(max_length=24)),
            ],
            {
                "db_table": "desk_turn",
                "ordering": ("at", "id"),
                "indexes": [
                    models.Index(fields=["component", "-at", "-id"], name="turn_latest"),
                    models.Index(fields=["page", "at"], name="turn_window"),
                    models.Index(fields=["page", "at"], name="turn_lone", condition=models.Q(update=None)),
                ],
            },
        ),
        migrations.CreateModel(
            "Entry",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.ForeignKey("desk.page", models.CASCADE, related_name="entries")),
                ("revision", models.PositiveBigIntegerField()),
                ("at", models.DateTimeField()),
                ("author", models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)),
                ("action", models.CharField(max_length=32, db_column="deed")),
                ("subject", models.CharField(max_length=12, blank=True, default="")),
                ("name", models.CharField(max_length=255, blank=True, default="")),
                ("incident", models.ForeignKey("desk.incident", models.SET_NULL, null=True)),
                ("month", models.CharField(max_length=7, blank=True, default="")),
            ],
            {
                "ordering": ("-revision",),
                "constraints": [models.UniqueConstraint(fields=("page", "revision"), name="entry_revision")],
            },
        ),
        migrations.CreateModel(
            "Receipt",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.ForeignKey("desk.page", models.CASCADE, related_name="receipts")),
                ("host", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("verdict", models.CharField(max_length=16)),
                ("reason", models.TextField(blank=True, default="", db_column="words")),
                ("revision", models.PositiveBigIntegerField(default=0)),
                ("epoch", models.PositiveBigIntegerField(default=0)),
                ("milliseconds", models.PositiveIntegerField(default=0)),
                ("held_epoch", models.PositiveBigIntegerField(null=True)),
                ("held_revision", models.PositiveBigIntegerField(null=True)),
            ],
            {
                "ordering": ("-id",),
                "indexes": [models.Index(fields=["page", "host", "-id"], name="receipt_newest")],
            },
        ),
        migrations.CreateModel(
            "Report",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("page", models.ForeignKey("desk.page", models.CASCADE, related_name="reports")),
                ("kind", models.CharField(max_length=16)),
                ("at", models.DateTimeField()),
                ("facts", models.JSONField(default=dict)),
            ],
            {
                "ordering": ("-at", "-id"),
                "indexes": [models.Index(fields=["page", "kind", "-at"], name="report_newest")],
            },
        ),
    ]
