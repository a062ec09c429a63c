"""Addresses of what people do with a matter."""

from django.urls import path

from cases.web import (
    approvals,
    escalation_pages,
    feedback_pages,
    files,
    notice_pages,
    registration,
    staff_actions,
    unit_actions,
    unit_requests,
)
from cases.web.detail import detail
from cases.web.due_preview import due_preview, moved_preview

urlpatterns = [
    # The matter
    path("cases/new/", registration.Create.as_view(), name="create"),
    path("cases/new/preview/", due_preview, name="due_preview"),
    path("cases/<int:pk>/", detail, name="detail"),
    path("cases/<int:pk>/edit/", registration.Edit.as_view(), name="edit"),
    path("cases/<int:pk>/submit/", registration.Submit.as_view(), name="submit"),
    path("cases/<int:pk>/discard/", registration.Discard.as_view(), name="discard"),
    path("cases/<int:pk>/revise/", registration.Revise.as_view(), name="revise"),
    path("cases/<int:pk>/assign/", registration.Assign.as_view(), name="assign"),
    path("cases/<int:pk>/strike-off/", staff_actions.StrikeOff.as_view(), name="strike_off"),
    path("cases/<int:pk>/closure/", unit_requests.ClosureNew.as_view(), name="closure"),
    path("cases/<int:pk>/attachments/", files.AttachmentNew.as_view(), name="attach"),
    # One unit's part
    path("parts/<int:pk>/acknowledge/", unit_actions.Acknowledge.as_view(), name="acknowledge"),
    path("parts/<int:pk>/feedback/", feedback_pages.FeedbackNew.as_view(), name="feedback"),
    path("parts/<int:pk>/no-change/", unit_actions.NoChange.as_view(), name="no_change"),
    path("parts/<int:pk>/extension/", unit_requests.ExtensionNew.as_view(), name="extension"),
    path("parts/<int:pk>/moved/", moved_preview, name="moved_preview"),
    path("parts/<int:pk>/report-done/", unit_actions.ReportDone.as_view(), name="report_done"),
    path("parts/<int:pk>/receipt/", staff_actions.RegisterReceipt.as_view(), name="receipt"),
    path("parts/<int:pk>/accept/", staff_actions.Accept.as_view(), name="accept"),
    path("parts/<int:pk>/rework/", staff_actions.Rework.as_view(), name="rework"),
    path("parts/<int:pk>/waive/", staff_actions.Waive.as_view(), name="waive"),
    path("parts/<int:pk>/notices/<slug:kind>/", notice_pages.NoticeIssue.as_view(), name="notice"),
    # What hangs on it
    path("feedback/<int:pk>/", feedback_pages.FeedbackEdit.as_view(), name="feedback_edit"),
    path(
        "feedback/<int:pk>/discard/",
        feedback_pages.FeedbackDiscard.as_view(),
        name="feedback_discard",
    ),
    path(
        "feedback/<int:pk>/accept/", staff_actions.FeedbackAccept.as_view(), name="feedback_accept"
    ),
    path(
        "feedback/<int:pk>/return/", staff_actions.FeedbackReturn.as_view(), name="feedback_return"
    ),
    path(
        "extensions/<int:pk>/answer/",
        unit_actions.ExtensionAnswer.as_view(),
        name="extension_answer",
    ),
    path(
        "extensions/<int:pk>/withdraw/",
        unit_actions.ExtensionWithdraw.as_view(),
        name="extension_withdraw",
    ),
    path(
        "closures/<int:pk>/withdraw/",
        unit_requests.ClosureWithdraw.as_view(),
        name="closure_withdraw",
    ),
    path("notices/<int:pk>/receipt/", unit_actions.NoticeReceipt.as_view(), name="notice_receipt"),
    path("notices/<int:pk>/reply/", unit_actions.NoticeReply.as_view(), name="notice_reply"),
    path("notices/<int:pk>/settle/", notice_pages.NoticeSettle.as_view(), name="notice_settle"),
    path("escalations/<int:pk>/", escalation_pages.EscalationTake.as_view(), name="escalation"),
    path(
        "escalations/<int:pk>/dismiss/",
        escalation_pages.EscalationDismiss.as_view(),
        name="escalation_dismiss",
    ),
    # Decisions
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/<int:pk>/", approvals.Decide.as_view(), name="decide"),
    # Files
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
    path("documents/<int:pk>/docx/", files.document, {"form": "docx"}, name="document_docx"),
    path("documents/<int:pk>/pdf/", files.document, {"form": "pdf"}, name="document_pdf"),
    path("clocks/<int:pk>/", files.clock_sheet, name="clock"),
]
