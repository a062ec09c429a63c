"""明查暗访: read as on the pages; a 暗访 does not exist for the visited unit (LZ-B-13b)."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from cases import visit_permissions as permissions
from cases.api.base import ReadingViewSet
from cases.api.shapes.common import UnitShape, word
from cases.models import Visit, VisitKind, VisitState


class VisitShape(serializers.ModelSerializer):
    unit = UnitShape()
    kind = word(VisitKind)
    state = word(VisitState)
    people = serializers.SerializerMethodField(help_text="检查人员姓名。")
    result = serializers.SerializerMethodField(help_text="检查情况；尚不能看的为空。")

    class Meta:
        model = Visit
        fields = (
            "id",
            "version",
            "kind",
            "unit",
            "planned_on",
            "plan",
            "people",
            "state",
            "visited_on",
            "result",
            "released_at",
        )
        read_only_fields = fields

    def get_people(self, row: Visit) -> list[str]:
        return [member.post.user.name for member in row.members.all()]

    def get_result(self, row: Visit) -> str:
        actor = self.context["request"].actor
        return row.result if permissions.reads_result(row, actor) else ""


@extend_schema_view(
    list=extend_schema(summary="明查暗访列表"), retrieve=extend_schema(summary="明查暗访详情")
)
class VisitViewSet(ReadingViewSet):
    model = Visit
    shown = listed = VisitShape

    def seen(self) -> QuerySet:
        return super().seen().for_list().order_by("-id")
