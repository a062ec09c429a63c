from __future__ import annotations

from django.db import models

from duban.org.models.unit import Unit


class OfficeQuerySet(models.QuerySet):
    def at_or_below(self, office: Office) -> OfficeQuerySet:
        """This office and those of the levels below it, which it may read (CZ-2.2c)."""
        return self.filter(root__path__startswith=office.root.path)


class Office(models.Model):
    """The supervising body of one level or department, with the subtree of units it owns."""

    name = models.CharField("名称", max_length=120, unique=True)
    root = models.OneToOneField(
        Unit,
        models.PROTECT,
        related_name="office",
        verbose_name="所辖单位树的根",
    )
    body = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="runs_office",
        verbose_name="督查机构",
        help_text="承担督查职责的机构，如督查室。",
    )
    organ = models.CharField("发文机关", max_length=120, help_text="公文上的发文机关署名。")
    organ_mark = models.CharField("发文机关标志", max_length=120, help_text="红头上的文字。")
    prefix = models.CharField("机关代字", max_length=20, help_text="如“长政督”，用于文号和案号。")
    serial_name = models.CharField("通报刊名", max_length=60, default="督查通报")

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查机构"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
