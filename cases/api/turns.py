"""缓办、终止、重新办理: requests about a whole matter, with their approval."""

from __future__ import annotations

from typing import Any, ClassVar

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
from cases.api.base import ReadingViewSet, find
from cases.api.cases import detailed
from cases.api.parts import through_case
from cases.api.schema import documented
from cases.api.shapes.common import Acting, ChainShape, word
from cases.models import Case, Turn, TurnKind, TurnState
from cases.services.turn_rules import may_ask
from cases.services.turns import (
    reopening_request,
    suspension_request,
    termination_request,
    turn_decide,
    turn_withdraw,
)


class TurnShape(Acting):
    kind = word(TurnKind)
    state = word(TurnState)
    approval = ChainShape(source="chain", allow_null=True)

    class Meta:
        model = Turn
        fields = (
            "id",
            "version",
            "case",
            "assignment",
            "kind",
            "cycle",
            "reason",
            "progress",
            "reply",
            "expected_on",
            "due_on",
            "parts",
            "decision",
            "state",
            "state_label",
            "requested_at",
            "decided_at",
            "ended_at",
            "approval",
            "available_actions",
        )
        read_only_fields = fields

    def actions(self, row: Turn) -> list[actions.Possible]:
        return actions.of_turn(row, self.actor)


class TurnRowShape(TurnShape):
    """As lists show it."""

    available_actions = None
    approval = None

    class Meta(TurnShape.Meta):
        fields = read_only_fields = tuple(
            name for name in TurnShape.Meta.fields if name not in ("available_actions", "approval")
        )


class TurnForm(forms.Strict):
    """`progress` and `reply` go with a termination, `expected_on` with a suspension, `due_on` and
    `parts` with a reopening.
    """

    case = serializers.IntegerField(min_value=1)
    kind = serializers.RegexField(
        f"^({'|'.join(TurnKind.values)})$",
        help_text="；".join(f"{value} {label}" for value, label in TurnKind.choices),
    )
    reason = forms.text(3000, required=True)
    progress = forms.text(3000)
    reply = forms.text(3000)
    expected_on = forms.day()
    due_on = forms.day()
    parts = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=200
    )


class TurnFilter(filters.FilterSet):
    case = filters.NumberFilter(field_name="case_id", max_value=2**62)

    class Meta:
        model = Turn
        fields = ("kind", "state")


@extend_schema_view(
    list=extend_schema(summary="缓办、终止、重新办理列表"),
    retrieve=extend_schema(summary="缓办、终止、重新办理详情"),
)
class TurnViewSet(ReadingViewSet):
    model = Turn
    shown = TurnShape
    listed = TurnRowShape
    filterset_class: ClassVar = TurnFilter

    def seen(self) -> QuerySet:
        rows = Turn.objects.visible_to(self.actor)
        return rows.select_related("chain", "assignment", *through_case("case")).order_by("-id")

    @documented("申请缓办、终止或者重新办理", TurnShape, TurnForm, status=201)
    def create(self, request: Request) -> Response:
        values = self.told(TurnForm)
        case = find(detailed(Case.objects.visible_to(self.actor)), values["case"])
        if not may_ask(case, TurnKind(values["kind"]), self.actor):
            raise PermissionDenied("never this actor's")
        return self.act(lambda: self._ask(case, values), status=201)

    def _ask(self, case: Case, values: dict[str, Any]) -> Turn:
        said = {"case": case, "reason": values["reason"], "by": self.actor}
        if values["kind"] == TurnKind.SUSPENSION:
            return suspension_request(expected_on=values.get("expected_on"), **said)
        if values["kind"] == TurnKind.TERMINATION:
            words = {name: values.get(name) or "" for name in ("progress", "reply")}
            return termination_request(**words, **said)
        return reopening_request(
            due_on=values.get("due_on"), parts=values.get("parts") or (), **said
        )

    @documented("批复", TurnShape, forms.Decision)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        row = self.row()
        if not permissions.holds_chain(row, self.actor):
            raise PermissionDenied("never this actor's")
        values = self.told(forms.Decision)
        return self.act(
            lambda: turn_decide(
                turn=row,
                approve=values["approve"],
                opinion=values["opinion"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("撤回", TurnShape, forms.Seen)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "withdraw")
        seen = self.told(forms.Seen).get("version")
        return self.act(lambda: turn_withdraw(turn=row, by=self.actor, expect=seen))
