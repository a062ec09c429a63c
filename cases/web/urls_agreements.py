"""Addresses of agreed dates, handling plans, parts sent back, and findings by hand."""

from django.urls import path

from cases.web import agreement_pages, objection_pages, plan_pages

urlpatterns = [
    path("parts/<int:pk>/agree/", agreement_pages.AgreementNew.as_view(), name="agree"),
    path(
        "agreements/<int:pk>/answer/",
        agreement_pages.AgreementAnswer.as_view(),
        name="agreement_answer",
    ),
    path(
        "agreements/<int:pk>/withdraw/",
        agreement_pages.AgreementWithdraw.as_view(),
        name="agreement_withdraw",
    ),
    path("cases/<int:pk>/complex/", plan_pages.MarkComplex.as_view(), name="mark_complex"),
    path("plans/<int:pk>/", plan_pages.PlanSubmit.as_view(), name="plan_submit"),
    path("plans/<int:pk>/answer/", plan_pages.PlanAnswer.as_view(), name="plan_answer"),
    path("parts/<int:pk>/object/", objection_pages.ObjectionNew.as_view(), name="object"),
    path(
        "parts/<int:pk>/object/reject/",
        objection_pages.ObjectionReject.as_view(),
        name="object_reject",
    ),
    path(
        "parts/<int:pk>/object/uphold/",
        objection_pages.ObjectionUphold.as_view(),
        name="object_uphold",
    ),
    path("parts/<int:pk>/finding/", objection_pages.FindingNew.as_view(), name="finding"),
    path("findings/<int:pk>/clear/", objection_pages.FindingClear.as_view(), name="finding_clear"),
]
