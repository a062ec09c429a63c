"""约定时限, 处理方案 and 退件."""

from __future__ import annotations

from datetime import date
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
from cases.api import forms
from cases.api.base import ReadingViewSet, find
from cases.api.parts import through_case
from cases.api.schema import documented
from cases.api.shapes.agreements import (
    AgreementRowShape,
    AgreementShape,
    HandlingPlanRowShape,
    HandlingPlanShape,
)
from cases.models import (
    Agreement,
    Assignment,
    Case,
    HandlingPlan,
)
from cases.services.agreements import (
    agreement_answer,
    agreement_counter,
    agreement_decide,
    agreement_propose,
    agreement_withdraw,
)
from cases.services.handling_plans import (
    case_mark_complex,
    plan_decide,
    plan_record_answer,
    plan_submit,
)

OF_PART = ("assignment__unit", "assignment__clock", *through_case("assignment__case"))


class CoDayForm(forms.Strict):
    assignment = serializers.IntegerField(min_value=1)
    due_on = forms.day(required=True)


class AgreementForm(forms.Strict):
    assignment = serializers.IntegerField(min_value=1)
    proposed_on = forms.day()
    plan = forms.text(3000, required=True)
    co_days = CoDayForm(many=True, required=False, default=list)


class AgreementFilter(filters.FilterSet):
    case = filters.NumberFilter(field_name="assignment__case_id", max_value=2**62)

    class Meta:
        model = Agreement
        fields = ("state",)


def part_named(view: ReadingViewSet, pk: int) -> Assignment:
    rows = Assignment.objects.visible_to(view.actor)
    return find(rows.select_related("unit", "clock", *through_case("case")), pk)


@extend_schema_view(
    list=extend_schema(summary="约定时限列表"), retrieve=extend_schema(summary="约定时限详情")
)
class AgreementViewSet(ReadingViewSet):
    model = Agreement
    shown = AgreementShape
    listed = AgreementRowShape
    filterset_class = AgreementFilter

    def seen(self) -> QuerySet:
        rows = Agreement.objects.visible_to(self.actor).prefetch_related("co_days")
        return rows.select_related("chain", *OF_PART).order_by("-id")

    @documented("报告办结时限", AgreementShape, AgreementForm, status=201)
    def create(self, request: Request) -> Response:
        values = self.told(AgreementForm)
        part = part_named(self, values["assignment"])
        days: dict[int, date] = {row["assignment"]: row["due_on"] for row in values["co_days"]}
        return self.act(
            lambda: agreement_propose(
                assignment=part,
                plan=values["plan"],
                proposed_on=values["proposed_on"],
                co_days=days,
                by=self.actor,
            ),
            status=201,
        )

    @documented("确认约定时限", AgreementShape, forms.Decision)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        row = self._decided()
        values = self.told(forms.Decision)
        seen = values.pop("version", None)
        return self.act(
            lambda: agreement_decide(agreement=row, by=self.actor, expect=seen, **values)
        )

    @documented("另提时限", AgreementShape, forms.Counter)
    @action(detail=True, methods=["post"])
    def counter(self, request: Request, pk: str) -> Response:
        row = self._decided()
        values = self.told(forms.Counter)
        seen = values.pop("version", None)
        return self.act(
            lambda: agreement_counter(agreement=row, by=self.actor, expect=seen, **values)
        )

    @documented("答复另提时限", AgreementShape, forms.Answer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "decline_counter")
        values = self.told(forms.Answer)
        return self.act(
            lambda: agreement_answer(
                agreement=row, accept=values["accept"], by=self.actor, expect=values.get("version")
            )
        )

    @documented("撤回所报时限", AgreementShape, forms.Seen)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "withdraw")
        seen = self.told(forms.Seen).get("version")
        return self.act(lambda: agreement_withdraw(agreement=row, by=self.actor, expect=seen))

    def _decided(self) -> Agreement:
        row = self.row()
        if not permissions.holds_chain(row, self.actor):
            raise PermissionDenied("never this actor's")
        return row


class MarkForm(forms.Strict):
    case = serializers.IntegerField(min_value=1)
    reason = forms.text(1000, required=True)


class PlanForm(forms.Seen):
    content = forms.text(5000, required=True)
    due_on = forms.day()
    person = forms.text(60)


class ExternalForm(forms.Seen):
    approve = serializers.BooleanField()
    answered_on = forms.day(required=True)
    contact = forms.text(60, required=True)
    opinion = forms.text(2000)


@extend_schema_view(
    list=extend_schema(summary="处理方案列表"), retrieve=extend_schema(summary="处理方案详情")
)
class HandlingPlanViewSet(ReadingViewSet):
    model = HandlingPlan
    shown = HandlingPlanShape
    listed = HandlingPlanRowShape
    filter_backends: ClassVar[list[Any]] = []

    def seen(self) -> QuerySet:
        rows = HandlingPlan.objects.visible_to(self.actor)
        return rows.select_related("chain", *OF_PART).order_by("-id")

    @documented("认定特别复杂", HandlingPlanShape, MarkForm, status=201)
    def create(self, request: Request) -> Response:
        values = self.told(MarkForm)
        case = find(Case.objects.visible_to(self.actor), values["case"])
        return self.act(
            lambda: case_mark_complex(case=case, reason=values["reason"], by=self.actor),
            status=201,
        )

    @documented("提出处理方案", HandlingPlanShape, PlanForm)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "submit")
        values = self.told(PlanForm)
        seen = values.pop("version", None)
        return self.act(lambda: plan_submit(plan=row, by=self.actor, expect=seen, **values))

    @documented("审核处理方案", HandlingPlanShape, forms.Decision)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        row = self.row()
        if not permissions.holds_chain(row, self.actor):
            raise PermissionDenied("never this actor's")
        values = self.told(forms.Decision)
        seen = values.pop("version", None)
        return self.act(lambda: plan_decide(plan=row, by=self.actor, expect=seen, **values))

    @documented("登记上级意见", HandlingPlanShape, ExternalForm)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "take_effect")
        values = self.told(ExternalForm)
        seen = values.pop("version", None)
        return self.act(lambda: plan_record_answer(plan=row, by=self.actor, expect=seen, **values))
