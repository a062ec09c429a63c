from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q


class UnitKind(models.TextChoices):
    """Types named by the regulations (ZZ-0.2, NT-1.2, LZ-A-3, LZ-B-3)."""

    GOVERNMENT = "government", "人民政府"
    OFFICE = "office", "政府办公室（厅）"
    SECTION = "section", "科室"
    DEPARTMENT = "department", "政府工作部门"
    DISTRICT = "district", "县（市、区）政府"
    COMMITTEE = "committee", "开发区管委会"
    DISPATCHED = "dispatched", "派驻机构"
    INSTITUTION = "institution", "直属事业单位"
    MANAGED = "managed", "部门管理单位"
    ENTERPRISE = "enterprise", "市属企业"
    AFFILIATED = "affiliated", "所属单位"
    TOWNSHIP = "township", "乡镇（街道）"
    DIVISION = "division", "处室"
    WINDOW = "window", "服务窗口"


# Whose name is that of a government: their offices may speak in it (CZ-2.5e).
GOVERNMENTS = frozenset(
    {UnitKind.GOVERNMENT, UnitKind.DISTRICT, UnitKind.COMMITTEE, UnitKind.TOWNSHIP}
)


class UnitQuerySet(models.QuerySet):
    def active(self, *, on: date) -> UnitQuerySet:
        return self.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=on)).filter(
            Q(abolished_on__isnull=True) | Q(abolished_on__gt=on)
        )

    def below(self, unit: Unit) -> UnitQuerySet:
        """The unit itself and everything under it."""
        return self.filter(path__startswith=unit.path)


class Unit(models.Model):
    """A unit of the tree, with its full name; found by short names and aliases as well."""

    name = models.CharField("全称", max_length=120)
    short_name = models.CharField("简称", max_length=60, blank=True)
    kind = models.CharField("类型", max_length=20, choices=UnitKind.choices)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上级单位",
    )
    path = models.CharField("路径", max_length=255, editable=False, db_index=True, default="")
    order = models.PositiveIntegerField("排序", default=0)
    starts_on = models.DateField("设立日期", null=True, blank=True)
    abolished_on = models.DateField(
        "撤销日期", null=True, blank=True, help_text="自该日起不再承办新事项。"
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(abolished_on__isnull=True),
                name="one_living_unit_of_a_name_under_a_parent",
            ),
            models.CheckConstraint(
                condition=Q(abolished_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(abolished_on__gte=models.F("starts_on")),
                name="unit_abolished_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        super().save(*args, **kwargs)
        path = f"{self._path_above()}{self.pk}/"
        if path != self.path:
            old, self.path = self.path, path
            Unit.objects.filter(pk=self.pk).update(path=path)
            if old:
                for child in Unit.objects.filter(parent=self):
                    child.save()

    def _path_above(self) -> str:
        """Where the parent is now: it may have been moved since this row was read."""
        if self.parent_id is None:
            return "/"
        return Unit.objects.values_list("path", flat=True).get(pk=self.parent_id)

    def clean(self) -> None:
        if self.pk and self.parent and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": "上级单位不能是本单位或其下级单位。"})

    @property
    def label(self) -> str:
        return self.short_name or self.name

    def is_active(self, *, on: date) -> bool:
        return (self.starts_on is None or self.starts_on <= on) and (
            self.abolished_on is None or on < self.abolished_on
        )


class UnitAlias(models.Model):
    """Another name under which documents mention the unit."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="aliases", verbose_name="单位")
    name = models.CharField("别名", max_length=120, db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "单位别名"
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="one_alias_per_unit"),
        ]

    def __str__(self) -> str:
        return self.name
