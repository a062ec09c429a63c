import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_visits_and_people"),
        ("deadlines", "0006_obligations"),
    ]

    operations = [
        migrations.AddField(
            model_name="feedbackduty",
            name="obligation",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="deadlines.obligation",
                verbose_name="义务",
            ),
        ),
    ]
