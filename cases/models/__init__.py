from cases.models.agreement import Agreement, AgreementState, CoUnitDay
from cases.models.assignment import Assignment, AssignmentState, Channel, PartyKind
from cases.models.attachment import Attachment
from cases.models.case import Case, CaseState, Importance
from cases.models.closure import ClosureRequest, ClosureState
from cases.models.cycle import CaseCycle
from cases.models.escalation import Escalation
from cases.models.escalation_rows import Act, EscalationState
from cases.models.extension import Extension, ExtensionState
from cases.models.feedback import Feedback, FeedbackDuty, FeedbackKind, FeedbackState
from cases.models.handling_plan import HandlingPlan, HandlingPlanState
from cases.models.inspection_plan import SpecialInspectionPlan
from cases.models.notice import Notice, NoticeKind, NoticeState
from cases.models.objection import Objection, ObjectionOutcome
from cases.models.possession import HolderKind, Possession
from cases.models.reminder import Reminder
from cases.models.responsibility import NamedLayer, ResponsiblePerson
from cases.models.turn import Turn, TurnKind, TurnState
from cases.models.view import SavedView
from cases.models.visit import Visit, VisitKind, VisitMember, VisitState

__all__ = [
    "Act",
    "Agreement",
    "AgreementState",
    "Assignment",
    "AssignmentState",
    "Attachment",
    "Case",
    "CaseCycle",
    "CaseState",
    "Channel",
    "ClosureRequest",
    "ClosureState",
    "CoUnitDay",
    "Escalation",
    "EscalationState",
    "Extension",
    "ExtensionState",
    "Feedback",
    "FeedbackDuty",
    "FeedbackKind",
    "FeedbackState",
    "HandlingPlan",
    "HandlingPlanState",
    "HolderKind",
    "Importance",
    "NamedLayer",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "Objection",
    "ObjectionOutcome",
    "PartyKind",
    "Possession",
    "Reminder",
    "ResponsiblePerson",
    "SavedView",
    "SpecialInspectionPlan",
    "Turn",
    "TurnKind",
    "TurnState",
    "Visit",
    "VisitKind",
    "VisitMember",
    "VisitState",
]
