"""Addresses of 缓办, 终止, 重新办理, and of a corrected receipt."""

from django.urls import path

from cases.web import receipt_pages, turns

urlpatterns = [
    path("cases/<int:pk>/suspend/", turns.Suspend.as_view(), name="suspend"),
    path("cases/<int:pk>/terminate/", turns.Terminate.as_view(), name="terminate"),
    path("cases/<int:pk>/reopen/", turns.Reopen.as_view(), name="reopen"),
    path("cases/<int:pk>/resume/", turns.Resume.as_view(), name="resume"),
    path("turns/<int:pk>/withdraw/", turns.Withdraw.as_view(), name="turn_withdraw"),
    path(
        "parts/<int:pk>/receipt/correct/",
        receipt_pages.CorrectReceipt.as_view(),
        name="correct_receipt",
    ),
]
