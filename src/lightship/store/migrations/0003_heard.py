from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0002_report"),
    ]

    operations = [
        migrations.AddField(
            model_name="page",
            name="heard",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="receipt",
            name="held_epoch",
            field=models.PositiveBigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="receipt",
            name="held_revision",
            field=models.PositiveBigIntegerField(null=True),
        ),
    ]
