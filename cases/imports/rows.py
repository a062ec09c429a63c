"""One row of the sheet as a draft of a matter, with everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from cases.domain.drafts import Facts, Party, completeness, consistency
from cases.imports.columns import BY_FIELD, title_of
from cases.imports.parties import co_units_in, names_in
from cases.imports.sheet import SheetRow
from cases.imports.values import (
    Cell,
    CellProblem,
    choice_of,
    date_of,
    is_formula,
    line_of,
    text_of,
    yes_or_no,
)
from cases.models import Assignment, Case, Importance
from duban.ledger.errors import RuleViolation
from duban.org.models import Office, Post, Unit
from duban.org.roles import LEADERS
from duban.org.selectors import unit_named
from duban.rulepacks.schema import Pack

T = TypeVar("T")

# As officials write it, beside the labels themselves.
IMPORTANCE = {"一般": "ordinary", "重点": "key", "重大": "major", "重大事项": "major"}
# Key of a reason that concerns the row as a whole.
ROW = ""


@dataclass
class Draft:
    """What a row says. `errors` maps a column title, or ROW, to what is wrong there."""

    row: SheetRow
    title: str = ""
    lead: str = ""
    co_units: str = ""
    facts: Facts | None = None
    parties: list[Party] = field(default_factory=list)
    assigner: Post | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    # An existing matter that the row repeats exactly, as an export does: nothing to do.
    unchanged: bool = False
    case_id: int | None = None

    def refuse(self, column: str, text: str) -> None:
        texts = self.errors.setdefault(column, [])
        if text not in texts:
            texts.append(text)

    def refuse_all(self, violation: RuleViolation) -> None:
        for name, texts in violation.reasons.items():
            for text in texts:
                self.refuse(title_of(name), text)

    @property
    def key(self) -> tuple[str, int | None, date | None] | None:
        """What makes two matters the same one: name, lead unit, day."""
        if self.facts is None or not self.facts.title:
            return None
        lead = next((party.unit_id for party in self.parties if party.is_lead), None)
        return (self.facts.title, lead, self.facts.due_on)


class RowReader:
    """Reads rows for one office in the words of its rule pack on one day."""

    def __init__(self, *, office: Office, pack: Pack, on: date) -> None:
        self.office, self.pack, self.on = office, pack, on
        self._choices = {
            "source": {key: choice.label for key, choice in pack.case_sources.items()},
            "urgency": {key: choice.label for key, choice in pack.urgencies.items()},
            "due_basis": {key: choice.label for key, choice in pack.due_bases.items()},
        }
        self._units: dict[str, list[Unit]] = {}
        self._leaders: dict[str, list[Post]] = {}
        posts = Post.objects.held(on=on).filter(office=office, role__in=LEADERS)
        for post in posts.select_related("user", "secretary_section"):
            self._leaders.setdefault(post.user.name, []).append(post)

    def read(self, row: SheetRow) -> Draft:
        draft = Draft(
            row,
            title=self._line(row, "title"),
            lead=self._line(row, "lead_unit"),
            co_units=self._line(row, "co_units"),
        )
        for title, cell in row.cells.items():
            if is_formula(cell):
                draft.refuse(title, "内容以“=”“+”“-”或“@”开头，会被当作公式，请改为普通文字。")
        draft.parties = [*self._lead(draft), *self._co_units(draft)]
        draft.assigner = self._assigner(draft)
        draft.facts = self._facts(draft)
        self._judge(draft)
        return draft

    def _judge(self, draft: Draft) -> None:
        """The rules every draft obeys; a cell that could not be read is not called empty as well."""
        facts, parties, refused = draft.facts, draft.parties, set(draft.errors)
        wrong = consistency(facts, parties, pack=self.pack, on=self.on)
        missing = completeness(facts, parties, pack=self.pack)
        draft.refuse_all(RuleViolation(wrong))
        draft.refuse_all(
            RuleViolation({k: texts for k, texts in missing.items() if title_of(k) not in refused})
        )

    def _facts(self, draft: Draft) -> Facts:
        values: dict[str, object] = {
            name: self._text(draft, name, many=name == "task")
            for name in ("title", "heading", "task", "basis", "due_citation", "collective_units")
        }
        for name, choices in self._choices.items():
            values[name] = self._choice(draft, name, choices)
        for name in ("basis_on", "due_on"):
            values[name] = self._cell(draft, name, date_of, None)
        values["not_secret"] = self._cell(draft, "not_secret", yes_or_no, False)
        values["importance"] = self._importance(draft)
        return Facts(**values)

    def _importance(self, draft: Draft) -> str:
        shown = self._line(draft.row, "importance")
        if shown in IMPORTANCE:
            return IMPORTANCE[shown]
        found = self._choice(draft, "importance", dict(Importance.choices))
        return found or Importance.ORDINARY.value

    def _choice(self, draft: Draft, name: str, labels: Mapping[str, str]) -> str:
        what = BY_FIELD[name].title
        return self._cell(draft, name, lambda cell: choice_of(cell, labels, what=what), "")

    def _cell(self, draft: Draft, name: str, read: Callable[[Cell], T], otherwise: T) -> T:
        column = BY_FIELD[name].title
        try:
            return read(draft.row.cells.get(column))
        except CellProblem as problem:
            draft.refuse(column, str(problem))
            return otherwise

    def _text(self, draft: Draft, name: str, *, many: bool) -> str:
        column = BY_FIELD[name].title
        cell = draft.row.cells.get(column)
        text = text_of(cell) if many else line_of(cell)
        longest = Case._meta.get_field(name).max_length
        if longest and len(text) > longest:
            draft.refuse(column, f"共 {len(text)} 字，超过 {longest} 字。")
        return text

    def _line(self, row: SheetRow, name: str) -> str:
        return line_of(row.cells.get(BY_FIELD[name].title))

    def _lead(self, draft: Draft) -> list[Party]:
        column = BY_FIELD["lead_unit"].title
        names = names_in(text_of(draft.row.cells.get(column)), self._is_known)
        if len(names) > 1:
            draft.refuse(
                column, f"牵头单位只能有一个，本行写了 {len(names)} 个：{'、'.join(names)}。"
            )
        units = [unit for name in names if (unit := self._unit(draft, column, name))]
        return [self._party(units[0], is_lead=True)] if len(names) == 1 and units else []

    def _co_units(self, draft: Draft) -> list[Party]:
        column = BY_FIELD["co_units"].title
        common = line_of(draft.row.cells.get(BY_FIELD["co_duty"].title))
        longest = Assignment._meta.get_field("duty_text").max_length
        found = []
        for named in co_units_in(text_of(draft.row.cells.get(column)), self._is_known):
            unit = self._unit(draft, column, named.name)
            duty = named.duty or common
            if len(duty) > longest:
                draft.refuse(
                    column, f"{named.name}的协办职责共 {len(duty)} 字，超过 {longest} 字。"
                )
            if unit:
                found.append(self._party(unit, is_lead=False, duty=duty))
        if common and not found and column not in draft.errors:
            draft.refuse(BY_FIELD["co_duty"].title, "写了协办职责，没有写协办单位。")
        return found

    def _party(self, unit: Unit, *, is_lead: bool, duty: str = "") -> Party:
        return Party(
            unit_id=unit.pk,
            unit_name=unit.label,
            is_lead=is_lead,
            duty_text=duty,
            unit_active=unit.is_active(on=self.on),
        )

    def _assigner(self, draft: Draft) -> Post | None:
        name = self._line(draft.row, "assigner")
        found = self._leaders.get(name, [])
        if len(found) == 1 or not name:
            return found[0] if found else None
        text = (
            f"“{name}”同时担任多个领导职务，请登记后再选。"
            if found
            else (f"本机构没有姓名为“{name}”的现任领导，请核对。")
        )
        draft.refuse(BY_FIELD["assigner"].title, text)
        return None

    def _is_known(self, name: str) -> bool:
        return bool(self._named(name))

    def _named(self, name: str) -> list[Unit]:
        if name not in self._units:
            self._units[name] = unit_named(name, office=self.office)
        return self._units[name]

    def _unit(self, draft: Draft, column: str, name: str) -> Unit | None:
        """The one unit of that name; of several, the one that still exists."""
        found = self._named(name)
        living = [unit for unit in found if unit.is_active(on=self.on)]
        if len(found) == 1 or len(living) == 1:
            return (living or found)[0]
        if found:
            names = "、".join(unit.name for unit in living or found)
            text = f"“{name}”对应多个单位（{names}），请写能够区分的全称。"
        else:
            text = (
                f"没有名为“{name}”的单位；请写全称、简称或先登记别名，集体主体写入“其他责任主体”。"
            )
        draft.refuse(column, text)
        return None
