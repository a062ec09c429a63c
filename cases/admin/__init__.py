"""Matters in the admin: looked at, filtered, taken in and out, moved on by the same services."""

from cases.admin.acts import AgreementAdmin, EscalationAdmin, TurnAdmin
from cases.admin.case import CaseAdmin

__all__ = ["AgreementAdmin", "CaseAdmin", "EscalationAdmin", "TurnAdmin"]
