"""The resource by which matters come in from a sheet and go out into one.

Saving is the service's work: `case_draft` makes each matter, no model is saved from here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from import_export import fields, resources

from cases.imports.columns import COLUMNS
from cases.imports.duplicates import refuse_duplicates
from cases.imports.existing import recognise
from cases.imports.export import cells_of
from cases.imports.rows import ROW, Draft, RowReader
from cases.imports.sheet import Sheet
from cases.models import Case
from cases.services.registration import case_draft
from duban.ledger.errors import RuleViolation
from duban.org.actor import Actor
from duban.org.models import Office
from duban.rulepacks.models import RulePackVersion


class CaseResource(resources.ModelResource):
    """Columns of the sheet as fields; their titles are what people read."""

    class Meta:
        model = Case
        name = "督办事项"
        fields = ()
        import_id_fields = ()
        skip_diff = True
        use_transactions = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields = {c.field: fields.Field(column_name=c.title) for c in COLUMNS}
        self._order = 0

    def export_resource(
        self, instance: Case, selected_fields: object = None, **kwargs: Any
    ) -> list:
        self._order += 1
        cells = cells_of(instance, self._order)
        return [cells[column.field] for column in COLUMNS]


class CaseImport(CaseResource):
    """One import: the rows are read and judged together before the first of them is saved."""

    def __init__(
        self,
        *,
        office: Office,
        version: RulePackVersion,
        sheet: Sheet,
        by: Actor,
        at: datetime,
        reader: RowReader,
        batch: UUID,
    ) -> None:
        super().__init__()
        self.office, self.version, self.sheet = office, version, sheet
        self.by, self.at, self.reader, self.batch = by, at, reader, batch
        self.drafts: list[Draft] = []

    def dataset(self) -> tablib.Dataset:
        rows = [[row.cells.get(t) for t in self.sheet.titles] for row in self.sheet.rows]
        return tablib.Dataset(*rows, headers=list(self.sheet.titles))

    @property
    def is_refused(self) -> bool:
        return any(draft.errors for draft in self.drafts)

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        known = recognise(self.sheet.rows, office=self.office, by=self.by)
        self.drafts = [known.get(row.number) or self.reader.read(row) for row in self.sheet.rows]
        refuse_duplicates(self.drafts, office=self.office)

    def get_or_init_instance(self, instance_loader: object, row: object) -> tuple[Case, bool]:
        return Case(), True

    def import_instance(self, instance: Case, row: object, **kwargs: Any) -> None:
        draft = self.drafts[kwargs["row_number"] - 1]
        if draft.errors:
            raise _refusal(draft)

    def skip_row(
        self, instance: Case, original: object, row: object, import_validation_errors: object = None
    ) -> bool:
        return False

    def save_instance(self, instance: Case, is_create: bool, row: object, **kwargs: Any) -> None:
        draft = self.drafts[kwargs["row_number"] - 1]
        if kwargs["dry_run"] or draft.unchanged or self.is_refused:
            return
        try:
            case = case_draft(
                office=self.office,
                facts=draft.facts,
                parties=draft.parties,
                by=self.by,
                at=self.at,
                assigner=draft.assigner,
                batch=self.batch,
            )
        except RuleViolation as violation:
            draft.refuse_all(violation)
            raise _refusal(draft) from violation
        instance.pk = draft.case_id = case.pk


def _refusal(draft: Draft) -> ValidationError:
    return ValidationError(
        {NON_FIELD_ERRORS if key == ROW else key: texts for key, texts in draft.errors.items()}
    )
