"""Pages that use every part of the layout and every way to refuse; only tests serve them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from django.views.generic import FormView
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from duban.ledger.errors import RuleViolation, StaleVersion
from duban.org.models import Unit
from duban.web.forms import ServiceActionMixin, ServiceForm, ServiceFormMixin, UploadField
from duban.web.parts import Action, ChainStep, Crumb, Due, Fact, Stat, Tab, TimelineEntry
from duban.web.tokens import TokenAuthentication

AT = datetime(2026, 9, 18, 2, 30, tzinfo=UTC)


class Sample(ServiceForm):
    """One field of each kind."""

    spans = {"due_on": "third", "count": "third", "kind": "third"}

    title = forms.CharField(label="事项标题", max_length=60)
    due_on = forms.DateField(label="办结期限", help_text="按工作日历计算，逢节假日不顺延。")
    count = forms.IntegerField(label="次数", required=False, min_value=0)
    kind = forms.ChoiceField(
        label="紧急程度",
        choices=[("normal", "非急件"), ("urgent", "急件"), ("difficult", "难度较大")],
    )
    grade = forms.ChoiceField(
        label="评价等级",
        choices=[("excellent", "落实好"), ("good", "落实较好"), ("basic", "基本落实")],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(label="交办要求", widget=forms.Textarea, required=False)
    public = forms.BooleanField(label="列入公开事项", required=False)


class Filing(LoginRequiredMixin, ServiceFormMixin, FormView):
    """Creates a unit of the given title; refuses two titles."""

    form_class = Sample
    heading = "登记事项"
    success_message = "已登记。"
    draft = "filing"

    def perform(self, form: Sample) -> str:
        title = form.cleaned_data["title"]
        if title == "已有的标题":
            raise RuleViolation(
                {"title": ["已有同名事项在办。"], "office": ["本机构尚无生效的规则包。"]}
            )
        if title == "旧版本":
            raise StaleVersion(seen=self.expected_version() or 1, now=3)
        Unit.objects.create(name=title, kind="department")
        return "/"


class Press(LoginRequiredMixin, ServiceActionMixin, View):
    success_message = "已签收。"

    def perform(self) -> str:
        Unit.objects.create(name="签收", kind="department")
        return "/"


class UploadForm(ServiceForm):
    note = forms.CharField(label="说明")
    file = UploadField(label="附件")


class Upload(LoginRequiredMixin, ServiceFormMixin, FormView):
    form_class = UploadForm
    heading = "上传附件"

    def perform(self, form: UploadForm) -> str:
        return "/"


def refuse(request: HttpRequest) -> HttpResponse:
    raise RuleViolation({"__all__": ["尚有 2 个协办单位未办结。"], "grade": ["尚未提出评价等级。"]})


def deny(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("secret reason")


def crash(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("a secret of the code")


class Api(APIView):
    authentication_classes = (TokenAuthentication, SessionAuthentication)

    def get(self, request: Request) -> Response:
        return Response({"user": request.user.username, "post": request.actor.post_id})

    def post(self, request: Request) -> Response:
        raise StaleVersion(seen=1, now=3)


ROWS: list[dict[str, Any]] = [
    {
        "number": "督办〔2026〕18号",
        "title": "老旧小区供水管网改造进度滞后问题整改",
        "unit": "市住房和城乡建设局",
        "state": "in_progress",
        "label": "承办中",
        "due": Due("red", date(2026, 9, 16), -2, explain_url="#"),
    },
    {
        "number": "督办〔2026〕21号",
        "title": "制定冬季森林草原防灭火责任分工方案",
        "unit": "市应急管理局",
        "state": "pending_approval",
        "label": "待批准",
        "due": Due("amber", date(2026, 9, 18), 0),
    },
    {
        "number": "督办〔2026〕22号",
        "title": "政务服务大厅“一件事一次办”事项清单更新",
        "unit": "市行政审批服务管理局",
        "state": "assigned",
        "label": "已交办",
        "due": Due("green", date(2027, 1, 6), 12, provisional=True, explain_url="#"),
    },
    {
        "number": "督办〔2026〕9号",
        "title": "城区内涝点排查整治及台账建立",
        "unit": "市城市管理局",
        "state": "in_progress",
        "label": "承办中",
        "due": Due("amber", date(2026, 9, 17), pending="延期待批"),
    },
    {
        "number": "督办〔2026〕6号",
        "title": "校园周边道路交通安全隐患治理",
        "unit": "市公安局",
        "state": "suspended",
        "label": "缓办",
        "due": Due("paused", date(2026, 11, 3)),
    },
    {
        "number": "督办〔2026〕3号",
        "title": "春耕备耕农资质量专项检查",
        "unit": "市农业农村局",
        "state": "completed",
        "label": "办结",
        "due": Due("done", date(2026, 6, 30)),
    },
]


def parts(request: HttpRequest) -> HttpResponse:
    """Every part of docs/design.md on one page."""
    return render(
        request,
        "web_tests/parts.html",
        {
            "crumbs": [Crumb("工作台", "/"), Crumb("督办〔2026〕18号")],
            "rows": ROWS,
            "stats": [
                Stat("已超期", 3, "#", "red", "较上周减少 1 项", "项"),
                Stat("三日内到期", 7, "#", "amber", "其中 2 项今日反馈", "项"),
                Stat("待我审批", 5, "#", "blue", "平均等待 0.6 个工作日", "项"),
                Stat("在办", 41, "#", "", "其中重点事项 6 项", "项"),
                Stat("本季办结", "92.4%", "#", "green", "按原期限办结 85 项"),
            ],
            "tabs": [
                Tab("全部", "#", True, 41),
                Tab("我牵头", "#", False, 12),
                Tab("我协办", "#", False, 0),
                Tab("已办结", "#"),
            ],
            "actions": [
                Action("交办", "#", "send", primary=True),
                Action("催办", "/try/press/", "megaphone", post=True),
                Action(
                    "申请延期",
                    "#",
                    "calendar-check",
                    reasons=[
                        "期限已过，延期须在期限内提出（CZ-3.5b）。",
                        "已延期 1 次，不得再次延期。",
                    ],
                ),
                Action(
                    "终止",
                    "/try/press/",
                    "slash-circle",
                    post=True,
                    danger=True,
                    confirm="确定终止？",
                ),
            ],
            "due": ROWS[0]["due"],
            "steps": [
                ChainStep("科室初审", "done", "王敏 · 督查一科", AT, "材料齐全，同意报批。"),
                ChainStep("分管领导", "current", "李建国 · 副市长"),
                ChainStep("主要领导", "waiting", clause="重点事项（CZ-3.6c）"),
            ],
            "entries": [
                TimelineEntry(
                    AT,
                    "提出办结申请",
                    "张伟 · 市住建局",
                    "12 个小区已全部通水，附验收单。",
                    "CZ-3.6a",
                ),
                TimelineEntry(AT, "超过办结期限", "系统", tone="red", clause="CZ-3.5a"),
                TimelineEntry(
                    AT,
                    "同意延期",
                    "李建国 · 副市长",
                    tone="green",
                    changes=[("办结期限", "2026-09-02", "2026-09-16")],
                ),
                TimelineEntry(AT, "签收", "张伟 · 市住建局", tone="muted"),
            ],
            "facts": [
                Fact("案号", "督办〔2026〕18号"),
                Fact("来源", "市政府第 23 次常务会议"),
                Fact("牵头单位", "市住房和城乡建设局"),
                Fact("协办单位", "市财政局、市水务集团"),
                Fact("紧急程度", "急件"),
                Fact("规则", "changzhi-2022", note="2022-03-01 起施行"),
                Fact(
                    "事项内容", "对 12 个老旧小区供水管网实施改造，9 月中旬前全部通水。", wide=True
                ),
            ],
            "form": Sample({"title": "", "due_on": "2026-02-30", "kind": "normal", "count": "2"}),
            "reasons": ["尚有 2 个协办单位未办结。", "尚未上传验收单（CZ-4.1.1）。"],
        },
    )
