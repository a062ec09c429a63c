"""A matter and the parts of its units."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.api import actions
from cases.api.shapes.common import (
    Acting,
    ChainShape,
    ClockShape,
    ComputationShape,
    UnitShape,
    computation_of,
    without,
    word,
)
from cases.models import (
    Assignment,
    AssignmentState,
    Case,
    CaseState,
    Channel,
    Importance,
    PartyKind,
)
from duban.org.roles import UNIT


class AssignmentShape(Acting):
    unit = UnitShape()
    clock = serializers.SerializerMethodField()
    # To a co-unit the details of another's part are closed (CZ-3.2d).
    DETAILS = (
        "responsible_person",
        "clock",
        "delivered_at",
        "acknowledged_at",
        "reported_done_at",
        "result",
        "accepted_at",
        "settled_reason",
    )

    kind = word(PartyKind)
    channel = word(Channel)
    state = word(AssignmentState)

    class Meta:
        model = Assignment
        fields = (
            "id",
            "version",
            "case",
            "unit",
            "kind",
            "duty_text",
            "responsible_person",
            "due_on",
            "channel",
            "state",
            "state_label",
            "delivered_at",
            "acknowledged_at",
            "reported_done_at",
            "result",
            "accepted_at",
            "settled_reason",
            "clock",
            "available_actions",
        )
        read_only_fields = fields

    @extend_schema_field(ClockShape(allow_null=True))
    def get_clock(self, row: Assignment) -> dict[str, Any] | None:
        return ClockShape(row.clock).data if row.clock else None

    def actions(self, row: Assignment) -> list[actions.Possible]:
        return actions.of_assignment(row, self.actor, at=timezone.now())

    def to_representation(self, row: Assignment) -> dict[str, Any]:
        shown = super().to_representation(row)
        actor = self.actor
        if actor.has(*UNIT) and actor.unit_id not in (row.unit_id, row.case.lead_unit_id):
            shown |= dict.fromkeys(self.DETAILS)
        return shown


class AssignmentRowShape(AssignmentShape):
    """A part as lists show it."""

    available_actions = None

    class Meta(AssignmentShape.Meta):
        fields = read_only_fields = without(AssignmentShape, "available_actions")


class CaseRowShape(serializers.ModelSerializer):
    """A matter as lists show it."""

    state_label = serializers.CharField(source="get_state_display")
    light = serializers.CharField(help_text="green amber red waiting none done")
    due_day = serializers.SerializerMethodField(help_text="最后一日，当日仍为按期。")
    lead_unit = UnitShape(allow_null=True)
    supervisor = UnitShape()
    source_label = serializers.CharField()

    state = word(CaseState)
    importance = word(Importance)

    class Meta:
        model = Case
        fields = (
            "id",
            "version",
            "office",
            "number",
            "title",
            "heading",
            "state",
            "state_label",
            "light",
            "due_day",
            "importance",
            "source",
            "source_label",
            "urgency",
            "lead_unit",
            "supervisor",
            "batch",
            "created_at",
            "registered_at",
            "assigned_at",
            "done_at",
            "completed_at",
            "closed_at",
            "grade",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.DateField(allow_null=True))
    def get_due_day(self, case: Case) -> Any:
        return case.clock.due_on if case.clock else case.due_on


class CaseShape(Acting, CaseRowShape):
    """A matter with its parts, its approval, and why its day is that day."""

    assigner_name = serializers.SerializerMethodField()
    assignments = serializers.SerializerMethodField()
    approval = serializers.SerializerMethodField()
    computation = serializers.SerializerMethodField()
    grade_label = serializers.CharField()

    class Meta:
        model = Case
        fields = (
            *CaseRowShape.Meta.fields,
            "task",
            "basis",
            "basis_on",
            "due_on",
            "due_basis",
            "due_citation",
            "assigner",
            "assigner_name",
            "collective_units",
            "not_secret",
            "started_at",
            "result",
            "grade_label",
            "grade_reason",
            "assignments",
            "approval",
            "computation",
            "available_actions",
        )
        read_only_fields = fields

    def actions(self, row: Case) -> list[actions.Possible]:
        return actions.of_case(row, self.actor)

    def get_assigner_name(self, case: Case) -> str:
        return case.assigner.user.name if case.assigner else ""

    @extend_schema_field(AssignmentShape(many=True))
    def get_assignments(self, case: Case) -> list[dict[str, Any]]:
        parties = case.parties
        if self.actor.has(*UNIT):
            parties = [party for party in parties if party.state != "issued"]
        return AssignmentShape(parties, many=True, context=self.context).data

    @extend_schema_field(ChainShape(allow_null=True))
    def get_approval(self, case: Case) -> dict[str, Any] | None:
        return ChainShape(case.chain).data if case.chain else None

    @extend_schema_field(ComputationShape(allow_null=True))
    def get_computation(self, case: Case) -> dict[str, Any] | None:
        return computation_of(case.clock) if case.clock else None
