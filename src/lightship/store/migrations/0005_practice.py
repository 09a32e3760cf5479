from django.db import migrations, models


class Migration(migrations.Migration):
    """Entries of practice take no revision, and the months that readers see are counted without practice."""

    dependencies = [("desk", "0004_approval")]

    operations = [
        migrations.AlterModelOptions(name="entry", options={"ordering": ("-pk",)}),
        migrations.AlterField(model_name="entry", name="revision", field=models.PositiveBigIntegerField(null=True)),
        migrations.RemoveIndex(model_name="incident", name="incident_month"),
        migrations.AddIndex(
            model_name="incident", index=models.Index(fields=["page", "practice", "month"], name="incident_month")
        ),
    ]
