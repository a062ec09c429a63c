from cases.models.assignment import Assignment, AssignmentState, Channel, PartyKind
from cases.models.attachment import Attachment
from cases.models.case import Case, CaseState, Importance
from cases.models.closure import ClosureRequest, ClosureState
from cases.models.extension import Extension, ExtensionState
from cases.models.feedback import Feedback, FeedbackDuty, FeedbackKind, FeedbackState
from cases.models.notice import Notice, NoticeKind, NoticeState
from cases.models.reminder import Reminder
from cases.models.view import SavedView

__all__ = [
    "Assignment",
    "AssignmentState",
    "Attachment",
    "Case",
    "CaseState",
    "Channel",
    "ClosureRequest",
    "ClosureState",
    "Extension",
    "ExtensionState",
    "Feedback",
    "FeedbackDuty",
    "FeedbackKind",
    "FeedbackState",
    "Importance",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "PartyKind",
    "Reminder",
    "SavedView",
]
