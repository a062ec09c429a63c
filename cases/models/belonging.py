"""What the ledger asks of a row that belongs to a matter, or to one unit's part of it."""

from __future__ import annotations

from typing import Any

from duban.ledger.stateful import Stateful
from duban.rulepacks.models import RulePackVersion


class OfCase(Stateful):
    """`case` is a foreign key of the model."""

    case: Any

    class Meta:
        abstract = True

    @property
    def ledger_office_id(self) -> int:
        return self.case.office_id

    @property
    def ledger_case_id(self) -> int:
        return self.case_id

    @property
    def pack_version(self) -> RulePackVersion:
        return self.case.pack_version


class OfAssignment(Stateful):
    """`assignment` is a foreign key of the model."""

    assignment: Any

    class Meta:
        abstract = True

    @property
    def ledger_office_id(self) -> int:
        return self.assignment.case.office_id

    @property
    def ledger_case_id(self) -> int:
        return self.assignment.case_id

    @property
    def pack_version(self) -> RulePackVersion:
        return self.assignment.case.pack_version
