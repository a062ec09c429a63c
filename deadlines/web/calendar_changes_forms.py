from __future__ import annotations

from typing import Any

from django import forms

from deadlines import calendar_permissions as permissions
from duban.org.actor import Actor
from duban.org.models import Office
from duban.web.forms import ServiceForm, UploadField

NATIONAL, LOCAL = "national", "local"
WHOLE, PART = "whole", "part"


class PasteForm(ServiceForm):
    text = forms.CharField(
        label="通知原文",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="粘贴放假安排通知，写明日期的各句即可，如“元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。”",
    )
    year = forms.IntegerField(
        label="年份",
        required=False,
        min_value=2018,
        max_value=2099,
        help_text="原文写明年份的不填。",
    )


class FileForm(ServiceForm):
    file = UploadField(
        label="放假安排文件", help_text="JSON 文件，列出一年的放假和上班日期；不超过 1 MB。"
    )
    year = forms.IntegerField(
        label="年份",
        required=False,
        min_value=2018,
        max_value=2099,
        help_text="文件含有多年的，写明导入哪一年。",
    )


class ProposalForm(ServiceForm):
    """What was read, or is typed by hand, with where it comes from."""

    spans = {"scope": "half", "extent": "half", "year": "third", "decided_on": "third"} | {
        "document_no": "third"
    }
    owed_at_times = ("document_no", "source")

    days = forms.CharField(
        label="放假和上班日期",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="每行一段，如“2027-01-01至2027-01-03 放假 元旦”或“2027-01-10 上班 元旦”。",
    )
    scope = forms.ChoiceField(label="适用范围", widget=forms.RadioSelect)
    extent = forms.ChoiceField(
        label="安排内容",
        choices=[(WHOLE, "全年安排"), (PART, "部分日期的补充或者调整")],
        widget=forms.RadioSelect,
        help_text="全年安排须列全法定节假日；部分调整只改变所列日期。",
    )
    title = forms.CharField(label="标题", max_length=200, help_text="通知或者决定的标题。")
    year = forms.IntegerField(label="年份", min_value=2018, max_value=2099)
    decided_on = forms.DateField(label="公布日期", help_text="公布前的日子不能变更。")
    document_no = forms.CharField(
        label="文号", max_length=60, required=False, help_text="没有文号的，填写来源。"
    )
    source = forms.CharField(
        label="来源", max_length=500, required=False, help_text="公布的网址或者载体。"
    )
    text = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = scopes_for(actor)


def scopes_for(actor: Actor) -> list[tuple[str, str]]:
    """National, and the actor's own office where the days are its business."""
    found = []
    if permissions.may_propose(None, actor):
        found.append((NATIONAL, "全国（国务院办公厅公布的安排）"))
    if actor.office_id and permissions.may_propose(actor.office_id, actor):
        office = Office.objects.get(pk=actor.office_id)
        found.append((LOCAL, f"{office.name}及下级（本地放假的日子）"))
    return found


class WithdrawForm(ServiceForm):
    reason = forms.CharField(
        label="撤回理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
