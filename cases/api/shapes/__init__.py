"""What the interface shows."""

from cases.api.shapes.common import EntryShape
from cases.api.shapes.matters import AssignmentRowShape, AssignmentShape, CaseRowShape, CaseShape
from cases.api.shapes.requests import (
    ClosureRowShape,
    ClosureShape,
    ExtensionRowShape,
    ExtensionShape,
    FeedbackRowShape,
    FeedbackShape,
    SuggestionShape,
)

__all__ = [
    "AssignmentRowShape",
    "AssignmentShape",
    "CaseRowShape",
    "CaseShape",
    "ClosureRowShape",
    "ClosureShape",
    "EntryShape",
    "ExtensionRowShape",
    "ExtensionShape",
    "FeedbackRowShape",
    "FeedbackShape",
    "SuggestionShape",
]
