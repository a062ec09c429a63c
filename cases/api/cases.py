"""督办事项."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from cases import permissions
from cases.api import forms
from cases.api.base import ActingViewSet
from cases.api.schema import documented
from cases.api.shapes import CaseRowShape, CaseShape, EntryShape
from cases.models import Case
from cases.selectors.conditions import Filters, matters
from cases.selectors.lights import with_light
from cases.selectors.paging import page_of, sort_keys
from cases.services.cases import (
    case_assign,
    case_registration_decide,
    case_strike_off,
    case_submit,
)
from cases.services.registration import case_draft, case_redraft
from cases.services.turn_effects import case_resume
from cases.web.case_record import record_of_case
from duban.org.models import Office

_PACK_TEXT = tuple(
    f"pack_version__{name}" for name in ("document", "source", "inherited", "overridden")
)


@extend_schema_serializer(many=False)
class CasePage(serializers.Serializer):
    """One page; `next` and `previous` are cursors, null at the ends."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = CaseRowShape(many=True)


class CaseViewSet(ActingViewSet):
    """Matters: listed, read, drafted, and moved on by their own steps."""

    model = Case
    shown = CaseShape

    def seen(self) -> QuerySet:
        return detailed(Case.objects.visible_to(self.actor))

    @extend_schema(summary="台账", parameters=[forms.CaseQuery], responses=CasePage)
    def list(self, request: Request) -> Response:
        asked = forms.CaseQuery(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        size, cursor = values.pop("limit"), values.pop("cursor", "")
        keys = sort_keys(values.pop("sort", ""), {})
        at = timezone.now()
        page = page_of(matters(Filters(**values), actor=self.actor, at=at), keys, cursor, size=size)
        rows = {case.pk: case for case in detailed(Case.objects.filter(pk__in=page.ids))}
        shown = CaseRowShape([rows[pk] for pk in page.ids], many=True)
        return Response({"next": page.next, "previous": page.previous, "results": shown.data})

    @extend_schema(summary="事项详情", responses=CaseShape)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.get_serializer(self.row()).data)

    @documented("登记", CaseShape, forms.CaseForm, status=201)
    def create(self, request: Request) -> Response:
        if not permissions.may_register(self.actor):
            raise PermissionDenied("only staff register matters")
        draft = forms.draft_of(self.told(forms.CaseForm))
        office = Office.objects.select_related("root").get(pk=self.actor.office_id)
        return self.act(lambda: case_draft(office=office, by=self.actor, **draft), status=201)

    @documented("修改登记", CaseShape, forms.CaseForm)
    def update(self, request: Request, pk: str) -> Response:
        case = self.row()
        if not permissions.is_registrar_or_supervisor(case, self.actor):
            raise PermissionDenied("never this actor's")
        values = self.told(forms.CaseForm)
        draft = forms.draft_of(values)
        return self.act(
            lambda: case_redraft(case=case, by=self.actor, expect=values.get("version"), **draft)
        )

    @documented("报请立项", CaseShape, forms.Seen)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        case = self.row()
        self.theirs(case, "submit")
        seen = self.told(forms.Seen).get("version")
        return self.act(lambda: case_submit(case=case, by=self.actor, expect=seen))

    @documented("立项审批", CaseShape, forms.Decision)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        case = self.row()
        if not permissions.holds_chain(case, self.actor) and case.chain is not None:
            raise PermissionDenied("never this actor's")
        values = self.told(forms.Decision)
        return self.act(
            lambda: case_registration_decide(
                case=case,
                approve=values["approve"],
                opinion=values["opinion"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("交办", CaseShape, forms.Seen)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        case = self.row()
        self.theirs(case, "assign")
        seen = self.told(forms.Seen).get("version")
        return self.act(lambda: case_assign(case=case, by=self.actor, expect=seen))

    @documented("销号", CaseShape, forms.StrikeOff)
    @action(detail=True, methods=["post"], url_path="strike-off")
    def strike_off(self, request: Request, pk: str) -> Response:
        case = self.row()
        self.theirs(case, "strike_off")
        values = self.told(forms.StrikeOff)
        return self.act(
            lambda: case_strike_off(
                case=case,
                confirmed=values["confirmed"],
                note=values["note"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @documented("恢复办理", CaseShape, forms.Remark)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        case = self.row()
        self.theirs(case, "resume")
        values = self.told(forms.Remark)
        return self.act(
            lambda: case_resume(
                case=case,
                reason=values["reason"],
                by=self.actor,
                expect=values.get("version"),
            )
        )

    @extend_schema(summary="过程", responses=EntryShape(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def ledger(self, request: Request, pk: str) -> Response:
        """Newest first, without what concerns rows this actor may not see."""
        record = record_of_case(self.row(), self.actor, whole_history=True)
        return Response(EntryShape(record.entries, many=True).data)


def detailed(rows: QuerySet) -> QuerySet:
    """With all that the shapes of a matter read."""
    return (
        with_light(rows, timezone.now())
        .select_related(
            "office", "lead_unit", "supervisor", "clock", "pack_version", "chain", "assigner__user"
        )
        .defer(*_PACK_TEXT)
    )
