import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deadlines', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='NextAlert',
            fields=[
                ('clock', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='next_alert', serialize=False, to='deadlines.clock', verbose_name='时钟')),
                ('at', models.DateTimeField(blank=True, null=True, verbose_name='下次提醒')),
                ('passed', models.PositiveSmallIntegerField(default=0, verbose_name='已过的提醒时点')),
            ],
            options={
                'verbose_name': '下次提醒',
                'verbose_name_plural': '下次提醒',
            },
        ),
        migrations.CreateModel(
            name='VerificationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='开始时间')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='完成时间')),
                ('checked', models.PositiveBigIntegerField(default=0, verbose_name='复核时钟数')),
                ('differing', models.PositiveBigIntegerField(default=0, verbose_name='不一致时钟数')),
                ('differences', models.JSONField(default=list, help_text='最先发现的若干条', verbose_name='不一致之处')),
            ],
            options={
                'verbose_name': '期限复核',
                'verbose_name_plural': '期限复核',
                'ordering': ['-id'],
            },
        ),
        migrations.AddIndex(
            model_name='nextalert',
            index=models.Index(fields=['at', 'passed', 'clock'], name='next_alert_order'),
        ),
    ]
