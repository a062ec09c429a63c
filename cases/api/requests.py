"""延期、办结: requests with their approval."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases import permissions
from cases.api import forms
from cases.api.base import ReadingViewSet, find
from cases.api.cases import detailed
from cases.api.filters import ClosureFilter, ExtensionFilter
from cases.api.parts import through_case
from cases.api.schema import Detail, documented
from cases.api.shapes import (
    ClosureRowShape,
    ClosureShape,
    ExtensionRowShape,
    ExtensionShape,
    SuggestionShape,
)
from cases.models import Assignment, Case, ClosureRequest, Extension
from cases.services.closures import (
    closure_decide,
    closure_draft,
    closure_submit,
    closure_withdraw,
    grade_suggestion,
)
from cases.services.extensions import (
    extension_answer,
    extension_counter,
    extension_decide,
    extension_request,
    extension_withdraw,
)


@extend_schema_view(
    list=extend_schema(summary="延期申请列表"), retrieve=extend_schema(summary="延期申请详情")
)
class ExtensionViewSet(ReadingViewSet):
    model = Extension
    shown = ExtensionShape
    listed = ExtensionRowShape
    filterset_class = ExtensionFilter

    def seen(self) -> QuerySet:
        rows = Extension.objects.visible_to(self.actor)
        related = ["assignment__unit", "assignment__clock", *through_case("assignment__case")]
        return rows.select_related("chain", *related).order_by("-id")

    @documented("申请延期", ExtensionShape, forms.ExtensionForm, status=201)
    def create(self, request: Request) -> Response:
        values = self.told(forms.ExtensionForm)
        rows = Assignment.objects.visible_to(self.actor)
        part = find(
            rows.select_related("unit", "clock", *through_case("case")), values.pop("assignment")
        )
        return self.act(
            lambda: extension_request(assignment=part, by=self.actor, **values), status=201
        )

    @documented("批复延期", ExtensionShape, forms.Decision)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        row = self._decided()
        values = self.told(forms.Decision)
        return self.act(
            lambda: extension_decide(
                extension=row,
                approve=values["approve"],
                opinion=values["opinion"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("另提日期", ExtensionShape, forms.Counter)
    @action(detail=True, methods=["post"])
    def counter(self, request: Request, pk: str) -> Response:
        row = self._decided()
        values = self.told(forms.Counter)
        return self.act(
            lambda: extension_counter(
                extension=row,
                counter_on=values["counter_on"],
                opinion=values["opinion"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("答复另提日期", ExtensionShape, forms.Answer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "decline_counter")
        values = self.told(forms.Answer)
        return self.act(
            lambda: extension_answer(
                extension=row, accept=values["accept"], by=self.actor, expect=values.get("version")
            )
        )

    @documented("撤回延期申请", ExtensionShape, forms.Seen)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "withdraw")
        seen = self.told(forms.Seen).get("version")
        return self.act(lambda: extension_withdraw(extension=row, by=self.actor, expect=seen))

    def _decided(self) -> Extension:
        row = self.row()
        if not permissions.holds_chain(row, self.actor):
            raise PermissionDenied("never this actor's")
        return row


@extend_schema_view(
    list=extend_schema(summary="办结申请列表"), retrieve=extend_schema(summary="办结申请详情")
)
class ClosureViewSet(ReadingViewSet):
    model = ClosureRequest
    shown = ClosureShape
    listed = ClosureRowShape
    filterset_class = ClosureFilter

    def seen(self) -> QuerySet:
        rows = ClosureRequest.objects.visible_to(self.actor)
        related = ["assignment__unit", "assignment__clock", *through_case("assignment__case")]
        return rows.select_related("chain", *related, *through_case("case")).order_by("-id")

    @documented("填写办结申请", ClosureShape, forms.ClosureForm, status=201)
    def create(self, request: Request) -> Response:
        """One draft a matter: sent again, it replaces what the draft said."""
        values = self.told(forms.ClosureForm)
        case = find(detailed(Case.objects.visible_to(self.actor)), values["case"])
        return self.act(
            lambda: closure_draft(
                case=case,
                result=values["result"],
                explanation=values["explanation"],
                by=self.actor,
                expect=values.get("version"),
            ),
            status=201,
        )

    @documented("提出办结申请", ClosureShape, forms.Seen)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "submit")
        seen = self.told(forms.Seen).get("version")
        return self.act(lambda: closure_submit(closure=row, by=self.actor, expect=seen))

    @documented("办结审批", ClosureShape, forms.GradedDecision)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        row = self._judged()
        values = self.told(forms.GradedDecision)
        seen = values.pop("version", None)
        return self.act(lambda: closure_decide(closure=row, by=self.actor, expect=seen, **values))

    @documented("撤回办结申请", ClosureShape, forms.Seen)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "withdraw")
        seen = self.told(forms.Seen).get("version")
        return self.act(lambda: closure_withdraw(closure=row, by=self.actor, expect=seen))

    @extend_schema(
        summary="评价等级建议",
        responses={200: SuggestionShape, 403: Detail, 404: Detail},
    )
    @action(detail=True, methods=["get"])
    def suggestion(self, request: Request, pk: str) -> Response:
        """For those who grade; the unit learns the grade, not what was proposed."""
        found = grade_suggestion(self._judged())
        shown = {
            "grade": found.grade if found else None,
            "reasons": list(found.reasons) if found else [],
        }
        return Response(shown)

    def _judged(self) -> ClosureRequest:
        row = self.row()
        if not permissions.holds_chain(row, self.actor):
            raise PermissionDenied("never this actor's")
        return row
