"""督办升级: rungs of the ladder that were reached, and what is made of them."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases import permissions
from cases.api import actions, forms
from cases.api.base import ReadingViewSet
from cases.api.parts import through_case
from cases.api.schema import documented
from cases.api.shapes.common import Acting, ChainShape, UnitShape, word
from cases.models import Act, Escalation, EscalationState
from cases.services.escalations import (
    escalation_decide,
    escalation_dismiss,
    escalation_hand_over,
    escalation_take,
)


class EscalationShape(Acting):
    unit = UnitShape(source="assignment.unit")
    does = word(Act)
    state = word(EscalationState)
    label = serializers.CharField(read_only=True)
    approval = ChainShape(source="chain", allow_null=True)

    class Meta:
        model = Escalation
        fields = (
            "id",
            "version",
            "case",
            "assignment",
            "unit",
            "rung",
            "label",
            "does",
            "due_at",
            "moment",
            "grounds",
            "content",
            "notice",
            "state",
            "state_label",
            "acted_at",
            "outcome",
            "handed_to",
            "handed_on",
            "approval",
            "available_actions",
        )
        read_only_fields = fields

    def actions(self, row: Escalation) -> list[actions.Possible]:
        return actions.of_escalation(row, self.actor)


class EscalationRowShape(EscalationShape):
    """As lists show it."""

    available_actions = None
    approval = None

    class Meta(EscalationShape.Meta):
        fields = read_only_fields = tuple(
            name
            for name in EscalationShape.Meta.fields
            if name not in ("available_actions", "approval")
        )


class TakeForm(forms.Seen):
    content = forms.text(3000, required=True)
    over_reason = forms.text(200)


class HandOverForm(forms.Seen):
    to = forms.text(100, required=True)
    on = serializers.DateField()
    note = forms.text(500)


class EscalationFilter(filters.FilterSet):
    case = filters.NumberFilter(field_name="case_id", max_value=2**62)

    class Meta:
        model = Escalation
        fields = ("does", "state")


@extend_schema_view(
    list=extend_schema(summary="督办升级列表"), retrieve=extend_schema(summary="督办升级详情")
)
class EscalationViewSet(ReadingViewSet):
    model = Escalation
    shown = EscalationShape
    listed = EscalationRowShape
    filterset_class: ClassVar = EscalationFilter

    def seen(self) -> QuerySet:
        rows = Escalation.objects.visible_to(self.actor)
        related = rows.select_related("chain", "assignment__unit", *through_case("case"))
        return related.order_by("-id")

    @documented("采取本级措施，须经同意的报请同意", EscalationShape, TakeForm)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "take")
        values = self.told(TakeForm)
        return self.act(
            lambda: escalation_take(
                escalation=row,
                content=values["content"],
                over_reason=values["over_reason"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("批复", EscalationShape, forms.Decision)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        row = self.row()
        if not permissions.holds_chain(row, self.actor):
            raise PermissionDenied("never this actor's")
        values = self.told(forms.Decision)
        return self.act(
            lambda: escalation_decide(
                escalation=row,
                approve=values["approve"],
                opinion=values["opinion"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("不采取", EscalationShape, forms.Reason)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "dismiss")
        values = self.told(forms.Reason)
        return self.act(
            lambda: escalation_dismiss(
                escalation=row,
                reason=values["reason"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("登记移送", EscalationShape, HandOverForm)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "hand_over")
        values = self.told(HandOverForm)
        return self.act(
            lambda: escalation_hand_over(
                escalation=row,
                to=values["to"],
                on=values["on"],
                note=values["note"],
                by=self.actor,
                expect=values.get("version"),
            )
        )
