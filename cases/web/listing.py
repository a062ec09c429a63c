"""台账: the list of matters, one row each, as the address asks for it (LZ-A-14a)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases import permissions
from cases.models import SavedView
from cases.selectors.paging import page_of
from cases.selectors.rows import Row, rows_of
from cases.web.asked import GROUPS, Asked, plain_query, without
from cases.web.columns import COLUMNS, Cell, Column
from duban.org.roles import LEADERS, OVERSIGHT, STAFF, UNIT
from duban.web.parts import Keyset

READERS = STAFF | LEADERS | UNIT | OVERSIGHT
# Where nothing else is asked; it keeps the default view from opening again.
EVERYTHING = "all=1"


@dataclass(frozen=True)
class Line:
    """One row of the table; `heading` starts a group."""

    pk: int
    title: str
    cells: list[Cell]
    heading: str = ""
    count: int | None = None


def require_reader(request: HttpRequest) -> None:
    if request.actor is None or not request.actor.has(*READERS):
        raise PermissionDenied("matters are not read in this post")


@login_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    require_reader(request)
    if (address := _better_address(request)) is not None:
        return redirect(f"{reverse('cases:list')}?{address}")
    asked = Asked.by(request, at=timezone.now())
    page = page_of(asked.rows, asked.keys, asked.cursor)
    rows = rows_of(page.ids, actor=asked.actor, at=asked.at)
    total = asked.rows.count()
    context = {
        **_head(request, asked),
        "lines": list(_lines(asked, rows)),
        "total": total,
        "keyset": Keyset(page.previous, page.next, total, shown=len(rows)),
        "bulk": asked.actor.has(*STAFF),
    }
    return render(request, "cases/list.html", context)


def _better_address(request: HttpRequest) -> str | None:
    """The default view for a bare address; empty fields of the form taken out of a full one."""
    if not request.GET:
        default = SavedView.objects.filter(user_id=request.actor.user_id, is_default=True).first()
        return default.query or EVERYTHING if default else None
    if all(value for _, values in request.GET.lists() for value in values):
        return None
    return plain_query(request.GET) or EVERYTHING


def _head(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    form, query = asked.form, asked.query
    return {
        "form": form,
        "asked": asked,
        "query": query,
        "sort": asked.sort,
        "columns": asked.columns,
        "mistakes": form.mistakes,
        "chips": [
            (label, words, f"?{without(asked.params, name) or EVERYTHING}")
            for name, label, words in form.said()
        ],
        "arrangement": [
            (name, value)
            for name in ("sort", "group", "col")
            for value in asked.params.getlist(name)
            if value
        ],
        "choosable": _choosable(asked),
        "groups": [
            ("", "不分组", _grouped(asked, "")),
            *((key, label, _grouped(asked, key)) for key, label in GROUPS.items()),
        ],
        "views": _views(request, query),
        "may_register": permissions.may_register(asked.actor),
        "everything": EVERYTHING,
    }


def _choosable(asked: Asked) -> list[tuple[str, str, bool]]:
    shown = {column.key for column in asked.columns}
    return [(column.key, column.label, column.key in shown) for column in COLUMNS.values()]


def _grouped(asked: Asked, key: str) -> str:
    params = asked.params.copy()
    params["group"] = key
    return f"?{plain_query(params) or EVERYTHING}"


def _views(request: HttpRequest, query: str) -> list[tuple[SavedView, str, bool]]:
    views = SavedView.objects.filter(user_id=request.actor.user_id).order_by("name")
    return [(view, view.query or EVERYTHING, view.query == query) for view in views]


def _lines(asked: Asked, rows: Iterable[Row]) -> Iterable[Line]:
    columns: list[Column] = asked.columns
    counts = _group_counts(asked) if asked.group else {}
    before: object = object()
    for row in rows:
        heading, value = "", _group_value(row, asked.group)
        if asked.group and value != before:
            heading, before = _group_words(row, asked.group) or "（未填写）", value
        yield Line(
            row.case.pk,
            row.case.title,
            [column.cell(row) for column in columns],
            heading,
            counts.get(value) if heading else None,
        )


_FIELD = {"lead": "lead_unit_id", "supervisor": "supervisor_id"}


def _group_value(row: Row, group: str) -> object:
    return getattr(row.case, _FIELD.get(group, group)) if group else None


def _group_words(row: Row, group: str) -> str:
    case = row.case
    if group == "lead":
        return case.lead_unit.label if case.lead_unit else ""
    return {
        "source": case.source_label,
        "supervisor": case.supervisor.label,
        "state": case.get_state_display(),
        "importance": case.get_importance_display(),
    }[group]


def _group_counts(asked: Asked) -> dict[object, int]:
    field = _FIELD.get(asked.group, asked.group)
    return dict(asked.rows.values_list(field).annotate(n=Count("pk")))


def list_url(**params: object) -> str:
    """The 台账 with these filters."""
    return f"{reverse('cases:list')}?{urlencode(params)}"
