from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from duban.org.models.unit import GOVERNMENTS, Unit


class InspectionLevel(models.TextChoices):
    """In whose name an office inspects (CZ-2.5e)."""

    GOVERNMENT = "government", "政府督查"
    DEPARTMENT = "department", "部门检查"


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
    decision_organ = models.CharField(
        "决定机关",
        max_length=120,
        blank=True,
        help_text="作出决定的机关；不填的，即发文机关（LZ-C-8.0）。",
    )
    implementing_organ = models.CharField(
        "实施机关",
        max_length=120,
        blank=True,
        help_text="具体实施的办公厅（室）；不填的，即督查机构（LZ-C-8.0）。",
    )

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查机构"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def level(self) -> str:
        """Only the office of a government inspects in the government's name (CZ-2.5e)."""
        of_government = self.root.kind in GOVERNMENTS
        return InspectionLevel.GOVERNMENT if of_government else InspectionLevel.DEPARTMENT

    def get_level_display(self) -> str:
        return InspectionLevel(self.level).label

    @property
    def deciding(self) -> str:
        return self.decision_organ or self.organ

    @property
    def implementing(self) -> str:
        return self.implementing_organ or self.body.name

    def clean(self) -> None:
        """A department's office heads its documents with the department's own name."""
        if self.root_id is None or self.level == InspectionLevel.GOVERNMENT:
            return
        wrong = {
            name: f"部门开展的检查不得冠以政府名义，请以“{self.root.name}”开头（CZ-2.5e）。"
            for name in ("organ", "organ_mark")
            if not getattr(self, name).startswith(self.root.name)
        }
        if wrong:
            raise ValidationError(wrong)
