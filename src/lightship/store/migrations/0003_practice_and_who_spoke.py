"""Practice takes no revision; what was withdrawn or merged, who spoke, and what the owner decided on duty stand with the public rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0002_entry_update_and_ends"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="entry",
            options={"ordering": ("-pk",)},
        ),
        migrations.RemoveIndex(
            model_name="incident",
            name="incident_month",
        ),
        migrations.AddField(
            model_name="incident",
            name="merged_into",
            field=models.CharField(blank=True, db_default="", default="", max_length=12),
        ),
        migrations.AddField(
            model_name="incident",
            name="practice",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="incident",
            name="withdrawn",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="page",
            name="kit",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="page",
            name="policy",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="page",
            name="scorecard",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="page",
            name="staffed",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AddField(
            model_name="update",
            name="automatic",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="update",
            name="speaker",
            field=models.CharField(blank=True, db_default="", default="", max_length=255),
        ),
        migrations.AlterField(
            model_name="entry",
            name="revision",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["page", "practice", "month"], name="incident_month"),
        ),
    ]
