"""Reports and requests."""

from __future__ import annotations

from rest_framework import serializers

from cases.api import actions
from cases.api.shapes.common import Acting, ChainShape, UnitShape, without, word
from cases.models import (
    ClosureRequest,
    ClosureState,
    Extension,
    ExtensionState,
    Feedback,
    FeedbackKind,
    FeedbackState,
)


class FeedbackShape(Acting):
    unit = UnitShape(source="assignment.unit")
    case = serializers.IntegerField(source="assignment.case_id")

    kind = word(FeedbackKind)
    state = word(FeedbackState)

    class Meta:
        model = Feedback
        fields = (
            "id",
            "version",
            "case",
            "assignment",
            "unit",
            "kind",
            "content",
            "finished",
            "expected_on",
            "expected_person",
            "problem",
            "proposal",
            "state",
            "state_label",
            "created_at",
            "submitted_at",
            "reply",
            "replied_at",
            "available_actions",
        )
        read_only_fields = fields

    def actions(self, row: Feedback) -> list[actions.Possible]:
        return actions.of_feedback(row, self.actor)


class FeedbackRowShape(FeedbackShape):
    """As lists show it."""

    available_actions = None

    class Meta(FeedbackShape.Meta):
        fields = read_only_fields = without(FeedbackShape, "available_actions")


class ExtensionShape(Acting):
    unit = UnitShape(source="assignment.unit")
    case = serializers.IntegerField(source="assignment.case_id")
    approval = ChainShape(source="chain", allow_null=True)

    state = word(ExtensionState)

    class Meta:
        model = Extension
        fields = (
            "id",
            "version",
            "case",
            "assignment",
            "unit",
            "progress",
            "reason",
            "due_before",
            "proposed_on",
            "counter_on",
            "granted_on",
            "decision",
            "state",
            "state_label",
            "requested_at",
            "decided_at",
            "approval",
            "available_actions",
        )
        read_only_fields = fields

    def actions(self, row: Extension) -> list[actions.Possible]:
        return actions.of_extension(row, self.actor)


class ExtensionRowShape(ExtensionShape):
    """As lists show it."""

    available_actions = None
    approval = None

    class Meta(ExtensionShape.Meta):
        fields = read_only_fields = without(ExtensionShape, "available_actions", "approval")


class ClosureShape(Acting):
    unit = UnitShape(source="assignment.unit")
    approval = ChainShape(source="chain", allow_null=True)

    state = word(ClosureState)

    class Meta:
        model = ClosureRequest
        fields = (
            "id",
            "version",
            "case",
            "assignment",
            "unit",
            "result",
            "explanation",
            "grade",
            "grade_reason",
            "decision",
            "state",
            "state_label",
            "created_at",
            "submitted_at",
            "decided_at",
            "approval",
            "available_actions",
        )
        read_only_fields = fields

    def actions(self, row: ClosureRequest) -> list[actions.Possible]:
        return actions.of_closure(row, self.actor)


class ClosureRowShape(ClosureShape):
    """As lists show it."""

    available_actions = None
    approval = None

    class Meta(ClosureShape.Meta):
        fields = read_only_fields = without(ClosureShape, "available_actions", "approval")


class SuggestionShape(serializers.Serializer):
    """The grade that the facts point to; it decides nothing (CZ-4.1)."""

    grade = serializers.CharField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
