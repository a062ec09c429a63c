"""The same matter twice: in the sheet, or in the sheet and on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.utils import timezone

from cases.imports.columns import BY_FIELD
from cases.imports.rows import Draft
from cases.models import Case
from duban.org.models import Office

Key = tuple[str, int | None, date | None]
CHUNK = 500


def refuse_duplicates(drafts: Sequence[Draft], *, office: Office) -> None:
    """Same name, lead unit and day, beside the name; a row that repeats another says which."""
    column = BY_FIELD["title"].title
    fresh = [draft for draft in drafts if not draft.unchanged and draft.case_id is None]
    first: dict[Key, int] = {}
    for draft in fresh:
        if draft.key is None:
            continue
        earlier = first.setdefault(draft.key, draft.row.number)
        if earlier != draft.row.number:
            draft.refuse(
                column, f"与本表第 {earlier} 行重复（事项名称、牵头单位、办结期限均相同）。"
            )
    for draft, known in _on_record(fresh, office):
        draft.refuse(column, f"与已登记的事项重复：{known}，不再导入。")


def _on_record(drafts: Sequence[Draft], office: Office) -> Iterator[tuple[Draft, str]]:
    for start in range(0, len(drafts), CHUNK):
        page = [draft for draft in drafts[start : start + CHUNK] if draft.key]
        rows = Case.objects.filter(office=office, title__in={draft.key[0] for draft in page})
        known: dict[Key, str] = {}
        for case in rows.only(
            "id", "title", "lead_unit", "due_on", "number", "created_at", "state"
        ):
            known[(case.title, case.lead_unit_id, case.due_on)] = _named(case)
        for draft in page:
            if draft.key in known:
                yield draft, known[draft.key]


def _named(case: Case) -> str:
    day = timezone.localdate(case.created_at)
    return f"{case.number or f'登记编号 {case.pk}'}（{day}登记，{case.get_state_display()}）"
