"""What people do with the 台账 itself: keep a view of it, take a copy of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from cases.models import SavedView
from duban.ledger.errors import RuleViolation
from duban.ledger.models import LedgerEntry
from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.models import User

MAX_VIEWS = 30
MAX_NAME = 40
MAX_QUERY = 1000


@transaction.atomic
def view_save(*, name: str, query: str, by: Actor, default: bool = False) -> SavedView:
    """Keep the view under this name; the same name again replaces it."""
    name = name.strip()
    if reasons := _problems(name, query, by):
        raise RuleViolation(reasons)
    view, _ = SavedView.objects.update_or_create(
        user_id=by.user_id, name=name, defaults={"query": query}
    )
    if default:
        view_make_default(view=view, by=by)
    return view


def _problems(name: str, query: str, by: Actor) -> dict[str, list[str]]:
    if not name:
        return {"name": ["请填写视图名称。"]}
    if len(name) > MAX_NAME:
        return {"name": [f"视图名称不超过 {MAX_NAME} 个字。"]}
    if len(query) > MAX_QUERY:
        return {"name": ["筛选条件过多，不能保存为视图。"]}
    others = SavedView.objects.filter(user_id=by.user_id).exclude(name=name)
    if others.count() >= MAX_VIEWS:
        return {"name": [f"已有 {MAX_VIEWS} 个常用视图，请先删除不用的。"]}
    return {}


@transaction.atomic
def view_make_default(*, view: SavedView, by: Actor) -> None:
    """The one view that opens first; again on the same one takes it back."""
    mine = SavedView.objects.filter(user_id=by.user_id)
    chosen = not mine.filter(pk=view.pk, is_default=True).exists()
    mine.filter(is_default=True).update(is_default=False)
    mine.filter(pk=view.pk).update(is_default=chosen)
    view.is_default = chosen


def view_delete(*, view: SavedView, by: Actor) -> None:
    SavedView.objects.filter(pk=view.pk, user_id=by.user_id).delete()


def export_record(
    *, query: str, conditions: str, columns: Sequence[str], rows: int, by: Actor, at: datetime
) -> LedgerEntry:
    """Who took which rows out of the system, and when (DESIGN 3.4)."""
    return record(
        User(pk=by.user_id),
        "export",
        label="导出台账",
        by=by,
        at=at,
        office_id=by.office_id,
        note=conditions,
        changes={"rows": [None, rows], "query": [None, query], "columns": [None, list(columns)]},
    )
