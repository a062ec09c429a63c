import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_duties_carried_over")]

    operations = [
        migrations.RemoveConstraint(model_name="feedbackduty", name="one_duty_per_period"),
        migrations.RemoveField(model_name="feedbackduty", name="clock"),
        migrations.RemoveField(model_name="feedbackduty", name="fulfilled_at"),
        migrations.RemoveField(model_name="feedbackduty", name="key"),
        migrations.RemoveField(model_name="feedbackduty", name="label"),
        migrations.RemoveField(model_name="feedbackduty", name="period"),
        migrations.AlterModelOptions(
            name="feedbackduty",
            options={
                "ordering": ["id"],
                "verbose_name": "事项报送义务",
                "verbose_name_plural": "事项报送义务",
            },
        ),
        migrations.AlterField(
            model_name="feedbackduty",
            name="obligation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="deadlines.obligation",
                verbose_name="义务",
            ),
        ),
    ]
