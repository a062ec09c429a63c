"""承办、反馈: what units do with their part, and what the section answers."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases import permissions
from cases.api import forms
from cases.api.base import ReadingViewSet, find
from cases.api.filters import AssignmentFilter, FeedbackFilter
from cases.api.schema import documented
from cases.api.shapes import AssignmentRowShape, AssignmentShape, FeedbackRowShape, FeedbackShape
from cases.models import Assignment, Feedback
from cases.services.assignments import (
    assignment_accept,
    assignment_acknowledge,
    assignment_register_receipt,
    assignment_report_done,
    assignment_return_for_rework,
    assignment_waive,
)
from cases.services.feedback import (
    feedback_accept,
    feedback_draft,
    feedback_no_change,
    feedback_return,
    feedback_submit,
)
from cases.services.objections import objection_raise, objection_reject, objection_uphold
from cases.services.receipts import assignment_correct_receipt


def through_case(path: str) -> list[str]:
    names = ("office", "pack_version", "supervisor", "lead_unit", "clock", "chain")
    return [f"{path}__{name}" for name in names]


@extend_schema_view(
    list=extend_schema(summary="承办列表"), retrieve=extend_schema(summary="承办详情")
)
class AssignmentViewSet(ReadingViewSet):
    model = Assignment
    shown = AssignmentShape
    listed = AssignmentRowShape
    filterset_class = AssignmentFilter

    def seen(self) -> QuerySet:
        rows = Assignment.objects.visible_to(self.actor)
        return rows.select_related("unit", "clock", *through_case("case")).order_by("-id")

    @documented("签收", AssignmentShape, forms.Acknowledgement)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        part = self.row()
        self.theirs(part, "acknowledge")
        values = self.told(forms.Acknowledgement)
        return self.act(
            lambda: assignment_acknowledge(
                assignment=part,
                by=self.actor,
                expect=values.get("version"),
                responsible_person=values["responsible_person"],
            )
        )

    @documented("退件", AssignmentShape, forms.Reason)
    @action(detail=True, methods=["post"])
    def object(self, request: Request, pk: str) -> Response:
        part = self.row()
        self.theirs(part, "raise_objection")
        values = self.told(forms.Reason)
        seen = values.pop("version", None)
        return self.act(
            lambda: (
                objection_raise(assignment=part, by=self.actor, expect=seen, **values).assignment
            )
        )

    @documented("不同意退件", AssignmentShape, forms.ObjectionAnswer)
    @action(detail=True, methods=["post"], url_path="reject-objection")
    def reject_objection(self, request: Request, pk: str) -> Response:
        part = self.row()
        self.theirs(part, "reject_objection")
        values = self.told(forms.ObjectionAnswer)
        seen = values.pop("version", None)
        return self.act(
            lambda: objection_reject(assignment=part, by=self.actor, expect=seen, **values)
        )

    @documented("同意退件", AssignmentShape, forms.Successor)
    @action(detail=True, methods=["post"], url_path="uphold-objection")
    def uphold_objection(self, request: Request, pk: str) -> Response:
        part = self.row()
        self.theirs(part, "uphold_objection")
        values = self.told(forms.Successor)
        seen = values.pop("version", None)
        return self.act(
            lambda: objection_uphold(assignment=part, by=self.actor, expect=seen, **values)
        )

    @documented("报告完成", AssignmentShape, forms.Result)
    @action(detail=True, methods=["post"], url_path="report-done")
    def report_done(self, request: Request, pk: str) -> Response:
        part = self.row()
        self.theirs(part, "report_done")
        values = self.told(forms.Result)
        return self.act(
            lambda: assignment_report_done(
                assignment=part,
                result=values["result"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("认可完成", AssignmentShape, forms.Seen)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        part = self.row()
        self.theirs(part, "accept")
        seen = self.told(forms.Seen).get("version")
        return self.act(lambda: assignment_accept(assignment=part, by=self.actor, expect=seen))

    @documented("退回重办", AssignmentShape, forms.Reason)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        part = self.row()
        self.theirs(part, "return_for_rework")
        values = self.told(forms.Reason)
        return self.act(
            lambda: assignment_return_for_rework(
                assignment=part,
                reason=values["reason"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("免予完成", AssignmentShape, forms.Reason)
    @action(detail=True, methods=["post"])
    def waive(self, request: Request, pk: str) -> Response:
        part = self.row()
        self.theirs(part, "waive")
        values = self.told(forms.Reason)
        return self.act(
            lambda: assignment_waive(
                assignment=part,
                reason=values["reason"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("更正收到日期", AssignmentShape, forms.CorrectReceipt)
    @action(detail=True, methods=["post"], url_path="correct-receipt")
    def correct_receipt(self, request: Request, pk: str) -> Response:
        part = self.row()
        if not permissions.supervises(part, self.actor):
            raise PermissionDenied("never this actor's")
        values = self.told(forms.CorrectReceipt)
        return self.act(
            lambda: assignment_correct_receipt(
                assignment=part,
                received_on=values["received_on"],
                reason=values["reason"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("登记纸质送达", AssignmentShape, forms.Receipt)
    @action(detail=True, methods=["post"], url_path="register-receipt")
    def register_receipt(self, request: Request, pk: str) -> Response:
        part = self.row()
        self.theirs(part, "deliver")
        values = self.told(forms.Receipt)
        return self.act(
            lambda: assignment_register_receipt(
                assignment=part,
                received_on=values["received_on"],
                by=self.actor,
                expect=values.get("version"),
            )
        )


@extend_schema_view(
    list=extend_schema(summary="反馈列表"), retrieve=extend_schema(summary="反馈详情")
)
class FeedbackViewSet(ReadingViewSet):
    model = Feedback
    shown = FeedbackShape
    listed = FeedbackRowShape
    filterset_class = FeedbackFilter
    http_method_names: ClassVar = ["get", "post", "put", "head", "options"]

    def seen(self) -> QuerySet:
        rows = Feedback.objects.visible_to(self.actor)
        related = ["assignment__unit", "assignment__clock", *through_case("assignment__case")]
        return rows.select_related(*related).order_by("-id")

    @documented("填写反馈", FeedbackShape, forms.FeedbackForm, status=201)
    def create(self, request: Request) -> Response:
        values = self.told(forms.FeedbackForm)
        part = self._part(values["assignment"])
        words = forms.words_of(values)
        return self.act(
            lambda: feedback_draft(assignment=part, words=words, by=self.actor), status=201
        )

    @documented("修改反馈", FeedbackShape, forms.WordsForm)
    def update(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "submit")
        values = self.told(forms.WordsForm)
        return self.act(
            lambda: feedback_draft(
                assignment=row.assignment,
                words=forms.words_of(values),
                by=self.actor,
                feedback=row,
                expect=values.get("version"),
            )
        )

    @documented("报送无变化", FeedbackShape, forms.NoChange, status=201)
    @action(detail=False, methods=["post"], url_path="no-change")
    def no_change(self, request: Request) -> Response:
        part = self._part(self.told(forms.NoChange)["assignment"])
        return self.act(lambda: feedback_no_change(assignment=part, by=self.actor), status=201)

    @documented("报送", FeedbackShape, forms.Seen)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "submit")
        seen = self.told(forms.Seen).get("version")
        return self.act(lambda: feedback_submit(feedback=row, by=self.actor, expect=seen))

    @documented("采纳", FeedbackShape, forms.Reply)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "accept")
        values = self.told(forms.Reply)
        return self.act(
            lambda: feedback_accept(
                feedback=row, reply=values["reply"], by=self.actor, expect=values.get("version")
            )
        )

    @documented("退回", FeedbackShape, forms.Reply)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        row = self.row()
        self.theirs(row, "send_back")
        values = self.told(forms.Reply)
        return self.act(
            lambda: feedback_return(
                feedback=row, reply=values["reply"], by=self.actor, expect=values.get("version")
            )
        )

    def _part(self, pk: int) -> Assignment:
        rows = Assignment.objects.visible_to(self.actor)
        part = find(rows.select_related("unit", "clock", *through_case("case")), pk)
        if not permissions.works_for(part, self.actor):
            raise PermissionDenied("only the unit reports on its part")
        return part
