"""Agreed dates and handling plans."""

from __future__ import annotations

from rest_framework import serializers

from cases.api import actions
from cases.api.shapes.common import Acting, ChainShape, UnitShape, word
from cases.models import (
    Agreement,
    AgreementState,
    CoUnitDay,
    HandlingPlan,
    HandlingPlanState,
)


class CoDayShape(serializers.ModelSerializer):
    class Meta:
        model = CoUnitDay
        fields = ("assignment", "due_on")


class AgreementShape(Acting):
    unit = UnitShape(source="assignment.unit")
    case = serializers.IntegerField(source="assignment.case_id")
    state = word(AgreementState)
    co_days = CoDayShape(many=True)
    approval = ChainShape(source="chain", allow_null=True)

    class Meta:
        model = Agreement
        fields = (
            "id",
            "version",
            "case",
            "assignment",
            "unit",
            "plan",
            "proposed_on",
            "counter_on",
            "agreed_on",
            "co_days",
            "decision",
            "state",
            "state_label",
            "proposed_at",
            "decided_at",
            "approval",
            "available_actions",
        )
        read_only_fields = fields

    def actions(self, row: Agreement) -> list[actions.Possible]:
        return actions.of_agreement(row, self.actor)


class AgreementRowShape(AgreementShape):
    """As lists show it."""

    available_actions = None
    approval = None

    class Meta(AgreementShape.Meta):
        fields = read_only_fields = tuple(
            name
            for name in AgreementShape.Meta.fields
            if name not in ("available_actions", "approval")
        )


class HandlingPlanShape(Acting):
    unit = UnitShape(source="assignment.unit")
    case = serializers.IntegerField(source="assignment.case_id")
    state = word(HandlingPlanState)

    class Meta:
        model = HandlingPlan
        fields = (
            "id",
            "version",
            "case",
            "assignment",
            "unit",
            "reason",
            "marked_at",
            "content",
            "due_on",
            "person",
            "submitted_at",
            "decision",
            "external_on",
            "external_contact",
            "external_opinion",
            "due_before",
            "effective_at",
            "state",
            "state_label",
            "available_actions",
        )
        read_only_fields = fields

    def actions(self, row: HandlingPlan) -> list[actions.Possible]:
        return actions.of_plan(row, self.actor)


class HandlingPlanRowShape(HandlingPlanShape):
    """As lists show it."""

    available_actions = None

    class Meta(HandlingPlanShape.Meta):
        fields = read_only_fields = HandlingPlanShape.Meta.fields[:-1]
