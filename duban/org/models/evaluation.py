from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from duban.org.models.office import Office
from duban.org.models.unit import Unit


class EvaluationList(models.Model):
    """Who is evaluated in a year (NT-1.1): every campaign of the year takes its objects from here."""

    office = models.ForeignKey(
        Office, models.PROTECT, related_name="evaluation_lists", verbose_name="督查机构"
    )
    year = models.PositiveSmallIntegerField(
        "年度", validators=[MinValueValidator(2000), MaxValueValidator(2100)]
    )
    basis = models.CharField("依据", max_length=200, blank=True)
    units = models.ManyToManyField(
        Unit, through="EvaluationObject", related_name="+", verbose_name="评价对象"
    )

    class Meta:
        verbose_name = verbose_name_plural = "年度评价对象名单"
        ordering = ["-year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["office", "year"], name="one_evaluation_list_per_year")
        ]

    def __str__(self) -> str:
        return f"{self.year}年度评价对象名单"


class EvaluationObject(models.Model):
    """One evaluated object: a unit of any kind. A 窗口 or 处室 stands by itself (NT-1.2)."""

    list = models.ForeignKey(
        EvaluationList, models.PROTECT, related_name="entries", verbose_name="名单"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="评价对象")

    class Meta:
        verbose_name = verbose_name_plural = "评价对象"
        ordering = ["list_id", "unit__order", "unit_id"]
        constraints = [
            models.UniqueConstraint(fields=["list", "unit"], name="one_evaluation_object_per_unit")
        ]

    def __str__(self) -> str:
        return self.unit.name

    def clean(self) -> None:
        if self.unit_id and self.list_id:
            inside = self.unit.path.startswith(self.list.office.root.path)
            if not inside:
                raise ValidationError({"unit": "评价对象须是本督查机构所辖的单位。"})
