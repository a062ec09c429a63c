"""按清单交办 (CZ-2.1a): a list becomes drafts, all of it or nothing."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import IO
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases import permissions
from cases.imports.resource import CaseImport
from cases.imports.rows import ROW, Draft, RowReader
from cases.imports.sheet import SIZE_LIMIT, Sheet, UnreadableSheetError, read_sheet
from duban.ledger.record import record
from duban.org.actor import Actor
from duban.org.models import Office
from duban.rulepacks.models import RulePackVersion
from duban.rulepacks.selectors import active_version


@dataclass(frozen=True)
class RowReport:
    """What became, or would become, of one row. `number` is the row as the sheet counts it."""

    number: int
    title: str
    lead: str
    co_units: str
    due_on: date | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    case_id: int | None = None
    unchanged: bool = False

    @property
    def reasons(self) -> list[str]:
        """Every reason, with the column it belongs to."""
        return [
            text if column == ROW else f"{column}：{text}"
            for column, texts in self.errors.items()
            for text in texts
        ]


@dataclass(frozen=True)
class ImportReport:
    """The answer to one sheet. With problems or refused rows nothing was created.

    `problems` concern the file as a whole, `notes` are what the person should know all the same.
    """

    rows: tuple[RowReport, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    created: int = 0
    dry_run: bool = True
    batch: UUID | None = None

    @property
    def refused(self) -> tuple[RowReport, ...]:
        return tuple(row for row in self.rows if row.errors)

    @property
    def unchanged(self) -> tuple[RowReport, ...]:
        return tuple(row for row in self.rows if row.unchanged)

    @property
    def fresh(self) -> tuple[RowReport, ...]:
        """Rows that become matters."""
        return tuple(row for row in self.rows if not row.errors and not row.unchanged)

    @property
    def ok(self) -> bool:
        return not self.problems and not self.refused


def sheet_import(
    *,
    office: Office,
    stream: IO[bytes],
    by: Actor,
    at: datetime | None = None,
    dry_run: bool = False,
    file_name: str = "",
) -> ImportReport:
    """Preview a sheet, or import it: drafts only, one transaction, every row or none.

    Raises PermissionDenied. Everything that is wrong with file or rows is in the report.
    """
    at = at or timezone.now()
    if not permissions.may_register(by) or by.office_id != office.pk:
        raise PermissionDenied("only staff of the office register its matters")
    data = stream.read(SIZE_LIMIT + 1)
    try:
        sheet = read_sheet(io.BytesIO(data))
    except UnreadableSheetError as error:
        return ImportReport(problems=tuple(error.texts), dry_run=dry_run)
    version = active_version(office, on=timezone.localdate(at))
    if version is None:
        text = f"{office.name}尚未启用任何规则包，请先启用。"
        return ImportReport(problems=(text,), dry_run=dry_run)
    with transaction.atomic():
        if not dry_run:
            # Two imports of one sheet at the same moment: the second sees what the first made.
            Office.objects.select_for_update().get(pk=office.pk)
        task = _run(office, version, sheet, by=by, at=at, dry_run=dry_run)
        report = _report(task, sheet, dry_run=dry_run)
        if report.created:
            digest = hashlib.sha256(data).hexdigest()
            _note(report, office, version, by=by, at=at, name=file_name, digest=digest)
    return report


def _run(
    office: Office,
    version: RulePackVersion,
    sheet: Sheet,
    *,
    by: Actor,
    at: datetime,
    dry_run: bool,
) -> CaseImport:
    reader = RowReader(office=office, pack=version.pack, on=timezone.localdate(at))
    task = CaseImport(
        office=office, version=version, sheet=sheet, by=by, at=at, reader=reader, batch=uuid4()
    )
    result = task.import_data(
        task.dataset(), dry_run=dry_run, raise_errors=False, rollback_on_validation_errors=True
    )
    if result.has_errors():
        # Not a refusal but a fault: it must not be taken for a bad row.
        faults = [*result.base_errors, *(e for _, errors in result.row_errors() for e in errors)]
        raise faults[0].error
    return task


def _report(task: CaseImport, sheet: Sheet, *, dry_run: bool) -> ImportReport:
    done = not dry_run and not task.is_refused
    rows = tuple(_row(draft, done) for draft in task.drafts)
    return ImportReport(
        rows=rows,
        notes=tuple(sheet.notes),
        dry_run=dry_run,
        batch=task.batch if done else None,
        created=sum(1 for draft in task.drafts if not draft.unchanged) if done else 0,
    )


def _row(draft: Draft, done: bool) -> RowReport:
    return RowReport(
        number=draft.row.number,
        title=draft.title,
        lead=draft.lead,
        co_units=draft.co_units,
        due_on=draft.facts.due_on if draft.facts else None,
        errors=draft.errors,
        case_id=draft.case_id if done or draft.unchanged else None,
        unchanged=draft.unchanged,
    )


def _note(
    report: ImportReport,
    office: Office,
    version: RulePackVersion,
    *,
    by: Actor,
    at: datetime,
    name: str,
    digest: str,
) -> None:
    cited = version.pack.steps.get("import_rows")
    record(
        office,
        "import_cases",
        label=cited.label if cited else "导入事项",
        by=by,
        at=at,
        office_id=office.pk,
        clause=cited.clause if cited else "",
        pack_version_id=version.pk,
        batch=report.batch,
        changes={
            "file": [None, name[:200]],
            "sha256": [None, digest],
            "rows": [0, report.created],
        },
    )
